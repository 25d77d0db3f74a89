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
from mlproject.rewrite.nodes import Node, Tail
from mlproject.rewrite.order import Entry, Shape, child, unbound, wanted

_PROPERTIES = re.compile(r"(?:[&!]\S*|\s+|#[^\r\n]*)*")
_TRIVIA = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*")
_BETWEEN = re.compile(r"[\s,]*")

ANCHOR = "an anchor must stay before its aliases"
COMMENT = "there are comments inside its brackets"
KEYS = "its keys are not written as `key: value`"
END = "a block of text ends the file without a line break"


@frozen
class Note:
    """An entry that is not where the language has it, and why: where its key stands in the text that was read."""

    at: int
    why: str


@frozen
class Piece:
    """A stretch in its new form, and how it ends if a block scalar is the last of it."""

    text: str
    tail: Tail = ""


@frozen
class _Child:
    """An entry of a block collection: `start` of its key or dash, `end` of what is its own, `inner` where the value's
    stretch begins, `node` the value, `key` the key of a mapping."""

    start: int
    end: int
    inner: int
    node: Node
    key: Node | None = None


@frozen
class _Gap:
    """The lines behind an entry: where those end that belong to it, and the others, up to the next entry."""

    end: int
    others: list[str]


@dataclass(slots=True)
class Layout:
    """A text on its way into another order."""

    text: str
    notes: list[Note] = field(default_factory=list[Note])
    _starts: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        position = 0
        for line in trivia.lines(self.text):
            self._starts.append(position)
            position += len(line)
        self._starts.append(position)

    def whole(self, root: Node, shape: Shape) -> str:
        """The whole text, whose root is `root`."""
        return self._stretch(root, shape, 0, len(self.text)).text

    def _line(self, at: int) -> int:
        """Where the line of a character begins."""
        return self._starts[bisect_right(self._starts, at) - 1]

    def _next_line(self, at: int) -> int:
        """Where the line after that of a character begins."""
        return self._starts[min(bisect_right(self._starts, at), len(self._starts) - 1)]

    def _stretch(self, node: Node, shape: Shape | None, start: int, end: int) -> Piece:
        """The text from `start` to `end`, in which `node` stands."""
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

    def _after(self, start: int, end: int) -> str:
        """What follows a node to the end of its stretch."""
        return trivia.tidy(trivia.lines(self.text[start:end]))

    # Flow style

    def _flow(self, node: Node, shape: Shape | None) -> str:
        """A node in brackets, or a scalar."""
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
        around = [self.text[node.start : slots[0][0]].rpartition("{")[2], self.text[slots[-1][1] : node.end - 1]]
        if any("#" in one for one in (*between, *around)):
            self._note(node.entries, order, COMMENT)
            return stay
        empty = any(value.start == value.end > key.end for key, value in node.entries)
        if empty or not all(_BETWEEN.fullmatch(one) for one in (*between, *around)):
            self._note(node.entries, order, KEYS)
            return stay
        return order

    # Block style

    def _children(self, node: Node) -> list[_Child] | None:
        """The entries of a block collection; None where one is not on lines of its own (`? key`)."""
        found: list[_Child] = []
        for key, value in node.entries:
            has = value.end > value.start
            colon = self.text.find(":", key.end) + 1
            found.append(_Child(key.start, value.end if has else max(value.end, colon), key.end, value, key))
        at = _end_of(_PROPERTIES, self.text, node.start)
        for item in node.items:
            found.append(_Child(at, max(item.end, at + 1), at + 1, item))
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

    def _behind(self, one: _Child) -> int:
        """Where the line after an entry begins."""
        begins_line = one.node.tail != "" and self._line(one.end) == one.end
        return one.end if begins_line else self._next_line(one.end)

    def _gaps(self, children: list[_Child], end: int) -> list[_Gap]:
        indent = children[0].start - self._line(children[0].start)
        found: list[_Gap] = []
        for number, one in enumerate(children):
            last = number == len(children) - 1
            start = min(self._behind(one), end)
            stop = end if last else self._line(children[number + 1].start)
            lines = trivia.lines(self.text[start:stop])
            count = trivia.owned(lines, indent, last=last)
            found.append(_Gap(start + sum(map(len, lines[:count])), lines[count:]))
        return found

    def _block(self, node: Node, children: list[_Child], shape: Shape | None, start: int, end: int) -> Piece:
        gaps = self._gaps(children, end)
        pieces = [self._entry(one, shape, gap.end) for one, gap in zip(children, gaps, strict=True)]
        opening = _Opening.of(self.text[start : children[0].start], begins_line=self._line(start) == start)
        order = list(range(len(children)))
        if node.kind == "mapping" and shape is not None and shape.fields:
            order = self._block_order(node, shape, pieces)
        closing = gaps[-1].others
        if order == sorted(order):
            out = [opening.head, trivia.tidy([*opening.above, *opening.lead]), opening.indent, pieces[0].text]
            for number, piece in enumerate(pieces[1:], 1):
                line = self._line(children[number].start)
                out += [trivia.tidy(gaps[number - 1].others), self.text[line : children[number].start], piece.text]
        else:
            out = _Moved(self.text, children, gaps, pieces, opening).text(order)
        last = pieces[order[-1]]
        if end == len(self.text) and start == 0:
            closing = _without_blank_end(closing, at_end=last.tail != "keep")
        out.append(trivia.tidy(_without_blank_start(closing) if last.tail == "keep" else closing))
        return Piece("".join(out), "" if "".join(closing).strip() else last.tail)

    def _entry(self, one: _Child, shape: Shape | None, end: int) -> Piece:
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


