"""A spec in canonical order: text → text, with the proof that nothing was lost and that it means what it meant."""

from __future__ import annotations

from collections import Counter

from mlproject.diagnostics import Diagnostic, Span, has_errors
from mlproject.load import Document, load
from mlproject.load.content import LINE_BREAK
from mlproject.records import frozen
from mlproject.rewrite.layout import Layout, Note
from mlproject.rewrite.nodes import parse
from mlproject.rewrite.order import same, spec

BOM = b"\xef\xbb\xbf"


@frozen
class Rewritten:
    """The content of a file before and after, and what had to stay where it is."""

    file: str
    before: bytes
    after: bytes
    notes: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the content is another one."""
        return self.before != self.after


def canonical(file: str, content: bytes) -> tuple[Rewritten | None, list[Diagnostic]]:
    """A spec, or a preset, in canonical order; None, with what `validate` says too, where it cannot be read.

    `file` is how places call it. Whatever the content, nothing is guessed: a text with an error stays as it is.
    """
    document, found = readable(file, content)
    if document is None:
        return None, found
    root = parse(document.text)
    assert root is not None
    layout = Layout(document.text)
    text = layout.whole(root, spec())
    mark = BOM if content.startswith(BOM) else b""
    after = mark + text.encode()
    if after != content:
        prove(document.text, text, document.data)
    notes = tuple(_told(file, document.text, note) for note in layout.notes)
    return Rewritten(file, content, after, notes), []


def readable(file: str, content: bytes) -> tuple[Document | None, list[Diagnostic]]:
    """The document of a spec, or of a preset; None, with the errors that `validate` has, where it is none."""
    document, found = load(file, content)
    if has_errors(list(found)):
        return None, [one for one in found if one.severity == "error"]
    if isinstance(document.data, dict):
        return document, []
    summary = "the spec is empty" if document.data is None else "the spec is not a mapping"
    help = "a spec with a `name` and one stage is complete; `mlproject init` writes one"
    return None, [Diagnostic("not-a-mapping", "error", summary, None, document.span(()), (), help)]


def prove(before: str, after: str, data: object) -> None:
    """Raises AssertionError unless both texts hold the same characters and say the same: nothing may be lost, ever."""
    document, found = load("", after.encode())
    assert not has_errors(list(found)), f"the new text cannot be read: {found[0].summary}"
    assert Counter("".join(before.split())) == Counter("".join(after.split())), (
        "something of the text is lost"
    )
    assert same(data, document.data, spec()), "the new text means something else"


def _told(file: str, text: str, note: Note) -> Diagnostic:
    lines = LINE_BREAK.split(text[: note.at])
    line, column = len(lines), len(lines[-1]) + 1
    key = text[note.at :].split(":", 1)[0].strip()
    span = Span(file, line, column, line, column + len(key))
    return Diagnostic("order-kept", "info", f"`{key}` stays where it is: {note.why}", None, span)
