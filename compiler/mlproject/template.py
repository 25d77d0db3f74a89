"""Text with references: `${data.raw}`, `${stages.train[item].model}/part`, `${params.lr}`, `$${HOME}`.

Grammar
    text       (literal | reference | escape)*
    escape     `$${` … `}`, a literal `${…}` (for the shell, or for DVC's own braces); the end of the text closes it too
    reference  `${` word (`.` word | `[` selector `]`)* `}`
    word       any characters but `.`, `[`, `]`, `{` and `}`
    selector   any characters but `[` and `]`

A `$NAME` without braces is the shell's and plain text here. Parsing gives parts in order; a part that cannot be parsed
is a `Broken` with words for the user, and the rest goes on.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mlproject.records import frozen

OPEN = "${"
ESCAPED = "$${"
# What stands between the braces of nearly all references.
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)*").fullmatch


@frozen
class Ref:
    """A reference as written (`text`, with its braces). `head` is its namespace (`data`, `stages`, `item`, …), `words`
    are the steps after it, words and selectors alike; `selectors` tells which of them stood in brackets."""

    text: str
    head: str
    words: tuple[str, ...]
    selectors: tuple[int, ...] = ()


@frozen
class Escape:
    """`$${inner}`: the text `${inner}`, to be left alone by everybody."""

    inner: str


@frozen
class Broken:
    """A `${` that no reference can be read from."""

    text: str
    problem: str
    help: str


Part = str | Ref | Escape | Broken


@lru_cache(maxsize=65536)
def parse(text: str) -> tuple[Part, ...]:
    """The parts of a text, in order; adjacent literals are one."""
    parts: list[Part] = []
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        if start > at and text[start - 1] == "$":
            _literal(parts, text[at : start - 1])
            end = text.find("}", start)
            if end < 0:
                _literal(parts, text[start:])  # without a brace after it, nobody takes it for a template
                return tuple(parts)
            parts.append(Escape(text[start + 2 : end]))
            at = end + 1
            continue
        _literal(parts, text[at:start])
        end = text.find("}", start)
        if end < 0:
            parts.append(Broken(text[start:], "the reference is not closed", "add the closing `}`"))
            return tuple(parts)
        parts.append(_reference(text[start : end + 1]))
        at = end + 1
    _literal(parts, text[at:])
    return tuple(parts)


def _literal(parts: list[Part], text: str) -> None:
    if text:
        parts.append(text)


def _reference(text: str) -> Ref | Broken:
    inner = text[2:-1]
    if _DOTTED(inner):
        head, *words = inner.split(".")
        return Ref(text, head, tuple(words))
    if not inner.strip():
        return Broken(text, "an empty reference", "name something, as in `${data.raw}`")
    steps: list[str] = []
    selectors: list[int] = []
    at = 0
    while at < len(inner):
        found = _step(inner, at, after_name=bool(steps))
        if isinstance(found, str):
            return Broken(text, found, f"if it is the shell's, write `$${text[1:]}`")
        if inner[at] == "[":
            selectors.append(len(steps) - 1)
        step, at = found
        steps.append(step)
    return Ref(text, steps[0], tuple(steps[1:]), tuple(selectors))


def _step(inner: str, at: int, *, after_name: bool) -> tuple[str, int] | str:
    """The step that begins at a position (with its dot or bracket) and the position after it; or what is wrong."""
    if inner[at] == "[":
        end = inner.find("]", at)
        if not after_name or end <= at + 1:
            return "a selector that is empty, not closed, or follows no name"
        return inner[at + 1 : end].strip(), end + 1
    if after_name:
        if inner[at] != ".":
            return "a selector must be followed by a dot or the end"
        at += 1
    end = next((i for i in range(at, len(inner)) if inner[i] in ".[]{"), len(inner))
    if end == at:
        return "a dot without a name beside it"
    if end < len(inner) and inner[end] in "]{":
        return f"`{inner[end]}` cannot stand in a reference"
    return inner[at:end].strip(), end


def whole(text: str) -> Ref | None:
    """The reference that the text is, where it is one reference and nothing else."""
    if not (text.startswith(OPEN) and text.endswith("}")):
        return None
    parts = parse(text)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Ref) else None


def has_references(text: str) -> bool:
    """Whether the text has anything but literal characters."""
    return OPEN in text
