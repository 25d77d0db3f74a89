"""The stages of the compiler, in order. Read this first.

    text ── load ──▶ document ── resolve ──▶ one tree ── validate ──▶ model ── lower ──▶ graph
    graph ── targets ──▶ trees ── emit ──▶ texts with provenance

Each stage is a function from a value to (value, diagnostics). A mistake poisons only its own part: later stages go on
with what could be understood, and every diagnostic of a run is reported at once, ordered by place.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlproject.diagnostics import Diagnostic, has_errors, order
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.load import load, load_source
from mlproject.lower import lower
from mlproject.places import Places
from mlproject.resolve import resolve
from mlproject.validate import validate

SPEC = "mlproject.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a spec after the front end. `project` is None where nothing could be understood; it is whole
    only where no diagnostic is an error."""

    file: str
    project: Project | None
    places: Places
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Whether no diagnostic is an error."""
        return not has_errors(list(self.diagnostics))


def check(file: str, source: Source, content: bytes | None = None) -> Checked:
    """The spec `file` (relative to the repository) checked, with everything it names read through `source`.

    `content` stands in for the file's own (standard input).
    """
    document, found = load_source(source, file) if content is None else load(file, content)
    diagnostics = list(found)
    places = Places((document,), {})
    if document.data is None and has_errors(diagnostics):
        return Checked(file, None, places, tuple(order(diagnostics)))
    resolved, found_ = resolve(document, source)
    places = resolved.places
    later = found_
    if resolved.data:
        validated, found_ = validate(resolved.data, resolved.broken)
        later += found_
        if validated is not None:
            project, found_ = lower(validated.spec, resolved, validated.poisoned, file, source)
            later += [*found_, *_rules(project, source)]
            return Checked(file, project, places, _located(places, diagnostics + later))
    return Checked(file, None, places, _located(places, diagnostics + later))


def _located(places: Places, diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(order([places.locate(diagnostic) for diagnostic in diagnostics]))


def _rules(project: Project, source: Source) -> list[Diagnostic]:
    from mlproject.rules import RULES

    return [diagnostic for rule in RULES for diagnostic in rule(project, source)]
