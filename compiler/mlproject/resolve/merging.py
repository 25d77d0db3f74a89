"""Merging: presets under the spec, and environments over the sections that they may patch.

Mappings merge and the later wins; lists replace, and `KEY+:` appends; `null` removes a named entry. Every value keeps
all its places, the winner first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, error
from mlproject.places import Place
from mlproject.records import field, frozen, slotted

Mapping = dict[object, object]

# Inside these a key that ends in `+` is a key like any other.
VERBATIM = ("native", "api", "meta")


@slotted
class Layer:
    """A value on its way through a merge: plain data, and the places of what did not stay where it was."""

    data: Mapping
    moved: dict[Path, tuple[Place, ...]] = field(default_factory=dict[Path, tuple[Place, ...]])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    broken: set[Path] = field(default_factory=set[Path])  # reported; nothing more is said of them


def as_mapping(value: object) -> Mapping | None:
    """The value as a mapping, or None."""
    return cast("Mapping", value) if isinstance(value, dict) else None


def layer_of(data: Mapping, number: int) -> Layer:
    """A document as the first layer of a merge."""
    layer = Layer(data)
    if number:
        layer.moved.update({(cast("str", key),): ((number, (cast("str", key),)),) for key in data})
    return layer


def merge_over(below: Layer, above: Mapping, number: int) -> Layer:
    """The document `above` (the number `number`) merged over what is there."""
    result = Layer({}, dict(below.moved), list(below.diagnostics), set(below.broken))
    result.data = _merge(result, below.data, above, _At((), (), number))
    return result


def appended(data: Mapping) -> Layer:
    """A document without presets, with its `KEY+:` made plain keys."""
    layer = Layer({})
    layer.data = _merge(layer, {}, data, _At((), (), 0))
    return layer


def merge_patch(layer: Layer, base: Mapping, patch: Mapping, at: Path, base_at: Path) -> Mapping:
    """`base` (which stands at `base_at` of the merged spec) under `patch` (which stands, and stays, at `at`).

    Records in `layer.moved` where each value of the result came from.
    """
    for key in base:
        _record(layer, (*at, cast("str", key)), _places(layer, (*base_at, cast("str", key))))
    return _merge(layer, base, patch, _At(at, at, None))


@frozen
class _At:
    """Where a merge stands: `here` in the merged spec, `there` in the document above (of that number; None: the merged
    spec itself)."""

    here: Path
    there: Path
    number: int | None

    def below(self, name: object, key: object) -> _At:
        """One step down: to `name` here, which stands as `key` there."""
        return _At((*self.here, cast("str", name)), (*self.there, cast("str", key)), self.number)


def _merge(layer: Layer, below: Mapping, above: Mapping, at: _At) -> Mapping:
    merged = dict(below)
    for key, value in above.items():
        name, adds = _append_key(key, value, at.here)
        inner = at.below(name, key)
        here = inner.here
        old = merged.get(name)
        old_map, new_map = as_mapping(old), as_mapping(value)
        own = inner.number is None
        source = _places(layer, inner.there) if own else ((cast("int", inner.number), inner.there),)
        if adds:
            merged[name] = _append(layer, old, cast("list[object]", value), inner, source)
        elif new_map is not None:
            if old_map is not None:
                _keep_places(layer, here, old_map)
                _record(layer, here, source + _places(layer, here))
            else:
                old_map = {}
                _record(layer, here, source)
            merged[name] = _merge(layer, old_map, new_map, inner)
        else:
            _record(layer, here, source + _places(layer, here) if name in below else source)
            merged[name] = value
    return merged


def _keep_places(layer: Layer, here: Path, old: Mapping) -> None:
    """Writes down where the values of a mapping stand, before another is merged over it and becomes the winner."""
    known = _places(layer, here)
    for key in old:
        step = cast("str", key)
        layer.moved.setdefault((*here, step), tuple((number, (*place, step)) for number, place in known))


def _append_key(key: object, value: object, at: Path) -> tuple[object, bool]:
    appends = isinstance(key, str) and key.endswith("+") and len(key) > 1 and isinstance(value, list)
    if appends and not any(step in VERBATIM for step in at):
        return cast("str", key)[:-1], True
    return key, False


def _append(layer: Layer, old: object, new: list[object], at: _At, source: tuple[Place, ...]) -> object:
    here, there = at.here, at.there
    if old is not None and not isinstance(old, list):
        summary = f"`{here[-1]}+` appends to a list, and `{here[-1]}` is none"
        help = f"make it a list there, or write `{here[-1]}:` here to replace it"
        related = (Related("this is no list", Site(here)),)
        layer.diagnostics.append(
            error("append-mismatch", summary, Site(there, "key"), help=help, related=related)
        )
        _record(layer, there, source)
        layer.broken.add(here)
        return old
    before = cast("list[object]", old or [])
    _record(layer, here, source + (_places(layer, here) if before else ()))
    number, path = source[0]
    for index in range(len(before)):
        _record(layer, (*here, index), _places(layer, here)[1:] and _item(layer, here, index))
    for index in range(len(new)):
        layer.moved[(*here, len(before) + index)] = ((number, (*path, index)),)
    return [*before, *new]


def _item(layer: Layer, here: Path, index: int) -> tuple[Place, ...]:
    known = layer.moved.get((*here, index))
    if known is not None:
        return known
    number, path = _places(layer, here)[1]
    return ((number, (*path, index)),)


def _record(layer: Layer, path: Path, places: tuple[Place, ...]) -> None:
    if places and places != ((0, path),):
        layer.moved[path] = tuple(dict.fromkeys(places))
    else:
        layer.moved.pop(path, None)


def _places(layer: Layer, path: Path) -> tuple[Place, ...]:
    for cut in range(len(path), 0, -1):
        found = layer.moved.get(path[:cut])
        if found is not None:
            return tuple((number, place + path[cut:]) for number, place in found)
    return ((0, path),)


def shifted(layer: Layer, moved: dict[Path, Path]) -> dict[Path, tuple[Place, ...]]:
    """The places of a layer in which items of lists stand elsewhere: new paths to those of before."""
    if not moved:
        return layer.moved
    lists = {path[:-1] for path in moved}
    kept = {
        path: places
        for path, places in layer.moved.items()
        if not any(path[: len(one)] == one and len(path) > len(one) for one in lists)
    }
    return kept | {new: _places(layer, old) for new, old in moved.items()}


# Where `null` removes a named entry. Elsewhere a null is a value, or an unset field.
_STAR: dict[str, object] = {"*": {}}
_OUTPUTS: dict[str, object] = {"outs": _STAR, "metrics": _STAR, "plots": _STAR}
_DEPLOY: dict[str, object] = {"envs": _STAR, "labels": _STAR, "annotations": _STAR}
_TRACKING: dict[str, object] = {"tags": _STAR, "entry_points": _STAR}
ENTRIES: dict[str, object] = {
    "remotes": _STAR,
    "data": _STAR,
    "stages": {"*": {**_OUTPUTS, "do": _OUTPUTS}},
    "artifacts": _STAR,
    "tracking": _TRACKING,
    "models": _STAR,
    "services": {"*": {"envs": _STAR, "labels": _STAR, "deploy": _DEPLOY, "api": {}}},
    "monitoring": _STAR,
    "environments": {
        "*": {
            "tracking": _TRACKING,
            "services": {"*": {"deploy": _DEPLOY}},
            "monitoring": _STAR,
            "models": _STAR,
        }
    },
}


def without_nulls(data: Mapping, pattern: dict[str, object] = ENTRIES) -> Mapping:
    """The data without the named entries that are null."""
    every = cast("dict[str, object] | None", pattern.get("*"))
    result: Mapping = {}
    for key, value in data.items():
        if value is None and every is not None:
            continue
        inner = every if every is not None else cast("dict[str, object] | None", pattern.get(str(key)))
        nested = as_mapping(value)
        result[key] = without_nulls(nested, inner) if nested is not None and inner else value
    return result


# What `tracking` says of MLproject, which is the same everywhere.
SAME = frozenset({"project", "python_env", "conda_env", "docker_env", "entry_points"})
PATCHED = (("tracking",), ("services", "*", "deploy"), ("monitoring", "*"))


def with_environments(layer: Layer) -> Layer:
    """Every environment's patches merged over what they patch: afterwards an environment holds whole sections."""
    environments = as_mapping(layer.data.get("environments"))
    if environments is None:
        return layer
    merged = dict(environments)
    for name, environment in environments.items():
        entry = as_mapping(environment)
        if entry is not None:
            merged[name] = _environment(layer, entry, ("environments", cast("str", name)))
    layer.data = {**layer.data, "environments": merged}
    return layer


