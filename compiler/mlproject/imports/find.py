"""What is there to import: the native files of a directory and what lies below it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from posixpath import basename, dirname, join

from mlproject.gitfiles import answer
from mlproject.records import field, frozen

# Directories that hold no project's own files, where there is no Git to say so.
_SKIPPED = frozenset("node_modules venv env mlruns site-packages __pycache__ build dist".split())
_KEPT = frozenset({".github"})
BENTO = ("bentofile.yaml", "bentofile.yml")
WORKFLOWS = ".github/workflows"
GITLAB = ".gitlab-ci.yml"


@frozen
class Found:
    """Native files by kind, relative to the repository's root, sorted."""

    pipelines: list[str] = field(default_factory=list[str])
    locks: list[str] = field(default_factory=list[str])
    tracked: list[str] = field(default_factory=list[str])
    mlprojects: list[str] = field(default_factory=list[str])
    bentofiles: list[str] = field(default_factory=list[str])
    pyprojects: list[str] = field(default_factory=list[str])
    workflows: list[str] = field(default_factory=list[str])
    specs: list[str] = field(default_factory=list[str])


def find(root: str, directory: str) -> Found:
    """The native files below `directory` (relative to the repository at `root`; '' is all of it), and the workflows of
    the repository, which lie at its root. What Git ignores is left out."""
    found = Found()
    for file in sorted({*_files(root, directory), *_files(root, WORKFLOWS), *_at_root(root)}):
        inside = not directory or file.startswith(f"{directory}/")
        if (dirname(file) == WORKFLOWS and file.endswith((".yml", ".yaml"))) or file == GITLAB:
            found.workflows.append(file)
        elif inside and (kind := _kind(found, basename(file))) is not None:
            kind.append(file)
    return found


def _kind(found: Found, name: str) -> list[str] | None:
    """The list that a file of this name belongs in."""
    named = {
        "dvc.yaml": found.pipelines,
        "dvc.lock": found.locks,
        "pyproject.toml": found.pyprojects,
        "mlproject.yaml": found.specs,
        **dict.fromkeys(BENTO, found.bentofiles),
    }
    if name.endswith(".dvc") and name != ".dvc":
        return found.tracked
    return found.mlprojects if name.lower() == "mlproject" else named.get(name)


def _at_root(root: str) -> list[str]:
    return [GITLAB] if os.path.isfile(os.path.join(root, GITLAB)) else []


def _files(root: str, directory: str) -> Iterator[str]:
    if os.path.exists(os.path.join(root, ".git")):
        wanted = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", directory or "."]
        listed = answer(root, wanted)
        if listed is not None:
            for name in listed.split(b"\0"):
                file = os.fsdecode(name)
                if file and os.path.isfile(os.path.join(root, file)):
                    yield file
            return
    top = os.path.join(root, directory)
    for folder, below, names in os.walk(top):
        below[:] = sorted(n for n in below if n in _KEPT or not (n.startswith(".") or n in _SKIPPED))
        place = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if place == "." else join(place, name) for name in names)
