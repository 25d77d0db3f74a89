"""The values that DVC loads for its templates: params files of a folder, and a stage's own `vars`.

What DVC would refuse to load is said here: no file may redefine a name of another, not even with the same value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from posixpath import join
from typing import cast

from mlproject.diagnostics import Path, Site, error
from mlproject.interpolate import resolve as interpolate
from mlproject.lower.paths import file_of
from mlproject.lower.scope import Draft, Scope

Values = Mapping[str, object]


def load_local(scope: Scope, stage: Draft) -> None:
    """Fills the values of a stage's own `vars`: mappings, and files relative to its directory."""
    local: dict[str, object] = {}
    for index, entry in enumerate(stage.body.vars or []):
        path = (*stage.body_path, "vars", index)
        if _templated(entry):
            summary = "DVC resolves no `${…}` in a stage's `vars`"
            help = "write the value, or put it under the spec's own `vars` and refer to `${vars.NAME}`"
            scope.say(error("reference-not-allowed", summary, Site(path), help=help))
        elif isinstance(entry, str):
            local = dict(merged(local, _from_file(scope, stage, entry, path)))
        elif isinstance(entry, dict):
            _refuse(scope, stage, cast("Values", entry), local, path)
            local = dict(merged(local, cast("Values", entry)))
        else:
            scope.say(error("wrong-type", "an item of `vars` must be a mapping or a file", Site(path)))
    stage.local = local


def _templated(value: object) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(_templated(part) for pair in cast("dict[object, object]", value).items() for part in pair)
    return isinstance(value, list) and any(_templated(item) for item in cast("list[object]", value))


def _from_file(scope: Scope, stage: Draft, text: str, path: Path) -> Values:
    """The values of `FILE` or `FILE:key,key`."""
    name, _, chosen = text.partition(":")
    base = stage.base if "${" not in stage.base else interpolate(stage.base, scope.params)
    file = file_of(name, base if isinstance(base, str) else "", scope.root)
    values = scope.other_params(file) if isinstance(base, str) else None
    if values is None:
        stage.local_unknown = True
        if not isinstance(base, str):
            help = "write the values here, or take them from `params`"
            summary = f"which `{name}` is meant depends on the stage's `wdir`, which is no plain path"
        else:
            help = "it is relative to the stage's `wdir`"
            summary = f"DVC cannot load `{name}` before anything runs"
        scope.say(error("file-unreadable", summary, Site(path), help=help))
        return {}
    keys = [key for key in chosen.split(",") if key]
    taken = {key: values[key] for key in keys if key in values} if keys else values
    _refuse(scope, stage, taken, stage.local, path)
    return taken


def _refuse(scope: Scope, stage: Draft, values: Values, before: Values, path: Path) -> None:
    clash = conflict(scope.params, values, ()) or conflict(before, values, ())
    if clash is not None:
        summary = f"`{'.'.join(clash)}` is set already, and DVC does not let a stage's `vars` redefine it"
        scope.say(error("param-ambiguous", summary, Site(path), help="give it another name"))
    for name in ("item", "key"):
        if stage.looped and name in values:
            summary = f"`{name}` is the loop's own name"
            scope.say(error("param-ambiguous", summary, Site(path), help="give it another name"))


def conflict(one: Values, other: Values, at: tuple[str, ...]) -> tuple[str, ...] | None:
    """The first name that both set and DVC could not merge: mappings merge, anything else clashes."""
    for key, value in other.items():
        if key not in one:
            continue
        before = one[key]
        if not (isinstance(before, dict) and isinstance(value, dict)):
            return (*at, key)
        inner = conflict(cast("Values", before), cast("Values", value), (*at, key))
        if inner is not None:
            return inner
    return None


def merged(one: Values, other: Values) -> Values:
    """Both, mappings merged."""
    result = dict(one)
    for key, value in other.items():
        before = result.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        result[key] = merged(cast("Values", before), cast("Values", value)) if both else value
    return result


def check_folders(scope: Scope) -> None:
    """DVC loads `params.yaml` of every folder by itself, beside the files that we name for templates there."""
    for folder in scope.folders:
        named = scope.vars_files.get(folder, [])
        default = join(folder, "params.yaml")
        ours = scope.owned and default == "params.yaml"
        values = scope.params if ours else scope.other_params(default)
        loaded: list[tuple[str, Values]] = [] if values is None else [(default, values)]
        for text in named:
            file = file_of(text, folder, scope.root)
            known = scope.params if scope.owned else scope.other_params(file) or {}
            for before, already in loaded:
                clash = conflict(already, known, ())
                if clash is not None:
                    _say_clash(scope, folder, clash, before, file)
            loaded.append((file, known))
        for file, known in loaded:
            if known is not scope.params:  # what the spec itself holds has no such values
                _refuse_odd(scope, folder, file, known)


def _refuse_odd(scope: Scope, folder: str, file: str, values: Values) -> None:
    """DVC loads nothing but text, numbers, truth values, lists and mappings for templates."""
    odd = _odd(values, ())
    if odd is not None:
        name, value = odd
        what = value.value if isinstance(value, Enum) else f"a {type(value).__name__}"
        summary = f"`{'.'.join(name)}` in `{file}` is {what}, which DVC cannot load for templates"
        help = "write it as text, in quotes" if "date" in what else "write it as a list"
        scope.say(error("file-unreadable", summary, _site(scope, folder, file), help=help))


def _odd(value: object, at: tuple[str, ...]) -> tuple[tuple[str, ...], object] | None:
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        parts = cast("dict[object, object]", value).items()
    elif isinstance(value, list):
        parts = enumerate(cast("list[object]", value))
    elif value is not None and not isinstance(value, bool | int | float | str):
        return at, value
    return next((odd for key, part in parts if (odd := _odd(part, (*at, str(key)))) is not None), None)


def _site(scope: Scope, folder: str, file: str) -> Site:
    """Where the spec names a params file, or the first stage of the folder that DVC loads it for."""
    known = next((one.path for one in scope.param_files if one.file == file), None)
    stage = next(one for one in scope.drafts.values() if one.folder == folder)
    return (
        Site(known) if known is not None else Site((*stage.path, "folder") if folder else stage.path, "key")
    )


def _say_clash(scope: Scope, folder: str, clash: tuple[str, ...], before: str, file: str) -> None:
    name = ".".join(clash)
    summary = f"`{name}` stands in `{before}` and in `{file}`, and DVC refuses to load both for templates"
    scope.say(error("param-ambiguous", summary, _site(scope, folder, file), help="keep it in one of them"))
