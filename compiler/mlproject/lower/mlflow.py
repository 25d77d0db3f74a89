"""What the spec says of `MLproject` itself: its name, its environment and its entry points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Path, Related, Site, error
from mlproject.ir import EntryPoint, ProjectFile
from mlproject.lower import secrets
from mlproject.lower.drafts import set_fields
from mlproject.lower.outside import Outside
from mlproject.lower.texts import resolved
from mlproject.model.tracking import DockerEnv, TrackingPart

ENVIRONMENTS = ("python_env", "conda_env", "docker_env")
DOCKER_FIELDS = ("image", "volumes", "environment")


def project_file(outside: Outside, part: TrackingPart | None) -> ProjectFile:
    """The project file of a spec; everything at its default where `tracking` says nothing of it."""
    path: Path = ("tracking",)
    if part is None:
        return ProjectFile()
    name: str | None = ""
    if part.project is not None:
        name = None if part.project is False else outside.text(part.project, (*path, "project")) or ""
    key, value = _environment(outside, part, path)
    points: tuple[EntryPoint, ...] | None = None
    if part.entry_points is not None:
        points = tuple(
            EntryPoint(
                name,
                cast("str", resolved(outside, entry.command, (*path, "entry_points", name, "command"))),
                cast(
                    "Mapping[str, object]",
                    resolved(outside, entry.parameters or {}, (*path, "entry_points", name, "parameters")),
                ),
                (*path, "entry_points", name),
            )
            for name, entry in part.entry_points.items()
        )
    return ProjectFile(name, key, value, points)


def _environment(outside: Outside, part: TrackingPart, path: Path) -> tuple[str, object]:
    """The one environment that is given, under MLflow's key for it; ('', None) where none is."""
    given = [key for key in ENVIRONMENTS if getattr(part, key) is not None]
    if len(given) > 1:
        related = tuple(Related("the other one", Site((*path, key), "key")) for key in given[:1])
        summary = f"MLflow takes one environment, and these are {len(given)}: `{'`, `'.join(given)}`"
        site = Site((*path, given[1]), "key")
        outside.scope.say(error("bad-value", summary, site, help="keep one of them", related=related))
    if not given:
        return "", None
    key = given[0]
    value = cast("object", getattr(part, key))
    if isinstance(value, DockerEnv):
        _check_secrets(outside, value, (*path, key, "environment"))
        value = set_fields(value, DOCKER_FIELDS)
    return key, resolved(outside, value, (*path, key))


def _check_secrets(outside: Outside, docker: DockerEnv, path: Path) -> None:
    """Reports a variable that holds a secret by its name, and is given a value."""
    for index, entry in enumerate(docker.environment or []):
        if isinstance(entry, list):
            if len(entry) != 2:
                help = "a pair is a name and its value: [MODE, train]; a name alone is copied from the host"
                summary = f"{len(entry)} items are no pair"
                outside.scope.say(error("bad-value", summary, Site((*path, index)), help=help))
            else:
                where = (*path, index, 1)
                secrets.check_value(outside.scope, str(entry[0]), str(entry[1]), where)
