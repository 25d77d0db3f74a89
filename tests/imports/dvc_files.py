"""Generated repositories of DVC over the schema of its `dvc.yaml`: nearly all of them are ones that DVC takes.

Folders have a pipeline each, with parameter files and `vars` of their own. Stages are made one after the other, and each
depends on outputs of those before it, in its own folder or another, so that pipelines depend on each other both ways and
there is no cycle; in the file they stand in any order. Every output has a number in its path, so no two overlap.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import join, normpath, relpath
from typing import Any

from hypothesis import strategies as st

from imports.dvc_loops import MARK, Made
from imports.dvc_stages import stage_of, vars_of
from imports.dvc_values import Data, Known, file_text, values
from imports.yaml_style import yaml_text

CONFIG = "[core]\n    analytics = False\n['remote \"store\"']\n    url = s3://bucket/store\n"
FOLDERS = [[""], [""], [""], ["", "books"], ["a/b"], ["books", "a/b"], ["", "books", "a/b"]]


@dataclass(frozen=True)
class Checkout:
    """Files as texts by path; `pipelines` is what each `dvc.yaml` says, by folder; `edges` go from folder to folder."""

    files: Mapping[str, str]
    pipelines: Mapping[str, Data]
    edges: frozenset[tuple[str, str]]


@st.composite
def checkouts(draw: st.DrawFn, *, odd: bool = False, absent: bool = False, stages: int = 7) -> Checkout:
    """A repository. `odd` adds names of stages that DVC takes and nobody uses (spaces, letters with accents); with
    `absent` some parameters are not there, which DVC says only when a stage runs."""
    made = Made(draw, odd=odd, absent=absent)
    made.files[".dvc/config"] = CONFIG
    folders = made.pick(FOLDERS)
    pipelines: dict[str, Data] = {folder: {} for folder in folders}
    for folder in folders:
        _context(made, folder, pipelines[folder])
        if made.chance(6):
            pipelines[folder]["datasets"] = _datasets(made)
    bodies: dict[str, list[tuple[str, Data]]] = {folder: [] for folder in folders}
    for _ in range(made.upto(stages)):
        folder = made.pick(folders)
        bodies[folder].append(stage_of(made, folder))
    for folder in folders:
        if len(bodies[folder]) > 1 and made.chance(3):
            _share(made, bodies[folder])
        if bodies[folder] or made.chance(3):
            pipelines[folder]["stages"] = dict(made.shuffled(bodies[folder]))
        _top(made, folder, pipelines[folder])
        text = yaml_text(pipelines[folder], made.hand)
        made.files[join(folder, "dvc.yaml")] = text
    for file, content in made.contents.items():
        made.files[file] = file_text(content, file.rsplit(".", 1)[-1], made.hand)
    return Checkout(made.files, pipelines, frozenset(made.edges))


def _context(made: Made, folder: str, pipeline: Data) -> None:
    """`params.yaml` and the top-level `vars` of a folder."""
    known = made.known[folder] = Known()
    if made.chance(4) is False:
        content = values(made, known)
        made.contents[join(folder, "params.yaml")] = content
    if made.chance(2):
        pipeline["vars"] = vars_of(made, folder, known)


def _share(made: Made, stages: list[tuple[str, Data]]) -> None:
    """Two stages say the same thing once: by an alias, or by a merge."""
    one, two = (stage.get("do", stage) for _, stage in made.some(stages, 2, 2))
    keys = ["meta", "frozen", "desc", *(["params"] if one.get("wdir") == two.get("wdir") else [])]
    same = {key: one[key] for key in keys if key in one and _is_plain(one[key])}
    if not same:
        same = {"meta": {"owner": "x"}}
    if made.chance(2):
        two.update({key: value for key, value in same.items() if isinstance(value, dict | list) and value})
        one.update(same)
        return
    for body in (one, two):
        kept = {key: value for key, value in body.items() if key not in same}
        body.clear()
        body.update({"<<": same, **kept} if made.chance(2) else {**kept, "<<": same})


def _is_plain(value: object) -> bool:
    return "${" not in repr(value)


def _datasets(made: Made) -> list[Data]:
    forms = [
        {"type": "dvc", "url": "https://example.com/repo", "path": "data/x"},
        {"type": "dvc", "url": "https://example.com/repo", "rev": "v1", "path": "data"},
        {"type": "url", "url": "s3://bucket/set/"},
        {"type": "dc", "url": "dc://dogs@v3"},
    ]
    entries: list[Data] = []
    for _ in range(1 + made.upto(1)):
        made.datasets.append(f"set{made.next()}")
        entries.append({"name": made.datasets[-1], **made.pick(forms)})
    return entries


def _top(made: Made, folder: str, pipeline: Data) -> None:
    """The sections beside `stages`."""
    words = made.known[folder].all("word")
    mine = [o.path for o in made.outs if MARK not in o.path and "://" not in o.path]
    near = [relpath(path, folder or ".") for path in mine] or ["m.json"]
    spelled = [*near[:4], "m.json", "./eval/m.json", "plots/", *(f"t/${{{e}}}.json" for e, _ in words[:2])]
    if made.chance(5):
        pipeline["metrics"] = made.some(spelled, 3, 1)
    if made.chance(6):
        pipeline["params"] = made.some(
            ["conf/top.yaml", "top.json", "../top.toml" if folder else "top.py"], 3, 1
        )
        for file in pipeline["params"]:
            if not (made.absent and made.chance(2)):
                made.contents.setdefault(normpath(join(folder, file)), {"a": 1})
    if made.chance(4):
        pipeline["plots"] = [_top_plot(made, path) for path in made.some(spelled, 3, 1)]
    if made.chance(6):
        artifacts: Data = {}
        for name in made.some(["net", "text-model", "a1", *(f"m-${{{e}}}" for e, _ in words[:1])], 3, 1):
            artifacts[name] = {"path": made.pick(spelled), **_annotations(made)}
        pipeline["artifacts"] = artifacts
    order = made.shuffled(list(pipeline.items()))
    pipeline.clear()
    pipeline.update(order)


def _annotations(made: Made) -> Data:
    options: Data = {
        "desc": "it's: a net",
        "type": "model",
        "labels": ["x", "y z"],
        "meta": {"framework": "torch", "n": [1, None]},
    }
    chosen = made.some(sorted(options), 4)
    return {name: copy.deepcopy(options[name]) for name in chosen}


def _top_plot(made: Made, path: str) -> Any:
    forms: list[Any] = [
        path,
        {path: None},
        {path: {"x": "epoch", "y": "loss", "template": "linear"}},
        {path: {"y": ["a", "b"], "x_label": "X", "y_label": "Y", "title": "T"}},
        {f"both {made.next()}": {"x": "step", "y": {path: ["a", "b"], "other.tsv": "c"}}},
        {f"own_{made.next()}": {"x": {path: "step"}, "y": {path: "loss"}, "title": "A: b"}},
        {path: {}},
    ]
    return made.pick(forms)
