"""Projects that apply is tried on. What the expensive first run leaves is made once and copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apply.telling import Told
from apply.tiny import Tiny, make
from mlproject.apply import apply
from mlproject.records import replace


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded store with nothing in it: MLflow takes seconds to make one."""
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    code = (
        f"from mlflow import MlflowClient; MlflowClient('sqlite:///{file}').search_experiments(max_results=1)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=file.parent)
    return file


@pytest.fixture
def tiny(tmp_path: Path, empty_store: Path) -> Tiny:
    """The miniature project, never applied, with an empty store."""
    made = make(tmp_path)
    shutil.copy(empty_store, made.dir / "mlflow.db")
    return made


@pytest.fixture(scope="session")
def run() -> Callable[[Tiny], Told]:
    """Apply and return what was told."""

    def applied(project: Tiny) -> Told:
        told = Told()
        apply(project.project, project.where, told)
        return told

    return applied


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No process that a test's apply started outlives the test."""
    before = _below()
    yield
    assert _below() <= before


def _below() -> set[int]:
    """The processes below this one (empty where the system does not list them)."""
    found: set[int] = set()
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    waiting = [os.getpid()]
    while waiting:
        above = waiting.pop()
        below = [process for process, parent in parents.items() if parent == above]
        found.update(below)
        waiting += below
    return found


@pytest.fixture
def again() -> Callable[[Tiny, str], Tiny]:
    """The same project under another environment's name."""

    def named(project: Tiny, name: str) -> Tiny:
        return replace(project, where=replace(project.where, environment=name))

    return named