def _environment(layer: Layer, entry: Mapping, at: Path) -> Mapping:
    result: Mapping = dict(entry)
    for pattern in PATCHED:
        for path in _matches(entry, pattern):
            base = as_mapping(_get(layer.data, path))
            patch = as_mapping(_get(entry, path))
            if base is not None and patch is not None:
                if path == ("tracking",):
                    base = {key: value for key, value in base.items() if key not in SAME}
                _set(result, path, merge_patch(layer, base, patch, at + path, path))
    return result


def _matches(data: Mapping, pattern: Path) -> Iterator[Path]:
    head, rest = pattern[0], pattern[1:]
    for key in [*data] if head == "*" else [head] if head in data else []:
        if not rest:
            yield (cast("str", key),)
        elif (inner := as_mapping(data[key])) is not None:
            yield from ((cast("str", key), *more) for more in _matches(inner, rest))


def _get(data: Mapping, path: Path) -> object:
    value: object = data
    for step in path:
        mapping = as_mapping(value)
        if mapping is None:
            return None
        value = mapping.get(step)
    return value


def _set(data: Mapping, path: Path, value: object) -> None:
    """Sets a nested value, copying the mappings on the way: they may be shared with the document."""
    for step in path[:-1]:
        inner = dict(cast("Mapping", data[step]))
        data[step] = inner
        data = inner
    data[path[-1]] = value
