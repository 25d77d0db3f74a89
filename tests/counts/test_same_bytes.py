"""Same input, same bytes: whatever the hash seed, the Python and the directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mlproject
from counts.repositories import NAMES, clone

SCRIPT = """
import os, sys
from mlproject.cli import main
for project in sys.argv[1:]:
    os.chdir(project)
    sys.argv = ["mlproject", "compile"]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, (project, end.code)
"""
SOURCE_ROOT = str(Path(mlproject.__file__).parent.parent)


def _compiled(directory: Path, python: str, seed: str) -> dict[str, bytes]:
    """All that compiling every project writes, with what is told, under one interpreter and one hash seed."""
    directory.mkdir(parents=True, exist_ok=True)
    repository = clone(NAMES, directory)
    before = set(repository.rglob("*"))
    env = {**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": "100"}
    if python != sys.executable:
        env["PYTHONPATH"] = SOURCE_ROOT
    projects = [str(repository / "projects" / name) for name in NAMES]
    done = subprocess.run(
        [python, "-c", SCRIPT, *projects], env=env, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    made = {
        str(file.relative_to(repository)): file.read_bytes()
        for file in sorted(repository.rglob("*"))
        if file.is_file()
        and file not in before
        and ".mlproject" not in file.parts
        and "__pycache__" not in file.parts
    }
    return {**made, "told": done.stdout}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = _compiled(tmp_path_factory.mktemp("reference"), sys.executable, "0")
    assert len(made) > 20
    return made


@pytest.mark.parametrize("seed", ["1", "4294967295"])
def test_the_hash_seed_changes_nothing(seed: str, reference: dict[str, bytes], tmp_path: Path) -> None:
    assert _compiled(tmp_path / "elsewhere" / "deeper", sys.executable, seed) == reference


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_python_writes_the_same(version: str, reference: dict[str, bytes], tmp_path: Path) -> None:
    python = shutil.which(f"python{version}")
    if version == "{}.{}".format(*sys.version_info):
        pytest.skip(f"Python {version} is the one that compared")
    if python is None:
        pytest.skip(f"there is no python{version} on the path")
    needs = "import click, jinja2, jsonschema, packaging, pydantic, yaml"
    if subprocess.run([python, "-c", needs], capture_output=True, check=False, timeout=60).returncode:
        pytest.skip(f"python{version} lacks what the compiler needs")
    assert _compiled(tmp_path, python, "7") == reference
