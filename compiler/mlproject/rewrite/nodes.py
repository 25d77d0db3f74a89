"""Where every value of a YAML text stands, as libyaml's events say: aliases are themselves here, and `<<` is a key.

Vocabulary
    node   one value: where it starts (with its anchor and tag) and where its last own character ends
    tail   how a node ends, if it ends in a block scalar: `clip`, `strip` or `keep` (its indicator: none, `-` or `+`);
           after `keep` every blank line is content
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml._yaml import CParser

Kind = Literal["scalar", "alias", "mapping", "list"]
Tail = Literal["", "clip", "strip", "keep"]

_BLOCK = re.compile(r"[|>](?:[1-9]?(?P<chomp>[+-])|(?P<early>[+-])[1-9]?)?")
_BLANK_END = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))+[ \t]*\Z")


@dataclass(slots=True)
class Node:
    """One value. `entries` are a mapping's keys and values, `items` a list's; `value` is a scalar's text; `anchor` is
    its own (of an alias: the one it names), `sets` are the anchors set in it, `names` those set or used in it."""

    kind: Kind
    start: int
    end: int
    flow: bool = True
    tail: Tail = ""
    value: str | None = None
    anchor: str | None = None
    entries: list[tuple[Node, Node]] = field(default_factory=list["tuple[Node, Node]"])
    items: list[Node] = field(default_factory=list["Node"])
    sets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def parse(text: str) -> Node | None:
    """The root of a text that `mlproject.load` took without an error (so it is no deeper than that allows); None where
    there is none."""
    events = iter(CParser(text).get_event, None)
    for event in events:
        if not isinstance(event, StreamStartEvent | DocumentStartEvent):
            return None if isinstance(event, StreamEndEvent) else _node(event, events, text)
    return None


def _node(event: Any, events: Iterator[Any], text: str) -> Node:  # noqa: ANN401 -- libyaml's events are untyped
    start, end = event.start_mark.index, event.end_mark.index
    own = frozenset({event.anchor} if event.anchor is not None else ())
    if isinstance(event, AliasEvent):
        return Node("alias", start, end, anchor=event.anchor, names=own)
    if isinstance(event, ScalarEvent):
        tail: Tail = ""
        if event.style in ("|", ">"):
            end, tail = _scalar_end(event, text)
        return Node("scalar", start, end, True, tail, event.value, event.anchor, sets=own, names=own)
    assert isinstance(event, MappingStartEvent | SequenceStartEvent)
    flow = bool(event.flow_style)
    node = Node("mapping" if isinstance(event, MappingStartEvent) else "list", start, end, flow)
    node.anchor = event.anchor
    parts: list[Node] = []
    closing: Any = None
    for inner in events:
        if isinstance(inner, MappingEndEvent | SequenceEndEvent):
            closing = inner
            break
        parts.append(_node(inner, events, text))
    if node.kind == "list":
        node.items = parts
    else:
        node.entries = list(zip(parts[::2], parts[1::2], strict=True))
    node.end = closing.end_mark.index if flow else max([end, *[part.end for part in parts]])
    node.tail = parts[-1].tail if parts and not flow else ""
    node.sets = own.union(*[part.sets for part in parts])
    node.names = own.union(*[part.names for part in parts])
    return node


def _scalar_end(event: Any, text: str) -> tuple[int, Tail]:  # noqa: ANN401 -- as above
    """Where the content of a block scalar ends (libyaml counts the blank lines behind it to it), and how."""
    start, end = event.start_mark.index, event.end_mark.index
    found = _header(text, start, end)
    chomp = (found["chomp"] or found["early"]) if found else "+"
    if chomp == "+":
        return end, "keep"
    tail: Tail = "strip" if chomp == "-" else "clip"
    value = str(event.value).rstrip("\n")
    if value[
        -1:
    ].isspace():  # blanks at the end of the last line are content: where they end is not worth guessing
        return end, tail
    blank = _BLANK_END.search(text, start, end)
    return blank.start() if blank else end, tail


def _header(text: str, start: int, end: int) -> re.Match[str] | None:
    """The indicator of a block scalar, behind its anchor and tag."""
    while start < end and text[start] in "&!":
        while start < end and not text[start].isspace():
            start += 1
        while start < end and text[start].isspace():
            start += 1
    return _BLOCK.match(text, start, end)
