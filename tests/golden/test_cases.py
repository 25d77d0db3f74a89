"""Golden projects: every folder in `tests/cases` is a spec, with what it compiles to in `expected/`, byte for byte.

`pytest --update-golden` (or UPDATE_GOLDEN=1) rewrites them; the diff in Git is then the review.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlproject.files import WorkTree
from mlproject.pipeline import Compiled, compile
from oracle.compiling import errors, place, said
from oracle.resolving import by_dvc, by_us, prepare

CASES = Path(__file__).resolve().parent.parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir() if (path / "mlproject.yaml").is_file())
PROJECTS = CASES.parent.parent / "projects"
SAID = "DIAGNOSTICS"


def _copied(name: str, into: Path) -> Compiled:
    """A case without what is expected of it, compiled."""
    shutil.copytree(CASES / name, into, ignore=shutil.ignore_patterns("expected"), dirs_exist_ok=True)
    return compile("mlproject.yaml", WorkTree(str(into)))


def _texts(compiled: Compiled) -> dict[str, str]:
    """What a case gives: every file, and what was said of the spec."""
    texts = {one.file: one.text for one in compiled.files}
    if compiled.diagnostics:
        texts[SAID] = "".join(f"{line}\n" for line in said(compiled.diagnostics))
    return texts


@pytest.mark.parametrize("name", NAMES)
def test_a_case_compiles_to_what_is_expected(name: str, tmp_path: Path, update_golden: bool) -> None:
    texts = _texts(_copied(name, tmp_path))
    expected = CASES / name / "expected"
    if update_golden:
        shutil.rmtree(expected, ignore_errors=True)
        for file, text in texts.items():
            (expected / file).parent.mkdir(parents=True, exist_ok=True)
            (expected / file).write_bytes(text.encode())
    found = {
        str(p.relative_to(expected)): p.read_bytes().decode() for p in expected.rglob("*") if p.is_file()
    }
    assert texts == found


@pytest.mark.parametrize("name", NAMES)
def test_dvc_resolves_a_case_as_the_graph_does(name: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    compiled = _copied(name, tmp_path)
    assert errors(compiled.diagnostics) == []
    for one in compiled.files:
        path = tmp_path / one.file
        before = path.read_text("utf-8") if one.form == "block" and path.exists() else ""
        place(tmp_path, {one.file: before + one.text})
    project = compiled.checked.project
    assert project is not None
    seen = by_dvc(tmp_path)
    assert seen == by_us(project)
    assert seen, "a case without stages shows nothing"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROJECTS.glob("*/mlproject.yaml")))
def test_a_project_compiles_to_what_is_committed_beside_it(name: str) -> None:
    compiled = compile(f"projects/{name}/mlproject.yaml", WorkTree(str(PROJECTS.parent)))
    assert errors(compiled.diagnostics) == []
    for one in compiled.files:
        found = (PROJECTS.parent / one.file).read_bytes().decode()
        assert (found == one.text) if one.form == "file" else (one.text in found), one.file
