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


class Asked:
    """A command line that needs no parser: the verb, the options it has (all without values), and the project."""

    __slots__ = ("options", "place", "verb")

    def __init__(self, verb: str, options: frozenset[str], found: Place) -> None:
        self.verb = verb
        self.options = options
        self.place = found


def plain(arguments: list[str]) -> Asked | None:
    """What is asked, where it can be understood without a parser of options and the project is there."""
    if not arguments or arguments[0] not in VERBS:
        return None
    options = frozenset(argument for argument in arguments[1:] if argument in PLAIN)
    paths = [argument for argument in arguments[1:] if argument not in PLAIN]
    if len(paths) > 1 or any(path.startswith("-") for path in paths):
        return None
    if arguments[0] == "validate" and "--check" in options:
        return None
    found = place(paths[0] if paths else ".")
    return None if isinstance(found, str) else Asked(arguments[0], options, found)


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


def replay(arguments: list[str], asked: Asked) -> int | None:
    """Prints the stored answer of an unchanged run and gives its exit code; None where there is none."""
    found = asked.place
    answer = cache.lookup(found.root, found.project, key_of(arguments, found))
    if answer is None:
        return None
    code, text = answer
    sys.stdout.write(text)
    sys.stdout.flush()
    return code
