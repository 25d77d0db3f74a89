"""The unchanged run: answered from the cache before anything that costs is imported.

What is asked must be plain enough to be understood without a parser of options; anything else is a miss. The answer
holds the texts that the run would have printed.
"""

from __future__ import annotations

import os
import sys

from mlproject import cache
from mlproject.cli.where import Place, place

VERBS = ("compile", "validate")
PLAIN = frozenset({"--check", "--strict", "-q", "--quiet", "--no-color"})


def key_of(arguments: list[str], found: Place) -> list[str]:
    """What an answer depends on beside files: the arguments, the directory, and how it is shown."""
    return [*arguments, os.getcwd(), found.file, str(colored(arguments)), str(width())]


def colored(arguments: list[str]) -> bool:
    """Whether reports are in colour: on a terminal, unless the user said no."""
    if "--no-color" in arguments or os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The terminal's width in cells; 100 where there is none."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 100
    except (OSError, ValueError):
        return 100


def replay(arguments: list[str]) -> int | None:
    """Prints the stored answer of an unchanged run and gives its exit code; None where there is none."""
    if not arguments or arguments[0] not in VERBS:
        return None
    paths = [argument for argument in arguments[1:] if argument not in PLAIN]
    if len(paths) > 1 or any(path.startswith("-") for path in paths):
        return None
    found = place(paths[0] if paths else ".")
    if isinstance(found, str):
        return None
    answer = cache.lookup(found.root, found.project, key_of(arguments, found))
    if answer is None:
        return None
    code, text = answer
    out, _, err = text.partition("\0")
    sys.stderr.write(err)
    sys.stdout.write(out)
    sys.stdout.flush()
    return code
