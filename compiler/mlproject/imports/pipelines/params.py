"""Whose `params.yaml` will be: the spec's own values, or a file that stays the user's.

The values move into the spec only where nothing but their meaning counts: one YAML file beside the spec, read alike by
everybody, and no stage's dependency or output (whose bytes DVC compares).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from posixpath import join
from typing import cast

from mlproject.files import Source
from mlproject.imports.pipelines.sections import Pipelines
from mlproject.imports.pipelines.values import DEFAULT, taken
from mlproject.imports.taken import Native
from mlproject.ir import Project
from mlproject.load import load_source
from mlproject.lower.paths import file_of, joined


def listed(found: Pipelines, *, tracked: bool) -> list[str]:
    """The params files that the spec's `params` has to name: those that templates take a value from, and the one beside
    the spec where it is there and stages track parameters of it (`tracked`)."""
    return [
        one.file
        for one in found.files
        if (tracked and one.file == DEFAULT)
        or any(one.values is None or taken(one, words) for words in found.used)
    ]


def tracks(stage: Mapping[str, object]) -> bool:
    """Whether a stage of the spec tracks parameters of the file beside the spec."""
    body = cast("Mapping[str, object]", stage.get("do", stage))
    base = joined(str(stage.get("folder") or ""), str(body.get("wdir") or ""))
    items = cast("list[Mapping[str, object]]", body.get("params") or [])
    return any(file_of(file, base) == DEFAULT for item in items for file in item)


def own(root: str, source: Source, files: Collection[str], project: Project) -> Native | None:
    """`params.yaml` as it was read, where its values can be the spec's own; else None. `files` are those of
    `listed`."""
    file = join(root, DEFAULT)
    if list(files) != [DEFAULT] or source.kind(file) != "file":
        return None
    document, found = load_source(source, file)
    data = document.data
    if found or not isinstance(data, dict) or "${" in document.text or not data:
        return None
    if not all(isinstance(key, str) for key in cast("Mapping[object, object]", data)):
        return None
    touched = {dep for stage in project.stages for one in stage.instances for _, dep in one.deps}
    touched |= {out.file for stage in project.stages for one in stage.instances for out in one.outs}
    if touched & {DEFAULT, "."}:
        return None
    return Native(file, document)
