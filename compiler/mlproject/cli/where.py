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
    elif os.path.lexists(full):
        project, name = os.path.split(full)
    else:
        return f"there is no `{path}`"
    spec = os.path.join(project, name)
    if not os.path.isfile(spec):
        shown = path if spec == full else os.path.normpath(os.path.join(path, SPEC))
        if os.path.exists(spec):
            return f"`{shown}` is a directory" if os.path.isdir(spec) else f"`{shown}` is no plain file"
        if os.path.islink(spec):
            return f"`{shown}` is a symbolic link that leads nowhere"
        return f"there is no {SPEC} in `{path}`"
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
