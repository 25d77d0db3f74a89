"""Say what apply does not do by itself: bring what was built to where the environment wants it."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.apply.context import Context
from mlproject.apply.steps.build import Bento

VERB = "deploy"


def deploy(context: Context, bentos: Mapping[str, Bento]) -> None:
    """One line for each service that the environment deploys."""
    for service in context.project.services:
        bento = bentos.get(service.name)
        found = next((d for d in service.deploys if d.environment == context.setting.name), None)
        if bento is None or found is None or found.kind == "none":
            continue
        if found.kind == "kubernetes":
            image = f" -t {found.image}:{bento.tag.partition(':')[2]}" if found.image else ""
            way = f"containerize and push it (bentoml containerize {bento.tag}{image}), and let the cluster's agent "
            way += f"sync deploy/{context.setting.name}"
        else:
            way = f"push it (bentoml push {bento.tag}, then bentoml deploy {bento.tag})"
        context.log.skipped((f"{VERB} {service.name}",), f"apply does not deploy to {found.kind}: {way}")
