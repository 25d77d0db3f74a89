"""Three versions of plain data brought together: a common base, ours, and theirs.

What only one side changed is taken from that side. Where both changed one value, differently, that is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from mlproject.diagnostics import Path
from mlproject.resolve.merging import as_mapping

Same = Callable[[object, object], bool]
_ABSENT: Final = object()


def merged(base: object, ours: object, theirs: object, same: Same) -> tuple[object, list[Path]]:
    """The value that both sides' changes give, and the paths of conflicts (there it is ours). `same` compares."""
    conflicts: list[Path] = []
    return _merged((base, ours, theirs), same, (), conflicts), conflicts


def _merged(sides: tuple[object, object, object], same: Same, path: Path, conflicts: list[Path]) -> object:
    base, ours, theirs = sides
    if _equal(ours, theirs, same) or _equal(base, theirs, same):
        return ours
    if _equal(base, ours, same):
        return theirs
    first, second = as_mapping(ours), as_mapping(theirs)
    if first is None or second is None:
        conflicts.append(path)
        return ours
    before = as_mapping(base) or {}
    result: dict[object, object] = {}
    for key in [*first, *(key for key in second if key not in first)]:
        inner = (before.get(key, _ABSENT), first.get(key, _ABSENT), second.get(key, _ABSENT))
        value = _merged(inner, same, (*path, cast("str", key)), conflicts)
        if value is not _ABSENT:
            result[key] = value
    return result


def _equal(one: object, other: object, same: Same) -> bool:
    return one is other or (one is not _ABSENT and other is not _ABSENT and same(one, other))
