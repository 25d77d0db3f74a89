"""Scalars as a person would write them, wherever every reader of YAML takes them for the same."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite

from mlproject.emit.yamltext import VISIBLE, quoted
from mlproject.emit.yamltext import scalar as careful
from mlproject.load.scalars import read

# `10m`, `2h`, `512Mi`, `1.2.3`: what begins like a number and is none. Where the loader has no remark, all read alike.
_COUNTED = re.compile(r"[0-9][0-9A-Za-z./_-]*")
_LONGEST_COUNTED = 100
_LETTERS = frozenset("ynYN")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}?]")
_SINGLE = re.compile(f"(?!.*')(?=.*[\"\\\\])[ {VISIBLE}]*")
# A text that may be folded: words without a character that needs an escape, single blanks, at most a final line break.
_FOLDABLE = re.compile(f"[{VISIBLE}]+(?: [{VISIBLE}]+)+\n?")
# A small number is written out while its zeros can be counted at a glance.
_SMALLEST = 1e-6
_DIGITS = 12
# A reference stays in one piece, with its blanks.
_PIECE = re.compile(r"(?:\$\{[^{}]*\}|\S)+")


def scalar(value: object, *, flow: bool = False) -> str:
    """A scalar on one line; `flow` says whether it stands inside brackets."""
    if isinstance(value, str):
        return _text(value, flow)
    if type(value) is float and isfinite(value):
        return _float(value)
    return careful(value)


def _text(value: str, flow: bool) -> str:
    # A plot has `x` and `y`: YAML 1.1 calls `y` a truth value, but none of the three readers takes it for one.
    plain = value if value in _LETTERS else careful(value)
    if (
        plain[0] == '"'
        and len(value) < _LONGEST_COUNTED
        and _COUNTED.fullmatch(value)
        and read(value) == (value, "")
    ):
        plain = value
    if plain[0] != '"' and not (flow and _NOT_IN_FLOW.search(plain)):
        return plain
    return f"'{value}'" if _SINGLE.fullmatch(value) else quoted(value)


def _float(value: float) -> str:
    text = careful(value)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    full = format(Decimal(repr(value)), "f")
    if _SMALLEST <= abs(value) < 1 and len(full) <= _DIGITS:
        return full
    # Readers of YAML 1.1 want a point in the mantissa and a sign in the exponent, but no leading zero.
    return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}"


def foldable(value: object) -> bool:
    """Whether a value is a text that keeps its meaning when it is folded at any of its blanks."""
    return isinstance(value, str) and _FOLDABLE.fullmatch(value) is not None


def folded(value: str, breaks: tuple[int, ...]) -> list[str] | None:
    """The lines of a foldable text with these numbers of words; None where they are not those of the text."""
    words = value.removesuffix("\n").split(" ")
    if sum(breaks) != len(words) or min(breaks, default=0) < 1:
        return None
    lines: list[str] = []
    for count in breaks:
        lines.append(" ".join(words[:count]))
        words = words[count:]
    return lines


def wrapped(value: str, width: int) -> list[str]:
    """The lines of a foldable text, none longer than `width` unless one word is: a new one begins before an option if
    that is possible, so that an option keeps its argument."""
    groups: list[list[str]] = [[]]
    for word in _PIECE.findall(value):
        if word.startswith("-") and word.strip("-") and groups[-1]:
            groups.append([])
        groups[-1].append(word)
    lines: list[str] = []
    for group in groups:
        whole = " ".join(group)
        if lines and len(lines[-1]) + 1 + len(whole) <= width:
            lines[-1] += f" {whole}"
        elif len(whole) <= width:
            lines.append(whole)
        else:
            lines += _filled(group, width)
    return lines


def _filled(words: list[str], width: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
