"""Which keys and forms of DVC's schema a generated repository has, by looking at its data: the measure of breadth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from imports.dvc_files import Checkout
from imports.dvc_values import Data

FLAGS = ("cache", "desc", "labels", "meta", "persist", "push", "remote", "type")
PLOT = ("header", "template", "title", "x", "x_label", "y", "y_label")
STAGE = tuple(
    "cmd wdir deps params outs metrics plots vars frozen always_changed desc meta foreach matrix".split()
)
TOP = tuple("stages vars params metrics plots artifacts datasets".split())

EXPECTED = frozenset(
    [
        *(f"top:{key}" for key in TOP),
        *(f"stage:{key}" for key in STAGE),
        *(f"{section}:{flag}" for section in ("outs", "metrics", "plots") for flag in FLAGS),
        *(f"plots:{flag}" for flag in PLOT),
        *(f"{section}:{form}" for section in ("outs", "metrics", "plots") for form in ("text", "mapping")),
        *(f"file:{kind}" for kind in ("yaml", "json", "toml", "py")),
        *(f"vars:{form}" for form in ("inline", "file", "file:keys", "in a stage")),
        *(f"params:{form}" for form in ("key", "file", "whole", "several", "templated")),
        *(
            f"cmd:{form}"
            for form in ("text", "list", "lines", "escaped", "nested key", "index", "whole", "shell")
        ),
        *(f"foreach:{form}" for form in ("list", "mapping", "list of mappings", "templated", "empty")),
        *(f"matrix:{form}" for form in ("scalars", "mappings", "templated")),
        *(
            f"path:{form}"
            for form in ("./", "..", "slash", "templated", "s3", "remote", "https", "ds", "spaces", "é")
        ),
        *(f"top plots:{form}" for form in ("text", "null", "options", "y of files", "x of files")),
        *(f"artifact:{key}" for key in ("path", "desc", "type", "labels", "meta", "templated")),
        *(f"dataset:{kind}" for kind in ("dvc", "url", "dc")),
        *("yaml:anchor", "yaml:comment", "yaml:folded", "yaml:literal", "yaml:merge"),
        *("folders:one", "folders:several", "wdir:templated", "wdir:up"),
        *("edge:in a folder", "edge:between folders", "edge:both ways"),
    ]
)


def forms(checkout: Checkout) -> set[str]:
    """The forms that occur in it."""
    found: set[str] = {"folders:several" if len(checkout.pipelines) > 1 else "folders:one"}
    found |= {"edge:in a folder" if one == two else "edge:between folders" for one, two in checkout.edges}
    if any(one != two and (two, one) in checkout.edges for one, two in checkout.edges):
        found.add("edge:both ways")
    for name, text in checkout.files.items():
        if name.endswith("dvc.yaml"):
            found |= set(_in_text(text))
        elif not name.startswith(".dvc"):
            found.add(f"file:{name.rsplit('.', 1)[-1]}")
    for pipeline in checkout.pipelines.values():
        found |= {f"top:{key}" for key in pipeline}
        found |= set(_in_vars(pipeline.get("vars", [])))
        found |= set(_in_top(pipeline))
        for stage in pipeline.get("stages", {}).values():
            found |= set(_in_stage(stage))
    return found


def _in_text(text: str) -> Iterator[str]:
    patterns = {
        "anchor": r"&same\d",
        "comment": r"(?m)^\s*# ",
        "folded": r">-$",
        "literal": r"\|[+-]?$",
        "merge": "<<:",
    }
    for name, pattern in patterns.items():
        if re.search(pattern, text, re.MULTILINE):
            yield f"yaml:{name}"


def _in_vars(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        yield "vars:inline" if isinstance(entry, dict) else "vars:file:keys" if ":" in entry else "vars:file"


def _in_top(pipeline: Data) -> Iterator[str]:
    for plot in pipeline.get("plots", []):
        if isinstance(plot, str):
            yield "top plots:text"
            continue
        (options,) = plot.values()
        yield "top plots:options" if options else "top plots:null"
        for axis in ("x", "y"):
            if isinstance((options or {}).get(axis), dict):
                yield f"top plots:{axis} of files"
    for name, artifact in pipeline.get("artifacts", {}).items():
        yield from (f"artifact:{key}" for key in artifact)
        if "${" in name:
            yield "artifact:templated"
    for dataset in pipeline.get("datasets", []):
        yield f"dataset:{dataset['type']}"


def _in_stage(stage: Data) -> Iterator[str]:
    body: Data = stage.get("do", stage)
    yield from (f"stage:{key}" for key in (*stage, *body) if key != "do")
    yield from _in_loop(stage)
    yield from _in_command(body["cmd"])
    wdir = body.get("wdir", "")
    yield from ["wdir:templated"] if "${" in wdir else ["wdir:up"] if wdir.startswith("..") else []
    yield from ["vars:in a stage"] if "vars" in body else []
    for path in body.get("deps", []):
        yield from _in_path(path)
    for section in ("outs", "metrics", "plots"):
        for entry in body.get(section, []):
            yield f"{section}:{'text' if isinstance(entry, str) else 'mapping'}"
            for path, flags in {entry: {}}.items() if isinstance(entry, str) else entry.items():
                yield from _in_path(path)
                yield from (f"{section}:{flag}" for flag in flags)
    for entry in body.get("params", []):
        yield from _in_params(entry)


def _in_loop(stage: Data) -> Iterator[str]:
    data = stage.get("foreach")
    if isinstance(data, str):
        yield "foreach:templated"
    elif isinstance(data, list):
        yield (
            "foreach:empty"
            if not data
            else f"foreach:list{' of mappings' if isinstance(data[0], dict) else ''}"
        )
    elif data is not None:
        yield "foreach:mapping"
    for axis in stage.get("matrix", {}).values():
        kind = (
            "templated" if isinstance(axis, str) else "mappings" if isinstance(axis[0], dict) else "scalars"
        )
        yield f"matrix:{kind}"


def _in_command(cmd: Any) -> Iterator[str]:
    yield "cmd:list" if isinstance(cmd, list) else "cmd:text"
    for text in cmd if isinstance(cmd, list) else [cmd]:
        yield from ["cmd:lines"] if "\n" in text else []
        yield from ["cmd:escaped"] if "\\${" in text else []
        yield from ["cmd:shell"] if "$(" in text else []
        yield from ["cmd:nested key"] if re.search(r"\$\{ *\w+\.\w", text) else []
        yield from ["cmd:index"] if re.search(r"\$\{[^}]*\[\d+\]", text) else []
        yield from ["cmd:whole"] if re.fullmatch(r"\$\{[^}]*\}", text) else []


def _in_params(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield "params:templated" if "${" in entry else "params:key"
        return
    yield from ["params:several"] if len(entry) > 1 else []
    yield from ("params:file" if keys else "params:whole" for keys in entry.values())
    yield from ["params:templated"] if "${" in repr(entry) else []


def _in_path(path: str) -> Iterator[str]:
    yield from ["path:./"] if path.startswith("./") else []
    yield from ["path:.."] if path.startswith("../") else []
    yield from ["path:slash"] if path.endswith("/") else []
    yield from ["path:templated"] if "${" in path else []
    yield from ["path:spaces"] if " " in path else []
    yield from ["path:é"] if "é" in path else []
    if re.match(r"\w+://", path):
        yield f"path:{path.split('://', maxsplit=1)[0]}"
