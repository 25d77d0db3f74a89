"""The Kubernetes objects of one service in one environment: a Deployment and a Service.

The container is one that BentoML builds: user 1034, port 3000, `/livez` and `/readyz`. It runs on a read-only root
(measured) where `/tmp` is writable and BentoML's home lies there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import join
from typing import cast

from mlproject.diagnostics import Path
from mlproject.ir import Deploy, Project, Service
from mlproject.records import frozen
from mlproject.targets import packing
from mlproject.trees import Generated

USER = 1034
PORT = 3000
VOLUME = "tmp"
OWN_ENV = {"HOME": "/tmp", "BENTOML_HOME": "/tmp/bentoml"}  # noqa: S108 - in the container, a volume of its own

# Memory as BentoML and people write it, to a quantity of Kubernetes.
UNITS = {
    "": "",
    "B": "",
    "K": "k",
    "KB": "k",
    "MB": "M",
    "GB": "G",
    "TB": "T",
    **{f"{unit}B": unit for unit in ("Ki", "Mi", "Gi", "Ti")},
}


@frozen
class At:
    """A value of a tree together with the place in the spec that it comes from."""

    value: object
    path: Path


def generated(file: str, tree: Mapping[str, object], path: Path) -> Generated:
    """A file of a tree with `At`s in it; what has none comes from `path`."""
    sources: dict[Path, Path] = {(): path}
    return Generated(file, "yaml", _plain(tree, (), sources), sources=sources)


def _plain(value: object, place: Path, sources: dict[Path, Path]) -> object:
    if isinstance(value, At):
        sources[place] = value.path
        value = value.value
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: _plain(part, (*place, key), sources) for key, part in items}
    if isinstance(value, list):
        return [_plain(part, (*place, i), sources) for i, part in enumerate(cast("list[object]", value))]
    return value


def label(name: str) -> str:
    """A name of ours as Kubernetes wants those of objects: lower case, a letter first, `-` inside, 63 at most."""
    text = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return (text if text[:1].isalpha() else f"s-{text}")[:63].rstrip("-")


def image_name(service: Service, deploy: Deploy) -> str:
    """What stands for the image: the image without a tag, or a name that apply's transformer replaces, at a domain that
    can never be pulled from."""
    return f"image.invalid/{label(service.name)}" if deploy.image.startswith("${") else deploy.image


def quantity(text: object) -> str | None:
    """CPU or memory as a quantity of Kubernetes; None where it is none. A number of memory is GiB: see `memory`."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)", str(text).strip())
    if match is None:
        return None
    unit = UNITS.get(match[2], match[2])
    return f"{match[1]}{unit}" if re.fullmatch(r"|m|k|[KMGTPE]i|[MGTPE]", unit) else None


def memory(value: object) -> str | None:
    """BentoML's `memory`: a bare number counts GiB."""
    text = quantity(value)
    return f"{text}Gi" if text is not None and text.replace(".", "").isdigit() else text


def _metadata(project: Project, service: Service, deploy: Deploy) -> dict[str, object]:
    metadata: dict[str, object] = {"name": label(service.name)}
    if deploy.namespace:
        metadata["namespace"] = At(deploy.namespace, (*deploy.path, "namespace"))
    metadata["labels"] = {**_selector(service), "app.kubernetes.io/part-of": label(project.name)}
    return metadata


def _selector(service: Service) -> dict[str, object]:
    return {"app.kubernetes.io/name": label(service.name)}


def service_object(project: Project, service: Service, deploy: Deploy) -> Generated:
    """The Service: the address of the Deployment's pods inside the cluster."""
    tree: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(project, service, deploy),
        "spec": {
            "selector": _selector(service),
            "ports": [{"name": "http", "port": PORT, "targetPort": "http"}],
        },
    }
    file = join(project.root, "deploy", deploy.environment, f"{service.name}-service.yaml")
    return generated(file, tree, deploy.path)


