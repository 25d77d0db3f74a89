"""Stages in the making: their outputs, their loops and their directories, before any reference to them is resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from mlproject.diagnostics import Path, Site, error, warning
from mlproject.interpolate import Refused
from mlproject.interpolate import resolve as interpolate
from mlproject.ir import OUTPUT_SECTIONS, Loop
from mlproject.lower import loops
from mlproject.lower.paths import joined
from mlproject.lower.references import one_path
from mlproject.lower.refused import check_folder
from mlproject.lower.scope import Declared, Draft, Scope
from mlproject.lower.variables import load_local
from mlproject.model.parts import Part
from mlproject.model.pipeline import Flags, NamedOutput, PlotFlags, StageBody, StageEntry

# DVC's flags and plot properties, in the order in which they are emitted.
FLAGS = ("desc", "type", "labels", "meta", "cache", "persist", "remote", "push")
PLOT = ("template", "x", "y", "x_label", "y_label", "title", "header")


def set_fields(part: Part, names: tuple[str, ...]) -> dict[str, object]:
    """The fields that the user set, in the given order."""
    given = part.model_fields_set
    return {name: value for name in names if name in given and (value := getattr(part, name)) is not None}


def flags_of(flags: Flags) -> dict[str, object]:
    """DVC's flags and plot properties that the user set."""
    return set_fields(flags, FLAGS + PLOT if isinstance(flags, PlotFlags) else FLAGS)


def draft(scope: Scope, name: str, entry: StageEntry) -> Draft:
    """A stage with its outputs tabled; wrong combinations of its keys are reported."""
    path: Path = ("stages", name)
    looped = entry.do is not None
    body: StageBody = entry.do if entry.do is not None else entry
    body_path = (*path, "do") if looped else path
    _check_shape(scope, name, entry, body, path)
    outputs = _outputs(body, body_path)
    named: dict[str, Declared] = {}
    for output in outputs:
        if not output.name:
            continue
        if output.name in named:
            from mlproject.diagnostics import Related

            first = Related("first named here", Site(named[output.name].path, "key"))
            summary = f"`{output.name}` is named twice in the stage `{name}`"
            help = "outs, metrics and plots share their names within a stage"
            scope.say(error("duplicate-name", summary, Site(output.path, "key"), help=help, related=(first,)))
            continue
        named[output.name] = output
    folder = joined((entry.folder or "").rstrip("/"), "")
    made = Draft(name, entry, body, path, body_path, folder, tuple(outputs), named, base=folder)
    check_folder(scope, made)
    return made


def _check_shape(scope: Scope, name: str, entry: StageEntry, body: StageBody, path: Path) -> None:
    if (entry.foreach is None) != (entry.do is None) and not scope.was_removed((*path, "foreach")):
        have, lack = ("foreach", "do") if entry.foreach is not None else ("do", "foreach")
        if not scope.was_removed((*path, lack)):
            summary = f"`stages.{name}` has `{have}` without `{lack}`"
            scope.say(
                error("missing-key", summary, Site((*path, have), "key"), help=f"add `{lack}:` beside it")
            )
            return
    if entry.foreach is not None and entry.matrix is not None:
        summary = f"`stages.{name}` has both `foreach` and `matrix`"
        scope.say(error("bad-value", summary, Site((*path, "matrix"), "key"), help="keep one of them"))
    if entry.do is not None:
        beside = [key for key in StageBody.model_fields if key in entry.model_fields_set]
        for key in beside:
            summary = f"`{key}` stands beside `do`; with `foreach` DVC takes the stage from `do` alone"
            scope.say(
                error("bad-value", summary, Site((*path, key), "key"), help=f"move `{key}:` into `do:`")
            )
    if body.cmd is None and not scope.was_removed(
        (*path, "do", "cmd") if entry.do is not None else (*path, "cmd")
    ):
        where = f"stages.{name}.do" if entry.do is not None else f"stages.{name}"
        site = Site((*path, "do") if entry.do is not None else path, "key")
        scope.say(
            error("missing-key", f"`{where}` has no `cmd`", site, help="add `cmd:`, the command it runs")
        )


def _outputs(body: StageBody, path: Path) -> list[Declared]:
    found: list[Declared] = []
    for kind, section in OUTPUT_SECTIONS.items():
        value = getattr(body, section)
        here = (*path, section)
        if isinstance(value, dict):
            for name, entry in cast("dict[str, object]", value).items():
                if isinstance(entry, str):
                    found.append(Declared(name, kind, entry, {}, (*here, name)))
                else:
                    named = cast("NamedOutput", entry)
                    found.append(Declared(name, kind, named.path, flags_of(named), (*here, name)))
        elif isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                if isinstance(item, str):
                    found.append(Declared("", kind, item, {}, (*here, index)))
                    continue
                for text, flags in cast("dict[str, Flags]", item).items():
                    found.append(Declared("", kind, text, flags_of(flags), (*here, index, text)))
    return found


