"""What every step is given: the project, where and under which settings it is applied, MLflow, and whom to tell."""

from __future__ import annotations

from pathlib import Path

from mlproject.apply.events import Log
from mlproject.apply.tracking import Tracking
from mlproject.apply.where import Setting, Where
from mlproject.ir import Project
from mlproject.records import frozen


@frozen
class Context:
    """One run of apply. The values never change; `store` and `log` are connections, not data."""

    project: Project
    where: Where
    setting: Setting
    store: Tracking
    log: Log

    def path(self, file: str) -> Path:
        """The absolute path of a file of the project."""
        return self.where.project_dir / file
