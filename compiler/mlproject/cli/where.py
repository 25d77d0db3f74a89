"""Where a project lies: its spec, its directory, and the repository around it. Imports nothing that costs."""

from __future__ import annotations

import os

SPEC = "mlproject.yaml"


class Place:
    """A spec found: `root` is the repository (absolute), `project` the project's directory (absolute), `file` the spec
    relative to `root`, with `/`."""

    __slots__ = ("file", "project", "root")

    def __init__(self, root: str, project: str, file: str) -> None:
        self.root = root
        self.project = project
        self.file = file


def place(path: str) -> Place | str:
    """The project at a path (its directory, or its spec), or why there is none."""
    full = os.path.abspath(path)
    if os.path.isdir(full):
        project, name = full, SPEC
    elif os.path.exists(full):
        project, name = os.path.split(full)
    else:
        return f"there is no `{path}`"
    if not os.path.exists(os.path.join(project, name)):
        return f"there is no {SPEC} in `{path}`"
    if not os.path.isfile(os.path.join(project, name)):
        return f"`{path}` is no file"
    root = repository(project)
    file = os.path.relpath(os.path.join(project, name), root).replace(os.sep, "/")
    return Place(root, project, file)


def repository(directory: str) -> str:
    """The Git repository around a directory; without one, the DVC repository; without that, the directory itself."""
    for mark in (".git", ".dvc"):
        current = directory
        while True:
            if os.path.exists(os.path.join(current, mark)):
                return current
            above = os.path.dirname(current)
            if above == current:
                break
            current = above
    return directory
