"""A gate that compares with an alias which nothing here ever moves: it would pass unseen, each time."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, warning
from mlproject.files import Source
from mlproject.ir import Project


def gate_alias(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each gate `against` an alias that the model has neither by itself nor in any environment."""
    for model in project.models:
        moved = [model.alias, *(e.aliases.get(model.name, "") for e in project.environments)]
        known = [alias for alias in dict.fromkeys(moved) if alias]
        for gate in model.gates:
            if gate.against and gate.against not in known:
                help = did_you_mean(gate.against, known) or f"add `alias: {gate.against}` to the model"
                what = f"the alias `{gate.against}` of `{model.name}`"
                summary = f"nothing moves {what}: the gate has nothing to compare with"
                yield warning("gate-without-champion", summary, Site((*gate.path, "against")), help=help)
