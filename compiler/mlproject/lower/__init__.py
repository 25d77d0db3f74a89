"""From the model to the graph: defaults explicit, names to references, instances as DVC runs them.

Order: what names mean (data, parameters, stages with their outputs and loops) → every stage as emitted and as DVC
resolves it → who writes what → everything around the pipeline → what depends on itself. Edges follow from the graph:
`edges` finds them for those who ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, dirname, join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, error, warning
from mlproject.files import Source
from mlproject.ir import ParamFile, Params, Project, Stage, Top
from mlproject.lower.around import around
from mlproject.lower.cycles import cycles
from mlproject.lower.drafts import BROKEN, deep, draft, settle
from mlproject.lower.dvcconfig import user_has_core
from mlproject.lower.outside import Outside
from mlproject.lower.paths import file_of, joined
from mlproject.lower.producers import producers
from mlproject.lower.scope import Draft, Scope
from mlproject.lower.stages import lowered
from mlproject.lower.variables import check_folders
from mlproject.model import Spec
from mlproject.model.pipeline import FolderEntry, StageEntry
from mlproject.resolve import Resolved


def lower(
    spec: Spec, resolved: Resolved, poisoned: frozenset[Path], file: str, source: Source
) -> tuple[Project, list[Diagnostic]]:
    """The graph of a spec that stands in `file` (relative to the repository)."""
    root = dirname(file)
    scope = _scope(spec, resolved, poisoned, root, source)
    stages = _stages(scope)
    known, found = producers(stages)
    outside = Outside(scope, {stage.name: stage for stage in stages}, known)
    rest = around(outside)
    circular = cycles(stages, known)
    top = _top(scope, spec, (), "")
    folders = {
        name: _top(scope, part, ("folders", name), name) for name, part in (spec.folders or {}).items()
    }
    presets = [document.file for document in resolved.places.documents[1:]]
    _check_values(scope)
    dvc_root = _dvc_root(root, source)
    project = Project(
        name=spec.name,
        root=root,
        spec=basename(file),
        requires=spec.requires or "",
        description=spec.description or "",
        owners=tuple(spec.owners or ()),
        python=rest.python,
        params=_params(scope, resolved),
        data=rest.data,
        stages=stages,
        top=top,
        folders=folders,
        ignore=None if spec.ignore is None else tuple(spec.ignore),
        vars_files={folder: tuple(files) for folder, files in scope.vars_files.items()},
        tracking=rest.tracking,
        models=rest.models,
        services=rest.services,
        monitors=rest.monitors,
        environments=rest.environments,
        remotes=rest.remotes,
        ci=rest.ci,
        native=cast("Mapping[str, object]", spec.native or {}),
        presets=tuple(f for f in presets if not root or not f.startswith(root + "/")),
        dvc_root=dvc_root,
        dvc_core=not user_has_core(scope, dvc_root),
        mlproject=rest.mlproject,
    )
    return project, [*scope.diagnostics, *found, *circular]


def _dvc_root(root: str, source: Source) -> str:
    """The nearest directory above the project that is a DVC repository; the project's own where none is."""
    directory: str = root
    while source.kind(join(directory, ".dvc")) != "directory":
        if not directory:
            return root
        directory = dirname(directory)
    return directory


def _scope(spec: Spec, resolved: Resolved, poisoned: frozenset[Path], root: str, source: Source) -> Scope:
    owned = isinstance(spec.params, dict)
    files = tuple(
        ParamFile(file_of(f.text, "", root), f.text, cast("Mapping[str, object] | None", f.values), f.path)
        for f in resolved.param_files
    )
    values: dict[str, object] = {}
    if owned:
        values = cast("dict[str, object]", spec.params)
    else:
        for one in files:
            _fill(values, one.values or {})
    scope = Scope(spec, source, root, poisoned, owned, values, files)
    for name, entry in (spec.stages or {}).items():
        scope.drafts[name] = draft(scope, name, entry)
    scope.folders = tuple(dict.fromkeys(one.folder for one in scope.drafts.values()))
    _check_names(scope)
    scope.written = _written(scope)
    scope.produced_params = frozenset(one.file for one in files if one.file in scope.written)
    _check_unknown(scope, resolved)
    for one in files:
        lacks = one.values is None and one.file not in scope.written and not scope.is_poisoned("params")
        if lacks and source.kind(normpath(join(root, one.file))) == "absent":
            summary = f"there is no params file `{one.text}`"
            help = "create it, or write the parameters into `params:` as a mapping"
            scope.say(error("file-unreadable", summary, Site(one.path), help=help))
    return scope


