"""Diagnostics as JSON for programs: `schemas/diagnostics.schema.json` describes it.

`format_version` changes when a reader of the old form would misread the new one; new keys alone do not change it.
The text is ASCII, so it is the same on every terminal and platform.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from mlproject.diagnostics import SEVERITIES, Diagnostic, Fix, Related, Span

FORMAT_VERSION = 1


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """One JSON document, the diagnostics in the order given."""
    document = {
        "format_version": FORMAT_VERSION,
        "counts": {severity: sum(d.severity == severity for d in diagnostics) for severity in SEVERITIES},
        "diagnostics": [diagnostic_tree(diagnostic) for diagnostic in diagnostics],
    }
    return json.dumps(document, indent=2) + "\n"


def diagnostic_tree(diagnostic: Diagnostic) -> dict[str, object]:
    """One diagnostic as plain data. `path` is where it stands in the merged spec, null where there is no spec yet."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "summary": diagnostic.summary,
        "help": diagnostic.help,
        "path": list(diagnostic.site.path) if diagnostic.site else None,
        "span": _span(diagnostic.span),
        "related": [_related(related) for related in diagnostic.related],
        "fix": _fix(diagnostic.fix, diagnostic.span),
    }


def _related(related: Related) -> dict[str, object]:
    return {"message": related.message, "span": _span(related.span)}


def _fix(fix: Fix | None, own: Span | None) -> dict[str, object] | None:
    """The replacement with the span it is for; null where that is not known."""
    if fix is None or (fix.span or own) is None:
        return None
    return {"title": fix.title, "text": fix.text, "span": _span(fix.span or own)}


def _span(span: Span | None) -> dict[str, object] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
