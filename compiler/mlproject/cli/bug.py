"""What is said when a run cannot go on: a fault of ours, or nowhere to write to. No traceback that nobody asked for."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress

from mlproject import __version__

BUG = 70
NO_OUTPUT = 66
# What a file system without room (or a device without a medium) answers to anybody.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def told(bug: Exception, arguments: list[str]) -> int:
    """Tells the user of a bug of ours, with the traceback under `-v`, and gives the exit code."""
    if "-v" in arguments or "--verbose" in arguments:
        traceback.print_exception(bug)
    last = traceback.extract_tb(bug.__traceback__)[-1]
    *_, file = last.filename.split("/")
    _say(
        f"mlproject {__version__} has a bug: {type(bug).__name__} at {file}:{last.lineno}\n"
        "It is ours, not yours, and nothing was lost. Please report it with the command and, with -v, its traceback.\n"
    )
    return BUG


def unwritten(why: OSError, arguments: list[str]) -> int:
    """Tells the user what could not be written, and gives the exit code. Any other failure of the system is a bug: what
    may be missing or unreadable is asked about where it is read."""
    reason = (why.strerror or str(why)).lower()
    if why.filename is None and _stdout_fails():
        _say(f"standard output cannot be written: {reason}\n")
        return NO_OUTPUT
    if why.errno in _FULL:
        _say(f"{f'`{why.filename}`' if why.filename else 'a file'} cannot be written: {reason}\n")
        return NO_OUTPUT
    return told(why, arguments)


def _stdout_fails() -> bool:
    """Whether standard output takes not even the end of a line. What it still holds is dropped then: Python would try
    again at its end, and complain."""
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _say(text: str) -> None:
    with suppress(OSError):  # where standard error is full as well, the exit code has to do
        sys.stderr.write(text)
