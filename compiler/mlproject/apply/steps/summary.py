"""Where to look after a run of apply."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from mlproject.apply.context import Context
from mlproject.apply.steps.build import Bento
from mlproject.apply.where import shown


def look(
    context: Context, versions: Mapping[str, str], bentos: Mapping[str, Bento]
) -> tuple[tuple[str, str], ...]:
    """(what, where) pairs: commands that work as they stand, and addresses."""
    project, setting = context.project, context.setting
    found: list[tuple[str, str]] = []
    if setting.tracking_uri.startswith(("http://", "https://")):
        found.append(("runs and models", shown(setting.tracking_uri)))
    elif project.stages:
        found.append(
            ("runs and models", f"mlflow ui --backend-store-uri {shlex.quote(shown(setting.tracking_uri))}")
        )
    for model in project.models:
        version = versions.get(model.name)
        alias = setting.aliases[model.name]
        if version:
            found.append(
                (
                    f"model {model.name}",
                    f"models:/{model.name}@{alias}" if alias else f"models:/{model.name}/{version}",
                )
            )
    found += [(f"service {name}", f"bentoml serve {bento.tag}") for name, bento in bentos.items()]
    return tuple(found)
