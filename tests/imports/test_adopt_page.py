"""`docs/adopt.md` shows what an import really makes of its examples, and that it is shorter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surface.running import run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "adopt.md").read_text("utf-8")
EXAMPLES = re.split(r"(?m)^### ", PAGE.partition("## Before and after")[2].partition("\n## ")[0])[1:]


def blocks(text: str) -> dict[str, str]:
    """The files of an example by name: the first line of each block is a comment with it."""
    return {found[1]: found[2] for found in re.finditer(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL)}


def test_there_are_three() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_an_example_is_what_an_import_makes(example: str, tmp_path: Path) -> None:
    files = blocks(example)
    expected = files.pop("mlproject.yaml")
    project = tmp_path / "demo"
    project.mkdir()
    for name, text in files.items():
        (project / name).write_text(text, "utf-8")
    assert run("import", at=project).code == 0
    assert (project / "mlproject.yaml").read_text("utf-8") == expected
    assert len(expected) < sum(len(text) for text in files.values())
    lines = sum(len(text.splitlines()) for text in files.values())
    assert len([line for line in expected.splitlines() if line]) < lines
    assert run("compile", "--force", at=project).code == 0
