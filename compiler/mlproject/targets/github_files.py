"""Which files a workflow looks at: those whose change starts it, and those that its results go into.

Paths that start a workflow are relative to the repository, in the pattern language of `on.push.paths`; results are Git
pathspecs relative to the project.
"""

from __future__ import annotations

import re
from posixpath import join, normpath

from mlproject.ir import Project

# A step's environment variable holds the list; Linux allows 128 KiB for one.
MAX_LIST = 100_000

_FOREIGN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|/|~")


def pattern(text: str) -> str:
    """A branch or path as GitHub's pattern for it alone."""
    escaped = re.sub(r"([\\*?+\[\]])", r"\\\1", text)
    return "\\" + escaped if escaped.startswith("!") else escaped


def triggers(project: Project, workflows: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns of what the project is made of; none where that is the whole repository."""
    if not project.root:
        return ()
    outside = dict.fromkeys(
        file for file in _outside(project) if file != project.root and not file.startswith(f"{project.root}/")
    )
    if "." in outside:
        return ()
    found = [f"{pattern(project.root)}/**", *(pattern(workflow) for workflow in workflows)]
    if project.remotes and project.dvc_root != project.root:
        found.append(pattern(join(project.dvc_root, ".dvc/config")))
    found += [pattern(preset) for preset in project.presets]
    # Whether a path is a file or a directory is not for the compiler to find out.
    found += [entry for file in sorted(outside) for entry in (pattern(file), f"{pattern(file)}/**")]
    return tuple(dict.fromkeys(found))


def imports(project: Project) -> tuple[str, ...]:
    """The `.dvc` files of the data that comes from elsewhere."""
    return tuple(
        f"{data.file}.dvc" for data in project.data if (data.url or data.repo) and "\n" not in data.file
    )


def results(project: Project, environment: str) -> tuple[str, ...]:
    """All that applying writes and Git keeps: locks, imported data, the digest of the deployed image, and outputs that
    are not in DVC's cache."""
    files = dict.fromkeys([join(stage.folder, "dvc.lock") for stage in project.stages])
    files.update(dict.fromkeys(imports(project)))
    if any(deploy.environment == environment for service in project.services for deploy in service.deploys):
        files[f"deploy/{environment}/image.yaml"] = None
    for stage in project.stages:
        for instance in stage.instances:
            files.update({product.file: None for product in instance.outs if not product.cache})
    return tuple(f":(literal){file}" for file in files if "\n" not in file and not _FOREIGN.match(file))


def fitting(specs: tuple[str, ...]) -> tuple[str, ...]:
    """As many of the pathspecs, from the first on, as one variable can hold."""
    size = 0
    for index, spec in enumerate(specs):
        size += len(spec.encode()) + 1
        if size > MAX_LIST:
            return specs[:index]
    return specs


def _outside(project: Project) -> list[str]:
    """The project's files as paths in the repository, those that leave the repository left out."""
    read = [data.file for data in project.data]
    read += [data.schema for data in project.data if data.schema]
    read += [entry.file for entry in project.params.files]
    read += [file for stage in project.stages for instance in stage.instances for _, file in instance.deps]
    read += [project.python.requirements, *(service.python.requirements for service in project.services)]
    read += [entry for service in project.services for entry in service.include]
    ours = {
        product.file for stage in project.stages for instance in stage.instances for product in instance.outs
    }
    places = (
        normpath(join(project.root, file))
        for file in dict.fromkeys(read)
        if file.startswith("..") and file not in ours and not _FOREIGN.match(file)
    )
    return [place for place in places if place != ".." and not place.startswith("../")]
