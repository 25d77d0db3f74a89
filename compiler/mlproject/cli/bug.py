"""What is said when the fault is ours: two lines, never a traceback that nobody asked for."""

from __future__ import annotations

import sys
import traceback

from mlproject import __version__

BUG = 70


def told(bug: Exception, arguments: list[str]) -> int:
    """Tells the user of a bug of ours, with the traceback under `-v`, and gives the exit code."""
    if "-v" in arguments or "--verbose" in arguments:
        traceback.print_exception(bug)
    last = traceback.extract_tb(bug.__traceback__)[-1]
    *_, file = last.filename.split("/")
    sys.stderr.write(
        f"mlproject {__version__} has a bug: {type(bug).__name__} at {file}:{last.lineno}\n"
        "It is ours, not yours, and nothing was lost. Please report it with the command and, with -v, its traceback.\n"
    )
    return BUG
