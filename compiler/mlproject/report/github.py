"""Diagnostics as workflow commands, which GitHub shows as annotations on the changed files.

GitHub keeps at most ten annotations of a type from a step and drops the rest without a word. So what would be dropped
is listed in the log as plain lines, and the log says how many those are.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlproject.diagnostics import SEVERITIES, Diagnostic, Severity
from mlproject.report.visible import visible

MOST = 10
_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """One command a line, at most ten of each type; then the others as lines of the log."""
    lines: list[str] = []
    rest: list[str] = []
    for severity in SEVERITIES:
        of_kind = [diagnostic for diagnostic in diagnostics if diagnostic.severity == severity]
        lines += [_command(diagnostic) for diagnostic in of_kind[:MOST]]
        left = of_kind[MOST:]
        if left:
            command = _COMMANDS[severity]
            rest.append(f"GitHub shows {MOST} annotations of type {command} for a step; {len(left)} more:")
            rest += [_line(diagnostic) for diagnostic in left]
    return "".join(f"{line}\n" for line in [*lines, *rest])


def _command(diagnostic: Diagnostic) -> str:
    """`::error file=…,line=…::message`; columns only within one line, the only case GitHub knows."""
    properties = {"title": diagnostic.code}
    span = diagnostic.span
    if span:
        properties = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
        properties["title"] = diagnostic.code
    fields = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    said = [diagnostic.summary]
    said += [
        f"{related.message}: {related.span.file}:{related.span.line}" if related.span else related.message
        for related in diagnostic.related
    ]
    if diagnostic.help:
        said.append(f"help: {diagnostic.help}")
    message = "%0A".join(_data(line) for line in said)
    return f"::{_COMMANDS[diagnostic.severity]} {fields}::{message}"


def _line(diagnostic: Diagnostic) -> str:
    """A line of the log. The runner also obeys its old form of a command, `##[…]`, anywhere in a line."""
    span = diagnostic.span
    place = f"{span.file}:{span.line}:{span.column}: " if span else ""
    said = visible(f"{place}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.summary}")
    return "  " + said.replace("##[", "# #[").replace("::", ": :")


def _data(text: str) -> str:
    """Text as a command's message: visible, on one line, with the runner's own escapes."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Text as the value of a command's property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
