"""Diagnostics shown, and the verdict on them: what `validate` and `compile` share. Knows nothing of options."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlproject import cache
from mlproject.cli.fast import colored, key_of, width
from mlproject.files import WorkTree
from mlproject.pipeline import Checked, check

if TYPE_CHECKING:
    from mlproject.cli.fast import Asked
    from mlproject.cli.where import Place
    from mlproject.diagnostics import Diagnostic
    from mlproject.files import Source


def report(diagnostics: Sequence[Diagnostic], form: str, source: Source, *, no_color: bool = False) -> str:
    """Diagnostics in one of the formats, as text."""

    def text_of(file: str) -> str | None:
        content = source.read(file)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else None

    from mlproject.report import FORMATS

    color = form == "text" and colored(["--no-color"] if no_color else [])
    return FORMATS[form](diagnostics, text_of, color, width())


def verdict(diagnostics: Sequence[Diagnostic], *, strict: bool = False) -> int:
    """1 where something speaks against the user; with `strict` a warning does."""
    against = ("error", "warning") if strict else ("error",)
    return int(any(diagnostic.severity in against for diagnostic in diagnostics))


def validate(asked: Asked, arguments: list[str]) -> int:
    """`mlproject validate` with plain options, reported as text. Keeps the answer for an unchanged run."""
    tree = WorkTree(asked.place.root)
    checked = check(asked.place.file, tree)
    strict, quiet = "--strict" in asked.options, bool(asked.options & {"-q", "--quiet"})
    code, out = said(checked, tree, strict=strict, quiet=quiet, no_color="--no-color" in asked.options)
    sys.stdout.write(out)
    keep(asked.place, arguments, tree, code, out)
    return code


def said(checked: Checked, source: Source, *, strict: bool, quiet: bool, no_color: bool) -> tuple[int, str]:
    """The exit code and the text of a check."""
    code = verdict(checked.diagnostics, strict=strict)
    shown = [d for d in checked.diagnostics if not quiet or d.severity == "error"]
    out = report(shown, "text", source, no_color=no_color) if shown else ""
    project = checked.project
    if not code and not quiet and project is not None:
        counts = (
            (sum(len(stage.instances) for stage in project.stages), "stage"),
            (len(project.models), "model"),
            (len(project.services), "service"),
        )
        told = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)
        out += f"{project.name}: valid ({told})\n"
    return code, out


def keep(place: Place, arguments: list[str], tree: WorkTree, code: int, out: str) -> None:
    """Stores an answer for the next, unchanged run."""
    cache.store(place.root, place.project, key_of(arguments, place), tree.seen, (code, out))
