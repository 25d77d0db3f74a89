"""Which pipelines are one project: those that depend on each other's outputs, whatever folders they lie in.

A pipeline on its own is a project in its folder; several that belong together are one in the directory around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import commonpath, join, normpath

from mlproject.ir import Project
from mlproject.lower.paths import ancestors, is_external

Folder = str


def grouped(projects: Mapping[Folder, Project | None]) -> Mapping[Folder, tuple[Folder, ...]]:
    """The project directories, each with the folders of its pipelines.

    `projects` has the graph of every pipeline as a project of its own (None where there is none), by its folder.
    """
    group = {folder: {folder} for folder in projects}
    for one, other in _edges(projects):
        if group[one] is not group[other]:
            both = group[one] | group[other]
            for folder in both:
                group[folder] = both
    result: dict[Folder, set[Folder]] = {}
    for folders in group.values():
        result.setdefault(_around(sorted(folders)), set()).update(folders)
    return {root: tuple(sorted(folders)) for root, folders in sorted(result.items())}


def _edges(projects: Mapping[Folder, Project | None]) -> list[tuple[Folder, Folder]]:
    """Pairs of folders of which one reads what the other writes."""
    writers: dict[str, Folder] = {}
    above: dict[str, list[Folder]] = {}
    for folder, project in projects.items():
        for file in _files(folder, project, written=True):
            writers[file] = folder
            for around in ancestors(file):
                above.setdefault(around, []).append(folder)
    found: list[tuple[Folder, Folder]] = []
    for folder, project in projects.items():
        for file in _files(folder, project, written=False):
            found += [(writers[place], folder) for place in (file, *ancestors(file)) if place in writers]
            found += [(writer, folder) for writer in above.get(file, [])]
    return found


def _files(folder: Folder, project: Project | None, *, written: bool) -> list[str]:
    if project is None:
        return []
    files: list[str] = []
    for stage in project.stages:
        for one in stage.instances:
            files += [out.file for out in one.outs] if written else [file for _, file in one.deps]
            if not written:
                files += [dep.file for dep in one.params]
    return [normpath(join(folder, file)) for file in files if not is_external(file)]


def _around(folders: Sequence[Folder]) -> Folder:
    return folders[0] if len(folders) == 1 else "" if "" in folders else commonpath(folders)