def _written(scope: Scope) -> frozenset[str]:
    """The outputs whose path is plain text."""
    found: set[str] = set()
    for stage in scope.drafts.values():
        base = joined(stage.folder, stage.body.wdir or "")
        found.update([file_of(one.raw, base, scope.root) for one in stage.outputs if "${" not in one.raw])
    return frozenset(found)


def _check_unknown(scope: Scope, resolved: Resolved) -> None:
    """Parameters that only a stage writes, where their value is needed before anything runs."""
    if any(one.values is None and one.file in scope.written for one in scope.param_files):
        for site in resolved.unknown:
            summary = f"`{site.text}` is not known before a stage has written it"
            scope.say(error("param-missing", summary, site, help="write the value here"))


def _check_names(scope: Scope) -> None:
    """Two stages of one folder have two names in its `dvc.yaml`."""
    seen: dict[tuple[str, str], Draft] = {}
    for one in scope.drafts.values():
        name = one.entry.name or one.name
        first = seen.setdefault((one.folder, name), one)
        if first is not one:
            file = join(one.folder, "dvc.yaml")
            site = Site((*one.path, "name")) if one.entry.name else Site(one.path, "key")
            related = (Related("first named here", Site(first.path, "key")),)
            summary = f"two stages are named `{name}` in `{file}`"
            scope.say(
                error("duplicate-name", summary, site, related=related, help="give one another `name:`")
            )


def _fill(into: dict[str, object], values: Mapping[str, object]) -> None:
    for key, value in values.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged = dict(cast("dict[str, object]", old))
            _fill(merged, cast("dict[str, object]", value))
            into[key] = merged
        elif key not in into:
            into[key] = value


def _stages(scope: Scope) -> tuple[Stage, ...]:
    settle(scope, scope.drafts.values())
    stages = tuple(lowered(scope, one) for one in scope.drafts.values())
    check_folders(scope)
    return stages


def _params(scope: Scope, resolved: Resolved) -> Params:
    used = tuple(sorted(resolved.used_params))
    return Params(scope.owned, scope.params if scope.owned else {}, scope.param_files, ("params",), used)


def _top(scope: Scope, part: Spec | FolderEntry, path: Path, folder: str) -> Top:
    """DVC's own top-level sections, which stand at `path`; references resolved as in a stage of the folder."""
    empty = StageEntry.model_construct()
    root = Draft("", empty, empty, (), (), folder, (), {}, base=folder)
    plots = part.plots
    listed = (
        [{name: props} for name, props in plots.items()] if isinstance(plots, dict) else list(plots or [])
    )
    artifacts = {
        name: {
            "path": one.path,
            **{k: getattr(one, k) for k in ("type", "desc", "labels", "meta") if getattr(one, k)},
        }
        for name, one in (part.artifacts or {}).items()
    }
    params = part.params if isinstance(part, FolderEntry) else None
    values = [
        deep(scope, root, value, (*path, section))
        for section, value in (
            ("params", list(params or [])),
            ("metrics", list(part.metrics or [])),
            ("plots", cast("object", listed)),
            ("artifacts", artifacts),
            ("datasets", list(part.datasets or [])),
        )
    ]
    params_, metrics, plots_, artifacts_, datasets = (None if value is BROKEN else value for value in values)
    return Top(
        params=tuple(cast("list[object]", params_ or [])),
        metrics=tuple(cast("list[object]", metrics or [])),
        plots=tuple(cast("list[object]", plots_ or [])),
        artifacts=cast("Mapping[str, object]", artifacts_ or {}),
        datasets=tuple(cast("list[object]", datasets or [])),
    )


def _check_values(scope: Scope) -> None:
    """The rest of what a value must be: the compiler asked for."""
    requires = scope.spec.requires
    if not requires:
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from mlproject import __version__

    name, _, wanted = requires.partition(" ")
    try:
        specifiers = SpecifierSet(wanted)
    except InvalidSpecifier:
        specifiers = None
    if name != "mlproject" or specifiers is None or not wanted:
        summary = f"`{requires}` names no version of this compiler"
        scope.say(error("bad-value", summary, Site(("requires",)), help="as in `mlproject ~=0.1`"))
    elif not specifiers.contains(__version__, prereleases=True):
        summary = f"the spec asks for {requires}, and this is {__version__}"
        help = "install that one, or change `requires` in a commit of its own"
        scope.say(warning("requires-other", summary, Site(("requires",)), help=help))
