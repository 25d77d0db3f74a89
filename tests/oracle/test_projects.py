"""The example projects, as DVC reads what they compile to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oracle.compiling import for_dvc
from oracle.resolving import by_dvc, by_us, prepare

PROJECTS = ("breast-cancer", "diabetes", "digits")


@pytest.mark.parametrize("name", PROJECTS)
def test_dvc_resolves_what_the_graph_says(name: str, root: Path, tmp_path: Path) -> None:
    left = shutil.ignore_patterns(".dvc", ".mlproject", "mlruns", "mlflow.db")
    shutil.copytree(root / "projects" / name, tmp_path / name, ignore=left)
    prepare(tmp_path / name)
    project, _ = for_dvc(tmp_path / name)
    assert by_dvc(tmp_path / name) == by_us(project)
