"""`mlproject import` from end to end: what lies in a directory, as one spec a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from posixpath import dirname

from mlproject.diagnostics import Diagnostic, error, has_errors, order
from mlproject.files import WorkTree
from mlproject.imports import oldforms, others
from mlproject.imports.find import Found, find
from mlproject.imports.grouping import grouped
from mlproject.imports.pipelines import shape
from mlproject.imports.pipelines.sections import Pipeline, located
from mlproject.imports.project import Imported, Material, graph, imported, name_of
from mlproject.imports.taken import Native, Taken
from mlproject.ir import Project
from mlproject.load import load_source
from mlproject.records import frozen, replace


@frozen
class Outcome:
    """The specs that were made and what there is to say; nothing is written where a diagnostic is an error, nor
    where one of them is there already (`in_the_way` says so)."""

    specs: tuple[Imported, ...]
    diagnostics: tuple[Diagnostic, ...]
    in_the_way: tuple[Diagnostic, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether no diagnostic is an error."""
        return not has_errors(list(self.diagnostics))


@frozen
class Place:
    """Where files are read, and the directory that is imported."""

    tree: WorkTree
    directory: str


def discover(root: str, directory: str) -> Outcome:
    """The specs for `directory` of the repository at `root` ('' is all of it)."""
    tree = WorkTree(root)
    there = find(root, directory)
    found: list[Diagnostic] = []
    pipelines: list[Pipeline] = []
    for file in there.pipelines:
        native, data, said = shape.read(file, tree)
        found += said
        if data is not None:
            pipelines.append(Pipeline(native, data, dirname(file)))
    beside, said = others.read(there, tree)
    found += said + _locks(there, tree)
    materials = _materials(there, pipelines, beside, Place(tree, directory))
    materials, said = _with_workflows(materials, others.workflows(there, tree))
    found += said
    specs = [imported(one, tree, name_of(one.root, root)) for one in materials]
    if not specs and not has_errors(found):
        found.append(_nothing(directory))
    found += [diagnostic for one in specs for diagnostic in one.diagnostics]
    existing = tuple(
        _exists(one.file) for one in specs if one.file in there.specs or tree.kind(one.file) != "absent"
    )
    return Outcome(tuple(specs), tuple(order(found)), existing)


def _materials(
    there: Found,
    pipelines: Iterable[Pipeline],
    beside: Sequence[tuple[Native, Taken]],
    at: Place,
) -> list[Material]:
    """The projects with what belongs to each: what is not a pipeline goes to the nearest project around it. The folders
    of `pipelines` are relative to the repository."""
    reads = {one.folder: one for one in pipelines}
    alone = {folder: _alone(one, at.tree) if len(reads) > 1 else None for folder, one in reads.items()}
    groups: dict[str, tuple[str, ...]] = dict(grouped(alone))
    for native, _ in beside:
        groups.setdefault(dirname(native.file), ())
    if there.tracked and not groups:
        groups[at.directory] = ()
    data: dict[str, list[Native]] = {}
    for file in there.tracked:
        document, _ = load_source(at.tree, file)
        data.setdefault(_nearest(dirname(file), groups, at.directory), []).append(Native(file, document))
    return [
        Material(
            home,
            tuple(replace(reads[folder], folder=_below(folder, home)) for folder in folders),
            tuple(data.get(home, ())),
            tuple(one for one in beside if dirname(one[0].file) == home),
        )
        for home, folders in sorted(groups.items())
    ]


def _with_workflows(
    materials: list[Material], workflows: Sequence[tuple[Native, Taken]]
) -> tuple[list[Material], list[Diagnostic]]:
    """The projects with the workflows of the repository: each goes to the one project that it is about, the one at the
    root or the one whose folder it names. One that is about several stays what it is."""
    found: list[Diagnostic] = []
    for native, taken in workflows:
        about = [n for n, one in enumerate(materials) if not one.root or one.root in native.document.text]
        if len(about) == 1:
            one = materials[about[0]]
            materials[about[0]] = replace(one, others=(*one.others, (native, taken)))
        elif about:
            summary = f"`{native.file}` is about {len(about)} projects, and stays what it is"
            found.append(Diagnostic("import-left", "info", summary, None, native.document.span(())))
    return materials, found


def _alone(one: Pipeline, tree: WorkTree) -> Project | None:
    """The graph of a pipeline as a project of its own; None where it makes none."""
    return graph(Material(one.folder, (replace(one, folder=""),)), tree)


def _nearest(folder: str, homes: Mapping[str, object], directory: str) -> str:
    """The project that a folder lies in: the innermost around it, else the first of all."""
    while True:
        if folder in homes:
            return folder
        if not folder or folder == directory:
            return next(iter(sorted(homes)), directory)
        folder = dirname(folder)


def _below(folder: str, home: str) -> str:
    return folder.removeprefix(home).removeprefix("/") if home else folder


def _locks(there: Found, tree: WorkTree) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for file in there.locks:
        document, _ = load_source(tree, file)
        old = oldforms.lock(document.data)
        if old is not None:
            found.append(located(Native(file, document), old))
    return found


def _nothing(directory: str) -> Diagnostic:
    summary = f"there is nothing to import in `{directory or '.'}`"
    help = "it reads dvc.yaml, *.dvc, MLproject and bentofile.yaml; `mlproject init` starts a new project"
    return error("import-nothing", summary, help=help)


def _exists(file: str) -> Diagnostic:
    help = "it is never overwritten: move it away, or see with `--dry-run` what an import would write"
    return error("import-exists", f"there is a spec already: `{file}`", help=help)
