"""Services: what each serves, packs and needs, in BentoML's terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.ir import Api, Deploy, Environment, Python, Service, StoreModel
from mlproject.lower import secrets
from mlproject.lower.connection import connection
from mlproject.lower.drafts import set_fields
from mlproject.lower.entry import entry_of
from mlproject.lower.outside import Outside
from mlproject.lower.texts import resolved, resolved_list, resolved_texts
from mlproject.model.parts import Part
from mlproject.model.service import DeployPart, ServiceEntry, ServicePython

DEPLOY_FIELDS = ("kind", "image", "namespace", "replicas", "envs", "labels", "annotations", "service_account")
# What the language says itself, and so is none of BentoML's own options.
OURS = frozenset({"version", "requirements"})


def services(outside: Outside, python: Python, environments: tuple[Environment, ...]) -> tuple[Service, ...]:
    """Every service, with its deployment in every environment. `python` is the project's."""
    return tuple(
        _service(outside, name, entry, python, environments)
        for name, entry in (outside.scope.spec.services or {}).items()
    )


def _service(
    outside: Outside,
    name: str,
    entry: ServiceEntry,
    python: Python,
    environments: tuple[Environment, ...],
) -> Service:
    path: Path = ("services", name)
    secrets.check_service(outside.scope, entry, path)
    models, positions, stored = _models(outside, name, entry, path)
    at, written = _entry(outside, entry, (*path, "entry"))
    bento = entry.name
    api = tuple(
        Api(route, cast("Mapping[str, Mapping[str, object]]", part.input), part.output, (*path, "api", route))
        for route, part in (entry.api or {}).items()
    )
    values = {key: said if isinstance(said, str) else said.value for key, said in (entry.envs or {}).items()}
    return Service(
        name=name,
        desc=outside.text(entry.desc or "", (*path, "description")) or "",
        models=models,
        entry=at,
        include=resolved_list(outside, entry.include, (*path, "include")),
        exclude=resolved_list(outside, entry.exclude, (*path, "exclude")),
        api=api,
        resources=entry.resources or {},
        traffic=entry.traffic or {},
        envs=resolved_texts(outside, values, (*path, "envs")),
        secrets=tuple(entry.secrets or ()),
        labels=resolved_texts(outside, entry.labels, (*path, "labels")),
        python=_python(outside, entry.python, (*path, "python"), python),
        deploys=tuple(_deploy(outside, name, entry, environment) for environment in environments),
        path=path,
        bento=None if bento is False else outside.text(bento or "", (*path, "name")) or "",
        service=written,
        stored=stored,
        positions=positions,
        env_stages={
            key: said.stage
            for key, said in (entry.envs or {}).items()
            if not isinstance(said, str) and said.stage is not None
        },
        options=_options(outside, entry, path),
    )


def _models(
    outside: Outside, service: str, entry: ServiceEntry, path: Path
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[StoreModel, ...]]:
    """The names of the spec's models, where in the list they stand, and the models of BentoML's store."""
    known = outside.scope.spec.models or {}
    names: dict[int, str] = {}
    stored: list[StoreModel] = []
    for index, model in enumerate(entry.models or []):
        at = (*path, "models", index)
        if not isinstance(model, str):
            words = {"tag": model.tag, "filter": model.filter, "alias": model.alias}
            said = {key: outside.text(text or "", (*at, key)) or "" for key, text in words.items()}
            stored.append(StoreModel(said["tag"], said["filter"], said["alias"], at))
            continue
        names[index] = model
        if model not in known and not outside.scope.was_removed(("models", model)):
            summary = f"the service `{service}` serves `{model}`, and there is no such model"
            help = did_you_mean(model, list(known)) or f"declare it in `models`, or write `{{tag: {model}}}`"
            outside.scope.say(error("service-without-model", summary, Site(at), help=help))
    return tuple(names.values()), tuple(names), tuple(stored)


def _entry(outside: Outside, entry: ServiceEntry, path: Path) -> tuple[tuple[str, str] | None, str | None]:
    """The file and the class (or whatever is the service there), and the text as BentoML gets it.

    (None, '') for a service that is to be generated; a text of None where BentoML is left to find the service.
    """
    if entry.entry is None:
        return None, ""
    if entry.entry is False:
        return ("service.py", ""), None
    text = outside.text(entry.entry, path)
    if text is None:
        return None, ""
    found = entry_of(text)
    if found is None:
        summary = f"`{text}` names no service in a file"
        help = "as in `service.py:Screening`, or `package.service:Screening`"
        outside.scope.say(error("service-entry", summary, Site(path), help=help))
        return None, ""
    return found, text


def _python(outside: Outside, part: ServicePython | None, path: Path, project: Python) -> Python:
    """What a service runs on: what it says, else what the project says."""
    if part is None:
        return project
    version = part.version or ("" if part.version is False else project.version)
    inherited = "" if part.requirements is False or part.packages is not None else project.requirements
    given = part.requirements or ""
    return Python(version, outside.text(given, (*path, "requirements")) or "" if given else inherited, path)


def _options(outside: Outside, entry: ServiceEntry, path: Path) -> dict[str, Mapping[str, object]]:
    """BentoML's own sections, as given, in the order of the language."""
    found: dict[str, Mapping[str, object]] = {}
    for key, part in (("python", entry.python), ("docker", entry.docker), ("conda", entry.conda)):
        if part is not None:
            given = _set(part)
            found[key] = cast("Mapping[str, object]", resolved(outside, given, (*path, key)))
    for key, value in found.get("python", {}).items():
        for index, text in enumerate(cast("list[object]", value) if isinstance(value, list) else [value]):
            if key.endswith("index_url") and isinstance(text, str):
                where = (*path, "python", key, index) if isinstance(value, list) else (*path, "python", key)
                secrets.check_url(outside.scope, text, where)
    if entry.args is not None:
        found["args"] = cast("Mapping[str, object]", resolved(outside, entry.args, (*path, "args")))
    return {key: given for key, given in found.items() if given}


def _set(part: Part) -> dict[str, object]:
    return set_fields(part, tuple(name for name in type(part).model_fields if name not in OURS))


def _deploy(outside: Outside, service: str, entry: ServiceEntry, environment: Environment) -> Deploy:
    """The deployment of a service in one environment; its patch is already merged over the service's own."""
    declared = (outside.scope.spec.environments or {}).get(environment.name)
    patch = (declared.services or {}).get(service) if declared is not None else None
    path: Path
    if patch is not None and patch.deploy is not None:
        part, path = patch.deploy, ("environments", environment.name, "services", service, "deploy")
    else:
        part, path = entry.deploy or DeployPart.model_construct(), ("services", service, "deploy")
    values = set_fields(part, DEPLOY_FIELDS)
    env = set(environment.env)
    for key in ("image", "namespace", "service_account"):
        if key in values:
            values[key] = connection(outside, cast("str", values[key]), (*path, key), env)
    for key in ("envs", "labels", "annotations"):
        if key in values:
            texts = cast("Mapping[str, str]", values[key])
            values[key] = {
                name: connection(outside, text, (*path, key, name), env) for name, text in texts.items()
            }
    secrets.check_envs(outside.scope, part.envs or {}, (*path, "envs"))
    return Deploy(
        environment=environment.name,
        kind=part.kind or "none",
        image=cast("str", values.get("image", "")),
        namespace=cast("str", values.get("namespace", "")),
        replicas=part.replicas,
        envs=cast("Mapping[str, str]", values.get("envs", {})),
        values=values,
        path=path,
    )
