"""Reports: located diagnostics as text, for a person or for a machine.

Every report is a function of the same shape, so that a command only picks one by name. Names, values and paths in a
diagnostic come from files that a stranger may have written: each report escapes them for its own format, so that none
can forge a line, a field, a colour or a command of a CI runner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mlproject.diagnostics import Diagnostic

Sources = Callable[[str], str | None]
"""The text of a file that a span names, or None where it cannot be had."""

Report = Callable[[Sequence[Diagnostic], Sources, bool, int], str]
"""(diagnostics, sources, colour, width) to text. Only `text` heeds the last two; every report ends with a newline or is
empty."""


def _text(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    from mlproject.report.terminal import render

    return render(diagnostics, sources, color, width)


def _json(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    from mlproject.report.json_ import render

    return render(diagnostics)


def _sarif(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    from mlproject.report.sarif import render

    return render(diagnostics)


def _github(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    from mlproject.report.github import render

    return render(diagnostics)


def _gitlab(diagnostics: Sequence[Diagnostic], sources: Sources, color: bool, width: int) -> str:
    from mlproject.report.gitlab import render

    return render(diagnostics)


FORMATS: Mapping[str, Report] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
}
