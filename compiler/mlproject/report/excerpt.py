"""The lines of a source file that a span covers, with marks beneath, cut to the width of a terminal."""

from __future__ import annotations

from mlproject.diagnostics import Span
from mlproject.records import frozen
from mlproject.report import Sources
from mlproject.report.visible import cells

_CUT = "…"
_MOST = 3  # lines shown of one span


class Lines:
    """The lines of the sources, each file split once."""

    __slots__ = ("_files", "_sources")

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files: dict[str, list[str]] = {}

    def __call__(self, file: str) -> list[str]:
        """The lines of a file without their ends; none where its text cannot be had."""
        lines = self._files.get(file)
        if lines is None:
            text = self._sources(file)
            lines = [] if text is None else _split(text)
            self._files[file] = lines
        return lines


@frozen
class Row:
    """A line of an excerpt: its number (0 where lines are left out), its text as shown, and the cells to mark."""

    number: int
    text: str
    offset: int = 0
    length: int = 0


def excerpt(lines: list[str], span: Span, room: int) -> list[Row]:
    """The rows of `span`, each at most `room` cells wide; none where the file has no such line."""
    if not 1 <= span.line <= len(lines):
        return []
    last, end = _end(lines, span)
    numbers = list(range(span.line, last + 1))
    if len(numbers) > _MOST:
        numbers = [*numbers[: _MOST - 1], 0, numbers[-1]]
    rows: list[Row] = []
    for number in numbers:
        if number == 0:
            rows.append(Row(0, "..."))
            continue
        line = lines[number - 1]
        start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        rows.append(_row(number, line, (start, end if number == last else len(line)), room))
    return rows


def _end(lines: list[str], span: Span) -> tuple[int, int]:
    """The last line of a span and the column (from 0, exclusive) where it ends there.

    A span that ends before the first character of a line, or at the blank lines behind a value, ends above them."""
    last, end = min(span.end_line, len(lines)), span.end_column - 1
    if span.end_line > len(lines):
        end = len(lines[-1])
    while last > span.line and not lines[last - 1][:end].strip():
        last -= 1
        end = len(lines[last - 1])
    return max(last, span.line), end


def _row(number: int, line: str, marked: tuple[int, int], room: int) -> Row:
    """One row: `line` with the characters from `marked[0]` to before `marked[1]` marked (at least one cell)."""
    start = min(max(marked[0], 0), len(line))
    end = max(start, min(marked[1], len(line)))
    # A line may be megabytes long: only what could be seen is looked at.
    low, high = max(0, start - room), min(len(line), start + room)
    shown = cells(line[low:high])
    start, end = start - low, min(end, high) - low
    first, stop = _window([width for _, width in shown], start, room)
    left = _CUT if low + first > 0 else ""
    right = _CUT if low + stop < len(line) else ""
    offset = len(left) + sum(width for _, width in shown[first:start])
    length = sum(width for _, width in shown[start : min(end, stop)])
    return Row(number, left + "".join(text for text, _ in shown[first:stop]) + right, offset, max(1, length))


def _window(widths: list[int], start: int, room: int) -> tuple[int, int]:
    """The stretch of characters to show: everything if it fits, else from a third of the room before `start` on."""
    if sum(widths) <= room and len(widths) < room:
        return 0, len(widths)
    room -= 2 * len(_CUT)
    first, used = start, 0
    while first > 0 and used + widths[first - 1] <= room // 3:
        first -= 1
        used += widths[first]
    stop = start
    while stop < len(widths) and used + widths[stop] <= room:
        used += widths[stop]
        stop += 1
    while first > 0 and used + widths[first - 1] <= room:
        first -= 1
        used += widths[first]
    return first, stop


def _split(text: str) -> list[str]:
    """Lines as an editor counts them; a byte order mark is no character of the first."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
