"""Forms that DVC has given up, named with what replaces them, and taken out of what is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, warning
from mlproject.ir import OUTPUT_SECTIONS

Tree = dict[object, object]


def without(data: Mapping[object, object]) -> tuple[Tree, list[Diagnostic]]:
    """The content of a `dvc.yaml` without the old forms, and what each of them was. Sites are places in the file."""
    found: list[Diagnostic] = []
    tree = dict(data)
    stages = tree.get("stages")
    if isinstance(stages, dict):
        tree["stages"] = {
            name: _stage(stage, ("stages", str(name)), found) for name, stage in cast("Tree", stages).items()
        }
    return tree, found


def _stage(given: object, at: Path, found: list[Diagnostic]) -> object:
    if not isinstance(given, dict):
        return given
    stage = dict(cast("Tree", given))
    if isinstance(stage.get("do"), dict):
        stage["do"] = _stage(stage["do"], (*at, "do"), found)
    if "live" in stage:
        stage.pop("live")
        help = "name what DVCLive writes: `plots: [dvclive/plots]`, `metrics: [dvclive/metrics.json]`"
        found.append(_old("`live` of a stage went with DVC 3", (*at, "live"), help))
    if "locked" in stage:
        locked = stage.pop("locked")
        stage.setdefault("frozen", locked)
        found.append(
            _old("`locked` is called `frozen` since DVC 1", (*at, "locked"), "it is `frozen` in the spec")
        )
    for section in OUTPUT_SECTIONS.values():
        items = stage.get(section)
        if isinstance(items, list):
            stage[section] = [
                _output(item, (*at, section, index), found)
                for index, item in enumerate(cast("list[object]", items))
            ]
    return stage


def _output(item: object, at: Path, found: list[Diagnostic]) -> object:
    if not isinstance(item, dict):
        return item
    return {path: _flags(flags, (*at, str(path)), found) for path, flags in cast("Tree", item).items()}


def _flags(given: object, at: Path, found: list[Diagnostic]) -> object:
    if not isinstance(given, dict):
        return given
    flags = cast("Tree", given)
    if "checkpoint" not in flags:
        return flags
    help = "`persist: true` keeps the file between runs; DVCLive saves a model by `live.log_artifact(path)`"
    found.append(_old("checkpoints went with DVC 3, which ignores `checkpoint`", (*at, "checkpoint"), help))
    return {key: value for key, value in flags.items() if key != "checkpoint"}


def lock(data: object) -> Diagnostic | None:
    """What is old about the content of a `dvc.lock`; None where nothing is."""
    if not isinstance(data, dict) or not data or "schema" in data:
        return None
    help = "DVC 3 cannot read it: run `dvc commit` with DVC 2, or delete the file and run it with DVC 3"
    summary = "`dvc.lock` has the schema 1.0"
    return warning("import-old-form", summary, Site(()), help=help)


def _old(summary: str, at: Path, help: str) -> Diagnostic:
    return warning("import-old-form", summary, Site(at, "key"), help=help)
