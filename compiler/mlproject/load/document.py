"""A file that was read: plain data, and beside it where everything stands.

Vocabulary
    mark    libyaml's own record of a position: 0-based line and column, columns in characters
    place   one node: the marks around its key (None for an item of a list), those around its value, and the places of
            its children: a dictionary for a mapping, a list for a list, None for a scalar

Marks are kept as they come and places as a tree, because most of them are never asked for: `values` and `keys` spread
them out under whole paths only when somebody wants them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from mlproject.diagnostics import Part, Path, Span
from mlproject.load.content import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml._yaml import Mark

Place: TypeAlias = "tuple[Mark | None, Mark | None, Mark, Mark, Places | None]"
Places: TypeAlias = "dict[object, Place] | list[Place]"
Box = tuple[int, int, int, int]  # 0-based line and column, end line and end column (exclusive)


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file with its text and places; `data` is None where nothing could be read.

    Keys are what YAML says they are: mostly text, but a number or a truth value stays one, in `data` as in paths.
    Positions never take part in equality.
    """

    file: str
    data: object
    text: str = field(compare=False, repr=False)
    place: Place | None = field(default=None, compare=False, repr=False)
    _lines: list[str] = field(default_factory=list[str], init=False, compare=False, repr=False)

    @property
    def values(self) -> dict[Path, Box]:
        """Where each value stands. Built anew at every call: keep it."""
        return {path: self._box(place[2], place[3]) for path, place in self._all()}

    @property
    def keys(self) -> dict[Path, Box]:
        """Where each key of a mapping stands; the path ends with the key. Built anew at every call: keep it."""
        return {path: self._box(place[0], place[1]) for path, place in self._all() if place[0] and place[1]}

    def span(self, path: Path, part: Part = "value", text: str = "") -> Span:
        """The span of a value, or of its key; of the nearest ancestor where there is no such path.

        The key of the whole file is its first. An aliased value stands at its alias, what is inside it
        at the anchor. `text`, where it is found verbatim in the source of the value (or key), narrows
        the span to its first occurrence.
        """
        place = self._find(path)
        if place is None:
            return Span(self.file, 1, 1, 1, 1)
        if part == "key" and not path and isinstance(place[4], dict):
            place = next(iter(place[4].values()), place)
        start, end = place[2], place[3]
        if part == "key" and place[0] is not None and place[1] is not None:
            start, end = place[0], place[1]
        box = self._box(start, end)
        if text:
            box = self._narrowed(box, text)
        return Span(self.file, box[0] + 1, box[1] + 1, box[2] + 1, box[3] + 1)

    def _find(self, path: Path) -> Place | None:
        place = self.place
        for step in path:
            children = place[4] if place is not None else None
            if isinstance(children, dict):
                inner = children.get(step)
            elif isinstance(children, list) and isinstance(step, int) and -1 < step < len(children):
                inner = children[step]
            else:
                break
            if inner is None:
                break
            place = inner
        return place

    def _all(self) -> Iterator[tuple[Path, Place]]:
        """Every place with its path, a container before what is in it."""
        waiting: list[tuple[Path, Place]] = [] if self.place is None else [((), self.place)]
        while waiting:
            path, place = waiting.pop()
            yield path, place
            children = place[4]
            if isinstance(children, dict):
                # A key may be any scalar; a path calls it text or number, which is what nearly all of them are.
                named = cast("dict[str | int, Place]", children)
                waiting += [((*path, key), inner) for key, inner in reversed(named.items())]
            elif children is not None:
                waiting += [((*path, i), children[i]) for i in range(len(children) - 1, -1, -1)]

    def _source(self) -> list[str]:
        """The lines of the text, without their breaks, split on first use."""
        if not self._lines:
            self._lines.extend(LINE_BREAK.split(self.text))
        return self._lines

    def _box(self, start: Mark | None, end: Mark | None) -> Box:
        if start is None or end is None:
            return (0, 0, 0, 0)
        if start.index >= len(self.text):
            # libyaml begins a line at the end of every file, whether or not there is one.
            lines = self._source()
            return (len(lines) - 1, len(lines[-1]), len(lines) - 1, len(lines[-1]))
        line, column = end.line, end.column
        if column == 0 and line > start.line:
            # A block scalar ends, for libyaml, where the next token begins: step back over the empty lines.
            lines = self._source()
            line = min(line, len(lines)) - 1
            while line > start.line and not lines[line].strip():
                line -= 1
            column = len(lines[line])
        return (start.line, start.column, line, column)

    def _narrowed(self, box: Box, text: str) -> Box:
        """The first place of `text` inside a box; the box itself where it is not there on one line."""
        lines = self._source()
        for number in range(box[0], min(box[2] + 1, len(lines))):
            line = lines[number]
            stop = box[3] if number == box[2] else len(line)
            found = line.find(text, box[1] if number == box[0] else 0, stop)
            if found >= 0:
                return (number, found, number, found + len(text))
        return box
