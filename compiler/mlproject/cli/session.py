"""What every verb shares: its options, where its project lies, and how diagnostics are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from mlproject.cli.fast import colored, width
from mlproject.cli.where import Place, place
from mlproject.diagnostics import Diagnostic
from mlproject.files import Source

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json", "sarif", "github", "gitlab")


class NoInput(click.ClickException):
    """An input that is missing or cannot be read."""

    exit_code = 66


def project_argument(function: F) -> F:
    """The argument that names a project."""
    return click.argument("path", default=".", required=False, metavar="[PROJECT]")(function)


def format_option(function: F) -> F:
    """The option that picks a report of diagnostics."""
    option = click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to report."
    )
    return option(function)


def common_options(function: F) -> F:
    """Quiet, verbose, and no colour."""
    for option in (
        click.option("--no-color", is_flag=True, help="Plain text (NO_COLOR does the same)."),
        click.option("-v", "--verbose", is_flag=True, help="Say more."),
        click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong."),
    ):
        function = option(function)
    return function


def located(path: str) -> Place:
    """The project at a path. Raises NoInput with what is missing."""
    found = place(path)
    if isinstance(found, str):
        raise NoInput(f"{found}; name a project's directory or its mlproject.yaml (`mlproject init` makes one)")
    return found


def report(diagnostics: Sequence[Diagnostic], form: str, source: Source, *, no_color: bool = False) -> str:
    """Diagnostics in one of the formats, as text."""
    from mlproject.report import FORMATS as REPORTS

    def text_of(file: str) -> str | None:
        content = source.read(file)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else None

    color = form == "text" and colored(["--no-color"] if no_color else [])
    return REPORTS[form](diagnostics, text_of, color, width())


def verdict(diagnostics: Sequence[Diagnostic], *, strict: bool = False) -> int:
    """1 where something speaks against the user; with `strict` a warning does."""
    against = ("error", "warning") if strict else ("error",)
    return int(any(diagnostic.severity in against for diagnostic in diagnostics))


def say(text: str) -> None:
    """A line for the user."""
    sys.stdout.write(text + "\n")
