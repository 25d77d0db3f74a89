"""`mlproject graph`: the project drawn."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from mlproject.cli.fast import colored, width
from mlproject.cli.judge import report
from mlproject.cli.session import common_options, located, project_argument, write_text
from mlproject.diagnostics import Path, Site
from mlproject.files import WorkTree
from mlproject.pipeline import check
from mlproject.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlproject.report.graph import Picture

FORMATS = ("text", "mermaid", "dot", "svg", "html")
ENDINGS = {".mmd": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg", ".html": "html", ".txt": "text"}


@click.command("graph")
@project_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to draw it; else the ending of -o decides, or text.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write it to a file.")
@click.option("--instances", is_flag=True, help="Draw every instance of a loop.")
@common_options
def command(
    path: str,
    form: str | None,
    output: str | None,
    instances: bool,
    quiet: bool,
    verbose: bool,
    no_color: bool,
) -> int:
    """Draw a project: data, stages, models, services, and what depends on what.

    `html` is a page of its own to look around in; `mermaid` is drawn by GitHub and GitLab; `dot` is for Graphviz.
    """
    found = located(path)
    tree = WorkTree(found.root)
    checked = check(found.file, tree)
    if checked.project is None or not checked.valid:
        errors = [one for one in checked.diagnostics if verbose or one.severity == "error"]
        sys.stderr.write(report(errors, "text", tree, no_color=no_color))
        return 1
    from mlproject.report.graph import picture

    form = form or ENDINGS.get(os.path.splitext(output or "")[1].lower(), "text")
    drawn = picture(checked.project, _placer(checked.places), instances=instances)
    if form == "text":
        from mlproject.report.graph.text import render as as_text

        colour = output is None and colored(["--no-color"] if no_color else [])
        encoding = "utf-8" if output is not None else sys.stdout.encoding or "ascii"
        text = as_text(
            drawn, colour=colour, width=width(), ascii_only=encoding.lower().replace("-", "") != "utf8"
        )
    else:
        text = _other(form)(drawn)
    if output is None:
        _print(text)
        return 0
    write_text(output, text)
    if not quiet:
        sys.stderr.write(f"{output}: {len(drawn.boxes)} boxes, {len(drawn.arrows)} arrows\n")
    return 0


def _placer(places: Places) -> Callable[[Path], str]:
    def place(path: Path) -> str:
        span = places.span(Site(path, "key"))
        return f"{span.file}:{span.line}"

    return place


def _other(form: str) -> Callable[[Picture], str]:
    if form == "mermaid":
        from mlproject.report.graph.mermaid import render
    elif form == "dot":
        from mlproject.report.graph.dot import render
    elif form == "svg":
        from mlproject.report.graph.svg import render
    else:
        from mlproject.report.graph.html import render
    return render


def _print(text: str) -> None:
    """To standard output; a file that is no terminal's text is UTF-8 whatever the locale."""
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
