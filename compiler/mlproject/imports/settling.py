"""Comments brought to where they can be written, before anything is.

So that reading the text back finds each at the same place: an item of a list and the first entry in it begin on one
line, which the item owns; a scalar has no end to stand at; and the file has no line to stand beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from mlproject.diagnostics import Path
from mlproject.imports.carry import add, told_above
from mlproject.imports.taken import Comment


def settled(tree: object, comments: Mapping[Path, Comment]) -> dict[Path, Comment]:
    """The comments by places that `tree` has; none is empty."""
    out: dict[Path, Comment] = {}
    for place, comment in comments.items():
        nodes = along(tree, place)
        path = place[: len(nodes) - 1]
        here = comment if path == place else told_above(comment)
        if not path or not (nodes[-1] is None or isinstance(nodes[-1], dict | list)):
            here = _ended(here, path)
        if here.below:
            add(out, path, Comment(below=here.below))
        while _is_first(nodes, path):
            path, nodes = path[:-1], nodes[:-1]
        add(out, path, Comment(here.above, here.beside))
    trimmed = {
        path: Comment(_trimmed(comment.above), comment.beside.strip(), _trimmed(comment.below))
        for path, comment in out.items()
    }
    return {path: comment for path, comment in trimmed.items() if comment != Comment()}


def along(tree: object, path: Path) -> list[object]:
    """The nodes on the way along `path`, the root first, as far as there are any."""
    nodes = [tree]
    for step in path:
        around = nodes[-1]
        if isinstance(around, dict) and step in around:
            nodes.append(cast("dict[object, object]", around)[step])
        elif (
            isinstance(around, list)
            and isinstance(step, int)
            and -1 < step < len(cast("list[object]", around))
        ):
            nodes.append(cast("list[object]", around)[step])
        else:
            break
    return nodes


def _ended(comment: Comment, path: Path) -> Comment:
    """The comment of a node that has no end to stand at (a scalar), or no line to stand beside (the file)."""
    if path:
        return Comment((*comment.above, *comment.below), comment.beside)
    return Comment((*comment.above, *((comment.beside,) if comment.beside else ())), "", comment.below)


def _is_first(nodes: list[object], path: Path) -> bool:
    """Whether a node is the first in an item of a list, and so begins on its line."""
    if len(path) < 2 or not isinstance(nodes[-3], list):
        return False
    around = nodes[-2]
    if isinstance(around, dict):
        return next(iter(cast("dict[object, object]", around))) == path[-1]
    return path[-1] == 0


def _trimmed(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines without blanks at their ends (a single one is a `#` alone), one empty line between paragraphs, none around
    them."""
    out: list[str] = []
    for line in lines:
        text = line.rstrip() or line[:1]
        if text or (out and out[-1]):
            out.append(text)
    return tuple(out[:-1] if out and not out[-1] else out)
