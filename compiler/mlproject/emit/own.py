"""Whose a file is, told without committed digests (two pull requests would conflict in them).

    current       what the spec compiles to; line breaks do not count
    stale         what an earlier spec compiled to: HEAD's, or the one that this machine compiled last; or what another
                  version of the compiler made, as it was committed
    hand-edited   our header, of this spec, and none of those texts
    missing       not there (of a file of the user: our block is not in it)
    orphaned      our header, of this spec, but nothing produces it any more
    not-ours      no header of ours
    collision     generated from another spec
    blocked       it may not or cannot be read or written: a link, a directory, no permission

In a file of the user all of this is about our block; the rest is never looked at.
"""

from __future__ import annotations

from typing import Literal

from mlproject.emit.header import find_block, put_block, spec_of, text_of_block
from mlproject.emit.record import Previous
from mlproject.emit.rendered import Rendered
from mlproject.files import WorkTree
from mlproject.records import frozen

State = Literal["current", "stale", "hand-edited", "missing", "orphaned", "not-ours", "collision", "blocked"]


@frozen
class Standing:
    """The state of one file. `before` is its content (None where there is none), `ours` the text in it that is ours
    (with `\\n` line breaks), `detail` what stands in the way, the other spec, or the other
    compiler."""

    file: str
    state: State
    before: bytes | None = None
    ours: str = ""
    detail: str = ""


def standing(rendered: Rendered, tree: WorkTree, previous: Previous) -> Standing:
    """Whose the file is that a target wants to write."""
    file = rendered.file
    blocked = tree.obstacle(file)
    if blocked is not None:
        return Standing(file, "blocked", detail=blocked)
    content = tree.read(file)
    if content == "absent":
        return Standing(file, "missing")
    if isinstance(content, str):
        return Standing(file, "blocked", detail=content)
    text = text_of(content)
    if rendered.form == "block":
        return _of_block(rendered, content, text, previous)
    ours = text.replace("\r\n", "\n")
    if ours == rendered.text or rendered.seed:
        return Standing(file, "current", content, ours)
    spec = spec_of(file, ours)
    if spec is None:
        return Standing(file, "not-ours", content, ours)
    if previous.wrote(file, ours):
        return Standing(file, "stale", content, ours)
    if spec != rendered.spec:
        return Standing(file, "collision", content, ours, spec)
    other = previous.made_by(file, lambda committed: text_of(committed).replace("\r\n", "\n") == ours)
    if other:
        return Standing(file, "stale", content, ours, other)
    return Standing(file, "hand-edited", content, ours)


def _of_block(rendered: Rendered, content: bytes, text: str, previous: Previous) -> Standing:
    found = find_block(rendered.file, rendered.spec, text)
    if found.broken:
        return Standing(rendered.file, "hand-edited", content, detail="markers")
    if found.start == found.end:
        return Standing(rendered.file, "missing", content)
    ours = text_of_block(text, found)
    if ours == rendered.text:
        return Standing(rendered.file, "current", content, ours)
    if previous.wrote(rendered.file, ours):
        return Standing(rendered.file, "stale", content, ours)

    def same(committed: bytes) -> bool:
        before = text_of(committed)
        return text_of_block(before, find_block(rendered.file, rendered.spec, before)) == ours

    other = previous.made_by(rendered.file, same)
    return Standing(rendered.file, "stale" if other else "hand-edited", content, ours, other)


def text_of(content: bytes) -> str:
    """Bytes as text that turns back into the same bytes, whatever they are."""
    return content.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes of such a text."""
    return text.encode("utf-8", "surrogateescape")


def becomes(rendered: Rendered, before: bytes | None) -> bytes:
    """What the file's content will be: ours, or the user's with our block in it."""
    if rendered.form == "file" or before is None:
        return bytes_of(rendered.text)
    text = text_of(before)
    return bytes_of(put_block(text, find_block(rendered.file, rendered.spec, text), rendered.text))
