"""What apply keeps beside the project: one apply at a time, and a note of what it last found to be done.

The note is never the truth, only a reason not to ask: the truth is in the stores. Every part of it can be deleted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from mlproject.apply.events import UNREACHABLE, Failure
from mlproject.apply.where import Where

FORMAT = 1


def digest_of(value: object) -> str:
    """SHA-256 over a value's JSON with sorted keys: equal data, equal digest."""
    import hashlib

    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def prepare(where: Where) -> None:
    """Make the folder for our notes, ignored by Git whatever the project's own rules are."""
    where.state_dir.mkdir(parents=True, exist_ok=True)
    ignore = where.state_dir.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


@contextmanager
def alone(where: Where) -> Generator[Failure | None]:
    """Hold the project for this run; yields a failure where another apply holds it. Freed when the process ends."""
    import fcntl

    with (where.state_dir / "apply.lock").open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield Failure(
                UNREACHABLE,
                "another apply is at work in this project",
                "Wait until it has ended, then run apply again. Nothing was done.",
            )
            return
        yield None


def load(where: Where, name: str) -> Mapping[str, object]:
    """A note by name; empty where there is none or it can't be read."""
    try:
        found = json.loads((where.state_dir / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    note = cast("dict[str, object]", found)
    return note if note.get("format") == FORMAT else {}


def save(where: Where, name: str, note: Mapping[str, object]) -> None:
    """Write a note whole or not at all."""
    file = where.state_dir / f"{name}.json"
    fresh = file.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(json.dumps({"format": FORMAT, **note}, indent=1, default=str) + "\n", encoding="utf-8")
    fresh.replace(file)


def stamp(file: Path | None) -> list[int]:
    """When and how a file was last written; empty where there is none. Equal stamps: nobody wrote to it."""
    try:
        status = file.stat() if file else None
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size, status.st_ino] if status else []
