"""What DVC itself resolves the compiled files to, beside what our graph says: one shape for both, so that they compare.

Everything is read through DVC's own loader (`Repo.index`), never through the text of `dvc.yaml`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from typing import Any, TypeAlias

from mlproject.interpolate import Refused, resolve
from mlproject.ir import Instance, Product, Project, Stage
from mlproject.lower.paths import is_external

FLAGS = ("desc", "type", "labels", "meta", "cache", "persist", "remote", "push")
PLOT = ("template", "x", "y", "x_label", "y_label", "title", "header")


OfDvc: TypeAlias = Any  # a stage or an output of DVC's, which has no types


@dataclass(frozen=True)
class Out:
    """An output: its path as DVC keeps it in the lock, its kind, and every flag that is not DVC's default."""

    path: str
    kind: str
    flags: Mapping[str, object]


@dataclass(frozen=True)
class Resolved:
    """One stage as it would run. Paths are texts relative to `wdir` (itself relative to the project); `files` are the
    dependencies as places in the project; `params` maps a file (as the lock names it) to its keys, () for all."""

    cmd: str | tuple[str, ...]
    wdir: str
    deps: tuple[str, ...]
    files: tuple[str, ...]
    params: Mapping[str, tuple[str, ...]]
    outs: tuple[Out, ...]
    frozen: bool
    always_changed: bool
    desc: str
    meta: object


def prepare(directory: Path) -> None:
    """Makes a directory a DVC repository without Git, as `dvc init --no-scm` would, in a millisecond."""
    (directory / ".dvc" / "tmp").mkdir(parents=True, exist_ok=True)
    local = directory / ".dvc" / "config.local"
    local.write_text("[core]\n    no_scm = True\n    analytics = False\n", "utf-8")


def by_dvc(directory: Path, root: str = "") -> dict[str, Resolved]:
    """Every stage below `directory` (a DVC repository) as DVC resolves it, by address; the graph is checked too.

    `root` is the project's directory in it.
    """
    from dvc.repo import Repo

    base = os.path.join(os.path.realpath(directory), root)
    with Repo(str(directory)) as repo:
        repo.index.check_graph()
        return stages_in(repo.index, base)


def stages_in(index: OfDvc, base: str) -> dict[str, Resolved]:
    """The stages of all `dvc.yaml` in an index of DVC's, by address relative to the directory `base`."""
    return {
        _address(stage, base): _seen(stage, base)
        for stage in index.stages
        if os.path.basename(stage.path) == "dvc.yaml"
    }


def _address(stage: OfDvc, base: str) -> str:
    folder = _within(os.path.dirname(stage.path), base)
    return f"{folder}/dvc.yaml:{stage.name}" if folder else str(stage.name)


def _within(path: str, base: str) -> str:
    place = os.path.relpath(os.path.realpath(path), base).replace(os.sep, "/")
    return "" if place == "." else place


def _seen(stage: OfDvc, base: str) -> Resolved:
    from dvc.dependency import ParamsDependency

    plain = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    return Resolved(
        cmd=tuple(stage.cmd) if isinstance(stage.cmd, list) else stage.cmd,
        wdir=_within(stage.wdir, base),
        deps=tuple(dep.def_path for dep in plain),
        files=tuple(
            dep.def_path if is_external(dep.def_path) else _within(dep.fs_path, base) for dep in plain
        ),
        params={
            d.def_path: tuple(dict.fromkeys(d.params)) for d in stage.deps if isinstance(d, ParamsDependency)
        },
        outs=tuple(_out(out) for out in stage.outs),
        frozen=bool(stage.frozen),
        always_changed=bool(stage.always_changed),
        desc=stage.desc or "",
        meta=stage.meta,
    )


def _out(out: OfDvc) -> Out:
    flags: dict[str, object] = {k: v for k, v in out.annot.to_dict().items() if v}
    if not out.use_cache:
        flags["cache"] = False
    if out.persist:
        flags["persist"] = True
    if out.remote:
        flags["remote"] = out.remote
    if not out.can_push:
        flags["push"] = False
    if isinstance(out.plot, dict):
        flags |= out.plot
    kind = "plot" if out.plot else "metric" if out.metric else "out"
    return Out(out.def_path, kind, flags)


def by_us(project: Project) -> dict[str, Resolved]:
    """Every instance of the graph in the same shape."""
    values: dict[str, object] = {}
    if project.params.owned:
        values.update(project.params.values)
    for file in project.params.files:
        values.update(file.values or {})
    return {
        instance.address: _meant(stage, instance, values)
        for stage in project.stages
        for instance in stage.instances
    }


def _meant(stage: Stage, instance: Instance, values: Mapping[str, object]) -> Resolved:
    context = {**values, "item": instance.item, "key": instance.key}
    for entry in _list(stage.options.get("vars")):
        if isinstance(entry, dict):
            context.update(entry)
    return Resolved(
        cmd=instance.cmd if stage.cmd_is_list else instance.cmd[0],
        wdir=_base(stage.folder, instance.wdir),
        deps=tuple(text for text, _ in instance.deps),
        files=tuple(file for _, file in instance.deps),
        params={dep.text: dep.keys or () for dep in instance.params},
        outs=tuple(_product(product, context) for product in instance.outs),
        frozen=stage.frozen,
        always_changed=stage.always_changed,
        desc=str(_filled(stage.desc, context)),
        meta=_filled(stage.options.get("meta"), context),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _base(folder: str, wdir: str) -> str:
    base = normpath(join(folder, wdir)) if folder or wdir else ""
    return "" if base == "." else base


def _product(product: Product, context: Mapping[str, object]) -> Out:
    flags: dict[str, object] = {}
    for key, value in product.output.flags.items():
        if (key in ("cache", "push") and value is True) or (key == "persist" and value is False):
            continue
        if value:
            flags[key] = _filled(value, context)
        elif key in ("cache", "push", "header"):
            flags[key] = value
    return Out(product.text, product.kind, flags)


def _filled(value: object, context: Mapping[str, object]) -> object:
    """Any value with DVC's templates in it resolved."""
    if isinstance(value, str):
        result = resolve(value, context)
        assert not isinstance(result, Refused), (value, result)
        return result
    if isinstance(value, dict):
        return {_filled(k, context): _filled(v, context) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(item, context) for item in value]
    return value
