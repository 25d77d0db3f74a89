"""A spec brought from an older version of the language to the current one, comments and order kept.

A migration is one step, a function from a document to edits of its text; a chain of them leads to the current version.
There is one version so far, and so no migration. To add one: a function in a module of its own, and a line in
`MIGRATIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from mlproject.diagnostics import Diagnostic, has_errors
from mlproject.emit.edits import Edit, applied, changed, place_of
from mlproject.load import Document, load
from mlproject.records import frozen
from mlproject.rewrite import trivia
from mlproject.rewrite.canonical import BOM, Rewritten, readable
from mlproject.rewrite.nodes import parse

CURRENT = 1


@frozen
class Migration:
    """The step from one version to a later one. `edits` gives the edits of a document's text (all but that of
    `version`), or, with an error, what cannot be migrated."""

    before: int
    after: int
    edits: Callable[[Document], tuple[list[Edit], list[Diagnostic]]]


MIGRATIONS: tuple[Migration, ...] = ()


@frozen
class Upgraded:
    """A spec in the current version, and the version that it was in."""

    version: int
    spec: Rewritten


def upgrade(
    file: str, content: bytes, migrations: Sequence[Migration] = MIGRATIONS, current: int = CURRENT
) -> tuple[Upgraded | None, list[Diagnostic]]:
    """A spec in the version `current`; None, with the reasons, where that cannot be.

    A spec without `version` is of version 1. What a migration says below an error comes along.
    """
    document, said = readable(file, content)
    if document is None:
        return None, said
    first = version = _version(document)
    if not 1 <= version <= current:
        return None, [_unknown(document, version, current)]
    mark = BOM if content.startswith(BOM) else b""
    while version < current:
        step = next((one for one in migrations if one.before == version), None)
        assert step is not None, f"no migration leads from version {version} to {current}"
        edits, found = step.edits(document)
        said += found
        if has_errors(found):
            return None, said
        text = applied(document.text, edits)
        version = step.after
        document, found = _numbered(_read(file, text), version)
        if document is None:
            return None, [*said, *found]
    after = content if first == current else mark + document.text.encode()
    return Upgraded(first, Rewritten(file, content, after)), said


def _version(document: Document) -> int:
    """The version that a spec says it is in; 0 where it says something that is none."""
    found = cast("Mapping[object, object]", document.data).get("version", 1)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _unknown(document: Document, version: int, current: int) -> Diagnostic:
    span = document.span(("version",))
    if version > current:
        data = cast("Mapping[object, object]", document.data)
        newer = f" (`requires` names `{data['requires']}`)" if isinstance(data.get("requires"), str) else ""
        summary = (
            f"version {version} of the language is newer than this compiler, which knows version {current}"
        )
        help = f"install a newer mlproject-compiler{newer}; nothing leads back to an older version"
    else:
        summary = "`version` names no version of the language"
        help = f"it is a whole number from 1 to {current}; without it a spec is of version 1"
    return Diagnostic("bad-value", "error", summary, None, span, (), help)


def _read(file: str, text: str) -> Document:
    """A text that a migration made, which can be read."""
    document, found = load(file, text.encode())
    assert not has_errors(list(found)), f"a migration made a text that cannot be read: {found[0].summary}"
    return document


def _numbered(document: Document, version: int) -> tuple[Document | None, list[Diagnostic]]:
    """The document with its `version` set."""
    place = place_of(document, ("version",))
    edit = changed(document, place, version) if place is not None else _first(document.text, version)
    numbered, _ = load(document.file, applied(document.text, [edit]).encode())
    old, new = (cast("Mapping[object, object]", one.data or {}) for one in (document, numbered))
    if new == {**old, "version": version}:
        return numbered, []
    summary = "`version` cannot be changed without changing something else"
    help = f"write `version: {version - 1}` as an entry of its own, without an anchor or a merge key, and try again"
    return None, [Diagnostic("bad-value", "error", summary, None, document.span(("version",)), (), help)]


def _first(text: str, version: int) -> Edit:
    """`version` written as the first entry, below what stands at the top of the file."""
    root = parse(text)
    assert root is not None
    if root.flow:
        at = text.index("{", root.start) + 1
        return Edit(at, at, f"version: {version}{', ' if root.entries else ''}")
    key = root.entries[0][0].start
    lines = trivia.lines(text[:key])
    indent = lines.pop() if lines and not trivia.ended(lines[-1]) else ""
    above = trivia.leading(lines, top=True)
    at = sum(map(len, lines[: len(lines) - above]))
    return Edit(at, at, f"{indent}version: {version}{trivia.break_of(text)}")
