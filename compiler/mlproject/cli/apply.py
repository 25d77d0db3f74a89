"""`mlproject apply`: compile, and make it so."""

from __future__ import annotations

import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlproject.cli.commands import UNAVAILABLE
from mlproject.cli.compile import planned, summary
from mlproject.cli.fast import colored
from mlproject.cli.judge import report
from mlproject.cli.session import common_options, located, project_argument
from mlproject.cli.where import Place
from mlproject.diagnostics import has_errors
from mlproject.emit.writes import execute
from mlproject.files import WorkTree
from mlproject.ir import Project
from mlproject.pipeline import compile as compiled

if TYPE_CHECKING:
    from mlproject.apply import Where

TOOLS = ("dvc", "mlflow", "bentoml", "uv")


@click.command("apply")
@project_argument
@click.option("--env", "environment", default="", metavar="NAME", help="The environment. Default: local.")
@common_options
def command(path: str, environment: str, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Make it so: run what DVC says must run, record the run in MLflow, check the gates, register the model and move
    its alias, build the Bento, start it and ask it once.

    What is so already is left alone: applying twice changes nothing. Each step says what it will do and what it did; a
    failure says what to do next and leaves everything before it as it is.
    """
    found = located(path)
    missing = [tool for tool in TOOLS if find_spec(tool) is None]
    if missing:
        sys.stderr.write(f"apply needs {', '.join(missing)}: pip install 'mlproject-compiler[run]'\n")
        return UNAVAILABLE
    # From here on the work is long, and other people's code runs in it.
    gc.enable()
    from mlproject.apply import Where, apply
    from mlproject.cli.progress import Progress

    where = Where(Path(found.root), Path(found.project), environment, dict(os.environ))
    project = _compile(found, where, no_color=no_color)
    if project is None:
        return 1
    progress = Progress(sys.stdout, colour=colored(["--no-color"] if no_color else []), quiet=quiet)
    return apply(project, where, progress).code


def _compile(found: Place, where: Where, *, no_color: bool) -> Project | None:
    """Writes the compiled files, unless apply cannot begin, which it tells itself; None where writing is refused."""
    from mlproject.apply import unready

    tree = WorkTree(found.root)
    result = compiled(found.file, tree)
    said = list(result.diagnostics)
    if result.valid and result.checked.project is not None and unready(result.checked.project, where):
        return result.checked.project
    if result.valid:
        plan, _ = planned(found, tree, result)
        said += execute(plan, tree)
        if not has_errors(said):
            sys.stdout.write(summary(result, plan, check=False, failed=False, verbose=False))
    sys.stdout.write(report(said, "text", tree, no_color=no_color) if said else "")
    sys.stdout.flush()
    return None if has_errors(said) else result.checked.project
