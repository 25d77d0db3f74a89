"""Retraining on drift where nothing can bring new data: it would train the same model again."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, error
from mlproject.files import Source
from mlproject.ir import Data, Project
from mlproject.lower.paths import is_external
from mlproject.rules.beside import Beside


def retrain_source(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each monitor with `on_drift: retrain` in a project without a source of new data: `data` with `url`
    or `repo`, a `.dvc` file that imports, a dependency outside the project, or a stage that runs every time."""
    waiting = [monitor for monitor in project.monitors if monitor.on_drift == "retrain"]
    if not waiting or _can_change(project, Beside(source, project.root)):
        return
    for monitor in waiting:
        summary = f"a drift at `{monitor.service}` would retrain, but nothing here can bring new data"
        help = "give an entry of `data` its `url:` or `repo:`, or write `on_drift: report`"
        yield error("retrain-without-source", summary, Site((*monitor.path, "on_drift")), help=help)


def _can_change(project: Project, beside: Beside) -> bool:
    if any(_is_import(data, beside) for data in project.data):
        return True
    for stage in project.stages:
        if stage.always_changed and not stage.frozen:
            return True
        if any(is_external(file) for instance in stage.instances for _, file in instance.deps):
            return True
    return False


def _is_import(data: Data, beside: Beside) -> bool:
    """Whether `dvc update` can bring a new version of it: a `.dvc` file that imports says where from under `deps`."""
    if data.url or data.repo or is_external(data.file):
        return True
    content = beside.read(f"{data.file}.dvc")
    return isinstance(content, bytes) and any(line.startswith(b"deps:") for line in content.splitlines())
