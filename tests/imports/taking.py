"""A native file imported by its reader, compiled again, and laid out for its tool to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mlproject.diagnostics import Diagnostic
from mlproject.emit.yamltext import write
from mlproject.files import WorkTree
from mlproject.imports.taken import Native, Taken
from mlproject.load import load_source
from mlproject.pipeline import compile as compiled
from oracle.compiling import place, said

Reader = Callable[[Native, WorkTree], Taken]


def taken(directory: Path, file: str, reader: Reader) -> tuple[Taken, tuple[Diagnostic, ...]]:
    """What a reader makes of a file in a directory, with what is said of its YAML."""
    source = WorkTree(str(directory))
    document, found = load_source(source, file)
    return reader(Native(file, document), source), found


def again(directory: Path, made: Taken, name: str = "unnamed") -> tuple[dict[str, str], list[Diagnostic]]:
    """The files that the sections compile to, written into a directory, and what the compiler says of the spec."""
    text, _ = write({"name": name, **made.sections})
    place(directory, {"mlproject.yaml": text})
    result = compiled("mlproject.yaml", WorkTree(str(directory)))
    errors = [d for d in result.diagnostics if d.severity == "error"]
    assert not errors, f"{said(tuple(errors))}\n{text}"
    files = {one.file: one.text for one in result.files if one.form == "file"}
    place(directory, files)
    return files, list(result.diagnostics)


def codes(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    """The codes, in order."""
    return [d.code for d in diagnostics]


def flat(value: object) -> dict[tuple[str | int, ...], object]:
    """Every place of a tree with its value."""
    found: dict[tuple[str | int, ...], object] = {(): value}
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in items:
        found |= {(step, *rest): one for rest, one in flat(inner).items()}
    return found
