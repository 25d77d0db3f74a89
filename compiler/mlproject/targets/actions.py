"""Which actions the GitHub workflows of a project use: one answer for the workflows and for the lock that pins them."""

from __future__ import annotations

from mlproject.ir import Project
from mlproject.targets.stations import stations

CHECKOUT = "actions/checkout"
SETUP_PYTHON = "actions/setup-python"
UPLOAD = "actions/upload-artifact"
DOWNLOAD = "actions/download-artifact"
SCRIPT = "actions/github-script"


def used(project: Project) -> tuple[str, ...]:
    """The actions in the workflows that this project compiles to, sorted; none where it has no workflow for GitHub."""
    if "github" not in project.ci.providers:
        return ()
    found = {CHECKOUT, SETUP_PYTHON}
    jobs = stations(project)
    if any(job.after for job in jobs):
        found |= {UPLOAD, DOWNLOAD}
    if jobs and project.ci.commit == "pull-request":
        found.add(SCRIPT)
    return tuple(sorted(found))
