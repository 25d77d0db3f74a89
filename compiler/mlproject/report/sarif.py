"""Diagnostics as SARIF 2.1.0, the format of code scanning services and editors.

Columns count Unicode code points, as our spans do, and the log says so. Files are relative to the repository, which a
reader knows as `%SRCROOT%`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from mlproject import __version__
from mlproject.codes import BY_NAME
from mlproject.diagnostics import Diagnostic, Severity, Span
from mlproject.report.explain_code import section
from mlproject.report.identity import fingerprints

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """One SARIF log with one run; only the rules that were broken are described."""
    used = {diagnostic.code for diagnostic in diagnostics}
    rules = [name for name in BY_NAME if name in used]
    numbers = {name: number for number, name in enumerate(rules)}
    driver: dict[str, object] = {
        "name": "mlproject",
        "semanticVersion": __version__,
        "rules": [_rule(name) for name in rules],
    }
    marks = fingerprints(diagnostics)
    run: dict[str, object] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, numbers, mark) for d, mark in zip(diagnostics, marks, strict=True)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str) -> dict[str, object]:
    """What `docs/rules.md` says of a code."""
    code = BY_NAME[name]
    text = section(name) or code.title
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.title},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(diagnostic: Diagnostic, numbers: dict[str, int], mark: str) -> dict[str, object]:
    said = f"{diagnostic.summary}\n{diagnostic.help}" if diagnostic.help else diagnostic.summary
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": numbers[diagnostic.code],
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _plain(said)},
        "locations": [_location(diagnostic.span)] if diagnostic.span else [],
        "partialFingerprints": {"mlproject/v1": mark},
    }
    related = [(place.message, place.span) for place in diagnostic.related if place.span]
    if related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": _plain(message)}, **_location(span)}
            for number, (message, span) in enumerate(related, 1)
        ]
    fix = diagnostic.fix
    place = (fix.span or diagnostic.span) if fix else None
    if fix and place:
        replacement = {"deletedRegion": _region(place), "insertedContent": {"text": fix.text}}
        change = {"artifactLocation": _artifact(place.file), "replacements": [replacement]}
        result["fixes"] = [{"description": {"text": _plain(fix.title)}, "artifactChanges": [change]}]
    return result


def _location(span: Span) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(span.file), "region": _region(span)}}


def _artifact(file: str) -> dict[str, object]:
    """A file as a URI: percent-encoded, so that no name can be taken for a scheme, a host or a query."""
    encoded = quote(file.encode("utf-8", "surrogatepass"), safe="/")
    if file.startswith("/"):
        return {"uri": f"file://{encoded}"}
    return {"uri": encoded, "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, object]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _plain(text: str) -> str:
    """Text in which a viewer finds no link: SARIF takes `[words](target)` for one even in plain messages."""
    return text.replace("](", "] (")
