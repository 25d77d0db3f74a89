"""The targets: one file a tool, each a function from the graph to trees. None knows another."""

from __future__ import annotations

from mlproject.diagnostics import Diagnostic
from mlproject.ir import Project
from mlproject.records import replace
from mlproject.targets import bentoml, dvc, github, kubernetes, lock, mlflow
from mlproject.trees import Pins, Target

TARGETS: tuple[Target, ...] = (
    dvc.compile,
    mlflow.compile,
    bentoml.compile,
    kubernetes.compile,
    github.compile,
    lock.compile,
)


def judge(project: Project, pins: Pins) -> list[Diagnostic]:
    """What the targets have against a project, in the words of `compile`: files are made only as far as it takes."""
    found = list(bentoml.judge(project))
    for target, wanted in (
        (dvc.compile, "dvc" in project.native),
        (kubernetes.compile, bool(project.services or "deploy" in project.native)),
        (github.compile, bool(project.ci.providers)),
    ):
        if wanted:
            found += target(project, pins)[1]
    # Without a template in it a command is emitted as it stands, and nothing can be said of it.
    whole = any(key in project.native for key in mlflow.NATIVE)
    stages = tuple(stage for stage in project.stages if whole or any("${" in line for line in stage.cmd))
    if stages:
        found += mlflow.compile(replace(project, stages=stages), pins)[1]
    return found
