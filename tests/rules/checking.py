"""A small repository on disk, checked by the whole front end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from mlproject.diagnostics import Diagnostic
from mlproject.files import WorkTree
from mlproject.pipeline import check
from mlproject.report.terminal import render


def lay(root: Path, files: Mapping[str, str]) -> Path:
    """Writes files, their text dedented."""
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text), encoding="utf-8")
    return root


def said(root: Path, files: Mapping[str, str], spec: str = "mlproject.yaml") -> list[Diagnostic]:
    """What is said of a spec among the given files."""
    lay(root, files)
    return list(check(spec, WorkTree(str(root))).diagnostics)


def lines(root: Path, files: Mapping[str, str], spec: str = "mlproject.yaml") -> list[str]:
    """The same, one line each: the code, the text at the place, and the summary."""
    found: list[str] = []
    for diagnostic in said(root, files, spec):
        span = diagnostic.span
        assert span is not None, diagnostic
        row = (root / span.file).read_text(encoding="utf-8").splitlines()[span.line - 1]
        end = span.end_column - 1 if span.end_line == span.line else len(row)
        found.append(f"{diagnostic.code} at `{row[span.column - 1 : end]}`: {diagnostic.summary}")
    return found


def shown(root: Path, files: Mapping[str, str], spec: str = "mlproject.yaml") -> str:
    """The same, as a terminal shows it."""
    found = said(root, files, spec)
    return render(found, lambda file: (root / file).read_text(encoding="utf-8"), False, 100)
