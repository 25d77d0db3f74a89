"""Text with references: `${data.raw}`, `${stages.train[item].model}/part`, `${params.lr}`, `$${HOME}`.

Grammar
    text       (literal | reference | escape)*
    escape     `$${` … `}`, a literal `${…}` (for the shell, or for DVC's own braces)
    reference  `${` word (`.` word | `[` selector `]`)* `}`
    word       any characters but `.`, `[`, `]`, `{` and `}`
    selector   any characters but `[` and `]`

A `$NAME` without braces is the shell's and plain text here. Parsing gives parts in order; a part that cannot be parsed
is a `Broken` with words for the user, and the rest goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

OPEN = "${"
ESCAPED = "$${"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a reference: a word (`.train`) or a selector (`[item]`)."""

    text: str
    selector: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference as written (`text`, with its braces), split into steps; the first step's word is its `head`."""

    text: str
    steps: tuple[Step, ...]

    @property
    def head(self) -> str:
        """The namespace: `data`, `stages`, `params`, `item`, …"""
        return self.steps[0].text

    @property
    def words(self) -> tuple[str, ...]:
        """The steps' texts after the head."""
        return tuple(step.text for step in self.steps[1:])


@dataclass(frozen=True, slots=True)
class Escape:
    """`$${inner}`: the text `${inner}`, to be left alone by everybody."""

    inner: str


@dataclass(frozen=True, slots=True)
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
                parts.append(Broken(text[start - 1 :], "the escape is not closed", "add the closing `}`"))
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
    shell = f"if it is the shell's, write `$${text[1:]}`"
    if not inner.strip():
        return Broken(text, "an empty reference", "name something, as in `${data.raw}`")
    steps: list[Step] = []
    at = 0
    expect_word = True
    while at < len(inner):
        char = inner[at]
        if char == "[":
            end = inner.find("]", at)
            if expect_word or end <= at + 1:
                return Broken(text, "a selector that is empty, not closed, or follows no name", shell)
            steps.append(Step(inner[at + 1 : end].strip(), selector=True))
            at, expect_word = end + 1, False
        elif char == ".":
            if expect_word:
                return Broken(text, "a dot that follows no name", shell)
            at, expect_word = at + 1, True
        else:
            if not expect_word:
                return Broken(text, "a selector must be followed by a dot or the end", shell)
            end = at
            while end < len(inner) and inner[end] not in ".[]{":
                end += 1
            if end < len(inner) and inner[end] in "]{":
                return Broken(text, f"`{inner[end]}` cannot stand in a reference", shell)
            steps.append(Step(inner[at:end].strip()))
            at, expect_word = end, False
    if expect_word:
        return Broken(text, "a reference that ends in a dot", shell)
    return Ref(text, tuple(steps))


def whole(text: str) -> Ref | None:
    """The reference that the text is, where it is one reference and nothing else."""
    if not (text.startswith(OPEN) and text.endswith("}")):
        return None
    parts = parse(text)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Ref) else None


def has_references(text: str) -> bool:
    """Whether the text has anything but literal characters."""
    return OPEN in text
