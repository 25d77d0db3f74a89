"""What every verb shares: its options, where its project lies, in the terms of the parser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mlproject.cli.where import Place, place

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json", "sarif", "github", "gitlab")


class NoInput(click.ClickException):
    """An input that is missing or cannot be read, or an output that cannot be written."""

    exit_code = 66


def project_argument(function: F) -> F:
    """The argument that names a project."""
    return click.argument("path", default=".", required=False, metavar="[PROJECT]")(function)


def format_option(function: F) -> F:
    """The option that picks a report of diagnostics."""
    option = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How to report.",
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


def write_text(file: str, text: str) -> None:
    """Writes a file that the user named. Raises NoInput where that cannot be done."""
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as why:
        raise NoInput(f"`{file}` cannot be written: {(why.strerror or str(why)).lower()}") from why


def located(path: str) -> Place:
    """The project at a path. Raises NoInput with what is missing."""
    found = place(path)
    if isinstance(found, str):
        raise NoInput(
            f"{found}; name a project's directory or its mlproject.yaml (`mlproject init` makes one)"
        )
    return found
