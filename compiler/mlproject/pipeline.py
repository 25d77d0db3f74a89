"""The stages of the compiler, in order. Read this first.

    text ── load ──▶ document ── resolve ──▶ one tree ── validate ──▶ model ── lower ──▶ graph
    graph ── targets ──▶ trees ── emit ──▶ texts with provenance

Each stage is a function from a value to (value, diagnostics). A mistake poisons only its own part: later stages go on
with what could be understood, and every diagnostic of a run is reported at once, ordered by place.
"""

from __future__ import annotations

from posixpath import dirname, join
from typing import TYPE_CHECKING

from mlproject.diagnostics import Diagnostic, has_errors, order
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.load import load, load_source
from mlproject.lower import lower
from mlproject.places import Places
from mlproject.records import frozen, replace
from mlproject.resolve import resolve
from mlproject.targets.judge import judge
from mlproject.validate import validate

# The back end is imported by those who compile: `validate` is as fast as its imports.
if TYPE_CHECKING:
    from mlproject.emit.rendered import Rendered
    from mlproject.trees import Pins

SPEC = "mlproject.yaml"


@frozen
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
    """The spec `file` (relative to the repository) checked, with everything it names read through `source`: all that
    `compile` finds, and nothing emitted.

    `content` stands in for the file's own (standard input).
    """
    checked = understood(file, source, content)
    if checked.project is None or not checked.valid:
        return checked
    known, found = _pins(source, file)
    found = (*found, *(checked.places.locate(d) for d in judge(checked.project, known)))
    return replace(checked, diagnostics=tuple(order([*checked.diagnostics, *found]))) if found else checked


def _pins(source: Source, file: str) -> tuple[Pins, tuple[Diagnostic, ...]]:
    """The pins of the lock beside a spec."""
    from mlproject import pins

    return pins.read(source, join(dirname(file), pins.FILE))


def understood(file: str, source: Source, content: bytes | None = None) -> Checked:
    """What the front end makes of a spec: all of `check` but the lock and what the targets have to say."""
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
            later += found_
            later += _rules(project, source, diagnostics + later)
            return Checked(file, project, places, _located(places, diagnostics + later))
    return Checked(file, None, places, _located(places, diagnostics + later))


def _located(places: Places, diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(order([places.locate(diagnostic) for diagnostic in diagnostics]))


def _rules(project: Project, source: Source, before: list[Diagnostic]) -> list[Diagnostic]:
    from mlproject.rules import check as judge

    return judge(project, source, before)


@frozen
class Compiled:
    """A spec and what it compiles to. `files` is empty where the spec is not valid."""

    checked: Checked
    files: tuple[Rendered, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Whether no diagnostic is an error."""
        return not has_errors(list(self.diagnostics))


def compile(file: str, source: Source) -> Compiled:
    """The spec `file` compiled: every file as text, with its provenance."""
    checked = understood(file, source)
    if checked.project is None or not checked.valid:
        return Compiled(checked, (), checked.diagnostics)
    known, found = _pins(source, file)
    files, more = emitted(checked.project, known, file)
    diagnostics = order([*checked.diagnostics, *found, *(checked.places.locate(d) for d in more)])
    return Compiled(checked, () if has_errors(diagnostics) else files, tuple(diagnostics))


def emitted(project: Project, known: Pins, file: str) -> tuple[tuple[Rendered, ...], list[Diagnostic]]:
    """Everything that the targets make of a graph, as text."""
    from mlproject.emit.rendered import render
    from mlproject.targets.attributes import block
    from mlproject.targets.registry import TARGETS

    diagnostics: list[Diagnostic] = []
    files: list[Rendered] = []
    for target in TARGETS:
        generated, found = target(project, known)
        diagnostics += found
        files += [render(one, file) for one in generated]
    whole = tuple(one.file for one in files if one.form == "file")
    files.append(render(block(project.root, whole), file))
    return tuple(files), diagnostics
