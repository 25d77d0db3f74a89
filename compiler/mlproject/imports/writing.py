"""A spec as text, as a careful person writes one: short things in brackets on one line, everything else in blocks.

    version: 1
    name: demo
    python: {version: "3.11"}

    stages:
      train:                                   # a stage is always a block
        cmd: >-                                # a long command is folded
          python train.py
          --lr 0.1
        deps: [train.py]
        outs: {model: {path: m.joblib, cache: false}}

Loading the text gives the tree again, value for value and type for type, and `notes` of it the comments and breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from mlproject.diagnostics import Path
from mlproject.emit.yamltext import LONG_KEY, literal
from mlproject.imports.settling import along, settled
from mlproject.imports.spelling import foldable, folded, scalar, wrapped
from mlproject.imports.taken import Comment

_WIDTH = 110
# A text that is only a little too long stays on its line, and one that stood on one line before up to this.
_TEXT_WIDTH = 110
_KEPT_WIDTH = 160
# A list of so many scalars that are so short stands in rows.
_ROWS = 7
_SHORT = 24
_FOLDED_WIDTH = 96
# For what is too long beside its key and short enough below it: two lines rather than one.
_HALF_WIDTH = 60
# Sections whose entries are blocks even where they are short: each is a thing of its own, and grows.
_OPEN = frozenset(["stages", "models", "services", "monitoring"])
# How many levels of collections stand in one pair of brackets.
_LEVELS = 2
# `${…}` has to be quoted in brackets and nowhere else: one such text is tolerable.
_QUOTED = 1
_NOTHING = Comment()


def write(
    tree: Mapping[str, object],
    comments: Mapping[Path, Comment],
    breaks: Mapping[Path, tuple[int, ...]],
    schema: str = "",
) -> str:
    """The text of a spec. Comments of a place that the tree lacks go to the nearest one around it; breaks that do not
    fit their text are left out. With `schema`, the first line tells editors where the schema of the spec is.

    `tree` is plain data, as it is loaded: dictionaries, lists, text, numbers, truth values, None. Comments have no line
    breaks.
    """
    writer = _Writer(tree, settled(tree, comments), breaks)
    if schema:
        writer.out.append(f"# yaml-language-server: $schema={schema}")
    writer.document(tree)
    return "\n".join([*writer.out, ""])


class _Writer:
    """Lines as they grow. `begun` are the nodes that begin on the next line: their comments go with it."""

    __slots__ = ("begun", "breaks", "comments", "opened", "out")

    def __init__(
        self, tree: object, comments: Mapping[Path, Comment], breaks: Mapping[Path, tuple[int, ...]]
    ) -> None:
        self.out: list[str] = []
        self.begun: list[Path] = []
        self.comments = comments
        self.breaks = dict(_fitting(tree, breaks))
        # Collections with a comment or a folded text inside, which cannot stand on one line.
        folded_ = [path for path, lines in self.breaks.items() if len(lines) > 1]
        self.opened = {path[:end] for path in (*comments, *folded_) for end in range(len(path))}
        self.opened |= {path for path, comment in comments.items() if comment.below}

    def document(self, tree: Mapping[str, object]) -> None:
        around = self.comments.get((), _NOTHING)
        self.remark(around.above, "")
        if around.above:
            self.out.append("")
        if not tree:
            self.out.append("{}")
        before = False
        for index, (key, value) in enumerate(tree.items()):
            at = len(self.out)
            self.entry(key, value, "", "", (key,))
            own = len(self.comments.get((key,), _NOTHING).above)
            block = len(self.out) - at - own > 1
            if index and (before or block or own):
                self.out.insert(at, "")
            before = block
        if around.below:
            self.out.append("")
            self.remark(around.below, "")

    def remark(self, lines: Sequence[str], pad: str) -> None:
        self.out.extend(f"{pad}{_told(line)}" if line else "" for line in lines)

    def line(self, text: str) -> None:
        """A line, with the comments of the nodes that begin on it."""
        beside = ""
        for path in self.begun:
            comment = self.comments.get(path, _NOTHING)
            self.remark(comment.above, text[: len(text) - len(text.lstrip(" "))])
            beside = beside or comment.beside
        self.begun.clear()
        self.out.append(f"{text}  {_told(beside)}" if beside else text)

    def mapping(self, node: Mapping[object, object], lead: str, pad: str, path: Path) -> None:
        """The entries of a mapping at `pad`; the first one after `lead` instead (a list's dash)."""
        for key, value in node.items():
            self.entry(key, value, lead, pad, (*path, cast("str | int", key)))
            lead = pad

    def items(self, node: Sequence[object], lead: str, pad: str, path: Path) -> None:
        """The items of a list, as `mapping`."""
        for index, value in enumerate(node):
            place = (*path, index)
            self.begun.append(place)
            inline = self.inline(value, place, _WIDTH - len(pad) - 2)
            if inline is not None:
                self.line(f"{lead}- {inline}")
            elif isinstance(value, dict):
                self.mapping(cast("dict[object, object]", value), f"{lead}- ", f"{pad}  ", place)
            elif isinstance(value, list):
                self.items(cast("list[object]", value), f"{lead}- ", f"{pad}  ", place)
            else:
                self.text(cast(str, value), f"{lead}-", pad, place)
            self.end(place, pad)
            lead = pad

    def entry(self, key: object, value: object, lead: str, pad: str, place: Path) -> None:
        self.begun.append(place)
        name = f"{lead}{scalar(key)}:"
        if len(name) > LONG_KEY:
            self.line(f"{lead}? {scalar(key)}")
            name = f"{pad}:"
        inline = self.inline(value, place, _WIDTH - len(name) - 1)
        if value is None and self.comments.get(place, _NOTHING).below:
            # What is commented out is all there is.
            self.line(name)
        elif inline is not None:
            self.line(f"{name} {inline}")
        elif isinstance(value, dict):
            self.line(name)
            self.mapping(cast("dict[object, object]", value), f"{pad}  ", f"{pad}  ", place)
        elif isinstance(value, list):
            rows = None if place in self.opened else _rows(cast("list[object]", value), _WIDTH - len(pad) - 2)
            self.line(name if rows is None else f"{name} [")
            if rows is None:
                self.items(cast("list[object]", value), f"{pad}  ", f"{pad}  ", place)
            else:
                self.out.extend([*(f"{pad}  {row}" for row in rows), f"{pad}]"])
        else:
            self.text(cast(str, value), name, pad, place)
        self.end(place, pad)

    def end(self, place: Path, pad: str) -> None:
        self.remark(self.comments.get(place, _NOTHING).below, f"{pad}  ")

    def inline(self, value: object, place: Path, room: int) -> str | None:
        """The value on one line; None where it is a block of any kind."""
        if isinstance(value, dict | list):
            if not value:
                return "{}" if isinstance(value, dict) else "[]"
            if place in self.opened or _always_block(
                cast("dict[object, object] | list[object]", value), place
            ):
                return None
            text, quoted = _flow(cast("dict[object, object] | list[object]", value), _LEVELS) or ("", _QUOTED)
            return text if text and len(text) <= room and quoted <= _QUOTED else None
        if isinstance(value, str):
            lines = self.breaks.get(place)
            if lines is not None and len(lines) == 1 and len(scalar(value)) <= room + _KEPT_WIDTH - _WIDTH:
                return scalar(value)
            if lines is not None or ("\n" in value and (foldable(value) or literal(value) is not None)):
                return None
            if len(scalar(value)) > room + _TEXT_WIDTH - _WIDTH and foldable(value):
                return None
        return scalar(value)

    def text(self, value: str, lead: str, pad: str, place: Path) -> None:
        """A text that takes several lines, after `KEY:` or `-`."""
        pad = f"{pad}  "
        lines = self.breaks.get(place)
        if lines is not None and len(lines) == 1:
            lines = None
        if lines is None and foldable(value) and (value[-1] != "\n" or len(pad) + len(value) > _TEXT_WIDTH):
            lines = wrapped(value, _FOLDED_WIDTH - len(pad))
            if len(lines) == 1:
                lines = wrapped(value, _HALF_WIDTH)
        if lines is not None:
            self.line(f"{lead} {'>' if value[-1] == chr(10) else '>-'}")
        else:
            self.line(f"{lead} {literal(value)}")
            lines = value.removesuffix("\n").split("\n")
        self.out.extend(f"{pad}{line}" if line else "" for line in lines)


def _told(text: str) -> str:
    return f"#{text}" if text.startswith("#") else f"# {text}".rstrip()


def _fitting(tree: object, breaks: Mapping[Path, tuple[int, ...]]) -> Iterator[tuple[Path, list[str]]]:
    """The lines of the texts whose breaks are still theirs."""
    for path, counts in breaks.items():
        nodes = along(tree, path)
        value = nodes[-1]
        if len(nodes) > len(path) and isinstance(value, str) and foldable(value):
            lines = folded(value, counts)
            if lines is not None:
                yield path, lines


def _rows(node: Sequence[object], width: int) -> list[str] | None:
    """A long list of short scalars, several on a line; None for any other list."""
    if len(node) < _ROWS or any(isinstance(item, dict | list) for item in node):
        return None
    texts = [scalar(item, flow=True) for item in node]
    if any(len(text) > _SHORT or " " in text for text in texts):
        return None
    rows = [""]
    for text in texts:
        if rows[-1] and len(rows[-1]) + len(text) + 2 > width:
            rows.append("")
        rows[-1] += f" {text}," if rows[-1] else f"{text},"
    return rows


def _always_block(node: dict[object, object] | list[object], place: Path) -> bool:
    """Whether a collection is a block even where it would fit on one line."""
    if isinstance(node, list):
        return False
    if len(place) == 1:
        return any(isinstance(value, dict) for value in node.values())
    if len(place) == 2 and place[0] in _OPEN:
        return True
    # The body of a loop is a stage; an item that says one thing of one name needs no brackets around it.
    return place[::2] == ("stages", "do") or (isinstance(place[-1], int) and len(node) == 1)


def _flow(node: dict[object, object] | list[object], levels: int) -> tuple[str, int] | None:
    """A collection in brackets, and how many of its texts are quoted only because of them; None for what is no small
    collection of scalars: deeper than `levels`, mappings in a list, texts of several lines, sentences or commands."""
    if (
        isinstance(node, list)
        and len(node) > 1
        and any(isinstance(item, str) and " " in item for item in node)
    ):
        return None
    texts: list[str] = []
    quoted = 0
    entries = node.items() if isinstance(node, dict) else ((None, value) for value in node)
    for key, value in entries:
        name = ""
        if isinstance(node, dict):
            name = f"{scalar(key, flow=True)}: "
            quoted += scalar(key) != scalar(key, flow=True)
        if isinstance(value, dict | list) and value:
            inner = cast("dict[object, object] | list[object]", value)
            if levels == 1 or (isinstance(node, list) and isinstance(inner, dict)):
                return None
            found = _flow(inner, levels - 1)
            if found is None:
                return None
            text, more = found
            quoted += more
        elif isinstance(value, dict | list):
            text = "{}" if isinstance(value, dict) else "[]"
        elif isinstance(value, str) and "\n" in value:
            return None
        else:
            text = scalar(value, flow=True)
            quoted += text != scalar(value)
        texts.append(f"{name}{text}")
    return ("{%s}" if isinstance(node, dict) else "[%s]") % ", ".join(texts), quoted
