"""`mlflow.yaml`: what apply and CI read to record runs and models. Its schema is `schemas/mlflow-config.schema.json`.

Paths are relative to the project. What an environment changes stands under its name, the rest holds everywhere.
"""

from __future__ import annotations

import re
from posixpath import join

from mlproject.diagnostics import Path
from mlproject.ir import Environment, Gate, Instance, Model, OutputKind, Project, Tracking
from mlproject.trees import Generated


def compile(project: Project) -> Generated:
    """The run configuration of a project."""
    at = project.tracking.path
    sources: dict[Path, Path] = {("experiment",): (*at, "experiment")}
    sources |= {(section,): (section,) for section in ("stages", "models", "environments")}
    tree: dict[str, object] = {"version": 1, "experiment": project.tracking.experiment}
    tree |= _servers(project.tracking)
    for key in ("uri", "registry_uri"):
        sources[("tracking", key)] = (*at, key)
    if project.tracking.tags:
        tree["tags"] = dict(project.tracking.tags)
        sources |= {("tags", tag): (*at, "tags", tag) for tag in project.tracking.tags}
    logged = {i.address: entry for stage in project.stages for i in stage.instances if (entry := _logged(i))}
    if logged:
        tree["stages"] = logged
        sources |= {("stages", i.address): stage.path for stage in project.stages for i in stage.instances}
    if project.models:
        tree["models"] = {model.name: _model(model, sources) for model in project.models}
    elsewhere = {e.name: patch for e in project.environments if (patch := _patch(project, e))}
    if elsewhere:
        tree["environments"] = elsewhere
        sources |= {("environments", e.name): e.path for e in project.environments}
    return Generated(join(project.root, "mlflow.yaml"), "yaml", tree, sources=sources)


def _servers(tracking: Tracking) -> dict[str, object]:
    given = {"uri": tracking.uri, "registry_uri": tracking.registry_uri}
    servers = {key: _connection(text) for key, text in given.items() if text}
    return {"tracking": servers} if servers else {}


def _connection(text: str) -> object:
    """An address; a reference to an environment variable is data (`{env: NAME}`), which apply resolves."""
    variable = re.fullmatch(r"\$\{env\.(\w+)\}", text)
    return {"env": variable[1]} if variable else text


def _logged(instance: Instance) -> dict[str, object]:
    """What is recorded of one instance: its parameters, its metrics and its plots."""
    entry: dict[str, object] = {}
    if instance.params:
        entry["params"] = [
            {"file": p.file} if p.keys is None else {"file": p.file, "keys": list(p.keys)}
            for p in instance.params
        ]
    if metrics := _files(instance, "metric"):
        entry["metrics"] = metrics
    if plots := _files(instance, "plot"):
        entry["plots"] = plots
    return entry


def _files(instance: Instance, kind: OutputKind) -> list[dict[str, str]]:
    files = [(out.name, out.file) for out in instance.outs if out.kind == kind]
    return [{"name": name, "file": file} if name else {"file": file} for name, file in files]


def _model(model: Model, sources: dict[Path, Path]) -> dict[str, object]:
    place: Path = ("models", model.name)
    sources[place] = model.path
    sources |= {(*place, key): (*model.path, "artifact") for key in ("file", "stage")}
    tree: dict[str, object] = {"file": model.file, "stage": model.stage}
    for key, text in (("flavor", model.flavor), ("alias", model.alias), ("desc", model.desc)):
        if text:
            tree[key] = text
            sources[(*place, key)] = (*model.path, key)
    if model.gates:
        tree["gates"] = [_gate(gate) for gate in model.gates]
        sources |= {(*place, "gates", i): gate.path for i, gate in enumerate(model.gates)}
    return tree


def _gate(gate: Gate) -> dict[str, object]:
    tree: dict[str, object] = {"file": gate.file, "stage": gate.stage, "key": list(gate.key)}
    bounds = {"min": gate.min, "max": gate.max, "max_drop": gate.max_drop, "max_rise": gate.max_rise}
    if gate.against:
        tree["against"] = gate.against
    return tree | {key: bound for key, bound in bounds.items() if bound is not None}


def _patch(project: Project, environment: Environment) -> dict[str, object]:
    """What is different in one environment. null: what holds elsewhere does not hold here."""
    here, base = environment.tracking, project.tracking
    patch: dict[str, object] = {}
    if here.experiment != base.experiment:
        patch["experiment"] = here.experiment
    servers = {
        key: _connection(new) if new else None
        for key, new, old in (
            ("uri", here.uri, base.uri),
            ("registry_uri", here.registry_uri, base.registry_uri),
        )
        if new != old
    }
    if servers:
        patch["tracking"] = servers
    tags: dict[str, object] = {k: v for k, v in here.tags.items() if base.tags.get(k) != v}
    tags |= dict.fromkeys(k for k in base.tags if k not in here.tags)
    if tags:
        patch["tags"] = tags
    alias = {model.name: model.alias for model in project.models}
    aliases = {name: new or None for name, new in environment.aliases.items() if new != alias.get(name, "")}
    if aliases:
        patch["aliases"] = aliases
    return patch
