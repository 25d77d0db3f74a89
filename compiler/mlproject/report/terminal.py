"""Diagnostics for a person at a terminal: what is wrong, where, a look at the place, and the way out.

Plain ANSI sequences and nothing imported: a check that takes a tenth of a second has no time for a library of styles.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlproject.diagnostics import SEVERITIES, Diagnostic, Related, Severity, Span
from mlproject.report import Sources
from mlproject.report.excerpt import Lines, excerpt
from mlproject.report.visible import visible

_HUES: dict[Severity, str] = {"error": "1;31", "warning": "1;33", "info": "1;36"}
_BOLD, _FRAME = "1", "1;34"
_NARROWEST = 40


def render(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    """All diagnostics in the order given, each with its excerpts, and a line that counts them; '' for none.

    `width` is the terminal's, in cells; only excerpts are cut to it, so that a message can be searched and copied."""
    if not diagnostics:
        return ""
    lines = Lines(sources)
    pen = _Pen(color)
    blocks = ["\n".join(_block(diagnostic, lines, pen, width)) for diagnostic in diagnostics]
    return "\n\n".join([*blocks, count(diagnostics)]) + "\n"


def count(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are of each severity: '2 errors, 1 warning'; '' for none."""
    parts: list[str] = []
    for severity in SEVERITIES:
        number = sum(diagnostic.severity == severity for diagnostic in diagnostics)
        if number:
            noun = {"error": "error", "warning": "warning", "info": "note"}[severity]
            parts.append(f"{number} {noun}{'s' if number > 1 else ''}")
    return ", ".join(parts)


class _Pen:
    """Puts colour around text, or leaves it alone."""

    __slots__ = ("_color",)

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._color and text else text


def _block(diagnostic: Diagnostic, lines: Lines, pen: _Pen, width: int) -> list[str]:
    """The lines of one diagnostic."""
    hue = _HUES[diagnostic.severity]
    spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
    margin = max((len(str(span.end_line)) for span in spans if span), default=1)
    head = pen(f"{diagnostic.severity}[{visible(diagnostic.code)}]", hue)
    rows = [f"{head}{pen(':', _BOLD)} {pen(visible(diagnostic.summary), _BOLD)}"]
    view = _View(lines, pen, margin, width)
    if diagnostic.span:
        rows += [f"{' ' * margin}{pen('-->', _FRAME)} {_place(diagnostic.span)}"]
        rows += view.look(diagnostic.span, "^", hue)
    for related in diagnostic.related:
        rows += _related(related, view)
    notes = [("help", diagnostic.help), ("fix", diagnostic.fix.title if diagnostic.fix else "")]
    notes = [(name, text) for name, text in notes if text]
    if notes and diagnostic.span:
        rows.append(view.edge())
    rows += [view.note(name, text) for name, text in notes]
    return rows


class _View:
    """The frame of one diagnostic: a margin for line numbers, a bar, and what stands beside it."""

    __slots__ = ("_lines", "_margin", "_pen", "_room")

    def __init__(self, lines: Lines, pen: _Pen, margin: int, width: int) -> None:
        self._lines = lines
        self._pen = pen
        self._margin = margin
        self._room = max(_NARROWEST, width) - margin - len(" | ")

    def edge(self) -> str:
        """The bar alone."""
        return f"{' ' * self._margin} {self._pen('|', _FRAME)}"

    def note(self, name: str, text: str) -> str:
        """A line that hangs from the bar."""
        return f"{' ' * self._margin} {self._pen('=', _FRAME)} {self._pen(name + ':', _BOLD)} {visible(text)}"

    def elsewhere(self, span: Span) -> str:
        """The line that opens another place."""
        return f"{' ' * self._margin}{self._pen(':::', _FRAME)} {_place(span)}"

    def look(self, span: Span, mark: str, hue: str, label: str = "") -> list[str]:
        """The excerpt of a span, marked, with `label` beside the last mark; nothing where its file is not to be had."""
        pen = self._pen
        rows = excerpt(self._lines(span.file), span, self._room)
        if not rows:
            return []
        shown = [self.edge()]
        for position, row in enumerate(rows):
            if row.number == 0:
                shown.append(pen("...", _FRAME))
                continue
            number = pen(f"{row.number:>{self._margin}} |", _FRAME)
            shown.append(f"{number} {row.text}" if row.text else number)
            said = f" {label}" if label and position == len(rows) - 1 else ""
            shown.append(f"{self.edge()} {' ' * row.offset}{pen(mark * row.length + said, hue)}")
        return shown


def _related(related: Related, view: _View) -> list[str]:
    """The lines of another place: its excerpt with the message beside the mark, or a note where there is none."""
    if related.span is None:
        return [view.note("note", related.message)]
    shown = view.look(related.span, "-", _FRAME, visible(related.message))
    if not shown:
        return [view.note("note", f"{related.message} ({related.span.file}:{related.span.line})")]
    return [view.edge(), view.elsewhere(related.span), *shown]


def _place(span: Span) -> str:
    return f"{visible(span.file)}:{span.line}:{span.column}"
