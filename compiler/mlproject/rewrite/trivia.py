"""The lines between things, blank or a comment, and what they belong to.

A comment that is indented deeper than the keys around it belongs to what is above it; so does one right below an entry
with a blank line after it. Every other comment belongs to what follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BREAK = re.compile(r"\r\n|\r|\n")
# What an editor reads in the first lines of a file: it stays there.
_MODELINE = re.compile(r"#\s*yaml-language-server:|#!|#\s*(?:vi|vim|ex):|#.*-\*-|#\s*\$schema:")


def lines(text: str) -> list[str]:
    """The lines of a text, with their breaks."""
    return _LINE.findall(text)


def break_of(text: str) -> str:
    """The line break that a text uses first; `\\n` where it has none."""
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def ended(text: str) -> bool:
    """Whether a text ends by a line break."""
    return text.endswith(("\n", "\r"))


def unended(text: str) -> str:
    """A text without its last line break."""
    return text.removesuffix("\n").removesuffix("\r")


def is_blank(line: str) -> bool:
    """Whether a line has nothing on it."""
    return not line.strip()


def is_comment(line: str) -> bool:
    """Whether a line is a comment and nothing else."""
    return line.lstrip().startswith("#")


def column(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())


def bare(line: str) -> str:
    """A line without the blanks at its end."""
    return line.rstrip() + "".join(_BREAK.findall(line)[-1:])


def tidy(some: Sequence[str]) -> str:
    """Lines without blanks at their ends, and never two blank lines after each other."""
    kept = [line for i, line in enumerate(some) if not (i and is_blank(line) and is_blank(some[i - 1]))]
    return "".join(map(bare, kept))


def owned(some: Sequence[str], indent: int, *, last: bool) -> int:
    """How many of the lines after an entry, whose key is indented by `indent`, belong to it. `last`: it is the last
    entry, and what does not belong to it is the end of the mapping."""
    count = 0
    for number, line in enumerate(some):
        if is_comment(line) and column(line) > indent:
            count = number + 1
        elif not is_blank(line):
            break
    if last:
        return count
    end = count
    while end < len(some) and is_comment(some[end]):
        end += 1
    return end if end < len(some) else count


def leading(some: Sequence[str], *, top: bool) -> int:
    """With how many lines an entry begins, of those above the first one of a mapping; the lines of an editor stay at
    the top of the file."""
    count = 0
    for line in reversed(some):
        if not is_comment(line) or (top and _MODELINE.match(line.lstrip())):
            break
        count += 1
    return count
