"""The entries of a block collection as stretches of its text, and the same entries in another order."""

from __future__ import annotations

from mlproject.records import frozen
from mlproject.rewrite import trivia
from mlproject.rewrite.nodes import Node, Tail


@frozen
class Piece:
    """A stretch in its new form, and how it ends if a block scalar is the last of it."""

    text: str
    tail: Tail = ""


@frozen
class Child:
    """An entry of a block collection: `start` of its key or dash, `end` of what is its own, `inner` where the value's
    stretch begins, `node` the value, `key` the key of a mapping."""

    start: int
    end: int
    inner: int
    node: Node
    key: Node | None = None


@frozen
class Gap:
    """The lines behind an entry: where those end that belong to it, and the others, up to the next entry."""

    end: int
    others: list[str]


@frozen
class Opening:
    """What stands between a collection's key or dash and its first entry: the rest of that line, lines that stay above
    whatever is first, lines that belong to the first entry, and its indentation. `inline`: it is all on one line."""

    head: str
    above: list[str]
    lead: list[str]
    indent: str
    inline: bool

    @staticmethod
    def of(text: str, *, begins_line: bool) -> Opening:
        """The opening in a text; `begins_line` at the beginning of the file."""
        lines = trivia.lines(text)
        indent = lines.pop() if lines and not trivia.ended(lines[-1]) else ""
        if not lines:
            return Opening("", [], [], indent, not begins_line)
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
        return Opening("".join(map(trivia.bare, lines[:head])), above[:cut], above[cut:], indent, False)


@frozen
class Moved:
    """The entries of a block mapping in another order; `indent` is what stands before each of their keys."""

    line_break: str
    indent: str
    gaps: list[Gap]
    pieces: list[Piece]
    opening: Opening

    def text(self, order: list[int]) -> list[str]:
        """The text up to the end of the last entry, in parts."""
        opening = self.opening
        indent = self.indent
        parts = [opening.head, trivia.tidy(opening.above)]
        ends = trivia.ended(self.pieces[-1].text)
        for place, number in enumerate(order):
            lead = self._lead(number)
            if place:
                apart = self._apart(order[place - 1], number) and self.pieces[order[place - 1]].tail != "keep"
                parts += [self.line_break if apart else "", *lead, indent]
            elif opening.inline and lead:
                parts += [f"{opening.indent.rstrip()} {lead[0].lstrip()}", *lead[1:], indent]
            else:
                parts += [*lead, opening.indent]
            piece = self.pieces[number].text
            if not ends and number == len(order) - 1 and place < len(order) - 1:
                piece += self.line_break
            elif not ends and place == len(order) - 1 and number < len(order) - 1:
                piece = trivia.unended(piece)
            parts.append(piece)
        return parts

    def _lead(self, number: int) -> list[str]:
        """The comments above an entry, none of them deeper than its key (behind a block scalar it would be content)."""
        found = self.opening.lead if number == 0 else self.gaps[number - 1].others
        indent = self.indent
        lines = trivia.lines(trivia.tidy(_without_blank_start(found)))
        return [
            indent + line.lstrip() if trivia.column(line) > len(indent) and line.strip() else line
            for line in lines
        ]

    def _had_blank(self, number: int) -> bool:
        return (
            bool(number)
            and bool(self.gaps[number - 1].others)
            and trivia.is_blank(self.gaps[number - 1].others[0])
        )

    def _apart(self, above: int, below: int) -> bool:
        """Whether a blank line parts two entries: as it did, or, for new neighbours, where the mapping has blank lines
        at all and one of the two has several lines."""
        if below == above + 1:
            return self._had_blank(below)
        several = any(
            len(trivia.lines(self.pieces[one].text)) > 1 or self._lead(one) for one in (above, below)
        )
        return several and any(self._had_blank(one) for one in range(len(self.pieces)))


def below(piece: Piece, lines: list[str]) -> list[str]:
    """Lines as they may follow a piece: behind `|+` a blank line would be content."""
    return _without_blank_start(lines) if piece.tail == "keep" else lines


def _without_blank_start(lines: list[str]) -> list[str]:
    start = 0
    while start < len(lines) and trivia.is_blank(lines[start]):
        start += 1
    return lines[start:]


def without_blank_end(lines: list[str]) -> list[str]:
    """Lines without the blank ones at their end."""
    end = len(lines)
    while end and trivia.is_blank(lines[end - 1]):
        end -= 1
    return lines[:end]
