"""Specs in a directory: checked, compiled for DVC, and written out for DVC to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlproject import pins
from mlproject.diagnostics import Diagnostic
from mlproject.emit.rendered import Rendered, render
from mlproject.files import WorkTree
from mlproject.ir import Project
from mlproject.pipeline import Checked, check
from mlproject.targets import dvc


def place(directory: Path, files: Mapping[str, str]) -> None:
    """Writes files below a directory."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def checked(directory: Path, spec: str = "mlproject.yaml") -> Checked:
    """The spec in a directory, which stands for the repository."""
    return check(spec, WorkTree(str(directory)))


def said(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Diagnostics as short lines, for messages of failed tests."""
    return [
        f"{d.span.line if d.span else '?'}:{d.span.column if d.span else '?'} {d.code}: {d.summary}"
        for d in diagnostics
    ]


def errors(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """The errors among them."""
    return said(tuple(d for d in diagnostics if d.severity == "error"))


def for_dvc(directory: Path, spec: str = "mlproject.yaml") -> tuple[Project, tuple[Rendered, ...]]:
    """The graph of a valid spec, and the files that DVC reads, written beside it."""
    result = checked(directory, spec)
    assert errors(result.diagnostics) == []
    assert result.project is not None
    generated, found = dvc.compile(result.project, pins.over({}))
    assert errors(found) == []
    rendered = tuple(render(one, spec) for one in generated)
    place(directory, {one.file: one.text for one in rendered})
    return result.project, rendered
