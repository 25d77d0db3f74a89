"""A loop whose instances DVC names by number: one item put in front gives all the others new names, and reruns them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from mlproject.diagnostics import Diagnostic, Site, warning
from mlproject.files import Source
from mlproject.ir import Loop, Project, Stage


def loop_by_index(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each `foreach` over a list with mappings or lists in it, and for each such axis of a `matrix`."""
    for stage in project.stages:
        if stage.loop is None or not stage.instances:
            continue
        if stage.loop.kind == "matrix":
            yield from _matrix(stage, stage.loop)
        elif not isinstance(stage.loop.source, dict) and _numbered(stage):
            first = stage.instances[0].name
            summary = f"the items of `foreach` are no plain values, so DVC names the instances by number: `{first}`, …"
            help = "make it a mapping of names to items: an item put in front then reruns nothing else"
            yield warning("loop-by-index", summary, Site(stage.loop.path), help=help)


def _numbered(stage: Stage) -> bool:
    """Whether the keys are numbers because an item is composite (a mapping's keys may be numbers too)."""
    if not any(isinstance(instance.item, dict | list) for instance in stage.instances):
        return False
    return all(instance.key == str(number) for number, instance in enumerate(stage.instances))


def _matrix(stage: Stage, loop: Loop) -> Iterator[Diagnostic]:
    axes: dict[str, str] = {}
    for instance in stage.instances:
        for axis, value in cast("dict[str, object]", instance.item).items():
            if isinstance(value, dict | list):
                axes.setdefault(axis, instance.name)
    for axis, example in axes.items():
        summary = f"the values of `{axis}` are no plain values, so DVC names the instances by number: `{example}`, …"
        help = "put plain values there, or loop with `foreach` over a mapping of names to items"
        path = (*loop.path, axis) if not isinstance(loop.source, str) else loop.path
        yield warning("loop-by-index", summary, Site(path), help=help)
