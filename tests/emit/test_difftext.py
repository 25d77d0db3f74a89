"""Our unified diff is one that Git takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mlproject.emit.difftext import unified

lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d: 1\n", "x"]), max_size=30).map("".join)


def test_a_diff_of_an_edit_in_the_middle() -> None:
    before = "".join(f"{n}\n" for n in range(1, 21))
    assert unified("f.yaml", before, before.replace("10\n", "ten\n")) == (
        "--- a/f.yaml\n+++ b/f.yaml\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"
    )


def test_new_gone_and_equal_files() -> None:
    assert unified("f", None, "a\nb\n") == "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n"
    assert unified("f", "a\n", None) == "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert unified("f", "a\n", "a\n") == ""


@given(st.lists(st.tuples(lines, lines), min_size=1, max_size=8))
def test_git_applies_it(tmp_path_factory: object, pairs: list[tuple[str, str]]) -> None:
    folder: Path = tmp_path_factory.mktemp("diff")  # type: ignore[attr-defined]
    pairs = [(a or "0\n", b or "0\n") for a, b in pairs]
    for number, (before, _) in enumerate(pairs):
        (folder / f"f{number}").write_text(before)
    patch = "".join(unified(f"f{number}", a, b) for number, (a, b) in enumerate(pairs))
    if patch:
        done = subprocess.run(
            ["git", "apply", "--unsafe-paths", "-"],
            cwd=folder, input=patch, text=True, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + patch
    assert [(folder / f"f{number}").read_text() for number in range(len(pairs))] == [b for _, b in pairs]
