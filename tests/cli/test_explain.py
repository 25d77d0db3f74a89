"""`mlproject explain` on places of a spec and lines of generated files; on codes, see tests/report."""

from __future__ import annotations

from pathlib import Path

import pytest

from surface.running import SPEC, run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    return tmp_path


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        ("stages.trian", "did you mean `stages.train`?"),
        ("stages.trian.cmd", "did you mean `stages.train.cmd`?"),
        ("stages.train.frozn", "did you mean `stages.train.frozen`?"),
        ("params.rl", "did you mean `params.lr`?"),
        ("stages.report", "known here: `train`"),
        ("stages.train.outs.7", "known here: `0`"),
    ],
)
def test_a_place_that_is_not_there_gets_the_nearest(project: Path, subject: str, hint: str) -> None:
    done = run("explain", subject, at=project)
    assert (done.code, done.out) == (64, "")
    assert f"`{subject}` is not in this spec; {hint}" in done.err


def test_a_field_that_is_not_used_is_still_explained(project: Path) -> None:
    done = run("explain", "stages.train.frozen", at=project)
    assert done.code == 0
    assert done.out.splitlines() == ["stages.train.frozen", "  Never runs again.", "not in this spec"]


def test_a_place_leads_to_its_lines_and_a_line_back(project: Path) -> None:
    done = run("explain", "stages.train.cmd", at=project)
    assert "  mlproject.yaml:4:16  train: {cmd: make model" in done.out
    assert "  dvc.yaml:4  cmd: make model" in done.out
    run("compile", at=project)
    back = run("explain", "dvc.yaml:4", at=project).out
    assert "comes from  stages.train.cmd\n  mlproject.yaml:4:16" in back


def test_lines_of_a_block_are_counted_from_where_it_stands(project: Path) -> None:
    (project / ".dvcignore").write_text("mine\r\nmine too\r\n")
    run("compile", at=project)
    lines = (project / ".dvcignore").read_text().splitlines()
    number = lines.index("__pycache__/") + 1
    assert number > 4
    done = run("explain", f".dvcignore:{number}", at=project)
    assert done.out.startswith(f".dvcignore:{number}  __pycache__/\n")
    assert "has no line 1 of ours" in run("explain", ".dvcignore:1", at=project).err
