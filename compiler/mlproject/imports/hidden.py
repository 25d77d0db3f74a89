"""Whether DVC would see less than it saw: our lines in `.dvcignore` hide caches that were hashed with a directory.

A directory that a stage reads or writes counts with every file in it. Where one of them is a cache, it was in the hash
that `dvc.lock` has, and hiding it would run the stage again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from posixpath import join, normpath

from mlproject.files import WorkTree
from mlproject.ir import Project
from mlproject.targets.dvc import IGNORED

# A directory with more entries is taken for one that may hold anything.
_MOST = 200_000


def hides(root: str, tree: WorkTree, project: Project) -> bool:
    """Whether a directory of a recorded pipeline (there is a `dvc.lock`) holds something that our lines would hide."""
    if not _recorded(root, tree, project):
        return False
    folders: dict[str, None] = {}
    for stage in project.stages:
        for one in stage.instances:
            files = [file for _, file in one.deps] + [out.file for out in one.outs]
            folders.update((file, None) for file in files if tree.kind(join(root, file)) == "directory")
    return any(_holds(tree.path(normpath(join(root, folder))) or "") for folder in folders)


def _recorded(root: str, tree: WorkTree, project: Project) -> bool:
    places = {stage.folder for stage in project.stages}
    return any(tree.kind(join(root, folder, "dvc.lock")) == "file" for folder in places)


def _holds(directory: str) -> bool:
    patterns = [line.rstrip("/") for line in IGNORED]
    for count, name in enumerate(_names(directory)):
        if count > _MOST or any(fnmatch(name, pattern) for pattern in patterns):
            return True
    return False


def _names(directory: str) -> Iterator[str]:
    for _, folders, files in os.walk(directory):
        yield from folders
        yield from files
