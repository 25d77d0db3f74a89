"""The command itself, in this process: `mlproject import`, then `mlproject compile --force` of every spec it wrote."""

from __future__ import annotations

import io
import re
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

SPEC = "mlproject.yaml"
PLACE = re.compile(r"^\S.*?:\d+:\d+: (error|warning|info)", re.MULTILINE)


@dataclass(frozen=True)
class Ran:
    """A command that ended: its exit code and all that it said."""

    code: int
    said: str


def run(directory: Path, *words: str) -> Ran:
    """`mlproject WORDS` in a directory. An exception of the command's is one of the test's."""
    from mlproject.cli.commands import run as command

    said = io.StringIO()
    with chdir(directory), redirect_stdout(said), redirect_stderr(said):
        code = command(list(words))
    return Ran(code, said.getvalue())


@dataclass(frozen=True)
class Imported:
    """A copy of a directory after import and compile; `refused` is what stopped it, empty if nothing did."""

    directory: Path
    specs: tuple[Path, ...]
    said: str
    refused: str


def imported(original: Path, into: Path) -> Imported:
    """Copies a directory and imports and compiles the copy, with the native files overwritten."""
    shutil.copytree(original, into, symlinks=True)
    ran = run(into, "import", ".", "--no-color")
    specs = tuple(sorted(path for path in into.rglob(SPEC) if ".dvc" not in path.parts))
    if ran.code:
        return Imported(into, specs, ran.said, f"import ends with {ran.code}:\n{ran.said}")
    for spec in specs:
        compiled = run(into, "compile", str(spec.parent.relative_to(into)), "--force", "--no-color")
        if compiled.code:
            words = f"compile {spec.relative_to(into)} ends with {compiled.code}:\n{compiled.said}"
            return Imported(into, specs, ran.said, words)
    return Imported(into, specs, ran.said, "")
