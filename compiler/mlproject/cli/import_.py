"""`mlproject import`: a spec from the files that a project has."""

from __future__ import annotations

import os
import sys
from posixpath import dirname, join

import click

from mlproject import pins
from mlproject.cli.judge import report, verdict
from mlproject.cli.session import NoInput, common_options, format_option
from mlproject.cli.where import repository
from mlproject.diagnostics import has_errors
from mlproject.emit.record import Previous
from mlproject.emit.writes import Wish, diff_text, plan_writes
from mlproject.files import WorkTree
from mlproject.imports.discover import Outcome, discover
from mlproject.imports.project import Imported
from mlproject.pipeline import emitted


@click.command("import")
@click.argument("path", default=".", required=False, metavar="[DIR]")
@format_option
@click.option("--dry-run", is_flag=True, help="Write nothing; print the specs.")
@click.option(
    "--diff", "show", is_flag=True, help="Write nothing; show what compiling the specs would change."
)
@common_options
def command(
    path: str, form: str, dry_run: bool, show: bool, quiet: bool, verbose: bool, no_color: bool
) -> int:
    """Write an mlproject.yaml for the files that a project has: dvc.yaml, params.yaml, .dvc files, MLproject,
    bentofile.yaml, workflows.

    The files themselves stay as they are, and a spec that is there is never overwritten. What the spec compiles to
    means the same to every tool, so no stage runs again; `mlproject compile --force` then writes the files anew.
    """
    if dry_run and show:
        raise click.UsageError("--dry-run and --diff exclude each other")
    if not os.path.lexists(path):
        raise NoInput(f"there is no `{path}`")
    if not os.path.isdir(path):
        raise NoInput(f"`{path}` is no directory; name the one whose files are to be imported")
    full = os.path.realpath(path)
    root = repository(full)
    directory = os.path.relpath(full, root).replace(os.sep, "/")
    outcome = discover(root, "" if directory == "." else directory)
    tree = WorkTree(root)
    diagnostics = list(outcome.diagnostics)
    if not (dry_run or show):
        diagnostics += outcome.in_the_way
        if not has_errors(diagnostics):
            diagnostics += tree.write({one.file: (one.text or "").encode() for one in outcome.specs})
    shown = [one for one in diagnostics if not quiet or one.severity == "error"]
    out = report(shown, form, tree, no_color=no_color) if shown or form != "text" else ""
    sys.stdout.write(out)
    if verdict(diagnostics):
        return 1
    if dry_run:
        sys.stdout.write("".join(_printed(one, several=len(outcome.specs) > 1) for one in outcome.specs))
    elif show:
        sys.stdout.write("".join(_changes(tree, one) for one in outcome.specs))
    elif form == "text" and not quiet:
        sys.stdout.write(_summary(outcome, path))
    return 0


def _printed(one: Imported, *, several: bool) -> str:
    return f"# {one.file}\n{one.text}\n" if several else one.text or ""


def _changes(tree: WorkTree, one: Imported) -> str:
    """What compiling a spec would change in the files, as a diff."""
    checked = one.checked
    assert checked is not None
    assert checked.project is not None
    known, _ = pins.read(tree, join(dirname(one.file), pins.FILE))
    files, _ = emitted(checked.project, known, one.file)
    return diff_text(plan_writes(files, one.file, tree, Previous({}), Wish(force=True)))


def _summary(outcome: Outcome, path: str) -> str:
    lines: list[str] = []
    for one in outcome.specs:
        project = one.checked.project if one.checked is not None else None
        assert project is not None
        counts = (
            (len(project.stages), "stage"),
            (len(project.models), "model"),
            (len(project.services), "service"),
        )
        told = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number)
        lines.append(f"{one.file}: {told + ', ' if told else ''}from {', '.join(one.natives)}")
    where = "" if len(outcome.specs) > 1 or path == "." else f" {path}"
    lines.append(
        f"next: read it; `mlproject compile{where} --force --diff` shows what compiling would change, "
        "and without `--diff` changes it"
    )
    return "\n".join(lines) + "\n"
