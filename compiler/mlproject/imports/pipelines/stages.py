"""One stage of `dvc.yaml` as one of the spec: the same fields, its outputs named, its templates references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, warning
from mlproject.imports.pipelines import naming
from mlproject.imports.pipelines.templates import Reading
from mlproject.imports.pipelines.values import DEFAULT, Folder, Names, Values, chosen
from mlproject.interpolate import expressions
from mlproject.interpolate import resolve as interpolate
from mlproject.ir import OUTPUT_SECTIONS
from mlproject.lower.paths import joined
from mlproject.lower.variables import merged
from mlproject.model.pipeline import StageEntry
from mlproject.records import frozen, replace

OUTPUTS = tuple(OUTPUT_SECTIONS.values())
# Fields whose values are templates and nothing else of ours.
_PLAIN = ("cmd", "wdir", "deps", "frozen", "always_changed", "desc", "meta")


@frozen
class Stage:
    """A stage for the spec: its fields in the order of the language, and for each of their paths (below the stage) the
    path in the file (below the stage there) that it came from."""

    tree: Mapping[str, object]
    origins: Mapping[Path, Path]
    found: tuple[Diagnostic, ...]
    used: tuple[tuple[str, ...], ...]


def read(given: Mapping[str, object], home: Folder, names: Names, at: Path) -> Stage:
    """The stage at `at` of the file in `home`; `given` has the shape that DVC accepts."""
    looped = "foreach" in given or "matrix" in given
    body = cast("Mapping[str, object]", given["do"]) if "do" in given else given
    local = _local(body, home, names)
    outer = Reading(names)
    reading = Reading(names, local, looped, outer.found, outer.used)
    tree: dict[str, object] = {}
    origins: dict[Path, Path] = {}
    inside: dict[str, object] = {}
    below: Path = ("do",) if "do" in given else ()
    for key in ("foreach", "matrix"):
        if key in given:
            tree[key] = outer.value(given[key], (*at, key))
    outer.found += _renamed(given, names, at)
    _body(body, reading, inside, origins, (at, below))
    if below:
        tree["do"] = ordered(inside)
    else:
        tree |= inside
    return Stage(ordered(tree), origins, tuple(outer.found), tuple(outer.used))


def _renamed(given: Mapping[str, object], names: Names, at: Path) -> list[Diagnostic]:
    """Loops over a variable with truth values: DVC calls such an instance `t@True`, and one of a list `t@true`."""
    axes: dict[Path, object] = {("foreach",): given.get("foreach")}
    matrix = cast("Mapping[str, object]", given.get("matrix") or {})
    axes |= {("matrix", axis): items for axis, items in matrix.items()}
    found: list[Diagnostic] = []
    for place, items in axes.items():
        if not isinstance(items, str) or not expressions(items):
            continue
        value = interpolate(items, names.inline, loop=True)
        if isinstance(value, list) and any(isinstance(item, bool) for item in cast("list[object]", value)):
            summary = f"the instances that `{items}` names `True` or `False` are named `true` or `false` in the spec"
            help = "they run once again; to keep their names, move the list to a params file"
            found.append(warning("import-changed", summary, (*at, *place), help=help))
    return found


def _body(
    body: Mapping[str, object],
    reading: Reading,
    tree: dict[str, object],
    origins: dict[Path, Path],
    places: tuple[Path, Path],
) -> None:
    at, below = places
    for key in _PLAIN:
        value = body.get(key)
        if value is not None and value != []:
            tree[key] = reading.value(value, (*at, *below, key))
    if body.get("params"):
        tree["params"] = _params(cast("list[object]", reading.value(body["params"], (*at, *below, "params"))))
    if body.get("vars"):
        tree["vars"] = body["vars"]
    taken: list[str] = []
    for section in OUTPUTS:
        named: dict[str, object] = {}
        for index, item in enumerate(cast("list[object]", body.get(section) or [])):
            place = (*below, section, index)
            for path, flags in _outputs(reading.value(item, (*at, *place))):
                name = naming.of_path(path, taken, section.removesuffix("s"))
                taken.append(name)
                named[name] = {"path": path, **flags} if flags else path
                origins[(*below, section, name)] = place
                origins |= {(*below, section, name, key): (*place, path, key) for key in flags}
        if named:
            tree[section] = named


def _params(given: list[object]) -> list[object]:
    """A list of parameters with its bare keys under the file that DVC takes them from: one beside the stage."""
    bare = [key for key in given if isinstance(key, str)]
    named: list[object] = [{DEFAULT: bare}] if bare else []
    return named + [item for item in given if not isinstance(item, str)]


def _outputs(item: object) -> list[tuple[str, Mapping[str, object]]]:
    """The paths of one item of a list of outputs, with their flags."""
    if isinstance(item, str):
        return [(item, {})]
    mapping = cast("Mapping[str, Mapping[str, object] | None]", item)
    return [(path, flags or {}) for path, flags in mapping.items()]


def _local(body: Mapping[str, object], home: Folder, names: Names) -> Values:
    """The values of a stage's own `vars`. A file that cannot be read is reported when the spec is compiled."""
    local: Values = {}
    wdir = body.get("wdir")
    resolved = interpolate(wdir, names.values()) if isinstance(wdir, str) else ""
    beside = replace(home, folder=joined(home.folder, resolved if isinstance(resolved, str) else ""))
    for entry in cast("list[object]", body.get("vars") or []):
        values = chosen(beside.load(entry, ())[0]) if isinstance(entry, str) else cast("Values", entry)
        local = merged(local, values)
    return local


def ordered(tree: Mapping[str, object]) -> dict[str, object]:
    """A stage's fields in the order of the language."""
    return {key: tree[key] for key in StageEntry.model_fields if key in tree}
