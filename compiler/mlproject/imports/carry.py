"""Notes of native files taken on to the places of the spec that their values moved to.

Nothing is lost and nothing is told twice: what belongs to a value that has no place of its own in the spec stands above
the nearest thing around it that has one, and above the whole spec where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlproject.diagnostics import Path
from mlproject.imports.notes import Notes
from mlproject.imports.taken import Comment

Origins = Mapping[Path, tuple[str, Path]]


def carried(notes: Notes, origins: Origins, file: str) -> dict[Path, Comment]:
    """The comments of `file` by spec path. `origins` is that of `Taken`; of several spec places that came from one
    native place, the first takes its comments."""
    places: dict[Path, Path] = {}
    for spec, (origin, native) in origins.items():
        if origin == file:
            places.setdefault(native, spec)
    out: dict[Path, Comment] = {}
    for native, comment in notes.comments.items():
        near = native
        while near and near not in places:
            near = near[:-1]
        exact = near == native
        target = places.get(near, ())
        add(out, target, comment if exact else told_above(comment))
    return out


def carried_breaks(notes: Notes, origins: Origins, file: str) -> dict[Path, tuple[int, ...]]:
    """The breaks of the texts of `file` by spec path; `write` leaves out those that no longer fit."""
    return {
        spec: notes.breaks[native]
        for spec, (origin, native) in origins.items()
        if origin == file and native in notes.breaks
    }


def joined(parts: Iterable[Mapping[Path, Comment]]) -> dict[Path, Comment]:
    """The comments of several files as those of one spec."""
    out: dict[Path, Comment] = {}
    for part in parts:
        for path, comment in part.items():
            add(out, path, comment)
    return out


def add(comments: dict[Path, Comment], path: Path, more: Comment) -> None:
    """Put `more` to what a place has. A line takes one comment beside it: a second one goes above."""
    old = comments.get(path)
    if old is None:
        comments[path] = more
        return
    above = _paragraphs(old.above, more.above) if not path else (*old.above, *more.above)
    if old.beside and more.beside:
        above = (*above, more.beside)
    below = _paragraphs(old.below, more.below)
    comments[path] = Comment(above, old.beside or more.beside, below)


def told_above(comment: Comment) -> Comment:
    """The same comment, all of it above its node."""
    return Comment((*comment.above, *((comment.beside,) if comment.beside else ()), *comment.below))


def _paragraphs(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return (*first, "", *second) if first and second else (*first, *second)
