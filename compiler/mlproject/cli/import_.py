"""`mlproject import`: a spec from the files that a project has."""

from __future__ import annotations

import os
import sys

import click

from mlproject.cli.judge import report, verdict
from mlproject.cli.session import NoInput, common_options, format_option
from mlproject.cli.where import repository
from mlproject.files import WorkTree
from mlproject.imports.discover import Outcome, discover
from mlproject.imports.project import Imported


@click.command("import")
@click.argument("path", default=".", required=False, metavar="[DIR]")
@format_option
@click.option("--dry-run", is_flag=True, help="Write nothing; print the specs.")
@click.option("--diff", "show", is_flag=True, help="Write nothing; show what compiling the specs would change.")
@common_options
def command(
    path: str, form: str, dry_run: bool, show: bool, quiet: bool, verbose: bool, no_color: bool
) -> int:
    """Write an mlproject.yaml for the files that a project has: dvc.yaml, params.yaml, .dvc files, MLproject,
    bentofile.yaml, workflows.

    The files themselves stay as they are, and a spec that is there is never overwritten. What the spec compiles to means
    the same to every tool, so no stage runs again; `mlproject compile --force` then writes the files anew.
    """
    if dry_run and show:
        raise click.UsageError("--dry-run and --diff exclude each other")
    if not os.path.isdir(path):
        raise NoInput(f"`{path}` is no directory; name the one whose files are to be imported")
    full = os.path.realpath(path)
    root = repository(full)
    directory = os.path.relpath(full, root).replace(os.sep, "/")
    outcome = discover(root, "" if directory == "." else directory)
    tree = WorkTree(root)
    diagnostics = list(outcome.diagnostics)
    if outcome.valid and not (dry_run or show):
        diagnostics += tree.write({one.file: (one.text or "").encode() for one in outcome.specs})
    shown = [one for one in diagnostics if not quiet or one.severity == "error"]
    out = report(shown, form, tree, no_color=no_color) if shown or form != "text" else ""
    sys.stdout.write(out)
    if verdict(diagnostics):
        return 1
    if dry_run:
        sys.stdout.write("".join(_printed(one, len(outcome.specs) > 1) for one in outcome.specs))
    elif show:
        sys.stdout.write("".join(_changes(root, one) for one in outcome.specs))
    elif form == "text" and not quiet:
        sys.stdout.write(_summary(outcome, root))
    return 0


def _printed(one: Imported, several: bool) -> str:
    return f"--- # {one.file}\n{one.text}" if several else one.text or ""


def _changes(root: str, one: Imported) -> str:
    """What compiling a spec would change in the files, as a diff."""
    return ""


def _summary(outcome: Outcome, root: str) -> str:
    lines: list[str] = []
    for one in outcome.specs:
        project = one.checked.project if one.checked is not None else None
        assert project is not None
        made = f"{one.file}: {len(project.stages)} stages, {len(project.data)} data, from {', '.join(one.natives)}"
        lines.append(made)
    shown = os.path.relpath(root)
    lines.append(f"next: look at it, then `mlproject compile --diff` and `mlproject compile --force` in {shown}")
    return "\n".join(lines) + "\n"
