"""What MLflow and BentoML make of a directory, by their own loaders: plain data that compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# What a project needs beside MLproject for MLflow to load it, where the corpus has no such file.
ENVIRONMENT = "name: environment\ndependencies: [python=3.11]\n"


def lay_environment(directory: Path) -> None:
    """Writes the environment file that an `MLproject` names and that is not there."""
    try:
        named = yaml.safe_load((directory / "MLproject").read_text("utf-8"))
    except yaml.YAMLError:
        return
    for key in ("conda_env", "python_env"):
        file = named.get(key) if isinstance(named, dict) else None
        if isinstance(file, str) and not (directory / file).exists():
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).write_text(ENVIRONMENT if key == "conda_env" else "python: '3.11'\n", "utf-8")


def by_mlflow(directory: Path) -> dict[str, object]:
    """The project that MLflow runs from a directory. Raises what MLflow raises."""
    from mlflow.projects import _project_spec

    loader: Any = _project_spec.load_project
    project = loader(str(directory))
    environment = project.env_config_path and Path(project.env_config_path)
    points = {
        f"entry point {name}": {
            "command": point.command,
            "parameters": {one.name: [one.type, one.default] for one in point.parameters.values()},
        }
        for name, point in project._entry_points.items()
    }
    docker = {key: value for key, value in (project.docker_env or {}).items() if value is not None}
    return {
        "name": project.name,
        "environment": project.env_type,
        "environment file": environment and str(environment.relative_to(directory)),
        "environment says": environment and yaml.safe_load(environment.read_text("utf-8")),
        "docker": docker or None,
        **points,
    }


def by_bentoml(file: Path) -> dict[str, object]:
    """The configuration that BentoML builds with, defaults filled in. Raises what BentoML raises."""
    import attr
    from bentoml._internal.bento.build_config import BentoBuildConfig

    with file.open(encoding="utf-8") as stream:
        config: Any = BentoBuildConfig.from_yaml(stream).with_defaults()
    found: dict[str, object] = attr.asdict(config)
    return found


def differing(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """A line for each part that differs."""
    return [
        f"{name}: {before.get(name)!r} → {after.get(name)!r}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
