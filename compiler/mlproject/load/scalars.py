"""What a plain scalar means: YAML 1.2's core schema, and how other readers of the same text differ.

Three readers matter. We read the core schema. DVC reads with a parser of its own dialect of 1.2, which also knows
dates, `1_000` and `0b1`. Python programs read the same files with PyYAML, which is YAML 1.1. A scalar that one of them
reads differently from us is *ambiguous*.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from math import isfinite, isinf, isnan
from typing import Literal

Note = Literal["", "ambiguous", "digits", "range"]

# First characters of a plain scalar that may be anything but text. The others are text to everybody.
HINTS = frozenset(["", *"~tTfFnNyYoO=<+-.0123456789"])

# Python refuses to print integers of more than 4300 digits; no parameter is near a quarter of that.
MAX_DIGITS = 1000

_WORDS: dict[str, object] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_OLD_WORDS: dict[str, object] = {
    **{form: True for word in ("yes", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("no", "off") for form in (word, word.capitalize(), word.upper())},
}
_REFUSED = frozenset(["=", "<<"])  # reserved by YAML 1.1; both refuse them as values
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_NUMERIC = frozenset("+-.0123456789")

# Decimal numbers spelled so that all three readers see the same.
_AGREED = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(\.[0-9]*(?:[eE][-+][0-9]+)?)?").fullmatch
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+").fullmatch
_SPECIAL = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_FLOAT = re.compile(rf"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|{_SPECIAL}").fullmatch

_DVC_INT = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)").fullmatch
_DVC_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
    rf"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|{_SPECIAL}"
).fullmatch
_OLD_INT = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])*)").fullmatch
_OLD_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    rf"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|{_SPECIAL}"
).fullmatch
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
    re.ASCII,
).fullmatch


class Other(Enum):
    """What another reader makes of a scalar that is no value of ours."""

    DATE = "a date"
    REFUSED = "an error"


@lru_cache(maxsize=8192)
def read(text: str) -> tuple[object, Note]:
    """The value of a plain scalar that begins with one of `HINTS`, and what there is to say about it.

    A number of more than `MAX_DIGITS` characters stays text (`digits`); one too large for a float is infinite
    (`range`).
    """
    if text in _WORDS:
        return _WORDS[text], ""
    if text[0] not in _NUMERIC:
        return text, "ambiguous" if text in _OLD_WORDS or text in _REFUSED else ""
    if len(text) > MAX_DIGITS:
        return text, "digits" if _INT(text) or _FLOAT(text) else ""
    agreed = _AGREED(text)
    if agreed and agreed[1] is None:
        return int(text), ""
    value = core(text)
    if isinstance(value, float) and isinf(value) and "f" not in text.lower():
        return value, "range"
    if agreed:
        return value, ""
    ours = shown(value)
    return value, "" if ours == shown(dvc(text)) == shown(old(text)) else "ambiguous"


def core(text: str) -> object:
    """The value of a plain scalar to a reader of the core schema. Takes at most `MAX_DIGITS` digits."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT(text):
        return int(text, _BASES.get(text[:2], 10))
    return _float(text) if _FLOAT(text) else text


def dvc(text: str) -> object:
    """The value of the same scalar to DVC."""
    if text in _REFUSED:
        return Other.REFUSED
    bare = text.replace("_", "")
    try:
        if _DVC_FLOAT(text):
            return _float(bare)
        if _DVC_INT(text):
            return int(bare, _BASES.get(bare.lstrip("+-")[:2], 10))
    except ValueError:
        return Other.REFUSED
    return Other.DATE if _DATE(text) else core(text) if text in _WORDS else text


def old(text: str) -> object:
    """The value of the same scalar to a YAML 1.1 reader such as PyYAML."""
    if text in _OLD_WORDS:
        return _OLD_WORDS[text]
    if text in _REFUSED:
        return Other.REFUSED
    bare = text.replace("_", "")
    try:
        if _OLD_FLOAT(text):
            return _sixties(bare) if ":" in text else _float(bare)
        if _OLD_INT(text):
            digits = bare.lstrip("+-")
            octal = digits[0] == "0" and digits[:2] not in _BASES
            return (
                int(_sixties(bare)) if ":" in text else int(bare, 8 if octal else _BASES.get(digits[:2], 10))
            )
    except ValueError:
        return Other.REFUSED
    return Other.DATE if _DATE(text) else core(text) if text in _WORDS else text


def _float(text: str) -> float:
    """A float; infinity and NaN are spelled with a dot in YAML."""
    lower = text.lower()
    return float(lower.replace(".", "") if lower.endswith((".inf", ".nan")) else lower)


def _sixties(text: str) -> float:
    """`1:30` as YAML 1.1 reads it: a number to the base of sixty."""
    total = 0.0
    for part in text.lstrip("+-").split(":"):
        total = total * 60 + float(part)
    return -total if text[0] == "-" else total


def shown(value: object) -> str:
    """A reading in words: `text`, `the number 12`, `a date`."""
    if isinstance(value, Other):
        return value.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "the truth value " + str(value).lower()
    return f"the number {value!r}" if isinstance(value, int | float) else "text"


def plain(value: object) -> str:
    """A number spelled so that every reader takes it for the same."""
    if not isinstance(value, float):
        return str(value)
    if not isfinite(value):
        return ".nan" if isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    return text if "." in mantissa else f"{mantissa}.0{exponent}{power}"
