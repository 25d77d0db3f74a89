"""The order of the language: of each mapping whose keys the language knows, the order in which its model has them.

Keys that the user makes up (stages, outputs, parameters) have none, nor has anything under `params`, `vars`, `meta`,
`api` and `native`.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Union, cast, get_args, get_origin

from pydantic import BaseModel

from mlproject.model import Spec
from mlproject.records import field, frozen

_OWN = frozenset({"params", "vars", "meta", "api", "native"})
MERGE = "<<"


@frozen
class Shape:
    """What stands at a place: `fields` the known keys of a mapping, in order, and `places` their numbers; `each` what
    every value of a mapping with made-up keys is; `item` what every item of a list is. None where none is ordered."""

    fields: Mapping[str, Shape | None] = field(default_factory=dict[str, "Shape | None"])
    each: Shape | None = None
    item: Shape | None = None
    places: Mapping[str, int] = field(default_factory=dict[str, int])


@frozen
class Entry:
    """One entry of a mapping, for its order: its key (None if that is no text), whether its value is a list, and the
    anchors that it sets and those that it uses or sets."""

    key: str | None
    is_list: bool
    sets: frozenset[str]
    names: frozenset[str]


@cache
def spec() -> Shape:
    """The shape of a whole spec, which is that of a preset, too."""
    shape = _shape(Spec)
    assert shape is not None
    return shape


def _shape(annotation: object) -> Shape | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {info.alias or name: info for name, info in annotation.model_fields.items()}
        shapes = {key: None if key in _OWN else _shape(info.annotation) for key, info in fields.items()}
        return Shape(shapes, places={key: number for number, key in enumerate(shapes)})
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(inner[0])
    if origin is list:
        item = _shape(inner[0])
        return Shape(item=item) if item is not None else None
    if origin is dict:
        each = _shape(inner[1])
        return Shape(each=each) if each is not None else None
    if origin in (Union, types.UnionType):
        return _together([shape for shape in map(_shape, inner) if shape is not None])
    return None


def _together(shapes: list[Shape]) -> Shape | None:
    """Alternatives as one shape: at most one of them is a mapping and one a list."""
    if not shapes:
        return None
    first, *rest = shapes
    for shape in rest:
        first = Shape(
            first.fields or shape.fields,
            first.each or shape.each,
            first.item or shape.item,
            first.places or shape.places,
        )
    return first


def child(shape: Shape | None, key: str | None) -> Shape | None:
    """The shape of the value of a key."""
    if shape is None:
        return None
    if shape.fields:
        return shape.fields.get(key.removesuffix("+")) if key is not None else None
    return shape.each


def wanted(entries: Sequence[Entry], shape: Shape) -> list[int]:
    """The canonical order of a mapping's entries, as their numbers.

    A key that is unknown stays behind the one that it follows; `KEY` and `KEY+` stay in their order, which has a
    meaning; an anchor stays before its aliases.
    """
    order = list(range(len(entries)))
    for _ in entries:
        before = order
        order = [before[i] for i in _sorted([entries[i] for i in before], shape)]
        if order == before:
            break
    return order


def unbound(entries: Sequence[Entry], shape: Shape) -> list[int]:
    """The order that the entries would have if no anchor held them."""
    free = [Entry(entry.key, entry.is_list, frozenset(), frozenset()) for entry in entries]
    return wanted(free, shape)


def _sorted(entries: Sequence[Entry], shape: Shape) -> list[int]:
    """One step towards the canonical order."""
    ranks: list[int] = []
    for entry in entries:
        known = -1 if entry.key == MERGE else _place(entry, shape)
        ranks.append(known if known is not None else ranks[-1] if ranks else -2)
    waiting = sorted(range(len(entries)), key=lambda number: (ranks[number], number))
    if not any(entry.names for entry in entries):
        return waiting
    done: list[int] = []
    while waiting:
        free = next(i for i in waiting if not any(_binds(entries[j], entries[i]) for j in waiting if j < i))
        waiting.remove(free)
        done.append(free)
    return done


def _place(entry: Entry, shape: Shape) -> int | None:
    key = entry.key
    if key is None:
        return None
    if key not in shape.fields and key.endswith("+") and entry.is_list:
        key = key[:-1]
    return shape.places.get(key)


def _binds(earlier: Entry, later: Entry) -> bool:
    """Whether two entries must stay in their order: one sets an anchor that the other uses or sets again."""
    return bool(earlier.sets & later.names or later.sets & earlier.names)


def same(one: object, other: object, shape: Shape | None) -> bool:
    """Whether two values are equal, of the same types, and in the same order wherever the order is the user's."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        first, second = cast("Mapping[object, object]", one), cast("Mapping[object, object]", other)
        keys = [[_key(key) for key in table] for table in (first, second)]
        if shape is not None and shape.fields:
            keys = [sorted(names) for names in keys]
        return keys[0] == keys[1] and all(
            same(value, second[key], child(shape, key if isinstance(key, str) else None))
            for key, value in first.items()
        )
    if isinstance(one, list):
        items, others = cast("list[object]", one), cast("list[object]", other)
        item = shape.item if shape is not None else None
        return len(items) == len(others) and all(same(a, b, item) for a, b in zip(items, others, strict=True))
    return repr(one) == repr(other)  # NaN is itself


def _key(key: object) -> tuple[str, str]:
    """A key that tells `1` from `1.0` and `true`."""
    return type(key).__name__, repr(key)
