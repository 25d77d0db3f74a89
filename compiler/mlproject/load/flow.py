"""`${…}` without quotes inside `[…]` or `{…}`: the one YAML error that our own language invites.

`[data/${item}/]` breaks at the `{`, which begins a mapping there. What was meant is certain, so it is mended while
reading: the characters of the reference that YAML would take for its own are replaced, one for one, by stand-ins that
mean nothing, the text is read again, and the stand-ins are turned back in the values. All places stay what they are.
"""

from __future__ import annotations

import re

from mlproject.diagnostics import Diagnostic, Fix, Span
from mlproject.load.content import LINE_BREAK
from mlproject.records import frozen

_TAKEN = "{}[],:#&*!'\""
_STANDINS = "".join(map(chr, range(0xE000, 0xE000 + len(_TAKEN))))
_AWAY = str.maketrans(_TAKEN, _STANDINS)
RESTORE: dict[int, str] = dict(zip(map(ord, _STANDINS), _TAKEN, strict=True))

_STANDIN = re.compile(f"[{_STANDINS}]")
_REFERENCE = re.compile(r"\$\{[^{}\r\n]*\}")
# The rest of an item from its first reference on: references, and what a plain scalar in brackets may hold.
_REST = re.compile(
    rf"(?:{_REFERENCE.pattern}|:(?=[^\s\[\]{{}},])|[^\s\[\]{{}},:]|[ \t]+(?=[^\s#\[\]{{}},:]))+"
)


@frozen
class Repair:
    """What to say, and the text to read instead."""

    diagnostic: Diagnostic
    text: str


def repair(text: str, original: str, index: int, file: str) -> Repair | None:
    """The repair of an error noticed at `index`, or None where it is no `${…}` in brackets.

    `text` is what was read, with earlier repairs; `original` the file's, of the same length.
    """
    at = index - 1
    if at < 0 or not _REFERENCE.match(original, at) or _STANDIN.search(original):
        return None
    line_start = max(original.rfind("\n", 0, at), original.rfind("\r", 0, at)) + 1
    start = at
    while start > line_start and original[start - 1] not in "[{," and original[start - 2 : start] != ": ":
        start -= 1
    start += len(original[start:at]) - len(original[start:at].lstrip())
    rest = _REST.match(original, at)
    end = rest.end() if rest else index
    item = original[start:end]
    mended = text[:start] + _REFERENCE.sub(lambda found: found[0].translate(_AWAY), item) + text[end:]
    line = len(LINE_BREAK.findall(original, 0, at)) + 1
    column = start - line_start + 1
    return Repair(_diagnostic(item, Span(file, line, column, line, column + len(item))), mended)


def _diagnostic(item: str, span: Span) -> Diagnostic:
    quoted = f'"{item}"' if '"' not in item and "\\" not in item else "'" + item.replace("'", "''") + "'"
    summary = "`${` inside `[…]` or `{…}` needs quotes: its brace would begin a mapping"
    return Diagnostic(
        "yaml-syntax", "error", summary, None, span, (), f"quote it: `{quoted}`", Fix("quote it", quoted)
    )
