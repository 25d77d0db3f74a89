"""`mlproject validate`: everything that is wrong with a spec, at once."""

from __future__ import annotations

import os
import sys

import click

from mlproject.cli.fast import colored, width
from mlproject.cli.judge import report, said, verdict
from mlproject.cli.session import common_options, format_option, located, project_argument
from mlproject.cli.where import SPEC, repository
from mlproject.files import WorkTree
from mlproject.pipeline import check


@click.command("validate")
@project_argument
@format_option
@click.option("--strict", is_flag=True, help="A warning is a verdict against you, too.")
@common_options
def command(path: str, form: str, strict: bool, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Check a spec, and say everything that is wrong at once.

    PROJECT is a directory, a spec, or - for standard input (as if it lay in this directory). No file is written,
    nothing of the project is run, and no network is used. Exit code 1 where the spec is invalid.
    """
    if path == "-":
        return _standard_input(form, strict=strict, no_color=no_color)
    found = located(path)
    tree = WorkTree(found.root)
    checked = check(found.file, tree)
    if form == "text":
        code, out = said(checked, tree, strict=strict, quiet=quiet, no_color=no_color)
        sys.stdout.write(out)
        return code
    sys.stdout.write(report(checked.diagnostics, form, tree))
    return verdict(checked.diagnostics, strict=strict)


def _standard_input(form: str, *, strict: bool, no_color: bool) -> int:
    from mlproject.report import FORMATS

    here = os.getcwd()
    root = repository(here)
    file = os.path.relpath(os.path.join(here, SPEC), root).replace(os.sep, "/")
    checked = check(file, WorkTree(root), sys.stdin.buffer.read())
    text = checked.places.documents[0].text
    color = form == "text" and colored(["--no-color"] if no_color else [])
    sys.stdout.write(FORMATS[form](checked.diagnostics, lambda _: text, color, width()))
    return verdict(checked.diagnostics, strict=strict)
