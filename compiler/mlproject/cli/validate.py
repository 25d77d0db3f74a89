"""`mlproject validate`: everything that is wrong with a spec, at once."""

from __future__ import annotations

import os
import sys

import click

from mlproject import cache
from mlproject.cli.fast import key_of
from mlproject.cli.session import common_options, format_option, located, project_argument, report, verdict
from mlproject.cli.where import repository
from mlproject.files import WorkTree
from mlproject.pipeline import SPEC, check


@click.command("validate")
@project_argument
@format_option
@click.option("--strict", is_flag=True, help="A warning is a verdict against you, too.")
@common_options
def command(path: str, form: str, strict: bool, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Check a spec, and say everything that is wrong at once.

    PROJECT is a directory, a spec, or - for standard input (as if it lay in this directory). No file is written, nothing
    of the project is run, and no network is used. Exit code 1 where the spec is invalid.
    """
    if path == "-":
        root = repository(os.getcwd())
        file = os.path.relpath(os.path.join(os.getcwd(), SPEC), root).replace(os.sep, "/")
        tree = WorkTree(root)
        checked = check(file, tree, sys.stdin.buffer.read())
        from mlproject.report import FORMATS as REPORTS
        from mlproject.cli.fast import colored, width

        text = checked.places.documents[0].text
        color = form == "text" and colored(["--no-color"] if no_color else [])
        sys.stdout.write(REPORTS[form](checked.diagnostics, lambda _: text, color, width()))
        return verdict(checked.diagnostics, strict=strict)
    found = located(path)
    tree = WorkTree(found.root)
    checked = check(found.file, tree)
    code = verdict(checked.diagnostics, strict=strict)
    shown = [d for d in checked.diagnostics if not quiet or d.severity == "error"]
    out = report(shown, form, tree, no_color=no_color) if shown or form != "text" else ""
    project = checked.project
    if form == "text" and not code and not quiet and project is not None:
        instances = sum(len(stage.instances) for stage in project.stages)
        out += f"{project.name}: valid ({instances} stage{'' if instances == 1 else 's'}"
        out += f", {len(project.models)} model{'' if len(project.models) == 1 else 's'}"
        out += f", {len(project.services)} service{'' if len(project.services) == 1 else 's'})\n"
    sys.stdout.write(out)
    if form == "text" and not verbose:
        cache.store(found.root, found.project, key_of(sys.argv[1:], found), tree.seen, (code, f"{out}\0"))
    return code
