"""Our block in `.gitattributes`, as Git reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlproject.emit.rendered import render
from mlproject.targets.attributes import block

ODD = [
    "a b.yaml",
    'a"b.yaml',
    "a\\b.yaml",
    "a*b.yaml",
    "[ab].yaml",
    "a?b.yaml",
    "!a.yaml",
    "#a.yaml",
    "é.yaml",
    "a\tb.yaml",
]


def _generated(top: Path, files: list[str]) -> dict[str, bool]:
    """Which files Git takes for generated."""
    asked = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", "linguist-generated"], cwd=top, input="\0".join(files) + "\0",
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split("\0")  # fmt: skip
    return {asked[n]: asked[n + 2] == "set" for n in range(0, len(asked) - 1, 3)}


@pytest.mark.parametrize("folder", ["", "projects/cancer"])
def test_git_marks_these_files_and_no_other(tmp_path: Path, folder: str) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True, timeout=60)
    prefix = f"{folder}/" if folder else ""
    ours = [prefix + name for name in ("dvc.yaml", "books/dvc.yaml", *ODD)]
    made = block(folder, (*ours, ".github/workflows/x.yml"))
    assert made.file == f"{prefix}.gitattributes"
    (tmp_path / made.file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / made.file).write_text(render(made, f"{prefix}mlproject.yaml").text, "utf-8")
    others = [prefix + name for name in ("x/dvc.yaml", "axb.yaml", "a/b.yaml", "b.yaml", "a.yaml")]
    assert _generated(tmp_path, ours) == dict.fromkeys(ours, True)
    assert _generated(tmp_path, others) == dict.fromkeys(others, False)


def test_lines_are_sorted_whatever_the_order() -> None:
    assert block("", ("b", "a", "c/d")).text.splitlines() == [
        f"/{n} linguist-generated" for n in ("a", "b", "c/d")
    ]
