"""What Kubernetes would refuse, and what its objects cannot say: found before a cluster finds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, error, warning
from mlproject.ir import Deploy, Service
from mlproject.targets import manifests
from mlproject.targets.manifests import label

NAME = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
LABEL_KEY = r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
LABEL_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
VARIABLE = r"[-._A-Za-z][-._A-Za-z0-9]*"


def collisions(cluster: tuple[tuple[Service, Deploy], ...]) -> list[Diagnostic]:
    """Services of one environment that would be one object, or run one image (`image.yaml` goes by the image)."""
    found: list[Diagnostic] = []
    names: dict[tuple[str, str], Service] = {}
    images: dict[str, Service] = {}
    for service, deploy in cluster:
        name = label(service.name)
        first = names.setdefault((deploy.namespace, name), service)
        if first is not service:
            text = f"`{first.name}` and `{service.name}` would both be `{name}` in Kubernetes"
            found.append(error("bad-name", text, service.path, help="give one of them another name"))
        other = images.setdefault(deploy.image, service)
        if other is not service and deploy.image and not deploy.image.startswith("${"):
            text = f"`{other.name}` and `{service.name}` are deployed from one image"
            found.append(error("bad-value", text, (*deploy.path, "image"), help="give each service its own"))
    return found


def check(service: Service, deploy: Deploy) -> list[Diagnostic]:
    """What is wrong with one deployment."""
    found = _check_image(deploy, service)
    for key in ("namespace", "service_account"):
        text = str(deploy.values.get(key) or "")
        if text.startswith("${"):
            found.append(unresolved(key, (*deploy.path, key)))
        elif text and not re.fullmatch(NAME, text):
            found.append(error("bad-name", f"Kubernetes refuses the {key} `{text}`", (*deploy.path, key)))
    for section, key_shape, shape in (
        ("labels", LABEL_KEY, LABEL_VALUE),
        ("annotations", LABEL_KEY, r"(?s:.*)"),
        ("envs", VARIABLE, r"(?s:.*)"),
    ):
        given = deploy.envs if section == "envs" else deploy.values.get(section, {})
        for key, text in cast("Mapping[str, str]", given).items():
            at = (*deploy.path, section, key)
            if text.startswith("${env."):
                found.append(unresolved(f"{section}.{key}", at))
            elif not re.fullmatch(key_shape, key):
                found.append(error("bad-name", f"Kubernetes refuses the name `{key}` under `{section}`", at))
            elif not re.fullmatch(shape, text):
                found.append(
                    error("bad-value", f"Kubernetes refuses the value of `{key}` under `{section}`", at)
                )
    return found + _check_resources(service)


def _check_image(deploy: Deploy, service: Service) -> list[Diagnostic]:
    at = (*deploy.path, "image")
    if not deploy.image:
        text = f"`{service.name}` is deployed to `{deploy.environment}`, and no `image` says which one"
        return [
            error("missing-key", text, deploy.path, help="as in `image: registry.example.com/ml/screening`")
        ]
    if not deploy.image.startswith("${") and re.search(r"[:@][^/]*$", deploy.image):
        text = f"`{deploy.image}` names a tag or digest: which one runs is decided by apply"
        return [error("bad-value", text, at, help="leave out what stands behind the last `:` or `@`")]
    return []


def unresolved(what: str, at: Path) -> Diagnostic:
    """An environment variable where the text of a committed file must stand."""
    text = f"`{what}` must be written out: a manifest that an agent syncs knows no environment variables"
    return error("env-not-allowed", text, at)


def _check_resources(service: Service) -> list[Diagnostic]:
    given = service.resources
    gpu = given.get("gpu", 1)
    lost = [key for key in ("gpu_type", "tpu_type") if key in given]
    lost += ["cpu"] if "cpu" in given and manifests.quantity(given["cpu"]) is None else []
    lost += ["memory"] if "memory" in given and manifests.memory(given["memory"]) is None else []
    lost += ["gpu"] if isinstance(gpu, float) and not gpu.is_integer() else []
    return [
        warning(
            "not-expressible",
            f"`{key}` has no counterpart in the manifest",
            (*service.path, "resources", key),
        )
        for key in lost
    ]
