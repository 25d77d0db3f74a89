"""A text with the entries of its mappings in the order of the language.

Everything is a stretch of the text: a collection's own stretch begins behind its key or dash, and ends with the last
comment that belongs to it. In block style an entry takes its lines along; in flow style only its own characters, the
commas stay. What cannot be moved without harm stays, and is noted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from mlproject.records import frozen
from mlproject.rewrite import trivia
from mlproject.rewrite.blocks import Child, Gap, Moved, Opening, Piece, below, without_blank_end
from mlproject.rewrite.nodes import Node
from mlproject.rewrite.order import MERGE, Entry, Shape, child, unbound, wanted

_PROPERTIES = re.compile(r"(?:[&!]\S*|\s+|#[^\r\n]*)*")
_TRIVIA = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*")
_BETWEEN = re.compile(r"[\s,]*")

REPEATED = "an alias repeats it where the order is yours"
ANCHOR = "an anchor must stay before its aliases"
COMMENT = "there are comments inside its brackets"
KEYS = "its keys are not written as `key: value`"
END = "a block of text ends the file without a line break"


@frozen
class Note:
    """An entry that is not where the language has it, and why: where its key stands in the text that was read."""

    at: int
    why: str


@dataclass(slots=True)
class Layout:
    """A text on its way into another order."""

    text: str
    notes: list[Note] = field(default_factory=list[Note])
    _starts: list[int] = field(default_factory=list[int])
    _fixed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        position = 0
        for line in trivia.lines(self.text):
            self._starts.append(position)
            position += len(line)
        self._starts.append(position)

    def whole(self, root: Node, shape: Shape) -> str:
        """The whole text, whose root is `root`."""
        self._fixed = _repeated(root, shape)
        return self._stretch(root, shape, 0, len(self.text)).text

    def _line(self, at: int) -> int:
        """Where the line of a character begins."""
        return self._starts[bisect_right(self._starts, at) - 1]

    def _next_line(self, at: int) -> int:
        """Where the line after that of a character begins."""
        return self._starts[min(bisect_right(self._starts, at), len(self._starts) - 1)]

    def _stretch(self, node: Node, shape: Shape | None, start: int, end: int) -> Piece:
        """The text from `start` to `end`, in which `node` stands."""
        shape = self._free(node, shape)
        if not node.flow:
            children = self._children(node)
            if children is not None:
                return self._block(node, children, shape, start, end)
            if node.kind == "mapping" and shape is not None and shape.fields:
                self._note(node.entries, wanted(_entries(node), shape), KEYS)
            return Piece(self.text[start:end], node.tail)
        own = self._flow(node, shape)
        after = self._after(node.end, end)
        return Piece(self.text[start : node.start] + own + after, node.tail if not after.strip() else "")

    def _free(self, node: Node, shape: Shape | None) -> Shape | None:
        """The shape of a node; None for one whose order must stay, because an alias repeats it elsewhere."""
        if shape is None or node.anchor not in self._fixed:
            return shape
        if shape.fields and node.kind == "mapping":
            self._note(node.entries, wanted(_entries(node), shape), REPEATED)
        return None

    def _after(self, start: int, end: int) -> str:
        """What follows a node to the end of its stretch."""
        return trivia.tidy(trivia.lines(self.text[start:end]))

    # Flow style

    def _flow(self, node: Node, shape: Shape | None) -> str:
        """A node in brackets, or a scalar."""
        shape = self._free(node, shape)
        parts = [part for entry in node.entries for part in entry] or node.items
        if shape is None or not parts:
            return self.text[node.start : node.end]
        if node.kind == "list":
            slots = [(item.start, item.end) for item in node.items]
            pieces = [self._flow(item, shape.item) for item in node.items]
        else:
            slots = [(key.start, max(key.end, value.end)) for key, value in node.entries]
            pieces = [
                self.text[key.start : value.start] + self._flow(value, child(shape, key.value))
                if value.end > value.start
                else self.text[key.start : max(key.end, value.end)]
                for key, value in node.entries
            ]
        order = list(range(len(slots)))
        if shape.fields and node.kind == "mapping":
            order = self._flow_order(node, shape, slots)
        out = [self.text[node.start : slots[0][0]]]
        ends = [*[slot[0] for slot in slots[1:]], node.end]
        for number, (slot, following) in enumerate(zip(slots, ends, strict=True)):
            out += [pieces[order[number]], self.text[slot[1] : following]]
        return "".join(out)

    def _flow_order(self, node: Node, shape: Shape, slots: list[tuple[int, int]]) -> list[int]:
        order = self._order(node, shape)
        stay = list(range(len(slots)))
        if order == stay:
            return order
        between = [self.text[a[1] : b[0]] for a, b in pairwise(slots)]
        around = [
            self.text[node.start : slots[0][0]].rpartition("{")[2],
            self.text[slots[-1][1] : node.end - 1],
        ]
        if any("#" in one for one in (*between, *around)):
            self._note(node.entries, order, COMMENT)
            return stay
        empty = any(value.start == value.end > key.end for key, value in node.entries)
        if empty or not all(_BETWEEN.fullmatch(one) for one in (*between, *around)):
            self._note(node.entries, order, KEYS)
            return stay
        return order

    # Block style

    def _children(self, node: Node) -> list[Child] | None:
        """The entries of a block collection; None where one is not on lines of its own (`? key`)."""
        found: list[Child] = []
        for key, value in node.entries:
            has = value.end > value.start
            colon = self.text.find(":", key.end) + 1
            found.append(Child(key.start, value.end if has else max(value.end, colon), key.end, value, key))
        at = _end_of(_PROPERTIES, self.text, node.start)
        for item in node.items:
            found.append(Child(at, max(item.end, at + 1), at + 1, item))
            at = _end_of(_TRIVIA, self.text, self._behind(found[-1]))
        indent = found[0].start - self._line(found[0].start)
        for before, one in pairwise(found):
            line = self._line(one.start)
            if self.text[line : one.start].strip(" ") or line < self._behind(before):
                return None
            if one.start - line != indent:
                return None
        first = self.text[self._line(found[0].start) : found[0].start]
        return None if first.strip(" -") and node.kind == "mapping" else found

    def _behind(self, one: Child) -> int:
        """Where the line after an entry begins."""
        begins_line = one.node.tail != "" and self._line(one.end) == one.end
        return one.end if begins_line else self._next_line(one.end)

    def _gaps(self, children: list[Child], end: int) -> list[Gap]:
        indent = children[0].start - self._line(children[0].start)
        found: list[Gap] = []
        for number, one in enumerate(children):
            last = number == len(children) - 1
            start = min(self._behind(one), end)
            stop = end if last else self._line(children[number + 1].start)
            lines = trivia.lines(self.text[start:stop])
            count = trivia.owned(lines, indent, last=last)
            found.append(Gap(start + sum(map(len, lines[:count])), lines[count:]))
        return found

    def _block(self, node: Node, children: list[Child], shape: Shape | None, start: int, end: int) -> Piece:
        gaps = self._gaps(children, end)
        pieces = [self._entry(one, shape, gap.end) for one, gap in zip(children, gaps, strict=True)]
        opening = Opening.of(self.text[start : children[0].start], begins_line=self._line(start) == start)
        order = list(range(len(children)))
        if node.kind == "mapping" and shape is not None and shape.fields:
            order = self._block_order(node, shape, pieces)
        closing = gaps[-1].others
        if order == sorted(order):
            out = [opening.head, trivia.tidy([*opening.above, *opening.lead]), opening.indent, pieces[0].text]
            for number, piece in enumerate(pieces[1:], 1):
                line = self._line(children[number].start)
                above = below(pieces[number - 1], gaps[number - 1].others)
                out += [trivia.tidy(above), self.text[line : children[number].start], piece.text]
        else:
            indent = " " * (children[0].start - self._line(children[0].start))
            out = Moved(trivia.break_of(self.text), indent, gaps, pieces, opening).text(order)
        last = pieces[order[-1]]
        if end == len(self.text) and start == 0:
            closing = without_blank_end(closing)
        out.append(trivia.tidy(below(last, closing)))
        return Piece("".join(out), "" if "".join(closing).strip() else last.tail)

    def _entry(self, one: Child, shape: Shape | None, end: int) -> Piece:
        """An entry from its key or dash to the end of what belongs to it."""
        name = one.key.value if one.key is not None else None
        inner = child(shape, name) if one.key is not None else shape.item if shape is not None else None
        piece = self._stretch(one.node, inner, one.inner, end)
        return Piece(self.text[one.start : one.inner] + piece.text, piece.tail)

    def _block_order(self, node: Node, shape: Shape, pieces: list[Piece]) -> list[int]:
        order = self._order(node, shape)
        last = pieces[-1]
        if order[-1] != len(pieces) - 1 and not trivia.ended(last.text):
            tails = {last.tail, pieces[order[-1]].tail}
            if tails & {"clip", "keep"}:
                self._note(node.entries, order, END)
                return sorted(order)
        return order

    # Order

    def _order(self, node: Node, shape: Shape) -> list[int]:
        """The order of a mapping's entries; where an anchor keeps one from its place, that is noted."""
        entries = _entries(node)
        order = wanted(entries, shape)
        if any(entry.names for entry in entries):
            free = unbound(entries, shape)
            places = {number: place for place, number in enumerate(order)}
            moved = [node.entries[number] for number in order]
            self._note(moved, [places[number] for number in free], ANCHOR)
        return order

    def _note(self, entries: list[tuple[Node, Node]], order: list[int], why: str) -> None:
        """Notes the first of some entries that would have another place in `order`."""
        for number, place in enumerate(order):
            if number != place:
                self.notes.append(Note(entries[place][0].start, why))
                return


def _entries(node: Node) -> list[Entry]:
    return [
        Entry(key.value, value.kind in ("list", "alias"), key.sets | value.sets, key.names | value.names)
        for key, value in node.entries
    ]


def _repeated(root: Node, shape: Shape) -> frozenset[str]:
    """The anchors whose nodes and aliases stand at places of different shapes."""
    found: dict[str, list[Shape | None]] = {}
    waiting: list[tuple[Node, Shape | None]] = [(root, shape)] if root.names else []
    while waiting:
        node, here = waiting.pop()
        if node.anchor is not None:
            known = found.setdefault(node.anchor, [])
            if here not in known:
                known.append(here)
        waiting += [(item, here.item if here is not None else None) for item in node.items]
        for key, value in node.entries:
            if key.value == MERGE:  # what is merged is of the same shape, be it one mapping or a list of them
                waiting += [(one, here) for one in (value, *value.items)]
            else:
                waiting.append((value, child(here, key.value)))
    return frozenset(name for name, shapes in found.items() if len(shapes) > 1)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
