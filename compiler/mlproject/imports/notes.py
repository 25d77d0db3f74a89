"""What a YAML file says beside its data: comments with the place that each belongs to, and where long texts break.

A comment on lines of its own belongs to the node that begins below it: of several that begin on one line, the
outermost. One that is indented deeper than what follows ends the collection whose entries it stands among (`below`):
so does an option that somebody commented out at the end of a stage. A comment behind something belongs to the
outermost node that begins on its line. Of what stands at the head of a file, the last paragraph belongs to the first
key if no blank line parts them; the rest, to the file itself: the place `()`.

`scan` finds the comments, this module their places; `carry` takes them on into a spec.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from mlproject.diagnostics import Path
from mlproject.imports.scan import Remark, Scan, scan
from mlproject.imports.taken import Comment
from mlproject.load import Document
from mlproject.records import field, frozen

if TYPE_CHECKING:
    from mlproject.load.document import Place

# What may stand between the begin of a node and its value: anchor and tag.
_PROPERTIES = re.compile(r"(?:(?:!<[^>\s]*>|[&!][^\s,\[\]{}]*)\s+)*")
# A text on one line that is worth to be kept there.
_LONG = 60
_WORDS = re.compile(r"[^\s]+(?: [^\s]+)*\n?")


@frozen
class Notes:
    """`comments` and `breaks` by native path, in the order of the file. Breaks are the numbers of words on each line of
    a text that was written on several and is words parted by single blanks (and perhaps a final line break)."""

    comments: Mapping[Path, Comment]
    breaks: Mapping[Path, tuple[int, ...]]


# A node's path, its place, its value, and whether it stands inside brackets.
_Original: TypeAlias = "tuple[Path, Place, object, bool]"


@frozen
class _Node:
    """A value with its path: where its key (its dash) begins, its line and column, and where the value ends.

    `opens` is where the bracket of a flow collection stands, else -1; `holds` whether comments may end it: a block
    collection, or a value that is empty.
    """

    path: Path
    begin: int
    line: int
    column: int
    end: int
    opens: int
    holds: bool


def notes(document: Document) -> Notes:
    """The notes of a file; of one that could not be read, what stands before the place where it breaks off.

    Aliases have none: what they repeat has them.
    """
    found = scan(document.text)
    nodes = sorted(_nodes(document, found), key=lambda node: (node.begin, len(node.path)))
    placing = _Placing(found, nodes)
    for remark in found.remarks:
        placing.add(remark)
    return Notes(placing.result(), _breaks(document, found, nodes))


def _nodes(document: Document, found: Scan) -> Iterator[_Node]:
    """Every node but the root, in no order."""
    for path, place, data, inside in _originals(document):
        key, start, children = place[0], place[2].index, place[4]
        # An item of a list in brackets has no dash; a key has a mark of its own, which for `? key` is before it.
        begin = start
        if key is not None:
            begin = found.keys[bisect_right(found.keys, key.index) - 1]
        elif not inside:
            begin = found.dashes[bisect_left(found.dashes, start) - 1]
        line, column = found.position(begin)
        opens = _opens(document.text, start) if children is not None else -1
        holds = data is None or (children is not None and (opens < 0 or not data))
        yield _Node(path, begin, line, column, place[3].index, opens, holds)


def _originals(document: Document) -> Iterable[_Original]:
    """Every place but the root's, once: what aliases and `<<` repeat is told at its anchor.

    A repeated place begins before what repeats it, or stands, by a longer path, inside the same mapping.
    """
    if document.place is None:
        return ()
    known: dict[int, _Original] = {}
    waiting: list[_Original] = [((), document.place, document.data, False)]
    while waiting:
        path, place, data, inside = waiting.pop()
        if id(place) not in known or len(known[id(place)][0]) < len(path):
            known[id(place)] = (path, place, data, inside)
        children = place[4]
        if children is None:
            continue
        start = place[2].index
        flow = inside or _opens(document.text, start) >= 0
        entries = children.items() if isinstance(children, dict) else enumerate(children)
        for key, child in entries:
            if (child[0] or child[2]).index >= start:
                value = cast("Mapping[object, object]", data)[key]
                waiting.append(((*path, cast("str | int", key)), child, value, flow))
    return (original for original in known.values() if original[0])


def _opens(text: str, start: int) -> int:
    """Where the bracket of a flow collection stands that begins at `start`; -1 where it is none."""
    match = _PROPERTIES.match(text, start)
    at = match.end() if match else start
    return at if text[at : at + 1] in ("[", "{") else -1


@frozen
class _Lines:
    """The comments of one place as they are found: (line in the file, text)."""

    above: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    beside: list[str] = field(default_factory=list[str])
    below: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


class _Placing:
    """Comments, in the order of the file, to places."""

    __slots__ = ("ahead", "begins", "found", "limit", "lines", "nodes", "opened", "paths")

    def __init__(self, found: Scan, nodes: list[_Node]) -> None:
        self.found = found
        self.nodes = nodes
        self.begins = [node.begin for node in nodes]
        self.paths = {node.path: node for node in nodes}
        self.opened = {node.opens: node for node in nodes if node.opens >= 0}
        self.lines: dict[Path, _Lines] = {}
        # The node that the comments before it wait for, and the column that they may no longer exceed.
        self.ahead, self.limit = -1, 0

    def add(self, remark: Remark) -> None:
        if remark.inline:
            node = self._beside(remark)
            if node is not None:
                lines = self._of(node.path)
                if lines.beside:
                    lines.above.append((remark.line, remark.text))
                else:
                    lines.beside.append(remark.text)
                return
        after = bisect_right(self.begins, remark.index)
        follower = self.nodes[after] if after < len(self.nodes) else None
        around = self.opened.get(remark.flow)
        if around is not None:
            if follower is not None and follower.begin < around.end:
                self._of(follower.path).above.append((remark.line, remark.text))
            else:
                self._of(around.path).below.append((remark.line, remark.text))
            return
        if after != self.ahead:
            self.ahead, self.limit = after, remark.column
        self.limit = min(self.limit, remark.column)
        ended = self._ended(after, follower)
        if ended is not None:
            self._of(ended.path).below.append((remark.line, remark.text))
        elif follower is None:
            root = self._of(())
            (root.below if self.nodes or remark.index > self.found.content else root.above).append(
                (remark.line, remark.text)
            )
        else:
            self.limit = -1
            head = after == 0 and self._parted(remark.line, follower.line)
            self._of(() if head else follower.path).above.append((remark.line, remark.text))

    def _of(self, path: Path) -> _Lines:
        return self.lines.setdefault(path, _Lines())

    def _beside(self, remark: Remark) -> _Node | None:
        """The node that a comment behind something belongs to; None where that is only the file."""
        before = bisect_left(self.begins, remark.index) - 1
        first = bisect_left(self.begins, self.found.starts[remark.line])
        if first <= before:
            return self.nodes[first]
        for node in self._chain(before):
            end = node.end
            while end and self.found.text[end - 1].isspace():
                end -= 1
            if node.end > remark.index or self.found.position(end)[0] == remark.line:
                return node
        return None

    def _chain(self, index: int) -> Iterator[_Node]:
        """A node and the collections around it, the innermost first."""
        path = self.nodes[index].path if index >= 0 else ()
        while path:
            yield self.paths[path]
            path = path[:-1]

    def _ended(self, after: int, follower: _Node | None) -> _Node | None:
        """The innermost collection that ends before `follower` and whose entries stand where the comment does."""
        column = follower.column if follower is not None else 0
        for node in self._chain(after - 1):
            if follower is not None and follower.path[: len(node.path)] == node.path:
                break
            if node.holds and column <= node.column < self.limit:
                return node
        return None

    def _parted(self, line: int, stop: int) -> bool:
        return any(not self.found.line(number).strip() for number in range(line, stop))

    def result(self) -> dict[Path, Comment]:
        return {
            path: Comment(self._joined(lines.above), "".join(lines.beside), self._joined(lines.below))
            for path, lines in self.lines.items()
        }

    def _joined(self, lines: list[tuple[int, str]]) -> tuple[str, ...]:
        """Texts of lines, an empty one where the file has blank lines between two."""
        texts: list[str] = []
        for number, text in lines:
            if texts and not self.found.line(number - 1).strip():
                texts.append("")
            texts.append(text or " ")
        return tuple(texts)


def _breaks(document: Document, found: Scan, nodes: list[_Node]) -> dict[Path, tuple[int, ...]]:
    breaks: dict[Path, tuple[int, ...]] = {}
    for node in nodes:
        span = found.spread.get(node.end)
        value: object = document.data
        for step in node.path:
            value = cast("dict[object, object]", value)[step]
        if not isinstance(value, str) or not _WORDS.fullmatch(value):
            continue
        if span is None:
            if len(value) > _LONG and value[-1] != "\n":
                breaks[node.path] = (len(value.split()),)
        else:
            counts = tuple(len(line.split()) for line in document.text[span[0] : span[1]].splitlines())
            counts = tuple(count for count in counts if count)
            if len(counts) > 1 and sum(counts) == len(value.split()):
                breaks[node.path] = counts
    return breaks
