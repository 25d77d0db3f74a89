"""What the compiler has to say to its user, as plain data.

Vocabulary
    path        where a value stands in the merged spec: a tuple of keys and list indices, never a dotted string
    span        where it stands in a file: 1-based lines and columns, the end exclusive
    site        a path plus the part meant (the key, the value, or some text inside the value); becomes a span late
    diagnostic  code, severity, one-line summary, site, related places, a help line and, where it is certain, a fix

Nothing here prints, wraps or colours: that is for the reports. Stages of the compiler return diagnostics beside their
value; they are located (given spans) once, by the pipeline, and ordered by place.
"""

from __future__ import annotations

from typing import Literal

from mlproject.records import frozen

Path = tuple[str | int, ...]
Severity = Literal["error", "warning", "info"]
Part = Literal["value", "key"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@frozen
class Span:
    """A stretch of a file. `file` is relative to the repository (or as the user named it); lines and columns count
    from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@frozen
class Site:
    """A place in the merged spec, still to be located: the value or the key at `path`, or `text` inside that value."""

    path: Path
    part: Part = "value"
    text: str = ""


@frozen
class Related:
    """Another place that matters ("first declared here"). Exactly one of `site` and `span` is given by the stage."""

    message: str
    site: Site | None = None
    span: Span | None = None


@frozen
class Fix:
    """A change that certainly mends it: replace the text at `span` (or at the diagnostic's own span) by `text`."""

    title: str
    text: str
    span: Span | None = None


@frozen
class Diagnostic:
    """One thing said to the user.

    `code` is a stable kebab-case name listed in `mlproject.codes`; `summary` is one line without a full stop;
    `help` is one line that tells the way out. A stage gives `site` (or, before there is a tree, `span`).
    """

    code: str
    severity: Severity
    summary: str
    site: Site | None = None
    span: Span | None = None
    related: tuple[Related, ...] = ()
    help: str = ""
    fix: Fix | None = None


def error(  # noqa: PLR0913 -- the fields of a diagnostic
    code: str,
    summary: str,
    site: Site | Path | None = None,
    *,
    help: str = "",
    related: tuple[Related, ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic of severity error at a site (a bare path means the value there)."""
    return Diagnostic(code, "error", summary, _site(site), None, related, help, fix)


def warning(  # noqa: PLR0913 -- the fields of a diagnostic
    code: str,
    summary: str,
    site: Site | Path | None = None,
    *,
    help: str = "",
    related: tuple[Related, ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic of severity warning at a site (a bare path means the value there)."""
    return Diagnostic(code, "warning", summary, _site(site), None, related, help, fix)


def _site(site: Site | Path | None) -> Site | None:
    return Site(site) if isinstance(site, tuple) else site


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    """Whether any diagnostic is an error."""
    return any(d.severity == "error" for d in diagnostics)


def order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The same diagnostics without duplicates, ordered by file, place, severity and code; unplaced ones first."""

    def rank(d: Diagnostic) -> tuple[object, ...]:
        span = d.span
        place = (span.file, span.line, span.column) if span else ("", 0, 0)
        return (*place, SEVERITIES.index(d.severity), d.code, d.summary)

    # One mistake in a preset or a base section shows under several paths of the merged spec: the place decides.
    unique = {(d.code, d.summary, d.span or d.site): d for d in reversed(diagnostics)}
    return sorted(unique.values(), key=rank)


def nearest(name: str, known: list[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None where nothing is close.

    Damerau-Levenshtein distance, case folded, at most a third of the length, and something in common (`2` is not
    near `0`); ties go to the earlier name.
    """
    if not name or len(name) > 80:
        return None
    folded = name.casefold()
    best: tuple[int, str] | None = None
    for candidate in known:
        limit = max(1, max(len(name), len(candidate)) // 3)
        if abs(len(candidate) - len(name)) > limit:
            continue
        distance = _distance(folded, candidate.casefold())
        if (
            distance <= limit
            and distance < max(len(folded), len(candidate))
            and (best is None or distance < best[0])
        ):
            best = (distance, candidate)
    return best[1] if best else None


def _distance(a: str, b: str) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from a to b."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row, older = row, [i, *[0] * len(b)], before
        before = last
        for j, y in enumerate(b, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]


def did_you_mean(name: str, known: list[str]) -> str:
    """A help line naming the nearest known name, or listing the known ones where they are few; '' otherwise."""
    near = nearest(name, known)
    if near is not None:
        return f"did you mean `{near}`?"
    if known and len(known) <= 8:
        return "known here: " + ", ".join(f"`{k}`" for k in known)
    return ""
