"""A file that the spec names for the compiler or for CI, and that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Path, Site, error
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.rules.beside import Beside

_STATES = {
    "absent": "there is no such file",
    "directory": "it is a directory",
}


def promised_file(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each schema and each file of requirements that cannot be had; one place of several that name it."""
    beside = Beside(source, project.root)
    reported: set[tuple[str, Path]] = set()
    for file, path in _promised(project):
        kind = beside.kind(file)
        if kind == "file" or (file, path) in reported:
            continue
        reported.add((file, path))
        if kind == "outside":
            help = "name a file of this repository; symbolic links count as what they lead to"
            yield error("outside-repository", f"`{file}` lies outside the repository", Site(path), help=help)
        else:
            help = "create it, or correct the path"
            yield error("file-unreadable", f"`{file}` cannot be read: {_STATES[kind]}", Site(path), help=help)


def _promised(project: Project) -> Iterator[tuple[str, Path]]:
    """The files named, with their places."""
    for data in project.data:
        if data.schema:
            yield data.schema, (*data.path, "schema")
    for python in (project.python, *(service.python for service in project.services)):
        if python.requirements:
            yield python.requirements, (*python.path, "requirements")
