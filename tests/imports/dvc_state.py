"""A repository that was worked in: some files are there, some stages are in `dvc.lock`, some of that changed since."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

from imports.offline import take_storage_offline
from imports.yaml_style import yaml_text

LIKELY = 0.7


def work_in(directory: Path, random: Random) -> None:
    """Leaves traces of work in a repository that DVC takes, with lock entries written by DVC's own functions."""
    take_storage_offline()
    from dvc.repo import Repo

    with Repo(str(directory)) as repo:
        for stage in repo.index.stages:
            for one in [*stage.deps, *stage.outs]:
                if random.random() < LIKELY:
                    _create(one, directory, random)
    with Repo(str(directory)) as repo, repo.lock:
        locks: dict[str, dict[str, Any]] = {}
        stages: list[Any] = repo.index.stages
        for one in stages:
            if one.path.endswith("dvc.yaml") and random.random() < LIKELY:
                locks.setdefault(os.path.dirname(one.path), {})[one.name] = _entry(one, random)
    for folder, entries in locks.items():
        text = yaml_text({"schema": "2.0", "stages": entries}, random, comments=False)
        Path(folder, "dvc.lock").write_text(text, "utf-8")
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.read_bytes() == b"made\n" and random.random() < 1 - LIKELY:
            path.write_bytes(b"changed\n") if random.random() < LIKELY else path.unlink()


def _create(one: Any, directory: Path, random: Random) -> None:
    """The file or directory of a dependency or an output, if it can lie here."""
    if getattr(one, "protocol", None) != "local":
        return
    path = Path(one.fs_path)
    if not path.is_relative_to(os.path.realpath(directory)) or path.exists():
        return
    try:
        if one.def_path.endswith("/") or (not path.suffix and random.random() < LIKELY):
            path.mkdir(parents=True)
            path /= "part.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = {".yaml": "a: 1\nlr: 0.1\n", ".json": '{"a": 1}'}.get(path.suffix, "made\n")
        path.write_text(text, "utf-8")
    except OSError:  # another path needs a file where this one needs a directory
        return


def _entry(stage: Any, random: Random) -> dict[str, Any]:
    """What DVC would write after the stage ran, or something near it."""
    from dvc.exceptions import DvcException
    from dvc.stage.serialize import to_single_stage_lockfile

    for one in [*stage.deps, *stage.outs]:
        try:
            one.save()
        except (DvcException, OSError):  # missing; so it is in the lock without a hash
            continue
    entry: dict[str, Any] = _plain(to_single_stage_lockfile(stage))
    if random.random() < 1 - LIKELY:
        _disturb(entry, random)
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _disturb(entry: dict[str, Any], random: Random) -> None:
    choice = random.choice(["cmd", "deps", "params", "outs"])
    if choice == "cmd":
        entry["cmd"] = [entry["cmd"]] if isinstance(entry["cmd"], str) else entry["cmd"][0]
    elif entry.get(choice):
        part = entry[choice]
        del part[random.choice(list(part)) if isinstance(part, dict) else random.randrange(len(part))]
        if not part:
            del entry[choice]
