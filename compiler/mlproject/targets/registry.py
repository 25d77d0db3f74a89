"""All targets, in the order in which their files are emitted."""

from __future__ import annotations

from mlproject.targets import bentoml, dvc, github, kubernetes, lock, mlflow
from mlproject.trees import Target

TARGETS: tuple[Target, ...] = (
    dvc.compile,
    mlflow.compile,
    bentoml.compile,
    kubernetes.compile,
    github.compile,
    lock.compile,
)
