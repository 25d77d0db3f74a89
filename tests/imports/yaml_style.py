"""YAML as people write it: any style that means the data, with comments.

The same object twice in the data becomes an anchor and an alias; a key `<<` holds what is merged in.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

# Texts that every reader of YAML takes for themselves without quotes, in a block and in `[…]`.
PLAIN = re.compile(r"[A-Za-z_./$\\][\w./$\\{}@=+-]*(?: [\w./$\\{}@=+-]+)*")
IN_BRACKETS = re.compile(r"[A-Za-z_./][\w./@=+-]*(?: [\w./@=+-]+)*")
OTHERWISE = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", ".", "..", ".inf", ".nan"}
COMMENTS = ["why", "see the paper", "lr: 0.1", "- not an item", "TODO: check", "é → ü", "#", "'", "a: [b"]


class Style:
    """One hand: what it draws decides every choice of style. None writes plainly."""

    def __init__(self, hand: Random | None, comments: bool) -> None:
        self.plain = hand is None
        self.random = hand or Random(0)
        self.comments = comments and not self.plain
        self.indent = self.random.choice([2, 2, 2, 4])
        self.item_indent = self.random.choice([0, 0, 2])
        self.flow = self.random.choice([0.0, 0.15, 0.6])
        self.shared: dict[int, str] = {}
        self.named: set[int] = set()

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def likely(self, chance: float) -> bool:
        return chance > 0.7 if self.plain else self.random.random() < chance


def yaml_text(data: Any, hand: Random | None, comments: bool = True) -> str:
    """Any data of mappings, lists, texts, numbers, booleans and null as YAML."""
    style = Style(hand, comments)
    _find_shared(data, style, set())
    lines: list[str] = []
    if style.comments and style.likely(0.3):
        lines += ["# " + style.random.choice(COMMENTS), ""]
    if not isinstance(data, dict) or not data:
        return "\n".join([*lines, _flow(data, style)]) + "\n"
    _mapping(data, 0, lines, style)
    if style.comments and style.likely(0.2):
        lines.append("# " + style.random.choice(COMMENTS))
    return "\n".join(lines) + "\n"


def _find_shared(data: Any, style: Style, seen: set[int]) -> None:
    if not isinstance(data, dict | list) or not data:
        return
    if id(data) in seen:
        style.shared.setdefault(id(data), f"same{len(style.shared)}")
        return
    seen.add(id(data))
    for value in data.values() if isinstance(data, dict) else data:
        _find_shared(value, style, seen)


def _anchor(data: Any, style: Style) -> tuple[str, bool]:
    """What to write before a value, and whether that is all of it."""
    name = style.shared.get(id(data)) if isinstance(data, dict | list) else None
    if name is None:
        return "", False
    if id(data) in style.named:
        return f"*{name}", True
    style.named.add(id(data))
    return f"&{name}", False


def _mapping(data: dict[Any, Any], column: int, lines: list[str], style: Style) -> None:
    for key, value in data.items():
        _comment_above(column, lines, style)
        _entry(" " * column + _key(key, style) + ":", value, column, lines, style)


def _entry(start: str, value: Any, column: int, lines: list[str], style: Style) -> None:
    """`start` and what belongs behind or below it."""
    anchor, done = _anchor(value, style)
    start = f"{start} {anchor}".rstrip()
    if done:
        lines.append(start)
    elif not isinstance(value, dict | list) or not value:
        _scalar_entry(start, value, column, lines, style)
    elif style.likely(style.flow) and _fits(value) and not _holds_shared(value, style):
        lines.append(f"{start} {_brackets(value, style)}" + _beside(style))
    else:
        lines.append(start + _beside(style))
        if isinstance(value, dict):
            _mapping(value, column + style.indent, lines, style)
        else:
            _list(value, column + style.item_indent, lines, style)


def _list(data: list[Any], column: int, lines: list[str], style: Style) -> None:
    for value in data:
        _comment_above(column, lines, style)
        dash = " " * column + "-"
        anchored = isinstance(value, dict | list) and id(value) in style.shared
        if isinstance(value, dict) and value and not anchored and not style.likely(style.flow):
            first = len(lines)
            _mapping(value, column + 2, lines, style)
            while lines[first].lstrip().startswith("#") or not lines[first].strip():
                del lines[first]
            lines[first] = dash + " " + lines[first][column + 2 :]
        elif isinstance(value, list) and value and not anchored:
            lines.append(f"{dash} {_flow(value, style)}")
        else:
            _entry(dash, value, column + 1, lines, style)


def _scalar_entry(start: str, value: Any, column: int, lines: list[str], style: Style) -> None:
    if isinstance(value, str) and not value.strip():
        lines.append(f"{start} {json.dumps(value)}")
        return
    if isinstance(value, str) and style.likely(0.75):
        block = _block(value, style)
        if block:
            lines.append(f"{start} {block[0]}")
            lines.extend(" " * (column + style.indent) + line if line else "" for line in block[1:])
            return
    lines.append(f"{start} {_scalar(value, style, PLAIN)}" + _beside(style))


def _block(text: str, style: Style) -> list[str]:
    """A literal or folded block that means the text; empty if none does."""
    if any(ord(char) < 32 and char != "\n" for char in text) or text[0] in " \n" or "\x85" in text:
        return []
    lines = text.split("\n")
    if "\n" in text:
        if any(line.strip() == "" and line for line in lines):
            return []
        ends = len(text) - len(text.rstrip("\n"))
        body = text.rstrip("\n").split("\n") + [""] * max(ends - 1, 0)
        return [{0: "|-", 1: "|"}.get(ends, "|+"), *body]
    words = text.split(" ")
    if len(words) > 3 and all(words) and style.likely(0.4):
        cut = style.random.randrange(1, len(words))
        return [">-", " ".join(words[:cut]), " ".join(words[cut:])]
    return []


def _key(key: Any, style: Style) -> str:
    return key if key == "<<" else _scalar(key, style, IN_BRACKETS)


def _scalar(value: Any, style: Style, plain: re.Pattern[str]) -> str:
    if not isinstance(value, str):
        if value is None:
            return style.one_of("null", "~")
        return json.dumps(value)
    bare = plain.fullmatch(value) and value.lower() not in OTHERWISE
    if bare and style.likely(0.85):
        return value
    if value.isprintable() and style.likely(0.5):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _flow(value: Any, style: Style) -> str:
    anchor, done = _anchor(value, style)
    return anchor if done else f"{anchor} {_brackets(value, style)}".strip()


def _brackets(value: Any, style: Style) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_key(key, style)}: {_flow(inner, style)}" for key, inner in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner, style) for inner in value) + "]"
    return _scalar(value, style, IN_BRACKETS)


def _fits(value: Any) -> bool:
    return len(json.dumps(value)) < 90


def _holds_shared(value: Any, style: Style) -> bool:
    """A merge inside `{…}` is hard to read, and nobody writes it."""
    if isinstance(value, dict):
        return "<<" in value or any(_holds_shared(inner, style) for inner in value.values())
    return isinstance(value, list) and any(_holds_shared(inner, style) for inner in value)


def _comment_above(column: int, lines: list[str], style: Style) -> None:
    if style.likely(0.05):
        lines.append("")
    if style.comments and style.likely(0.08):
        lines.append(" " * column + "# " + style.random.choice(COMMENTS))


def _beside(style: Style) -> str:
    return "  # " + style.random.choice(COMMENTS) if style.comments and style.likely(0.06) else ""