def settle(scope: Scope, drafts: Iterable[Draft]) -> None:
    """Expands every loop and settles every directory. A directory that names no item comes first: a path among the
    loop's items is relative to it; one that refers to an output comes last, when that has its place."""
    waiting: list[Draft] = []
    for stage in drafts:
        wdir = stage.body.wdir or ""
        early = "${item" not in wdir and "${key" not in wdir and "${stages" not in wdir
        if early:
            _place(scope, stage)
        if stage.looped:
            _expand(scope, stage)
        if not early:
            waiting.append(stage)
    for stage in waiting:
        _place(scope, stage)


def _place(scope: Scope, stage: Draft) -> None:
    path = (*stage.body_path, "wdir")
    wdir = one_path(scope, stage, stage.body.wdir, path) if stage.body.wdir else ""
    if wdir is None:
        stage.tainted = True
    stage.wdir = wdir or ""
    stage.base = joined(stage.folder, stage.wdir)
    stage.placed = True
    load_local(scope, stage)


def _expand(scope: Scope, stage: Draft) -> None:
    kind = "foreach" if stage.entry.foreach is not None else "matrix"
    source = cast("object", getattr(stage.entry, kind))
    path = (*stage.path, kind)
    stage.loop = Loop("matrix" if kind == "matrix" else "foreach", source, path)
    emitted = deep(scope, stage, source, path)
    if emitted is BROKEN:
        stage.tainted = True
        return
    stage.loop = Loop(stage.loop.kind, emitted, path)
    value = _evaluate(scope, emitted, path)
    if value is BROKEN:
        stage.tainted = True
        return
    if kind == "matrix" and not value:
        scope.say(
            error(
                "loop-type", "a `matrix` without an axis", Site(path), help="name one, as in `{model: [rf]}`"
            )
        )
        stage.tainted = True
        return
    items = loops.matrix(cast("Mapping[str, object]", value)) if kind == "matrix" else loops.foreach(value)
    if items is None:
        what = (
            "every axis of a `matrix` must be a list"
            if kind == "matrix"
            else "`foreach` needs a list or a mapping"
        )
        scope.say(
            error(
                "loop-type",
                what,
                Site(_axis(value, path, lambda axis: not isinstance(axis, list))),
                help="write it out, or refer to a parameter that is one",
            )
        )
        stage.tainted = True
        return
    if not items.values:
        scope.say(
            warning(
                "loop-empty",
                f"the loop of `{stage.name}` has no items, so nothing runs",
                Site(_axis(value, path, lambda axis: not axis)),
                help="give it items, or remove the stage",
            )
        )
    for key in items.twice:
        summary = f"two instances of `{stage.name}` are named `{key}`"
        scope.say(error("loop-duplicate", summary, Site(path), help="every item must give a name of its own"))
    stage.items = items


def _axis(value: object, path: Path, wrong: Callable[[object], bool]) -> Path:
    """The place of the first axis of a matrix that is `wrong`; the loop's own where there is none such."""
    axes: Mapping[str, object] = cast("Mapping[str, object]", value if path[-1] == "matrix" else {})
    return next(((*path, axis) for axis, values in axes.items() if wrong(values)), path)


class _Broken:
    """The mark of a value that could not be had, which was reported."""


BROKEN = _Broken()


def deep(scope: Scope, stage: Draft, value: object, path: Path) -> object:
    """Any value of a stage as it is emitted: references in its texts resolved. BROKEN where one was reported."""
    if isinstance(value, str):
        text = one_path(scope, stage, value, path)
        return BROKEN if text is None else text
    if isinstance(value, dict):
        result: dict[object, object] = {}
        for key, item in cast("dict[object, object]", value).items():
            step = key if isinstance(key, (str, int)) else str(key)
            name = deep(scope, stage, key, path) if isinstance(key, str) else key
            emitted = deep(scope, stage, item, (*path, step))
            if name is BROKEN or emitted is BROKEN:
                return BROKEN
            result[name] = emitted
        return result
    if isinstance(value, list):
        items = [deep(scope, stage, item, (*path, i)) for i, item in enumerate(cast("list[object]", value))]
        return BROKEN if BROKEN in items else items
    return value


def _evaluate(scope: Scope, value: object, path: Path) -> object:
    """The value of a loop's source, with DVC's `${param}` looked up."""
    if isinstance(value, str):
        result = interpolate(value, scope.params, loop=True)
        if isinstance(result, Refused):
            if scope.produced_params or any(f.values is None for f in scope.param_files):
                summary = (
                    "the loop depends on a parameter that only a stage writes, so its instances are not known"
                )
                scope.say(error("loop-type", summary, Site(path), help="write the items into the spec"))
            return BROKEN
        return result
    if isinstance(value, dict):
        mapping = {
            key: _evaluate(scope, item, path) for key, item in cast("dict[object, object]", value).items()
        }
        return BROKEN if BROKEN in mapping.values() else mapping
    if isinstance(value, list):
        items = [_evaluate(scope, item, path) for item in cast("list[object]", value)]
        return BROKEN if BROKEN in items else items
    return value