@frozen
class _Opening:
    """What stands between a collection's key or dash and its first entry: the rest of that line, lines that stay above
    whatever is first, lines that belong to the first entry, and its indentation. `inline`: it is all on one line."""

    head: str
    above: list[str]
    lead: list[str]
    indent: str
    inline: bool

    @staticmethod
    def of(text: str, *, begins_line: bool) -> _Opening:
        """The opening in a text; `begins_line` at the beginning of the file."""
        lines = trivia.lines(text)
        indent = lines.pop() if lines and not trivia.ended(lines[-1]) else ""
        if not lines:
            return _Opening("", [], [], indent, not begins_line)
        head = 0 if begins_line else 1
        for number, line in enumerate(lines):
            if not trivia.is_blank(line) and not trivia.is_comment(line):
                head = max(head, number + 1)
        above = lines[head:]
        lead = trivia.leading(above, top=begins_line)
        if begins_line and not head:
            while above and trivia.is_blank(above[0]):
                del above[0]
        cut = len(above) - lead
        return _Opening("".join(map(trivia.bare, lines[:head])), above[:cut], above[cut:], indent, False)


@frozen
class _Moved:
    """The entries of a block mapping in another order."""

    source: str
    children: list[_Child]
    gaps: list[_Gap]
    pieces: list[Piece]
    opening: _Opening

    def text(self, order: list[int]) -> list[str]:
        """The text up to the end of the last entry, in parts."""
        line_break = trivia.break_of(self.source)
        opening = self.opening
        indent = self._indent()
        parts = [opening.head, trivia.tidy(opening.above)]
        ends = trivia.ended(self.pieces[-1].text)
        for place, number in enumerate(order):
            lead = self._lead(number)
            if place:
                apart = self._apart(order[place - 1], number) and self.pieces[order[place - 1]].tail != "keep"
                parts += [line_break if apart else "", *lead, indent]
            elif opening.inline and lead:
                parts += [f"{opening.indent.rstrip()} {lead[0].lstrip()}", *lead[1:], indent]
            else:
                parts += [*lead, opening.indent]
            piece = self.pieces[number].text
            if not ends and number == len(order) - 1 and place < len(order) - 1:
                piece += line_break
            elif not ends and place == len(order) - 1 and number < len(order) - 1:
                piece = trivia.unended(piece)
            parts.append(piece)
        return parts

    def _indent(self) -> str:
        first = self.children[0].start
        line = max(self.source.rfind("\n", 0, first), self.source.rfind("\r", 0, first)) + 1
        return " " * (first - line)

    def _lead(self, number: int) -> list[str]:
        """The comments above an entry, none of them deeper than its key (behind a block scalar it would be content)."""
        found = self.opening.lead if number == 0 else self.gaps[number - 1].others
        indent = self._indent()
        lines = [line for line in trivia.lines(trivia.tidy(_without_blank_start(found)))]
        return [indent + line.lstrip() if trivia.column(line) > len(indent) and line.strip() else line for line in lines]

    def _had_blank(self, number: int) -> bool:
        return bool(number) and bool(self.gaps[number - 1].others) and trivia.is_blank(self.gaps[number - 1].others[0])

    def _apart(self, above: int, below: int) -> bool:
        """Whether a blank line parts two entries: as it did, or, for new neighbours, where the mapping has blank lines
        at all and one of the two has several lines."""
        if below == above + 1:
            return self._had_blank(below)
        several = any(len(trivia.lines(self.pieces[one].text)) > 1 or self._lead(one) for one in (above, below))
        return several and any(self._had_blank(one) for one in range(len(self.pieces)))


def _entries(node: Node) -> list[Entry]:
    return [
        Entry(key.value, value.kind in ("list", "alias"), key.sets | value.sets, key.names | value.names)
        for key, value in node.entries
    ]


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _without_blank_start(lines: list[str]) -> list[str]:
    start = 0
    while start < len(lines) and trivia.is_blank(lines[start]):
        start += 1
    return lines[start:]


def _without_blank_end(lines: list[str], *, at_end: bool) -> list[str]:
    end = len(lines)
    while at_end and end and trivia.is_blank(lines[end - 1]):
        end -= 1
    return lines[:end]
