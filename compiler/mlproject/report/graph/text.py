"""A picture for a terminal: one line a box, from what comes in at the top to what runs at the bottom.

A box stands below the one that it needs last; what else it needs is named beside it. The largest branch goes straight
on, so that a long chain stays in one column.
"""

from __future__ import annotations

from mlproject.records import frozen
from mlproject.report.graph.boxes import Picture
from mlproject.report.graph.layers import topological
from mlproject.report.visible import cells

COLOURS = {
    "data": "37",
    "stage": "34",
    "model": "35",
    "service": "32",
    "deployment": "36",
    "monitor": "33",
    "workflow": "31",
}


@frozen
class Glyphs:
    """What lines are drawn with."""

    box: str
    trunk: str
    branch: str
    arrow: str
    more: str


UNICODE = Glyphs("●", "│ ", "├─", "→", "…")
ASCII = Glyphs("*", "| ", "|-", "->", "...")


def render(picture: Picture, *, colour: bool, width: int, ascii_only: bool = False) -> str:
    """The picture as lines of text."""
    glyphs = ASCII if ascii_only else UNICODE
    lines = [_paint(picture.name, "1", colour) + (f"  {picture.description}" if picture.description else "")]
    lines += _Tree(picture, glyphs, colour=colour, width=width).lines()
    text = "\n".join(lines) + "\n"
    if ascii_only:
        text = "".join(char if char.isascii() else _plain(char) for char in text)
    return text


def _plain(char: str) -> str:
    return {"→": "->", "×": "x", "…": "...", "≥": ">=", "≤": "<="}.get(char, f"\\u{ord(char):04x}")


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _width(text: str) -> int:
    return sum(width for _, width in cells(text))


class _Tree:
    """Each box below one that it needs."""

    def __init__(self, picture: Picture, glyphs: Glyphs, *, colour: bool, width: int) -> None:
        self._picture = picture
        self._glyphs = glyphs
        self._colour = colour
        self._width = width
        self._upstream = picture.upstream()
        order = topological(picture)
        place = {box: index for index, box in enumerate(order)}
        self._roots: list[int] = []
        self._children: list[list[int]] = [[] for _ in picture.boxes]
        self._parent: list[int | None] = [None] * len(picture.boxes)
        for box in order:
            before = [one for one in self._upstream[box] if place[one] < place[box]]
            if before:
                above = self._parent[box] = max(before, key=place.__getitem__)
                self._children[above].append(box)
            else:
                self._roots.append(box)
        size = [1] * len(picture.boxes)
        for box in reversed(order):
            parent = self._parent[box]
            if parent is not None:
                size[parent] += size[box]
        for children in self._children:
            children.sort(key=lambda one: size[one])

    def lines(self) -> list[str]:
        """All lines, without recursion: a chain may be long. Between two trees stands an empty line."""
        glyphs = self._glyphs
        found: list[tuple[int, str]] = []
        # A box, the lines to its left, and whether a branch begins with it.
        waiting = [(root, "", False) for root in reversed(self._roots)]
        while waiting:
            box, lead, first = waiting.pop()
            found.append((box, lead[: -len(glyphs.trunk)] + glyphs.branch if first else lead))
            children = self._children[box]
            waiting += [(child, lead, False) for child in children[-1:]]
            waiting += [(child, lead + glyphs.trunk, True) for child in reversed(children[:-1])]
        column = min(max((_width(lead) + self._width_of(box) for box, lead in found), default=0), 48)
        lines: list[str] = []
        for box, lead in found:
            lines += [""] if self._parent[box] is None else []
            lines.append(self._line(box, lead, column))
        return lines

    def _width_of(self, box: int) -> int:
        return _width(self._picture.boxes[box].title)

    def _line(self, box: int, lead: str, column: int) -> str:
        glyphs, one = self._glyphs, self._picture.boxes[box]
        above = self._parent[box]
        names = [self._picture.boxes[other].title for other in self._upstream[box] if other != above]
        also = (
            f"also needs {', '.join(names[:4])}" + (f" {glyphs.more}" if len(names) > 4 else "")
            if names
            else ""
        )
        pad = " " * max(column - _width(lead) - self._width_of(box), 0)
        plain = "  ".join(filter(None, [one.note, also]))
        used = _width(lead) + self._width_of(box) + len(pad) + 17
        room = max(self._width - used, 24)
        plain = plain if _width(plain) <= room else plain[: room - 1] + glyphs.more
        code = COLOURS.get(one.kind, "0")
        mark, title = _paint(glyphs.box, code, self._colour), _paint(one.title, "1", self._colour)
        told = _paint(f"{one.kind:<11}" if plain else one.kind, code, self._colour)
        told += f" {_paint(plain, '2', self._colour)}" if plain else ""
        return f"{lead}{mark} {title}{pad}  {told}"
