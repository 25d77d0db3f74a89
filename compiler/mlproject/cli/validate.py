"""`mlproject validate`: everything that is wrong with a spec, at once."""

from __future__ import annotations

import os
import sys

import click

from mlproject.cli.judge import report, said, verdict
from mlproject.cli.session import common_options, format_option, located, project_argument
from mlproject.cli.where import SPEC, repository
from mlproject.files import Refusal, WorkTree
from mlproject.pipeline import check


@click.command("validate")
@project_argument
@format_option
@click.option("--strict", is_flag=True, help="A warning is a verdict against you, too.")
@common_options
def command(path: str, form: str, strict: bool, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Check a spec, and say everything that is wrong at once.

    PROJECT is a directory, a spec, or - for standard input (as if it lay in this directory). Nothing of the project is
    run, no network is used, and nothing is written but answers for the next, unchanged run, into the ignored folder
    .mlproject/cache. Exit code 1 where the spec is invalid.
    """
    if path == "-":
        tree, file = _standard_input()
    else:
        found = located(path)
        tree, file = WorkTree(found.root), found.file
    checked = check(file, tree)
    if form == "text":
        code, out = said(checked, tree, strict=strict, quiet=quiet, no_color=no_color)
        sys.stdout.write(out)
        return code
    sys.stdout.write(report(checked.diagnostics, form, tree))
    return verdict(checked.diagnostics, strict=strict)


class _Given(WorkTree):
    """The working tree, with other content in the place of one file."""

    __slots__ = ("_file", "_given")

    def __init__(self, root: str, file: str, content: bytes) -> None:
        super().__init__(root)
        self._file = file
        self._given = content

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        return self._given if file == self._file else super().read(file)


def _standard_input() -> tuple[WorkTree, str]:
    here = os.getcwd()
    root = repository(here)
    file = os.path.relpath(os.path.join(here, SPEC), root).replace(os.sep, "/")
    return _Given(root, file, sys.stdin.buffer.read()), file
