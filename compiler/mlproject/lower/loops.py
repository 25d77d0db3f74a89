"""`foreach` and `matrix`, expanded as DVC expands them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Literal, cast

from mlproject.interpolate import to_text
from mlproject.records import frozen


@frozen
class Items:
    """A loop's instances: keys to values, in order. `keyed`: `${key}` exists (a mapping, or a matrix)."""

    kind: Literal["foreach", "matrix"]
    keyed: bool
    axes: tuple[str, ...]
    values: Mapping[str, object]
    twice: tuple[str, ...] = ()


def _composite(value: object) -> bool:
    return isinstance(value, (dict, list))


def foreach(source: object) -> Items | None:
    """The items of a `foreach` source; None where it is neither list nor mapping."""
    if isinstance(source, dict):
        mapping = cast("dict[object, object]", source)
        return Items("foreach", True, (), {to_text(key): value for key, value in mapping.items()})
    if not isinstance(source, list):
        return None
    items = cast("list[object]", source)
    if any(_composite(item) for item in items):
        return Items("foreach", False, (), {str(index): item for index, item in enumerate(items)})
    return _unique("foreach", False, (), [(to_text(item), item) for item in items])


def matrix(source: Mapping[str, object]) -> Items | None:
    """The combinations of a matrix; None where an axis is no list."""
    axes: list[list[tuple[str, object]]] = []
    for name, values in source.items():
        if not isinstance(values, list):
            return None
        items = cast("list[object]", values)
        axes.append([(f"{name}{i}" if _composite(v) else to_text(v), v) for i, v in enumerate(items)])
    pairs: list[tuple[str, object]] = [
        (
            "-".join(fragment for fragment, _ in combination),
            dict(zip(source, (v for _, v in combination), strict=True)),
        )
        for combination in product(*axes)
    ]
    return _unique("matrix", True, tuple(source), pairs)


def _unique(
    kind: Literal["foreach", "matrix"], keyed: bool, axes: tuple[str, ...], pairs: list[tuple[str, object]]
) -> Items:
    values = dict(pairs)
    twice: list[str] = []
    if len(values) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen and key not in twice:
                twice.append(key)
            seen.add(key)
    return Items(kind, keyed, axes, values, tuple(twice))
