"""From the model to the graph: defaults explicit, names to references, edges found.

Order: what names mean (data, parameters, stages with their outputs and loops) → every stage as emitted and as DVC
resolves it → who writes what → everything around the pipeline → edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, dirname, join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, error, warning
from mlproject.files import Source
from mlproject.ir import Edge, NodeId, ParamFile, Params, Project, Stage, Top
from mlproject.lower.around import Around, around
from mlproject.lower.drafts import BROKEN, deep, draft, settle
from mlproject.lower.dvcconfig import user_has_core
from mlproject.lower.edges import OUTPUT_NODES, Producers, edges, producers
from mlproject.lower.outside import Outside
from mlproject.lower.paths import file_of, joined
from mlproject.lower.scope import Draft, Scope
from mlproject.lower.stages import lowered
from mlproject.lower.variables import check_folders
from mlproject.model import Spec
from mlproject.model.pipeline import StageEntry
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
    pipeline, cycles = edges(stages, rest.data, known)
    top = _top(scope)
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
        vars_files={folder: tuple(files) for folder, files in scope.vars_files.items()},
        tracking=rest.tracking,
        models=rest.models,
        services=rest.services,
        monitors=rest.monitors,
        environments=rest.environments,
        remotes=rest.remotes,
        ci=rest.ci,
        native=cast("Mapping[str, object]", spec.native or {}),
        edges=(*pipeline, *_later_edges(rest, known)),
        presets=tuple(f for f in presets if not root or not f.startswith(root + "/")),
        dvc_root=dvc_root,
        dvc_core=not user_has_core(scope, dvc_root),
        mlproject=rest.mlproject,
    )
    return project, [*scope.diagnostics, *found, *cycles]


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
    written = {
        file_of(output.raw, joined(one.folder, one.body.wdir or ""), root)
        for one in scope.drafts.values()
        for output in one.outputs
        if "${" not in output.raw
    }
    scope.written = frozenset(written)
    scope.produced_params = frozenset(one.file for one in files if one.file in written)
    _check_unknown(scope, resolved)
    for one in files:
        lacks = one.values is None and one.file not in written and not scope.is_poisoned("params")
        if lacks and source.kind(normpath(join(root, one.file))) == "absent":
            summary = f"there is no params file `{one.text}`"
            help = "create it, or write the parameters into `params:` as a mapping"
            scope.say(error("file-unreadable", summary, Site(one.path), help=help))
    return scope


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


def _top(scope: Scope) -> Top:
    """DVC's own top-level sections, references resolved as in a stage at the project's top."""
    empty = StageEntry(cmd="true")
    root = Draft("", empty, empty, (), (), "", (), {})
    spec = scope.spec
    plots = spec.plots
    listed = (
        [{name: props} for name, props in plots.items()] if isinstance(plots, dict) else list(plots or [])
    )
    artifacts = {
        name: {
            "path": one.path,
            **{k: getattr(one, k) for k in ("type", "desc", "labels", "meta") if getattr(one, k)},
        }
        for name, one in (spec.artifacts or {}).items()
    }
    values = [
        deep(scope, root, value, (section,))
        for section, value in (
            ("metrics", list(spec.metrics or [])),
            ("plots", cast("object", listed)),
            ("artifacts", artifacts),
            ("datasets", list(spec.datasets or [])),
        )
    ]
    metrics, plots_, artifacts_, datasets = (None if value is BROKEN else value for value in values)
    return Top(
        metrics=tuple(cast("list[object]", metrics or [])),
        plots=tuple(cast("list[object]", plots_ or [])),
        artifacts=cast("Mapping[str, object]", artifacts_ or {}),
        datasets=tuple(cast("list[object]", datasets or [])),
    )


def _later_edges(rest: Around, known: Producers) -> list[Edge]:
    """The edges from the pipeline's outputs to models, services, deployments, monitoring and workflows."""
    found: list[Edge] = []
    models = {model.name: NodeId("model", model.name) for model in rest.models}
    for model in rest.models:
        me = models[model.name]
        found += _from(known, model.file, me, "is registered", (*model.path, "artifact"))
        for gate in model.gates:
            found += _from(known, gate.file, me, "gates", (*gate.path, "metric"))
    for service in rest.services:
        me = NodeId("service", service.name)
        for index, name in enumerate(service.models):
            if name in models:
                found.append(Edge(models[name], me, "is served", (*service.path, "models", index)))
        for deploy in service.deploys:
            if deploy.kind != "none":
                node = NodeId("deployment", f"{deploy.environment}/{service.name}")
                found.append(Edge(me, node, "is deployed", deploy.path))
    for monitor in rest.monitors:
        me = NodeId("monitor", monitor.service)
        found.append(Edge(NodeId("service", monitor.service), me, "is watched", monitor.path))
        if monitor.reference:
            found += _from(known, monitor.reference, me, "is the reference", (*monitor.path, "reference"))
    return found


def _from(known: Producers, file: str, target: NodeId, why: str, path: Path) -> list[Edge]:
    """The edges from the outputs that a file means."""
    products = [producer.product for producer in known.of(file)]
    return [Edge(NodeId(OUTPUT_NODES[one.kind], one.file), target, why, path) for one in products]


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
