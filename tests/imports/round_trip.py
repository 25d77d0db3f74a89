"""Whether two directories mean the same to DVC: what it resolves each to, its status of every stage, what differs.

Everything is asked of DVC itself, through its own loader. A difference is one line of text that says where it is, what
was before and what is after; no line means that a team can change from the one to the other and nothing reruns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from imports.offline import take_storage_offline
from oracle.resolving import Resolved, stages_in

DVC_FILE = "dvc.yaml"
NOTHING = "nothing"


@dataclass(frozen=True)
class Seen:
    """A directory as DVC sees it.

    `top` are the sections outside stages, each entry under a name of its own; `data` are the `.dvc` files; `status` is
    the answer of `dvc status`, by stage.
    """

    stages: Mapping[str, Resolved]
    top: Mapping[str, object]
    data: Mapping[str, object]
    status: Mapping[str, object]


class RefusedError(Exception):
    """DVC does not take the directory; the text is its own."""


def see(directory: Path) -> Seen:
    """What DVC makes of a directory (its repository, see `oracle.resolving.prepare`). Raises RefusedError."""
    take_storage_offline()
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with chdir(directory), Repo(".") as repo:  # DVC says paths as they are from here
            index = repo.index
            index.check_graph()
            return Seen(
                stages=stages_in(index, os.path.realpath(".")),
                top=_top(repo),
                data=_data(repo),
                status=_status(repo),
            )
    except (DvcException, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from error


def differences(before: Seen, after: Seen) -> list[str]:
    """Every difference as a line; in the order of what was before."""
    return [
        *_stages(before.stages, after.stages),
        *_entries("", before.top, after.top),
        *_entries("data ", before.data, after.data),
        *_entries("status of ", before.status, after.status),
    ]


def compared(before: Path, after: Path) -> list[str]:
    """The differences of two directories; that DVC refuses one and not the other is a difference too."""
    seen: list[Seen | str] = []
    for directory in (before, after):
        try:
            seen.append(see(directory))
        except RefusedError as error:
            seen.append(str(error))
    one, two = seen
    if isinstance(one, Seen) and isinstance(two, Seen):
        return differences(one, two)
    if isinstance(one, str) and isinstance(two, str):
        return []
    said = one if isinstance(one, str) else two
    return [f"DVC refuses what was {'before' if one is said else 'after'}: {said}"]


def _stages(before: Mapping[str, Resolved], after: Mapping[str, Resolved]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        one, two = before.get(name), after.get(name)
        if one is None or two is None:
            yield f"stage {name}: only {'after' if one is None else 'before'}"
            continue
        yield from _entries(f"{name}: ", _parts(one), _parts(two))


def _parts(stage: Resolved) -> dict[str, object]:
    """The parts of a stage as they compare: only what has an order keeps it."""
    parts: dict[str, object] = {
        "cmd": list(stage.cmd) if isinstance(stage.cmd, tuple) else stage.cmd,
        "wdir": stage.wdir,
        "deps": sorted(set(stage.deps)),
        "frozen": stage.frozen,
        "always_changed": stage.always_changed,
        "desc": stage.desc,
        "meta": stage.meta or None,  # an empty one says nothing
    }
    parts |= {f"params of {file}": sorted(keys) for file, keys in stage.params.items()}
    parts |= {f"output {out.path}": asdict(replace(out, path="")) for out in stage.outs}
    return parts


def _entries(where: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        one, two = before.get(name, NOTHING), after.get(name, NOTHING)
        if not _equal(one, two):
            yield f"{where}{name}: {_short(one)} → {_short(two)}"


def _equal(one: object, two: object) -> bool:
    """Equal in type too: `1` is not `True`, and a list of one command is not the command."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_equal(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_equal, one, two))
    number = isinstance(one, float | int) and isinstance(two, float | int)
    same_kind = isinstance(one, bool) == isinstance(two, bool) if number else type(one) is type(two)
    return same_kind and one == two


def _short(value: object) -> str:
    if value is NOTHING:
        return NOTHING
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:300]} … {text[-90:]}"


def _top(repo: Any) -> dict[str, object]:
    from dvc.annotations import Artifact
    from dvc.repo.metrics.show import _collect_top_level_metrics
    from dvc.repo.params.show import _collect_top_level_params
    from dvc.repo.plots import _collect_definitions

    found: dict[str, object] = {f"top metric {path}": True for path in _collect_top_level_metrics(repo)}
    found |= {f"top params {path}": True for path in _collect_top_level_params(repo)}
    if repo.fs.exists(os.path.join(repo.root_dir, "params.yaml")):
        found["top params params.yaml"] = True  # DVC shows it, named or not
    plots = _collect_definitions(repo, [])
    for file, of_file in plots.get("data", {}).items():
        found |= {f"plot {file} {name}": drawn for name, drawn in of_file.get("data", {}).items()}
    if "error" in plots:
        found["plots"] = str(plots["error"])
    for path, artifacts in repo.index._artifacts.items():
        file = os.path.relpath(path, repo.root_dir)
        found |= {f"artifact {file}:{name}": asdict(Artifact(**told)) for name, told in artifacts.items()}
    for name, dataset in repo.datasets.items():
        file = os.path.relpath(dataset.manifest_path, repo.root_dir)
        found[f"dataset {name}"] = {"file": file, **dataset.spec.to_dict()}
    return found


def _status(repo: Any) -> dict[str, object]:
    """What `dvc status` says, of stages that are loaded already (the command itself would load them again)."""
    from dvc.repo.status import _joint_status

    stages = repo.index.stages
    with repo.lock:
        found: dict[str, object] = _joint_status((stage, None) for stage in stages)
    return found


def _data(repo: Any) -> dict[str, object]:
    return {
        stage.addressing: {key: value for key, value in stage.dumpd().items() if value}
        for stage in repo.index.stages
        if os.path.basename(stage.path) != DVC_FILE
    }
