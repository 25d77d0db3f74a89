"""The `dvc.yaml` files of one project as sections of its spec."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site
from mlproject.files import Source
from mlproject.imports.pipelines import naming, values
from mlproject.imports.pipelines.stages import ordered
from mlproject.imports.pipelines.stages import read as read_stage
from mlproject.imports.pipelines.templates import Reading
from mlproject.imports.pipelines.values import Folder, Names, ParamsFile
from mlproject.imports.taken import Native, Taken
from mlproject.records import frozen, replace

Data = Mapping[str, object]


@frozen
class Pipeline:
    """A `dvc.yaml` whose shape DVC accepts: `data` is its content without old forms, `folder` relative to the
    project."""

    native: Native
    data: Data
    folder: str


@dataclass(slots=True)
class Joining:
    """The spec's sections as they grow, one pipeline after another."""

    root: str
    source: Source
    stages: dict[str, object] = field(default_factory=dict[str, object])
    vars: dict[str, object] = field(default_factory=dict[str, object])
    top: dict[str, object] = field(default_factory=dict[str, object])
    origins: dict[Path, tuple[str, Path]] = field(default_factory=dict[Path, "tuple[str, Path]"])
    files: dict[str, ParamsFile] = field(default_factory=dict[str, ParamsFile])
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    used: dict[tuple[str, ...], None] = field(default_factory=dict[tuple[str, ...], None])


@frozen
class Pipelines:
    """What the pipelines of a project say: `files` are the params files that they load, in order, `used` the names that
    their templates take from them."""

    taken: Taken
    files: tuple[ParamsFile, ...]
    used: tuple[tuple[str, ...], ...]


def read(pipelines: Sequence[Pipeline], root: str, source: Source) -> Pipelines:
    """The sections `vars`, `stages`, `metrics`, `plots`, `artifacts`, `datasets` and top-level `params` of a project
    whose directory is `root`. Diagnostics have spans."""
    joining = Joining(root, source)
    for one in pipelines:
        _pipeline(joining, one, pipelines)
    sections: dict[str, object] = {}
    if joining.vars:
        sections["vars"] = joining.vars
    if joining.stages:
        sections["stages"] = joining.stages
    sections |= {
        key: joining.top[key]
        for key in ("params", "metrics", "plots", "artifacts", "datasets", "folders")
        if key in joining.top
    }
    return Pipelines(
        Taken(sections, joining.origins, tuple(joining.found)),
        tuple(joining.files.values()),
        tuple(joining.used),
    )


def _pipeline(joining: Joining, one: Pipeline, all_: Sequence[Pipeline]) -> None:
    data, folder = one.data, one.folder
    home = Folder(folder, joining.root, joining.source)
    names, found = values.read(data.get("vars"), home, ("vars",))
    names = _shared_vars(joining, one, names)
    for file in names.files:
        joining.files.setdefault(file.file, file)
    others = {name for p in all_ if p is not one for name in cast("Data", p.data.get("stages") or {})}
    for name, given in cast("Mapping[str, Data]", data.get("stages") or {}).items():
        stage = read_stage(given, home, names, ("stages", name))
        key = _key(name, folder, others, joining.stages)
        tree = dict(stage.tree)
        if folder:
            tree["folder"] = folder
        if key != name:
            tree["name"] = name
        joining.stages[key] = ordered(tree)
        joining.origins[("stages", key)] = (one.native.file, ("stages", name))
        joining.origins |= {
            ("stages", key, *spec): (one.native.file, ("stages", name, *place))
            for spec, place in stage.origins.items()
        }
        found += stage.found
        joining.used.update(dict.fromkeys(stage.used))
    found += _top(joining, one, names)
    joining.found += [located(one.native, diagnostic) for diagnostic in found]


def located(native: Native, diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic whose site is a path of a native file, with its span there."""
    if diagnostic.span is not None or diagnostic.site is None:
        return diagnostic
    site: Site = diagnostic.site
    return replace(diagnostic, span=native.document.span(site.path, site.part, site.text), site=None)


def _key(name: str, folder: str, others: Collection[str], taken: Collection[str]) -> str:
    """The stage's key in the spec: its own name where that is a name there and nobody else has it."""
    key = naming.plain(name) or "stage"
    if key != name or name in others or name in taken:
        prefix = naming.plain(folder.replace("/", "-"))
        key = f"{prefix}-{key}" if prefix and name in others else key
    return naming.numbered(key, taken)


def _shared_vars(joining: Joining, one: Pipeline, names: Names) -> Names:
    """Puts a pipeline's inline `vars` under the spec's; a name that another pipeline gave another value is renamed."""
    renamed: dict[str, str] = {}
    for name, value in names.inline.items():
        key = str(name)
        if key in joining.vars and joining.vars[key] != value:
            key = naming.numbered(f"{naming.plain(one.folder) or 'root'}_{key}", joining.vars)
            renamed[str(name)] = key
        joining.vars[key] = value
    for index, entry in enumerate(cast("list[object]", one.data.get("vars") or [])):
        if isinstance(entry, dict):
            for name in cast("Mapping[str, object]", entry):
                joining.origins.setdefault(
                    ("vars", renamed.get(name, name)), (one.native.file, ("vars", index, name))
                )
    return replace(names, renamed=renamed)


def _top(joining: Joining, one: Pipeline, names: Names) -> list[Diagnostic]:
    """DVC's own sections: of the project, or of a folder under `folders`."""
    reading = Reading(names)
    file, folder = one.native.file, one.folder
    base: Path = ("folders", folder) if folder else ()
    found: dict[str, object] = {}
    for section in ("params", "metrics", "plots", "artifacts", "datasets"):
        if one.data.get(section):
            found[section] = reading.value(one.data[section], (section,))
            joining.origins[(*base, section)] = (file, (section,))
    if folder and found:
        folders = cast("dict[str, object]", joining.top.setdefault("folders", {}))
        folders[folder] = found
        joining.origins[base] = (file, ())
    elif not folder:
        joining.top.update(found)
    joining.used.update(reading.used)
    return reading.found
