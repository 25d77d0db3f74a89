"""One pass over libyaml's events: plain data, places, and what is wrong that does not end the reading.

Containers are kept on a stack of our own, so depth never reaches Python's. Aliases are answered with copies: nobody
who changes one place of the data changes another.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml._yaml import CParser

from mlproject.load.document import Place, Places
from mlproject.load.remarks import Refused, Remarks
from mlproject.load.scalars import HINTS, read
from mlproject.records import field, slotted

if TYPE_CHECKING:
    from yaml._yaml import Mark

MAX_DEPTH = 100
MAX_EVENTS = 2_000_000
MAX_ALIASED = (
    50_000  # nodes that aliases may repeat over a whole file, and one more for every four of its characters
)

Mapping: TypeAlias = dict[object, object]
Sequence: TypeAlias = list[object]
Node: TypeAlias = "tuple[object, Places | None]"

_NO_KEY = object()  # a mapping waits for a key
_MERGE = object()  # the key `<<`
_DROPPED = object()  # a key whose value is not kept


def build(text: str, remarks: Remarks, restore: dict[int, str] | None = None) -> tuple[object, Place | None]:  # noqa: C901, PLR0912, PLR0915 - one loop: a call for each scalar would cost more than all that is done for it
    """The data and the place of the root of the document in `text`; (None, None) where there is none.

    What is wrong goes to `remarks`. `restore` is a translation of characters that stand in for others.
    Raises `yaml.YAMLError` where the text is not YAML, `Refused` where it is beyond a limit.
    """
    aliases = _Aliases(remarks, MAX_ALIASED + len(text) // 4)
    anchors = aliases.anchors
    # The container that is being filled (at first the list of documents), and the key that waits for its value. They
    # are `Any` because what they are changes with `mapping`, and a cast for each event would be a call for each.
    data: Any = []
    places: Any = []
    mapping = False
    key: object = _NO_KEY
    key_start = key_end = None
    stack: list[tuple[Any, Any, object, Mark | None, Mark | None, Mark, str | None, bool]] = []
    special = False  # whether `_MERGE` or `_DROPPED` was ever a key
    last: Any = None  # the end of the last thing that has characters: block collections end there
    start: Any
    event: Any
    for event in islice(iter(CParser(text).get_event, None), MAX_EVENTS):
        kind = event.__class__
        if kind is ScalarEvent:
            value: Any = event.value
            start = event.start_mark
            end = last = event.end_mark
            child: Any = None
            plain, quoted = event.implicit
            if plain:
                if value[:1] in HINTS:
                    value, note = read(value)
                    if note:
                        if mapping and key is _NO_KEY and value == "<<":
                            value = _MERGE
                            special = True
                        else:
                            remarks.number_or_word(event, note, is_key=mapping and key is _NO_KEY)
            elif not quoted:
                value = remarks.tagged(event)
            if restore and value.__class__ is str:
                value = value.translate(restore)
            if event.anchor is not None:
                anchors[event.anchor] = (value, None)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if special and mapping:
                _settle(data, places, remarks)
            value, child = data, places
            data, places, key, key_start, key_end, start, anchor, flow = stack.pop()
            mapping = data.__class__ is dict
            if flow and event.end_mark.index > event.start_mark.index:
                last = event.end_mark
            end = last
            if anchor is not None:
                anchors[anchor] = (value, child)
            if mapping and key is _NO_KEY:
                remarks.complex_key(start, end)
                value = _DROPPED
                special = True
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            anchor = event.anchor
            if len(stack) >= MAX_DEPTH:
                raise Refused(remarks.too_deep(event, MAX_DEPTH))
            if not event.implicit:
                remarks.collection_tag(event, mapping=kind is MappingStartEvent)
            if anchor is not None:
                anchors[anchor] = None
            last = event.end_mark
            stack.append((data, places, key, key_start, key_end, event.start_mark, anchor, event.flow_style))
            mapping = kind is MappingStartEvent
            data, places = ({}, {}) if mapping else ([], [])
            key = _NO_KEY
            continue
        elif kind is AliasEvent:
            start = event.start_mark
            end = last = event.end_mark
            value, child = aliases.copy(event, len(stack))
            if mapping and key is _NO_KEY and child is not None:
                remarks.complex_key(start, end)
                value = _DROPPED
                special = True
        elif kind is StreamEndEvent:
            break
        else:
            if kind is DocumentStartEvent:
                if data:
                    remarks.second_document(event)
                    break
                remarks.directives(event)
            continue

        if not mapping:
            data.append(value)
            places.append((None, None, start, end, child))
        elif key is not _NO_KEY:
            data[key] = value
            places[key] = (key_start, key_end, start, end, child)
            key = _NO_KEY
        else:
            key, key_start, key_end = value, start, end
            if value in data and value is not _DROPPED:
                written = value if value.__class__ is str else text[start.index : end.index]
                remarks.duplicate(written, places[value], start, end)
                key = _DROPPED
                special = True
    else:
        raise Refused(remarks.too_many(last, MAX_EVENTS))
    return (data[0], places[0]) if data else (None, None)


@slotted
class _Aliases:
    """The anchors seen so far (None: still open, so an alias to it would be endless) and what aliases have repeated."""

    remarks: Remarks
    limit: int
    anchors: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])
    sizes: dict[str, tuple[object, int, int]] = field(default_factory=dict[str, tuple[object, int, int]])
    repeated: int = 0

    def copy(self, event: AliasEvent, depth: int) -> Node:
        """A copy of what an alias names; what is wrong with the alias is remarked and something harmless given.

        Raises `Refused` where the copies of a file get too many or too deep.
        """
        name = event.anchor or ""
        if name not in self.anchors:
            self.remarks.unknown_anchor(event)
            return "*" + name, None
        node = self.anchors[name]
        if node is None:
            self.remarks.endless_alias(event)
            return None, None
        value, places = node
        if places is None:
            return node
        known = self.sizes.get(name)
        if known is None or known[0] is not value:  # a name may be given again
            known = self.sizes[name] = (value, *_measured(value, self.limit))
        _, size, height = known
        self.repeated += size
        if self.repeated > self.limit:
            raise Refused(self.remarks.too_many_aliased(event, self.limit))
        if depth + height > MAX_DEPTH:
            raise Refused(self.remarks.too_deep(event, MAX_DEPTH))
        return _copied(value), places


def _measured(value: object, limit: int) -> tuple[int, int]:
    """How many nodes a tree has (no further than matters) and how many levels of containers."""
    level, size, height = [value], 0, 0
    while level and size <= limit:
        size += len(level)
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(cast("Mapping", node).values())
            elif isinstance(node, list):
                below.extend(cast("Sequence", node))
        level = below
        height += 1
    return size, height - 1


def _copied(value: object) -> object:
    """A deep copy of plain data, at most `MAX_DEPTH` deep."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in cast("Mapping", value).items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in cast("Sequence", value)]
    return value


def _settle(data: Mapping, places: dict[object, Place], remarks: Remarks) -> None:
    """Drop the keys that were not kept, and put what `<<` names before the mapping's own entries, which win.

    Of several mappings the earlier wins, and the order of entries is the one that DVC gives them.
    """
    data.pop(_DROPPED, None)
    places.pop(_DROPPED, None)
    if _MERGE not in data:
        return
    own, own_places = dict(data), dict(places)
    value, place = own.pop(_MERGE), own_places.pop(_MERGE)
    data.clear()
    places.clear()
    several = isinstance(value, list) and isinstance(place[4], list)
    merged: list[tuple[object, Place]] = (
        list(zip(cast("Sequence", value), cast("list[Place]", place[4]), strict=True))
        if several
        else [(value, place)]
    )
    for one, where in reversed(merged):
        if isinstance(one, dict) and isinstance(where[4], dict):
            data.update(cast("Mapping", one))
            places.update(where[4])
        else:
            remarks.merge_of_no_mapping(where)
    data.update(own)
    places.update(own_places)
