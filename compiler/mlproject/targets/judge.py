"""What the targets have against a project, without its files: a target is imported where the project concerns it."""

from __future__ import annotations

from mlproject.diagnostics import Diagnostic
from mlproject.ir import Project
from mlproject.trees import Pins


def judge(project: Project, pins: Pins) -> list[Diagnostic]:
    """The diagnostics of every target's `compile`, in the order of targets; files are made only as far as it takes."""
    found: list[Diagnostic] = []
    native = project.native
    if "dvc" in native:
        from mlproject.targets import dvc

        found += dvc.compile(project, pins)[1]
    if native or any("${" in line for stage in project.stages for line in stage.cmd):
        from mlproject.targets import mlflow

        found += mlflow.judge(project)
    if native or project.services:
        from mlproject.targets import bentoml, kubernetes

        found += bentoml.judge(project)
        found += kubernetes.compile(project, pins)[1]
    if project.ci.providers:
        from mlproject.targets import github

        found += github.compile(project, pins)[1]
    return found
