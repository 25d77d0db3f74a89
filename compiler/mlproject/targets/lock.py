"""`mlproject.lock`: the compiler's version and the pins that this project's workflows use."""

from __future__ import annotations

from posixpath import join

from mlproject import __version__, pins
from mlproject.diagnostics import Diagnostic, Path
from mlproject.ir import Project
from mlproject.targets.actions import used
from mlproject.trees import Generated, Pins


def compile(project: Project, known: Pins) -> tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]:
    """The lock file. `known` has every action that a workflow may use, the old lock's pins before the seed's."""
    tree: dict[str, object] = {"version": pins.VERSION, "compiler": __version__}
    actions = used(project)
    if actions:
        tree["actions"] = {action: pins.line(known[action]) for action in actions}
    sources: dict[Path, Path] = {("actions",): project.ci.path}
    return (Generated(join(project.root, pins.FILE), "yaml", tree, sources=sources),), ()
