"""What stands around the pipeline: data, tracking, models, services, monitoring, environments and CI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.ir import (
    Ci,
    Data,
    Environment,
    Gate,
    Model,
    Monitor,
    ProjectFile,
    Python,
    Remote,
    RunnerRule,
    Service,
    Tracking,
)
from mlproject.lower import cron, secrets
from mlproject.lower.connection import connection
from mlproject.lower.drafts import set_fields
from mlproject.lower.mlflow import project_file
from mlproject.lower.outside import Outside
from mlproject.lower.paths import file_of
from mlproject.lower.scope import Scope
from mlproject.lower.services import services
from mlproject.model.operation import GateEntry, MonitorEntry
from mlproject.model.parts import PythonPart
from mlproject.model.tracking import TrackingPatch
from mlproject.records import frozen


@frozen
class Around:
    """Everything but the pipeline."""

    data: tuple[Data, ...]
    tracking: Tracking
    models: tuple[Model, ...]
    services: tuple[Service, ...]
    monitors: tuple[Monitor, ...]
    environments: tuple[Environment, ...]
    remotes: tuple[Remote, ...]
    ci: Ci
    python: Python
    mlproject: ProjectFile


def data(scope: Scope) -> tuple[Data, ...]:
    """The declared sources."""
    entries = (scope.spec.data or {}).items()
    return tuple(
        Data(
            name=name,
            file=file_of(entry.path, "", scope.root),
            text=entry.path,
            track=entry.track or "",
            url=entry.url or "",
            repo=entry.repo or "",
            rev=entry.rev or "",
            schema=entry.contract or "",
            desc=entry.desc or "",
            path=("data", name),
        )
        for name, entry in entries
    )


def around(outside: Outside) -> Around:
    """Lowers every section but `stages`."""
    scope = outside.scope
    environments = _environments(outside)
    python = _python(scope.spec.python, ("python",))
    return Around(
        data=data(scope),
        tracking=_tracking(outside, scope.spec.tracking, ("tracking",), None),
        models=_models(outside),
        services=services(outside, python, environments),
        monitors=_monitors(outside),
        environments=environments,
        remotes=_remotes(scope),
        ci=_ci(scope, environments),
        python=python,
        mlproject=project_file(outside, scope.spec.tracking),
    )


def _python(part: PythonPart | None, path: Path) -> Python:
    return Python() if part is None else Python(part.version or "", part.requirements or "", path)


def _tracking(
    outside: Outside, part: TrackingPatch | None, path: Path, declared: set[str] | None
) -> Tracking:
    part = part or TrackingPatch.model_construct()
    scope = outside.scope
    for key, text in (("uri", part.uri), ("registry_uri", part.registry_uri)):
        secrets.check_url(scope, text or "", (*path, key))
    tags = {key: outside.text(value, (*path, "tags", key)) or "" for key, value in (part.tags or {}).items()}
    return Tracking(
        experiment=outside.text(part.experiment or scope.spec.name, (*path, "experiment")) or "",
        uri=connection(outside, part.uri, (*path, "uri"), declared),
        registry_uri=connection(outside, part.registry_uri, (*path, "registry_uri"), declared),
        tags=tags,
        path=path,
    )


def _models(outside: Outside) -> tuple[Model, ...]:
    models: list[Model] = []
    for name, entry in (outside.scope.spec.models or {}).items():
        path: Path = ("models", name)
        file = outside.file(entry.artifact, (*path, "artifact"))
        gates = tuple(
            gate
            for index, one in enumerate(entry.gates or [])
            if (gate := _gate(outside, one, (*path, "gates", index))) is not None
        )
        if file is None:
            continue
        producer = outside.producer(file)
        if producer is None:
            summary = f"no stage produces `{file}`, the artifact of `{name}`"
            help = "refer to an output: `artifact: ${stages.STAGE.NAME}`"
            outside.scope.say(error("model-without-stage", summary, Site((*path, "artifact")), help=help))
            continue
        desc = entry.desc or ""
        flavor = entry.flavor or ""
        models.append(Model(name, file, producer.address, flavor, gates, entry.alias or "", desc, path))
    return tuple(models)


def _gate(outside: Outside, entry: GateEntry, path: Path) -> Gate | None:
    say = outside.scope.say
    if (entry.max_drop is not None or entry.max_rise is not None) != (entry.against is not None):
        if entry.against is None:
            key = "max_drop" if entry.max_drop is not None else "max_rise"
            summary, help = f"`{key}` compares with another version", "add `against: champion`"
        else:
            key = "against"
            summary, help = "`against` needs a bound", "add `max_drop:` (or `max_rise:` for errors)"
        say(error("bad-value", summary, Site((*path, key), "key"), help=help))
    elif (
        entry.min is None
        and entry.max is None
        and entry.against is None
        and not outside.scope.was_removed(path)
    ):
        say(
            error(
                "bad-value",
                "a gate without a bound",
                Site(path),
                help="add `min`, `max`, `max_drop` or `max_rise`",
            )
        )
    if entry.min is not None and entry.max is not None and entry.min > entry.max:
        summary = f"no value is at least {entry.min} and at most {entry.max}"
        say(error("bad-value", summary, Site((*path, "min")), help="lower `min`, or raise `max`"))
    file = outside.file(entry.metric, (*path, "metric"))
    if file is None:
        return None
    producer = outside.producer(file)
    if producer is None:
        summary = f"no stage writes `{file}`, the metric of this gate"
        known = [
            p.file for s in outside.stages.values() for i in s.instances for p in i.outs if p.kind == "metric"
        ]
        help = did_you_mean(file, known) or "refer to a metric: `${stages.STAGE.NAME}`"
        say(error("gate-without-metric", summary, Site((*path, "metric")), help=help))
        return None
    bounds = (entry.min, entry.max, entry.against or "", entry.max_drop, entry.max_rise)
    return Gate(file, producer.address, tuple(entry.key.split(".")), *bounds, path)


def _monitors(outside: Outside) -> tuple[Monitor, ...]:
    services = outside.scope.spec.services or {}
    monitors: list[Monitor] = []
    for name, entry in (outside.scope.spec.monitoring or {}).items():
        path: Path = ("monitoring", name)
        if name not in services and not outside.scope.was_removed(("services", name)):
            summary = f"monitoring of `{name}`, and there is no such service"
            help = did_you_mean(name, list(services))
            outside.scope.say(error("unresolved-reference", summary, Site(path, "key"), help=help))
        monitors.append(_monitor(outside, name, entry, path))
    return tuple(monitors)


def _monitor(outside: Outside, name: str, entry: MonitorEntry, path: Path) -> Monitor:
    reference = outside.file(entry.reference, (*path, "reference")) if entry.reference else ""
    check_cron(outside.scope, entry.schedule, (*path, "schedule"))
    drift: dict[str, object] = {}
    if entry.drift is not None:
        drift = set_fields(entry.drift, ("method", "threshold", "columns"))
    return Monitor(
        service=name,
        logs=connection(outside, entry.logs, (*path, "logs"), None),
        redact=tuple(entry.redact or ()),
        reference=reference or "",
        drift=drift,
        schedule=entry.schedule or "",
        on_drift=entry.on_drift or "report",
        path=path,
    )


def check_cron(scope: Scope, text: str | None, path: Path) -> None:
    """Reports a schedule that is no cron expression."""
    wrong = cron.problem(text) if text else ""
    if wrong:
        help = 'minute, hour, day, month, weekday, as in "0 6 * * 1"'
        scope.say(error("bad-cron", f"`{text}` is no cron expression: {wrong}", Site(path), help=help))


def _environments(outside: Outside) -> tuple[Environment, ...]:
    scope = outside.scope
    entries = scope.spec.environments or {}
    if not entries:
        tracking = _tracking(outside, scope.spec.tracking, ("tracking",), set())
        return (Environment("local", (), "", tracking, {}, ("environments",)),)
    found: list[Environment] = []
    for name, entry in entries.items():
        path: Path = ("environments", name)
        patched = entry.tracking is not None
        tracking = _tracking(
            outside,
            entry.tracking if patched else scope.spec.tracking,
            (*path, "tracking") if patched else ("tracking",),
            set(entry.env or ()),
        )
        sections: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
            ("services", entry.services or {}, scope.spec.services or {}),
            ("monitoring", entry.monitoring or {}, scope.spec.monitoring or {}),
            ("models", entry.models or {}, scope.spec.models or {}),
        )
        for section, patches, known in sections:
            _check_patched(scope, name, section, patches, known)
        for service, patch in (entry.monitoring or {}).items():
            check_cron(scope, patch.schedule, (*path, "monitoring", service, "schedule"))
        aliases = {model: patch.alias for model, patch in (entry.models or {}).items() if patch.alias}
        found.append(
            Environment(name, tuple(entry.env or ()), entry.promote_from or "", tracking, aliases, path)
        )
    _check_promotion(scope, found)
    return tuple(found)


def _check_patched(
    scope: Scope, environment: str, section: str, patches: Mapping[str, Any], known: Mapping[str, Any]
) -> None:
    for name in patches:
        if name not in known and not scope.was_removed((section, name)):
            summary = f"the environment `{environment}` patches `{section}.{name}`, which does not exist"
            site = Site(("environments", environment, section, name), "key")
            scope.say(error("unresolved-reference", summary, site, help=did_you_mean(name, list(known))))


def _check_promotion(scope: Scope, environments: list[Environment]) -> None:
    names = {e.name: e for e in environments}
    told: set[str] = set()
    for environment in environments:
        site = Site((*environment.path, "promote_from"))
        chain = [environment.name]
        current = environment
        while current.promote_from:
            following = names.get(current.promote_from)
            if following is None:
                if current is environment and not scope.is_poisoned("environments", current.promote_from):
                    summary = f"there is no environment named `{current.promote_from}`"
                    help = did_you_mean(current.promote_from, [n for n in names if n != current.name])
                    scope.say(error("unresolved-reference", summary, site, help=help))
                break
            if following.name in chain:
                if following is environment and not told & set(chain):
                    told.update(chain)
                    shown = " → ".join(f"`{name}`" for name in [*chain, following.name])
                    summary = f"environments that promote from each other: {shown}"
                    scope.say(error("reference-cycle", summary, site, help="one of them must build"))
                break
            chain.append(following.name)
            current = following


def _remotes(scope: Scope) -> tuple[Remote, ...]:
    remotes: list[Remote] = []
    for name, options in (scope.spec.remotes or {}).items():
        path: Path = ("remotes", name)
        secrets.check_remote(scope, options, path)
        if "url" not in options:
            summary = f"the remote `{name}` has no `url`"
            scope.say(error("missing-key", summary, Site(path, "key"), help="add `url:`"))
        rest = {key: value for key, value in options.items() if key != "default"}
        remotes.append(Remote(name, options.get("default") is True, rest, path))
    return tuple(remotes)


def _ci(scope: Scope, environments: tuple[Environment, ...]) -> Ci:
    part = scope.spec.ci
    path: Path = ("ci",)
    if part is None:
        return Ci((), ("ubuntu-24.04",), (), "", (), "main", (), "none", "", path)
    apply = part.apply
    names = [environment.name for environment in environments]
    for index, name in enumerate((apply.environments if apply else None) or []):
        if name not in names and not scope.is_poisoned("environments", name):
            site = Site((*path, "apply", "environments", index))
            summary = f"there is no environment named `{name}`"
            scope.say(error("unresolved-reference", summary, site, help=did_you_mean(name, names)))
    if part.retrain is not None:
        check_cron(scope, part.retrain.schedule, (*path, "retrain", "schedule"))
    for index, rule in enumerate(part.runners or []):
        for resource, text in rule.when.items():
            if not _comparison(text):
                site = Site((*path, "runners", index, "when", resource))
                scope.say(error("bad-value", f"`{text}` is no comparison", site, help='as in ">=1" or "==0"'))
    provider = part.provider
    providers = (provider,) if isinstance(provider, str) else tuple(provider or ("github",))
    return Ci(
        providers=providers,
        runner=_many(part.runner) or ("ubuntu-24.04",),
        runners=tuple(
            RunnerRule({str(k): v for k, v in rule.when.items()}, _many(rule.runner))
            for rule in part.runners or ()
        ),
        container=part.container or "",
        setup=tuple(part.setup or ()),
        branch=(apply.branch if apply else None) or "main",
        environments=tuple((apply.environments if apply else None) or ()),
        commit=(apply.commit if apply else None) or "none",
        retrain=part.retrain.schedule if part.retrain else "",
        path=path,
    )


def _comparison(text: str) -> bool:
    rest = text.lstrip("<>=!").strip()
    operator = text[: len(text) - len(text.lstrip("<>=!"))]
    number = rest.rstrip("KMGTiB")
    return operator in ("", "<", "<=", ">", ">=", "==", "!=") and number.replace(".", "", 1).isdigit()


def _many(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)
