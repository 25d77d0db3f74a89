"""Where apply works: the folders, the environment's settings with their variables filled in, what children inherit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mlproject.apply.events import INPUT_MISSING, UNREACHABLE, USAGE, Failure
from mlproject.ir import Environment, Project
from mlproject.records import frozen

DEFAULT_ENVIRONMENT = "local"
VARIABLE = re.compile(r"\$\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}")
TELEMETRY_OFF = {"DVC_NO_ANALYTICS": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "BENTOML_DO_NOT_TRACK": "True"}
CONNECT_SECONDS = 5.0


@frozen
class Where:
    """What the caller says: absolute folders, the name of the environment ('' for the default one), the variables."""

    repo_root: Path
    project_dir: Path
    environment: str
    environ: Mapping[str, str]

    @property
    def state_dir(self) -> Path:
        """Where apply remembers; everything in it may be deleted at any time."""
        return self.project_dir / ".mlproject" / "cache"


@frozen
class Setting:
    """An environment, resolved. `registry_uri` equals `tracking_uri` where the spec gives none; `database` is the file
    of the embedded store, None for any other. `aliases` maps every model to its alias here ('' for none)."""

    name: str
    tracking_uri: str
    registry_uri: str
    database: Path | None
    experiment: str
    tags: Mapping[str, str]
    aliases: Mapping[str, str]
    promote_from: str


def settle(project: Project, where: Where, name: str) -> Setting | Failure:
    """The settings of one environment ('' for the default), every `${env.NAME}` replaced by its value."""
    found = next((e for e in project.environments if e.name == (name or DEFAULT_ENVIRONMENT)), None)
    if found is None and name not in ("", DEFAULT_ENVIRONMENT):
        known = ", ".join(f"`{e.name}`" for e in project.environments) or f"only `{DEFAULT_ENVIRONMENT}`"
        return Failure(
            USAGE, f"there is no environment `{name}`", f"Choose one that the spec declares: {known}."
        )
    tracking = found.tracking if found else project.tracking
    uri = _fill(tracking.uri, "tracking.uri", found, where.environ)
    registry = _fill(tracking.registry_uri, "tracking.registry_uri", found, where.environ)
    if isinstance(uri, Failure):
        return uri
    if isinstance(registry, Failure):
        return registry
    database = None if uri else where.project_dir / "mlflow.db"
    uri = uri or f"sqlite:///{database}"
    patched = found.aliases if found else dict[str, str]()
    return Setting(
        name=name or DEFAULT_ENVIRONMENT,
        tracking_uri=uri,
        registry_uri=registry or uri,
        database=database,
        experiment=tracking.experiment or project.name,
        tags=tracking.tags,
        aliases={model.name: patched.get(model.name, model.alias) for model in project.models},
        promote_from=found.promote_from if found else "",
    )


def _fill(
    text: str, field: str, environment: Environment | None, environ: Mapping[str, str]
) -> str | Failure:
    """A connection field with its variable's value; a variable that is unset or empty is a failure that names it."""
    match = VARIABLE.fullmatch(text.strip())
    if match is None:
        return text
    name = match[1]
    value = environ.get(name, "")
    if value:
        return value
    place = f"environment `{environment.name}`" if environment else "the spec"
    return Failure(
        INPUT_MISSING,
        f"the variable {name} is not set; {place} takes `{field}` from it",
        f"Set it (export {name}=…) and run apply again. Nothing was done.",
    )


def unreachable(uri: str) -> Failure | None:
    """A failure where nobody listens at an http address, found in seconds and before anything is trained."""
    import socket

    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), timeout=CONNECT_SECONDS).close()
    except OSError as problem:
        return Failure(
            UNREACHABLE,
            f"the tracking server at {parts.hostname}:{port} can't be reached ({problem})",
            "Start the server, or correct its address, and run apply again. Nothing was done.",
        )
    return None


def shown(uri: str) -> str:
    """An address as it may be printed: without the name and password in it."""
    return re.sub(r"(?<=://)[^/@]*@", "", uri)


def child_environment(where: Where, extra: Mapping[str, str]) -> dict[str, str]:
    """The variables of every process that apply starts: the caller's, telemetry off, output unbuffered, and the
    interpreter that runs us first in PATH, so that a stage's `python` is the one with the project's packages."""
    environ = {**where.environ, **TELEMETRY_OFF, "PYTHONUNBUFFERED": "1", **extra}
    ours = str(Path(sys.executable).parent)
    parts = [part for part in environ.get("PATH", os.defpath).split(os.pathsep) if part and part != ours]
    environ["PATH"] = os.pathsep.join([ours, *parts])
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
        if name not in extra:
            environ.pop(name, None)
    return environ
