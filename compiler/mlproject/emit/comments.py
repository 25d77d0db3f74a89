"""A target's comments put into the YAML text of its tree.

A comment stands behind a scalar (or an empty collection) on the same line, and on a line of its own above a mapping
or a list. The text means the same with and without it, and each line keeps its place in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Path


def annotate(
    text: str, places: list[Path], tree: object, comments: Mapping[Path, str]
) -> tuple[str, list[Path]]:
    """What `yamltext.write(tree)` gave, with `comments`; one whose place is not in the tree (a native passage replaced
    it) is left out."""
    wanted = {path: comment for path, comment in comments.items() if _there(tree, path)}
    if not wanted:
        return text, places
    lines = text.removesuffix("\n").split("\n")
    above: dict[int, list[str]] = {}
    for path, comment in wanted.items():
        index = next(i for i, place in enumerate(places) if place[: len(path)] == path and lines[i])
        node = _node(tree, path)
        if isinstance(node, dict | list | tuple) and node:
            above.setdefault(index, []).append(f"{_indentation(lines[index])}# {comment}")
        else:
            lines[index] += f"  # {comment}"
    out: list[str] = []
    kept: list[Path] = []
    for index, line in enumerate(lines):
        for comment in above.get(index, ()):
            out.append(comment)
            kept.append(places[index])
        out.append(line)
        kept.append(places[index])
    return "\n".join([*out, ""]), kept


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _node(tree: object, path: Path) -> object:
    for step in path:
        tree = cast(dict[object, object], tree)[step]
    return tree


def _there(tree: object, path: Path) -> bool:
    try:
        _node(tree, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True
