"""Where each value of a finished spec came from: what the readers told, and below it all that stayed as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from mlproject.diagnostics import Path
from mlproject.imports.taken import Native

Origins = Mapping[Path, tuple[str, Path]]


def complete(
    sections: Mapping[str, object], origins: Origins, natives: Mapping[str, Native]
) -> dict[Path, tuple[str, Path]]:
    """The origins of every value of `sections` that has one: its own, or that of the value around it with the rest of
    the path, where the native file has something of the same kind there (in a list the same text)."""
    full: dict[Path, tuple[str, Path]] = {}
    for path, value in _walk(sections, ()):
        own = origins.get(path)
        if own is None and path[:-1] in full:
            file, place = full[path[:-1]]
            there = _at(natives[file].document.data, (*place, path[-1]))
            if there is not None and _alike(value, there, listed=isinstance(path[-1], int)):
                own = (file, (*place, path[-1]))
        if own is not None and own[0] in natives:
            full[path] = own
    return full


def native(path: Path, origins: Origins) -> tuple[str, Path] | None:
    """Where a place of the spec came from: its own origin or that of the nearest place around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return origins[path[:length]]
    return None


def _walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, object]", value).items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from _walk(inner, (*path, index))


def _at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, dict):
            data = cast("dict[object, object]", data).get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(cast("list[object]", data)):
            data = cast("list[object]", data)[step]
        else:
            return None
    return data


def _alike(mine: object, theirs: object, *, listed: bool) -> bool:
    if isinstance(mine, dict | list) or isinstance(theirs, dict | list):
        return isinstance(mine, list) == isinstance(theirs, list)
    return not listed or mine == theirs or (isinstance(mine, str) and "${" in mine)
