"""A parameter that nothing uses: left over, or misspelled where it was meant to be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Site, warning
from mlproject.files import Source
from mlproject.interpolate import expressions
from mlproject.ir import Project, Stage

_FILE = "params.yaml"
_PLAIN = frozenset("._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")

# The keys used, as a tree: a key that is used as a whole holds None, one of which only parts are used holds those.
_Uses = dict[str, "_Uses | None"]


def unused_param(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each highest part of the spec's own `params` of which nothing is used: by a stage's `params`, a
    template of a stage or of DVC's top-level sections, a loop, a stage that reads `params.yaml`, or the rest of the
    spec. Parameters in files of the user's are the user's."""
    if not project.params.owned:
        return
    uses: _Uses = {}
    for key in _used(project):
        if not key:
            return
        _add(uses, key)
    for path in _unused(project.params.values, uses, ()):
        name = ".".join(map(str, path))
        summary = f"nothing uses the parameter `{name}`"
        help = f"remove it, or add `{name}` to the `params` of the stage that reads it"
        yield warning("unused-param", summary, Site((*project.params.path, *path), "key"), help=help)


def _unused(values: Mapping[str, object], uses: _Uses, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The highest unused parts of `values`."""
    for name, value in values.items():
        below = _below(uses, name)
        if below is None:
            continue
        if not below:
            yield (*at, name)
        elif isinstance(value, dict):
            yield from _unused(cast("dict[str, object]", value), below, (*at, name))


def _below(uses: _Uses, name: str) -> _Uses | None:
    """What is used under a name: None for all of it, nothing for an unused one. A name with dots in it, `a.b`, is
    used as `a`, `b`."""
    for step in str(name).split("."):
        below = uses.get(step, {})
        if below is None:
            return None
        uses = below
    return uses


def _add(uses: _Uses, key: tuple[str, ...]) -> None:
    """Note that a key, and so everything under it, is used."""
    *around, last = key
    for step in around:
        below = uses.setdefault(step, {})
        if below is None:
            return
        uses = below
    uses[last] = None


def _used(project: Project) -> Iterator[tuple[str, ...] | None]:
    """The keys that are used; None or an empty one where something uses all of them."""
    yield from project.params.used
    for top in (project.top, *project.folders.values()):
        yield from _in_templates([top.params, top.metrics, top.plots, top.artifacts, top.datasets, top.vars])
    for stage in project.stages:
        for text in _templates(stage):
            if text and ("${" in text if isinstance(text, str) else True):
                yield from _in_templates(text)
        for instance in stage.instances:
            if any(file == _FILE for _, file in instance.deps):
                yield None
            for dep in instance.params:
                if dep.file != _FILE:
                    continue
                if dep.keys is None:
                    yield None
                else:
                    yield from map(_words, dep.keys)


def _templates(stage: Stage) -> list[object]:
    """Every value of a stage in which DVC resolves templates."""
    found: list[object] = [stage.wdir, *stage.cmd, *stage.params]
    found += [dep.template for dep in stage.deps]
    for output in stage.outputs:
        found += [output.template, output.flags]
    found += [stage.loop.source if stage.loop else None, stage.options]
    return found


def _in_templates(value: object) -> Iterator[tuple[str, ...]]:
    """The keys named by the templates in a value, however deep."""
    if isinstance(value, str):
        if "${" in value:
            yield from (_words(expression) for _, _, expression in expressions(value))
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield from _in_templates(key)
            yield from _in_templates(item)
    elif isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from _in_templates(item)


def _words(key: str) -> tuple[str, ...]:
    """The steps of `a.b[0]`, up to the first that is a pattern: DVC takes `a.*` for everything under `a`."""
    if _PLAIN.issuperset(key):
        return tuple(key.split("."))
    words: list[str] = []
    for word in key.strip().replace("[", ".").replace("]", "").split("."):
        if any(char in word for char in "*?"):
            break
        words.append(word.strip())
    return tuple(words)
