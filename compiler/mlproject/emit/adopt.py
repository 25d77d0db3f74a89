"""Values edited in `params.yaml` (by `dvc exp run -S`, `dvc exp apply`, or by hand) taken back into the spec.

The spec is edited, not written anew: each changed value changes its own characters. What cannot be taken back (a value
that comes from `${vars.…}` or a preset, a parameter that is gone) is said, with the place to change by hand, and then
nothing is adopted. The new spec is read again: it must give exactly the parameters that are wanted, and everything else
as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Span, has_errors
from mlproject.emit import edits
from mlproject.emit.edits import Edit
from mlproject.emit.threeway import merged
from mlproject.files import WorkTree
from mlproject.load import Document, load, load_source, scalars
from mlproject.load.document import Place
from mlproject.records import frozen, replace
from mlproject.resolve import Resolved, resolve
from mlproject.resolve.merging import as_mapping

Table = Mapping[object, object]
CODE = "hand-edited"
FILE = "params.yaml"


@frozen
class Adopted:
    """The new content of the spec, and a line for each value taken over."""

    content: bytes
    told: tuple[str, ...]


def adopt(
    spec_file: str, tree: WorkTree, compiled: str | None = None
) -> tuple[Adopted | None, list[Diagnostic]]:
    """The spec with the values of its `params.yaml`; None where they are the spec's already, or where a diagnostic says
    what stands against it. Reads only. Files are relative to the repository.

    `compiled` is the text that `params.yaml` had before it was edited: where the spec was changed since then as well,
    its change stays, and a value that both changed is a conflict. Without it every difference is an edit.
    """
    document, found = load_source(tree, spec_file)
    if has_errors(list(found)):
        return None, list(found)
    resolved, more = resolve(document, tree)
    if has_errors(more):
        return None, [resolved.places.locate(one) for one in more]
    params = as_mapping(resolved.data.get("params"))
    if params is None:
        return None, []
    edited, found = load_source(tree, join(dirname(spec_file), FILE))
    if has_errors(list(found)) and tree.kind(edited.file) != "absent":
        return None, list(found)
    values = as_mapping(edited.data)
    if values is None:
        return None, []
    work = _Work(document, edited, resolved)
    wanted = values if compiled is None else work.brought_together(compiled, params, values)
    work.mapping(params, wanted, ())
    if not work.told or work.said:
        return None, work.said
    unsure = [replace(one, severity="error") for one in found if _differs(edited, one)]
    return (None, unsure) if unsure else _edited(work, wanted, tree)


def _edited(work: _Work, wanted: Table, tree: WorkTree) -> tuple[Adopted | None, list[Diagnostic]]:
    """The spec with the edits in it, if that is all that they do."""
    document = work.document
    content = tree.read(document.file)
    mark = "\ufeff" if isinstance(content, bytes) and content.startswith(b"\xef\xbb\xbf") else ""
    after = f"{mark}{edits.applied(document.text, work.edits)}".encode()
    if not _faithful(document, after, wanted, tree):
        return None, [_unfaithful(document, work)]
    return Adopted(after, tuple(work.told)), []


def _differs(edited: Document, said: Diagnostic) -> bool:
    """Whether DVC, which runs the pipeline by this file, reads a scalar differently from us."""
    span = said.span
    if said.code != "ambiguous-scalar" or span is None or span.line != span.end_line:
        return True
    text = edited.text.splitlines()[span.line - 1][span.column - 1 : span.end_column - 1]
    return scalars.shown(scalars.core(text)) != scalars.shown(scalars.dvc(text))


def _faithful(before: Document, after: bytes, wanted: Table, tree: WorkTree) -> bool:
    """Whether the new spec gives the parameters that are wanted, and all else that it says is as it was."""
    document, found = load(before.file, after)
    old, new = as_mapping(before.data), as_mapping(document.data)
    if has_errors(list(found)) or old is None or new is None:
        return False
    rest = [{key: value for key, value in one.items() if key != "params"} for one in (old, new)]
    resolved, more = resolve(document, tree)
    if has_errors(more):
        return False
    return _same(rest[0], rest[1]) and _same(resolved.data.get("params"), wanted)


def _unfaithful(document: Document, work: _Work) -> Diagnostic:
    places = ", ".join(work.paths)
    summary = f"the spec cannot take over {places} without changing something else"
    help = (
        f"change it in `{document.file}` by hand (an anchor, a tag or a merge key is in the way) and compile"
    )
    return Diagnostic(CODE, "error", summary, span=document.span(("params",), "key"), help=help)


def _same(one: object, other: object) -> bool:
    """Whether two values are equal and of the same types; NaN equals itself, the order of keys does not count."""
    first, second = as_mapping(one), as_mapping(other)
    if first is not None and second is not None:
        # `1`, `1.0` and `True` are one key to a dictionary.
        keys = [{(type(key), key) for key in table} for table in (first, second)]
        return keys[0] == keys[1] and all(_same(first[key], second[key]) for key in first)
    items, others = _items(one), _items(other)
    if items is not None and others is not None:
        return len(items) == len(others) and all(map(_same, items, others))
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _items(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


@dataclass(slots=True)
class _Work:
    """Edits, what to tell, and what is against it, as they are found."""

    document: Document
    edited: Document
    resolved: Resolved
    edits: list[Edit] = field(default_factory=list[Edit])
    told: list[str] = field(default_factory=list[str])
    paths: list[str] = field(default_factory=list[str])
    said: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def brought_together(self, compiled: str, ours: Table, theirs: Table) -> Table:
        """The parameters with the changes of both sides since they were `compiled`; conflicts are refused."""
        base = load(self.edited.file, compiled.encode())[0].data
        wanted, conflicts = merged(base, ours, theirs, _same)
        for path in conflicts:
            self.refuse(path, "was changed in the spec as well", self.document.span(("params", *path)))
        return as_mapping(wanted) or {}

    def value(self, old: object, new: object, path: Path) -> None:
        """One value, as the spec gives it and as `params.yaml` has it."""
        if _same(old, new):
            return
        tables, lists = (as_mapping(old), as_mapping(new)), (_items(old), _items(new))
        if tables[0] is not None and tables[1] is not None:
            self.mapping(tables[0], tables[1], path)
        elif lists[0] is not None and lists[1] is not None:
            self.items(lists[0], lists[1], path)
        else:
            self.tell(path, f"{_short(old)} → {_short(new)}")
            place = self.place(path)
            if place is not None:
                self.edits.append(edits.changed(self.document, place, new))

    def mapping(self, old: Table, new: Table, path: Path) -> None:
        """The entries of a mapping."""
        for key, value in old.items():
            if key not in new:
                self.removed((*path, cast("str", key)))
            else:
                self.value(value, new[key], (*path, cast("str", key)))
        more = {key: value for key, value in new.items() if key not in old}
        for key, value in more.items():
            self.tell((*path, cast("str", key)), f"added, {_short(value)}")
        if more:
            place = self.place(path)
            edit = edits.added(self.document, place, more) if place is not None else None
            self.grown(place is not None, edit, (*path, cast("str", next(iter(more)))))

    def items(self, old: list[object], new: list[object], path: Path) -> None:
        """The items of a list: those that both have, then those that one has more."""
        for index, (before, after) in enumerate(zip(old, new, strict=False)):
            self.value(before, after, (*path, index))
        if len(old) == len(new):
            return
        self.tell(path, f"{_short(old)} → {_short(new)}")
        place = self.place(path)
        if place is None:
            return
        if len(new) < len(old):
            if not new or len(old) == len(place[4] or ()):
                self.edits.append(edits.shortened(self.document, place, len(new)))
            else:
                self.refuse(path, "is put together from several lists", self.document.span(("params", *path)))
        else:
            self.grown(True, edits.appended(self.document, place, new[len(old) :]), path)

    def grown(self, known: bool, edit: Edit | None, path: Path) -> None:
        """Keeps an edit that adds; one that cannot be made is refused, unless its place was refused already."""
        if edit is not None:
            self.edits.append(edit)
        elif known:
            here = self.document.span(("params", *path[:-1]))
            self.refuse(path, "stands where the spec has no place for it", here)

    def tell(self, path: Path, what: str) -> None:
        name = _dotted(path)
        self.paths.append(f"`{name}`")
        self.told.append(f"{name}: {what}")

    def place(self, path: Path) -> Place | None:
        """Where in the spec's own text the value at a path of `params` is written; None, said, where it is not."""
        for number, there in self.resolved.places.places(("params", *path)):
            document = self.resolved.places.documents[number]
            raw = _written(document.data, there)
            if raw is None:
                continue
            if isinstance(raw[0], str) and "${vars." in raw[0]:
                self.refuse(path, f"comes from `{raw[0]}`", document.span(there))
                return None
            if number:
                self.refuse(path, f"comes from the preset `{document.file}`", document.span(there))
                return None
            found = edits.place_of(document, there)
            if found is not None:
                return found
        self.refuse(path, "is not written in the spec under this name", self.document.span(("params", *path)))
        return None

    def removed(self, path: Path) -> None:
        """A parameter that `params.yaml` has no more: too much to lose for a quiet edit."""
        self.tell(path, "removed")
        help = "remove it from the spec as well, or run `mlproject compile --force` to have it back"
        origin = self.resolved.places.spans(("params", *path))[0]
        self._say(path[:-1], f"`{_dotted(path)}` is gone from `{self.edited.file}`", help, origin)

    def refuse(self, path: Path, why: str, written: Span) -> None:
        """A value that has to be changed by hand."""
        help = "change it there by hand; `mlproject compile --force` overwrites the edit"
        self._say(path, f"`{_dotted(path)}` was edited, and {why}", help, written)

    def _say(self, at: Path, summary: str, help: str, written: Span) -> None:
        span = self.edited.span(at) if at else Span(self.edited.file, 1, 1, 1, 1)
        related = (Related("it is set here", span=written),)
        self.said.append(Diagnostic(CODE, "error", summary, None, span, related, help))


def _written(value: object, path: Path) -> tuple[object] | None:
    """What a document says at a path, or the text above it that stands for it; None where it says nothing."""
    for step in path:
        if isinstance(value, str):
            break
        if isinstance(value, dict) and step in value:
            value = cast("Table", value)[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(cast("list[object]", value)):
            value = cast("list[object]", value)[step]
        else:
            return None
    return (value,)


def _dotted(path: Path) -> str:
    return ".".join(["params", *map(str, path)])


def _short(value: object) -> str:
    text = edits.flow(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
