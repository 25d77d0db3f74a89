"""A directory with native files as specs: which projects there are, and the text of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from posixpath import basename, join
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, has_errors
from mlproject.emit.header import BY
from mlproject.files import WorkTree
from mlproject.imports import bentofile, places
from mlproject.imports.carry import carried, carried_breaks
from mlproject.imports.carry import joined as together
from mlproject.imports.hidden import hides
from mlproject.imports.notes import notes
from mlproject.imports.pipelines import naming, params, sections, tracked
from mlproject.imports.pipelines.sections import Pipeline, Pipelines
from mlproject.imports.shorten import shorten
from mlproject.imports.taken import Comment, Native, Taken
from mlproject.imports.writing import write
from mlproject.ir import Project
from mlproject.model import Spec
from mlproject.pipeline import SPEC, Checked, check, understood
from mlproject.records import frozen, replace

Sections = Mapping[str, object]


@frozen
class Material:
    """The native files of one project in the directory `root` (relative to the repository), read: `others` are what
    readers of other tools made of theirs."""

    root: str
    pipelines: tuple[Pipeline, ...]
    tracked: tuple[Native, ...] = ()
    others: tuple[tuple[Native, Taken], ...] = ()


@frozen
class Imported:
    """A spec: its file, its text (None where an error is in the way), and the native files that it was made from."""

    file: str
    text: str | None
    natives: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    checked: Checked | None = None


@frozen
class Draft:
    """Sections to the letter, with their origins and every native file they came from; `params` are the params files
    that stages need."""

    sections: Sections
    origins: Mapping[Path, tuple[str, Path]]
    natives: Mapping[str, Native]
    params: tuple[str, ...] = ()


def imported(material: Material, tree: WorkTree, name: str) -> Imported:
    """The spec of one project. `name` is what it is called where no file says so."""
    file = join(material.root, SPEC)
    pipelines = sections.read(material.pipelines, material.root, tree)
    draft, found = _joined(material, pipelines, name)
    natives = tuple(draft.natives)

    def of(content: Sections) -> Checked:
        return understood(file, tree, write(content, {}, {}).encode())

    checked = of(draft.sections)
    if has_errors(found) or checked.project is None or not checked.valid:
        return Imported(file, None, natives, (*found, *_relocated(checked, draft, found)))
    draft, checked = _owned(
        draft, checked, params.own(material.root, tree, draft.params, checked.project), of
    )
    assert checked.project is not None
    short = shorten(draft.sections, checked.project, of) if "stages" in draft.sections else draft.sections
    if "stages" in short and hides(material.root, tree, checked.project):
        short = {**short, "ignore": cast("list[str]", [])}
    text = _text(ordered(short), draft)
    last = check(file, tree, text.encode())
    if not last.valid:
        return Imported(file, None, natives, (*found, *_relocated(last, draft, found)))
    return Imported(file, text, tuple(draft.natives), tuple(found), last)


def graph(material: Material, tree: WorkTree) -> Project | None:
    """What one project compiles to; None where it does not."""
    pipelines = sections.read(material.pipelines, material.root, tree)
    draft, found = _joined(material, pipelines, "alone")
    if has_errors(found):
        return None
    return understood(join(material.root, SPEC), tree, write(draft.sections, {}, {}).encode()).project


def _text(content: Sections, draft: Draft) -> str:
    origins = places.complete(content, draft.origins, draft.natives)
    known = {file: notes(native.document) for file, native in draft.natives.items()}
    comments = together(carried(found, origins, file) for file, found in known.items())
    breaks: dict[Path, tuple[int, ...]] = {}
    for file, found in known.items():
        breaks |= carried_breaks(found, origins, file)
    return write(content, {path: _theirs(comment) for path, comment in comments.items()}, breaks)


def _theirs(comment: Comment) -> Comment:
    """A comment without the line that we put above what we generate: a file may have been ours before."""
    above = tuple(line for line in comment.above if not line.startswith(BY))
    return Comment(above if any(above) else (), comment.beside, comment.below)


def _joined(material: Material, pipelines: Pipelines, name: str) -> tuple[Draft, list[Diagnostic]]:
    """All parts as one tree, in the order of the language."""
    parts = [pipelines.taken, tracked.read(material.tracked, material.root)]
    parts += [taken for _, taken in material.others]
    tree: dict[str, object] = {}
    origins: dict[Path, tuple[str, Path]] = {}
    found: list[Diagnostic] = []
    for part in parts:
        for key, value in part.sections.items():
            tree[key] = _merged(tree.get(key), value)
        origins = {**part.origins, **origins}
        found += part.diagnostics
    tree.setdefault("name", name)
    tree = bentofile.apart(tree)
    listed = _listed(pipelines, tree)
    natively = cast("list[str]", tree.pop("params", []))
    named = listed if set(natively) & set(listed) else listed + natively
    if natively and named is listed:
        tree["native"] = _merged(tree.get("native"), {"dvc": {"params": natively}})
    if named:
        tree["params"] = named[0] if len(named) == 1 else named
    files = [one.native for one in material.pipelines] + list(material.tracked)
    files += [native for native, _ in material.others]
    return Draft(
        ordered(tree), origins, {native.file: native for native in files}, tuple(() if natively else listed)
    ), found


def _listed(pipelines: Pipelines, tree: Sections) -> list[str]:
    """The params files to name; the one beside the spec also where a stage tracks something of it."""
    stages = cast("Mapping[str, Sections]", tree.get("stages", {}))
    return params.listed(pipelines, tracked=any(params.tracks(stage) for stage in stages.values()))


def _merged(one: object, other: object) -> object:
    if isinstance(one, dict) and isinstance(other, dict):
        result: dict[str, object] = dict(cast("Sections", one))
        for key, value in cast("Sections", other).items():
            result[key] = _merged(result.get(key), value)
        return result
    return cast("Sections | None", other) if one is None else cast("Sections", one)


def ordered(tree: Sections) -> dict[str, object]:
    """Sections in the order of the language."""
    return {key: tree[key] for key in Spec.model_fields if key in tree}


def _owned(
    draft: Draft, checked: Checked, own: Native | None, of: Callable[[Sections], Checked]
) -> tuple[Draft, Checked]:
    """The draft with the values of `params.yaml` as its own, where the graph stays the same."""
    if own is None:
        return draft, checked
    values = own.document.data
    content = {**draft.sections, "params": values}
    again = of(content)
    if again.project is None or not again.valid:
        return draft, checked
    origins = {**draft.origins, ("params",): (own.file, ())}
    return Draft(content, origins, {**draft.natives, own.file: own}, draft.params), again


def _relocated(checked: Checked, draft: Draft, before: list[Diagnostic]) -> list[Diagnostic]:
    """What the compiler has against the spec, at the places of the native files that it came from. What is on a line
    that `before` has an error on follows from that."""
    found: list[Diagnostic] = []
    origins = places.complete(draft.sections, draft.origins, draft.natives)
    told = {(one.span.file, one.span.line) for one in before if one.span and one.severity == "error"}
    for one in checked.diagnostics:
        if one.severity != "error":
            continue
        site = one.site
        origin = places.native(site.path, origins) if site is not None else None
        if site is None or origin is None:
            found += [] if told else [one]
            continue
        file, place = origin
        exact = site.path in origins
        span = draft.natives[file].document.span(
            place, site.part if exact else "key", site.text if exact else ""
        )
        if (span.file, span.line) not in told:
            found.append(replace(one, span=span, site=None, related=()))
    return found


def name_of(root: str, directory: str) -> str:
    """A project's name after its directory, or the repository's."""
    return naming.plain(basename(root) or basename(directory)) or "project"
