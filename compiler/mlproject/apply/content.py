"""The content of files and directories as digests."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

CHUNK = 1 << 20


def of_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_files(folder: Path, files: Iterable[str]) -> str:
    """SHA-256 over the names and contents of files below a folder, whatever order they come in."""
    whole = hashlib.sha256()
    for file in sorted(set(files)):
        whole.update(f"{file}\0{of_file(folder / file)}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()


def below(folder: Path) -> list[str]:
    """Every file below a folder, relative to it, with `/`."""
    return [
        os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")
        for place, _, names in os.walk(folder)
        for name in names
    ]


def of_path(path: Path) -> str:
    """The digest of a file, or of a directory's names and contents."""
    return of_files(path, below(path)) if path.is_dir() else of_file(path)
