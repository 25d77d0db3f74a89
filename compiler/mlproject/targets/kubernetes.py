"""Deployment: `deploy/ENV/`, which a GitOps agent (Argo CD, Flux) syncs with kustomize; or files for BentoCloud.

kustomization.yaml        lists the rest
SERVICE-deployment.yaml   the Deployment, its image without a tag
SERVICE-service.yaml      the Service
image.yaml                which image runs: kustomize transformers that apply writes (`images`). We only put an empty
                          one there, so that the folder can be built before the first apply; then the image has no
                          tag, and nothing was pushed under the tag that the cluster would take.
SERVICE-bentocloud.yaml   what `bentoml deploy -f` reads; the Bento is named by whoever runs it
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from posixpath import join
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, did_you_mean, error
from mlproject.ir import Deploy, Project, Service
from mlproject.targets import bentocloud, manifest_checks, manifests, native
from mlproject.targets.manifests import At, label
from mlproject.trees import Generated, Pins

Output = tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]
Placed = tuple[Service, Deploy]

IMAGES = """\
# Which image runs here, by its digest: transformers of kustomize. `mlproject compile` put this file here once and does
# not write it again: it changes with every image that is pushed.
"""


def compile(project: Project, pins: Pins) -> Output:
    """The files of every environment that services are deployed to."""
    files: list[Generated] = []
    found: list[Diagnostic] = []
    for environment in dict.fromkeys(d.environment for service in project.services for d in service.deploys):
        made, more = _environment(project, environment)
        files += made
        found += more
    found += _unknown_passages(project)
    return tuple(files), tuple(found)


def placed(project: Project, environment: str, kind: str) -> tuple[Placed, ...]:
    """The services that an environment deploys in one way."""
    pairs = [(service, deploy) for service in project.services for deploy in service.deploys]
    return tuple(pair for pair in pairs if pair[1].environment == environment and pair[1].kind == kind)


def images(project: Project, environment: str, digests: Mapping[str, tuple[str, str]]) -> str:
    """The text of `deploy/ENV/image.yaml`, without a header: `digests` has, by service, the image as it was pushed
    (without a tag) and its digest (`sha256:…`). A service that is not in it is left as it is."""
    documents = [
        "---\n"
        "apiVersion: builtin\n"
        "kind: ImageTagTransformer\n"
        f"metadata:\n  name: {label(service.name)}\n"
        "imageTag:\n"
        f"  name: {json.dumps(manifests.image_name(service, deploy))}\n"
        f"  newName: {json.dumps(digests[service.name][0])}\n"
        f"  digest: {json.dumps(digests[service.name][1])}\n"
        for service, deploy in placed(project, environment, "kubernetes")
        if service.name in digests
    ]
    return IMAGES + "".join(documents)


def _environment(project: Project, environment: str) -> tuple[list[Generated], list[Diagnostic]]:
    files: list[Generated] = []
    found: list[Diagnostic] = []
    folder = join(project.root, "deploy", environment)
    cluster = placed(project, environment, "kubernetes")
    found += manifest_checks.collisions(cluster)
    resources: list[object] = []
    for service, deploy in cluster:
        found += manifest_checks.check(service, deploy)
        for kind, write in (("Deployment", manifests.deployment), ("Service", manifests.service_object)):
            file, more = _with_passage(project, service, environment, kind, write(project, service, deploy))
            files.append(file)
            found += more
            resources.append(At(file.file.removeprefix(f"{folder}/"), deploy.path))
    if cluster:
        files += _kustomization(project, environment, resources, found)
    for service, deploy in placed(project, environment, "bentocloud"):
        file, said = bentocloud.compile(project, service, deploy)
        file, more = _with_passage(project, service, environment, "BentoCloud", file)
        files.append(file)
        found += [*said, *more]
    return files, found


def _with_passage(
    project: Project, service: Service, environment: str, kind: str, file: Generated
) -> tuple[Generated, tuple[Diagnostic, ...]]:
    at = ("deploy", environment, "services", service.name, kind)
    schema = "bentocloud" if kind == "BentoCloud" else "kubernetes"
    return native.into(file, native.passage(project.native, *at), ("native", *at), schema)


def _kustomization(
    project: Project, environment: str, resources: list[object], found: list[Diagnostic]
) -> list[Generated]:
    tree = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        "transformers": ["image.yaml"],
    }
    path: Path = ("environments", environment)
    folder = join(project.root, "deploy", environment)
    file = manifests.generated(join(folder, "kustomization.yaml"), tree, path)
    at = ("deploy", environment, "kustomization")
    passage = native.passage(project.native, *at)
    file, more = native.into(file, passage, ("native", *at), "kustomization")
    found += more
    text = images(project, environment, {})
    return [file, Generated(join(folder, "image.yaml"), "text", text=text, sources={(): path}, seed=True)]


def _unknown_passages(project: Project) -> list[Diagnostic]:
    """Native passages that belong to no file: said, because they would be lost."""
    found: list[Diagnostic] = []
    environments = [e.name for e in project.environments]
    for name, passage in _mapping(project.native.get("deploy")).items():
        at: Path = ("native", "deploy", name)
        if name not in environments:
            found.append(_unknown(at, "environment", environments))
            continue
        found += [
            _unknown((*at, key), "part", ["kustomization", "services"])
            for key in _mapping(passage)
            if key not in ("kustomization", "services")
        ]
        for service, kinds in _mapping(_mapping(passage).get("services")).items():
            here = (*at, "services", service)
            deploys = [
                d for s in project.services if s.name == service for d in s.deploys if d.environment == name
            ]
            known = [k for d in deploys for k in _KINDS[d.kind]]
            if not deploys:
                found.append(_unknown(here, "service", [s.name for s in project.services]))
            found += [
                _unknown((*here, k), "object", known) for k in _mapping(kinds) if deploys and k not in known
            ]
    return found


_KINDS = {"kubernetes": ["Deployment", "Service"], "bentocloud": ["BentoCloud"], "none": list[str]()}


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _unknown(at: Path, what: str, known: list[str]) -> Diagnostic:
    return error(
        "native-invalid", f"there is no {what} `{at[-1]}` here", at, help=did_you_mean(str(at[-1]), known)
    )
