"""A deployment's configuration for BentoCloud, which `bentoml deploy -f` reads; the Bento is named by who runs it."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join
from typing import cast

from mlproject.diagnostics import Diagnostic, warning
from mlproject.ir import Deploy, Project, Service
from mlproject.targets import manifests
from mlproject.targets.manifest_checks import unresolved
from mlproject.targets.manifests import At, label
from mlproject.trees import Generated


def compile(project: Project, service: Service, deploy: Deploy) -> tuple[Generated, list[Diagnostic]]:
    """The configuration of one deployment. Its secrets are an object of BentoCloud, under a name that we derive."""
    tree: dict[str, object] = {"name": label(f"{project.name}-{service.name}-{deploy.environment}")}
    values = {name: At(text, (*deploy.path, "envs", name)) for name, text in deploy.envs.items()}
    if values:
        tree["envs"] = [{"name": name, "value": text} for name, text in values.items()]
    if service.secrets:
        tree["secrets"] = [At(manifests.secret_name(service), (*service.path, "secrets"))]
    labels = cast("Mapping[str, str]", deploy.values.get("labels", {}))
    if labels:
        tree["labels"] = [
            {"key": key, "value": At(text, (*deploy.path, "labels", key))} for key, text in labels.items()
        ]
    settings: dict[str, object] = {}
    if deploy.replicas is not None:
        count = At(deploy.replicas, (*deploy.path, "replicas"))
        settings["scaling"] = {"min_replicas": count, "max_replicas": count}
    if service.traffic:
        settings["config_overrides"] = {"traffic": At(dict(service.traffic), (*service.path, "traffic"))}
    if settings:
        tree["services"] = {service.name: settings}
    found: list[Diagnostic] = []
    for key in ("image", "namespace", "annotations", "service_account"):
        if deploy.values.get(key):
            text = f"`{key}` has no counterpart in a deployment to BentoCloud"
            found.append(warning("not-expressible", text, (*deploy.path, key)))
    found += [
        unresolved(f"envs.{n}", (*deploy.path, "envs", n))
        for n, text in deploy.envs.items()
        if text.startswith("${env.")
    ]
    file = join(project.root, "deploy", deploy.environment, f"{service.name}-bentocloud.yaml")
    return manifests.generated(file, tree, deploy.path), found
