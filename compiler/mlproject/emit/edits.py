"""Edits of a YAML text by hand, as it were: one value changed changes its own characters and no others.

An edit is found in a document's places and applied to its text; comments, order and style of everything else stay. What
an edit cannot be sure of (anchors, tags, keys that come by `<<`) may come out wrong: the caller reads the result again
and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from mlproject.diagnostics import Path
from mlproject.emit.yamltext import scalar
from mlproject.load.document import Document, Place, Places
from mlproject.records import frozen

if TYPE_CHECKING:
    from yaml._yaml import Mark

_ANCHOR = re.compile(r"&\S+\s+")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}]")


@frozen
class Edit:
    """The characters from `start` to `end` replaced by `text`."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits that do not overlap. Of two insertions at one place the earlier comes first."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, text[done:]])


def flow(value: object) -> str:
    """A value on one line, good inside brackets and outside."""
    if isinstance(value, dict):
        entries = [
            f"{flow(key)}: {flow(inner)}" for key, inner in cast("Mapping[object, object]", value).items()
        ]
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([flow(item) for item in cast("Sequence[object]", value)]) + "]"
    text = scalar(value)
    if text.startswith('"') or not _NOT_IN_FLOW.search(text):
        return text
    # A plain text has no character that needs an escape but these.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def place_of(document: Document, path: Path) -> Place | None:
    """The place of the value at a path; None where the document has no such value."""
    place = document.place
    for step in path:
        children = place[4] if place is not None else None
        if isinstance(children, dict):
            place = children.get(step)
        elif isinstance(children, list) and isinstance(step, int) and step < len(children):
            place = children[step]
        else:
            return None
    return place


def changed(document: Document, place: Place, value: object) -> Edit:
    """The value at a place replaced by another one."""
    text, (start, end) = document.text, extent(document, place)
    new = flow(value)
    if start == end:
        return _filled(text, place, start, new)
    anchor = _ANCHOR.match(text, start, end)
    if place[4] is None:
        return Edit(anchor.end() if anchor else start, end, new)
    colon = place[1].index if place[1] is not None else None
    if colon is not None and text[start] not in "{[" and text[colon:start].strip() == ":":
        return Edit(colon, end, f": {new}")
    # A list may stand in the column of its key; a value may not.
    return Edit(start, end, new if text[start] != "-" else f"  {new}")


def _filled(text: str, place: Place, at: int, new: str) -> Edit:
    """A value written where nothing stood for null."""
    key_end = place[1].index if place[1] is not None else None
    if key_end is not None and ":" not in text[key_end:at]:
        return Edit(key_end, key_end, f": {new}")
    return Edit(at, at, new if text[at - 1 : at].isspace() else f" {new}")


def added(document: Document, place: Place, entries: Mapping[object, object]) -> Edit | None:
    """Entries put at the end of the mapping at a place, in its style; None where it is not written as one there."""
    lines = [f"{flow(key)}: {flow(value)}" for key, value in entries.items()]
    return _grown(document, place, lines, "{")


def appended(document: Document, place: Place, items: Sequence[object]) -> Edit | None:
    """Items put at the end of the list at a place, in its style; None where it is not written as one there."""
    text, (start, _) = document.text, extent(document, place)
    lines = [flow(item) for item in items]
    if text[start : start + 1] != "[":
        lines = [f"- {line}" for line in lines]
    return _grown(document, place, lines, "[")


def _grown(document: Document, place: Place, lines: list[str], bracket: str) -> Edit | None:
    text, (start, end) = document.text, extent(document, place)
    inside = [one for one in _children(place) if start <= _start(one) < end or start <= one[2].index < end]
    last = max((extent(document, one)[1] for one in inside), default=None)
    if text[start : start + 1] == bracket:
        if last is not None:
            return Edit(last, last, "".join([f", {line}" for line in lines]))
        rest = ", " if text[start + 1 : end - 1].strip() else ""
        return Edit(start + 1, start + 1, ", ".join(lines) + rest)
    if last is None or text[start] in "&*!{[":
        return None
    pad = " " * place[2].column
    eol = "\r\n" if "\r\n" in text else "\n"
    at = _line_end(text, last)
    return Edit(at, at, "".join([f"{eol}{pad}{line}" for line in lines]))


def shortened(document: Document, place: Place, keep: int) -> Edit:
    """The list at a place without the items from the number `keep` on."""
    if keep == 0:
        return changed(document, place, [])
    text, (start, _) = document.text, extent(document, place)
    items = _children(place)
    first, last = extent(document, items[keep - 1])[1], extent(document, items[-1])[1]
    if text[start] == "[":
        return Edit(first, last, "")
    return Edit(_line_end(text, first), _line_end(text, last), "")


def extent(document: Document, place: Place) -> tuple[int, int]:
    """Where the value at a place begins and ends, without what libyaml counts to it after its last character."""
    start, end = place[2].index, place[3].index
    return start, start + len(document.text[start:end].rstrip())


def _children(place: Place) -> list[Place]:
    children: Places | None = place[4]
    if children is None:
        return []
    return list(children.values()) if isinstance(children, dict) else children


def _start(place: Place) -> int:
    key: Mark | None = place[0]
    return key.index if key is not None else place[2].index


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    if found < 0:
        return len(text)
    return found - 1 if text[found - 1] == "\r" else found