def deployment(project: Project, service: Service, deploy: Deploy) -> Generated:
    """The Deployment, without an image tag: which image runs is said in `image.yaml`."""
    metadata = _metadata(project, service, deploy)
    given = cast("Mapping[str, Mapping[str, str]]", deploy.values)
    own = {key: At(text, (*deploy.path, "labels", key)) for key, text in given.get("labels", {}).items()}
    labels = cast("dict[str, object]", metadata["labels"]) | own
    metadata["labels"] = labels
    if notes := given.get("annotations"):
        metadata["annotations"] = {k: At(text, (*deploy.path, "annotations", k)) for k, text in notes.items()}
    spec: dict[str, object] = (
        {} if deploy.replicas is None else {"replicas": At(deploy.replicas, (*deploy.path, "replicas"))}
    )
    spec["selector"] = {"matchLabels": _selector(service)}
    spec["template"] = {"metadata": {"labels": labels}, "spec": _pod(project, service, deploy)}
    tree: dict[str, object] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": spec,
    }
    file = join(project.root, "deploy", deploy.environment, f"{service.name}-deployment.yaml")
    return generated(file, tree, deploy.path)


def _pod(project: Project, service: Service, deploy: Deploy) -> dict[str, object]:
    account = deploy.values.get("service_account")
    pod: dict[str, object] = {}
    if account:
        pod["serviceAccountName"] = At(account, (*deploy.path, "service_account"))
    pod["automountServiceAccountToken"] = bool(account)
    pod["securityContext"] = {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    pod["containers"] = [_container(project, service, deploy)]
    pod["volumes"] = [{"name": VOLUME, "emptyDir": {}}]
    return pod


def _container(project: Project, service: Service, deploy: Deploy) -> dict[str, object]:
    container: dict[str, object] = {
        "name": label(service.name),
        "image": At(image_name(service, deploy), (*deploy.path, "image")),
        "ports": [{"name": "http", "containerPort": PORT}],
        "env": _env(project, service, deploy),
    }
    if resources := _resources(service):
        container["resources"] = resources
    probe = {"httpGet": {"path": "/livez", "port": "http"}}
    container |= {
        "startupProbe": {
            **probe,
            "periodSeconds": 5,
            "failureThreshold": 60,
        },  # models take their time to load
        "livenessProbe": {**probe, "periodSeconds": 10, "timeoutSeconds": 5},
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "http"},
            "periodSeconds": 5,
            "timeoutSeconds": 5,
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": VOLUME, "mountPath": "/tmp"}],  # noqa: S108 - in the container
    }
    return container


def _env(project: Project, service: Service, deploy: Deploy) -> list[object]:
    """The service's variables, the environment's over them, secrets by name, and what the container itself needs."""
    values = {
        name: At(text, (*service.path, "envs", name))
        for name, text in service.envs.items()
        if service.env_stages.get(name) != "build"
    }
    values |= {name: At(text, (*deploy.path, "envs", name)) for name, text in deploy.envs.items()}
    own = OWN_ENV | ({"BENTOML_CONFIG": packing.IN_IMAGE} if packing.configured(project) else {})
    entries: list[object] = [
        {"name": n, "value": text} for n, text in values.items() if n not in service.secrets
    ]
    for i, name in enumerate(service.secrets):
        key = {"name": secret_name(service), "key": name}
        entries.append(At({"name": name, "valueFrom": {"secretKeyRef": key}}, (*service.path, "secrets", i)))
    return entries + [{"name": name, "value": text} for name, text in own.items() if name not in values]


def secret_name(service: Service) -> str:
    """The Secret that holds a service's secrets, under their own names. It is never ours to write."""
    return f"{label(service.name)[:55]}-secrets"


def _resources(service: Service) -> dict[str, object]:
    """Requests, and limits for what can't be throttled: memory and accelerators."""
    at = (*service.path, "resources")
    requests: dict[str, object] = {}
    limits: dict[str, object] = {}
    if (cpu := quantity(service.resources.get("cpu", ""))) is not None:
        requests["cpu"] = At(cpu, (*at, "cpu"))
    if (amount := memory(service.resources.get("memory", ""))) is not None:
        requests["memory"] = limits["memory"] = At(amount, (*at, "memory"))
    gpu = service.resources.get("gpu")
    if isinstance(gpu, int | float) and float(gpu).is_integer():
        limits["nvidia.com/gpu"] = At(str(int(gpu)), (*at, "gpu"))
    return {key: part for key, part in (("requests", requests), ("limits", limits)) if part}
