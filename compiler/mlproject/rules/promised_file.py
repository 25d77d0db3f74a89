"""A file that the spec names for the compiler, for CI or for another tool, and that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, error, warning
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.rules.beside import Beside

_STATES = {
    "absent": "there is no such file",
    "directory": "it is a directory",
}

# The options of a service that name files.
OPTIONS = (
    ("docker", "setup_script"),
    ("docker", "dockerfile_template"),
    ("conda", "environment_yml"),
    ("python", "wheels"),
)


def promised_file(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One finding for each file that cannot be had; one place of several that name it.

    A schema is read here, so its absence is an error. What another tool reads may still be fetched or written before
    that tool runs: a warning; `apply` looks again.
    """
    beside = Beside(source, project.root)
    written = {out.file for stage in project.stages for one in stage.instances for out in one.outs}
    reported: set[tuple[str, Path]] = set()
    for file, path, ours in _promised(project):
        kind = beside.kind(file)
        if kind == "file" or (file, path) in reported or (not ours and normpath(file) in written):
            continue
        reported.add((file, path))
        if kind == "outside":
            help = "name a file of this repository; symbolic links count as what they lead to"
            yield error("outside-repository", f"`{file}` lies outside the repository", Site(path), help=help)
        else:
            say = error if ours or kind == "directory" else warning
            help = "create it, or correct the path"
            yield say("file-unreadable", f"`{file}` cannot be read: {_STATES[kind]}", Site(path), help=help)


def _promised(project: Project) -> Iterator[tuple[str, Path, bool]]:
    """The files named, with their places, and whether the compiler itself is to read them."""
    for data in project.data:
        if data.schema:
            yield data.schema, (*data.path, "schema"), True
    for python in (project.python, *(service.python for service in project.services)):
        if python.requirements:
            yield python.requirements, (*python.path, "requirements"), False
    for service in project.services:
        for section, key in OPTIONS:
            named = service.options.get(section, {}).get(key)
            files = cast("list[object]", named) if isinstance(named, list) else [named]
            for file in files:
                if isinstance(file, str):
                    yield file, (*service.path, section, key), False
    own = project.mlproject
    if isinstance(own.value, str):
        yield own.value, ("tracking", own.environment), False
