"""Diagnostics as GitLab's Code Quality report, shown in merge requests.

GitLab tells findings of two branches apart by their fingerprints, so those must survive lines that move.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from mlproject.diagnostics import Diagnostic, Severity
from mlproject.report.identity import fingerprints

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}

# GitLab drops a finding without a file; one that concerns no file in particular is shown on top of the spec.
_NOWHERE = "mlproject.yaml"


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON list with one finding for each diagnostic."""
    marks = fingerprints(diagnostics)
    return (
        json.dumps([_finding(d, mark) for d, mark in zip(diagnostics, marks, strict=True)], indent=2) + "\n"
    )


def _finding(diagnostic: Diagnostic, mark: str) -> dict[str, object]:
    span = diagnostic.span
    lines = {"begin": span.line, "end": span.end_line} if span else {"begin": 1, "end": 1}
    said = f"{diagnostic.summary} ({diagnostic.help})" if diagnostic.help else diagnostic.summary
    return {
        "description": said,
        "check_name": diagnostic.code,
        "fingerprint": mark,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {"path": span.file if span else _NOWHERE, "lines": lines},
    }
