"""Plain trees as YAML text that a YAML 1.1 reader (PyYAML) and a 1.2 reader (ruamel, as DVC uses it) read alike.

Block style, two spaces, no anchors, no folding: one value changed changes its own lines. A scalar is written plain
only where no reader of any version could take it for something else, as a literal block where it has several lines that
survive an editor, and double-quoted otherwise. The bytes depend on the tree alone: not on the hash seed, and not on the
Unicode tables of the running Python (so no `str.isprintable`).

Blank lines stand between top-level sections and between the mappings inside one (stages, jobs, entry points): Git
merges two branches that change neighbours only if an unchanged line lies between them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from mlproject.diagnostics import Path

# Characters written as they are. Left out, and so escaped: controls, line and paragraph separators, every space that
# is no plain space, zero-width and bidirectional marks, surrogates, private use, the byte order mark, specials.
VISIBLE = (
    "\x21-\x7e\xa1-\xac\xae-\u061b\u061d-\u167f\u1681-\u180d\u180f-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd"
)
_PLAIN_START = r"A-Za-z_/$(\xa1-\xac\xae-\u061b\u061d-\u167f\u1681-\u180d\u180f-\u1fff\u3001-\ud7ff"
_ESCAPED = re.compile(f'["\\\\]|[^ {VISIBLE}]')
# A plain scalar begins with a letter or the beginning of a path; with a digit only where a slash rules out numbers,
# dates and times.
_PLAIN = re.compile(f"(?:[{_PLAIN_START}]|\\.{{1,2}}/|\\.[A-Za-z]|[0-9][{VISIBLE}]*?/)[ {VISIBLE}]*")
# What some reader takes for a boolean, a null or a number.
_WORDS = frozenset("true false yes no on off y n null .inf .nan".split())
_LONGEST_WORD = 5
# Lines whose every character survives as it is. A blank at the end of a line would not survive an editor, and of more
# than one line break at the end a merge could lose one.
_LITERAL = re.compile(f"[\t\n {VISIBLE}]*")
_NOT_LITERAL = re.compile(r"[ \t](?:\n|\Z)|\n\n\Z|\A\n*\Z")
_INDENTED = re.compile(r"\n*[ \t]|\n")

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
# Readers give up on `key: value` when the key is longer than 1024 characters.
LONG_KEY = 1000
# Python refuses to write longer integers in decimal, and to read them.
_LONG_INT = 10**4000
_LISTS = (list, tuple)
# How many levels have blank lines between neighbours.
_SPACED = 2


def write(tree: object) -> tuple[str, list[Path]]:
    """The tree as YAML text, and for each line of it the place in the tree that it writes.

    `tree` is plain data: dictionaries, lists (or tuples), text, numbers, booleans, None. The place of a line is that of
    the deepest node beginning on it; all lines of a literal block have its place, a blank line has that of the
    collection around it. The text ends with a line break.
    """
    writer = _Writer()
    writer.document(tree)
    writer.out.append("")
    return "\n".join(writer.out), writer.places


def scalar(value: object) -> str:
    """A scalar on one line, as it stands in the emitted YAML."""
    found = _INLINE.get(type(value))
    if found is None:
        raise TypeError(f"not plain data: {type(value).__name__}")
    return found(value)


def _text(value: str) -> str:
    if (
        _PLAIN.fullmatch(value)
        and value[-1] not in ": "
        and ": " not in value
        and " #" not in value
        and (len(value) > _LONGEST_WORD or value.lower() not in _WORDS)
    ):
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """A text in double quotes, on one line."""
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"  # noqa: PLR0124 - what NaN is
    # YAML 1.1 wants a point in the mantissa and a sign in the exponent; `repr` gives the sign.
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{exponent}" if e else mantissa


def _int(value: int) -> str:
    return str(value) if -_LONG_INT < value < _LONG_INT else hex(value)


_INLINE: dict[type, Callable[..., str]] = {
    str: _text,
    int: _int,
    float: _float,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}


def literal(value: str) -> str | None:
    """The header of the literal block that can hold this text; None where it has to be quoted."""
    if not _LITERAL.fullmatch(value) or _NOT_LITERAL.search(value):
        return None
    return "|" + ("2" if _INDENTED.match(value) else "") + ("" if value[-1] == "\n" else "-")


class _Writer:
    """Lines and their places, as they grow, and what each text looks like (most texts occur more than once)."""

    __slots__ = ("out", "places", "seen")

    def __init__(self) -> None:
        self.out: list[str] = []
        self.places: list[Path] = []
        self.seen: dict[str, str] = {}

    def document(self, tree: object) -> None:
        if not _is_block(tree):
            self.line(_empty(tree) or scalar(tree), ())
        elif type(tree) is dict:
            self.mapping(cast(dict[object, object], tree), "", "", ())
        else:
            self.items(cast(list[object], tree), "", "", ())

    def line(self, text: str, place: Path) -> None:
        self.out.append(text)
        self.places.append(place)

    def mapping(self, node: Mapping[object, object], lead: str, pad: str, path: Path) -> None:
        """A mapping that is not empty, its entries at `pad`; the first one after `lead` instead (a list's dash)."""
        seen, out, places = self.seen, self.out, self.places
        apart, before = len(path) < _SPACED, None
        for key, value in node.items():
            if apart and before is not None and _apart(len(path), before[0], value):
                self.line("", path)
            place = (*path, cast(str | int, key))
            name = seen.get(key) if type(key) is str else None
            name = f"{lead}{name}:" if name is not None else self.key(lead, key, pad, place)
            kind = type(value)
            text = seen.get(cast(str, value)) if kind is str else None
            if text is not None:
                # Most entries by far end here.
                out.append(f"{name} {text}")
                places.append(place)
            elif kind is dict and value:
                self.line(name, place)
                self.mapping(cast(dict[object, object], value), f"{pad}  ", f"{pad}  ", place)
            elif kind in _LISTS and value:
                self.line(name, place)
                self.items(cast(list[object], value), f"{pad}  ", f"{pad}  ", place)
            else:
                self.scalar(value, name, pad, place)
            lead = pad
            if apart:
                before = (value,)

    def items(self, node: Sequence[object], lead: str, pad: str, path: Path) -> None:
        """A list that is not empty, as `mapping`."""
        seen, out, places = self.seen, self.out, self.places
        apart = len(path) < _SPACED
        for index, value in enumerate(node):
            if apart and index and _apart(len(path), node[index - 1], value):
                self.line("", path)
            place = (*path, index)
            kind = type(value)
            text = seen.get(cast(str, value)) if kind is str else None
            if text is not None:
                out.append(f"{lead}- {text}")
                places.append(place)
            elif kind is dict and value:
                self.mapping(cast(dict[object, object], value), f"{lead}- ", f"{pad}  ", place)
            elif kind in _LISTS and value:
                self.items(cast(list[object], value), f"{lead}- ", f"{pad}  ", place)
            else:
                self.scalar(value, f"{lead}-", pad, place)
            lead = pad

    def key(self, lead: str, key: object, pad: str, place: Path) -> str:
        """A key with its colon, ready for the value; a long one on a line of its own."""
        text = scalar(key)
        if len(text) > LONG_KEY:
            self.line(f"{lead}? {text}", place)
            return f"{pad}:"
        if type(key) is str:
            self.seen[key] = text
        return f"{lead}{text}:"

    def scalar(self, value: object, lead: str, pad: str, place: Path) -> None:
        """A scalar or an empty collection after `KEY:` or `-`."""
        if type(value) is str:
            header = literal(value) if "\n" in value else None
            if header is not None:
                self.literal(value, f"{lead} {header}", f"{pad}  ", place)
                return
            text = _text(value)
            if len(text) <= LONG_KEY:
                self.seen[value] = text
        else:
            text = _empty(value) or scalar(value)
        self.line(f"{lead} {text}", place)

    def literal(self, value: str, lead: str, pad: str, place: Path) -> None:
        self.line(lead, place)
        for line in value.removesuffix("\n").split("\n"):
            self.line(f"{pad}{line}" if line else "", place)


def _empty(node: object) -> str | None:
    if node:
        return None
    return "{}" if type(node) is dict else "[]" if type(node) in _LISTS else None


def _apart(depth: int, before: object, after: object) -> bool:
    """Whether a blank line stands between two neighbours: at the top beside every collection, one level deeper only
    between mappings. It depends on the two alone, so that an entry more or less moves no other blank line."""
    if depth == 0:
        return _is_block(before) or _is_block(after)
    return type(before) is type(after) is dict and _is_block(before) and _is_block(after)


def _is_block(node: object) -> bool:
    return bool(node) and (type(node) is dict or type(node) in _LISTS)
