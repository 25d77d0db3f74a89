"""Paths as DVC sees them: texts relative to a stage's directory, and files relative to the project."""

from __future__ import annotations

from functools import lru_cache
from posixpath import join, normpath, relpath


def is_external(text: str) -> bool:
    """Whether a path is a URL (`s3://…`, `remote://…`) or absolute: not a file of the project."""
    return "://" in text or text.startswith("/") or text[1:3] in (":\\", ":/")


@lru_cache(maxsize=65536)
def file_of(text: str, base: str, root: str = "") -> str:
    """The file that a path names in the directory `base`, relative to the project and normalised.

    `root` is the project's directory in the repository: a path may leave the project and come back by its name.
    """
    if is_external(text):
        return text
    file = normpath(f"{base}/{text}" if base else text)
    if root and file.startswith("../"):
        return relpath(join("/", root, file), join("/", root))
    return file


def respelled(text: str, base: str, other: str, root: str = "") -> str:
    """A path that is relative to `base`, for use in the directory `other`; both are relative to the project, which lies
    in `root`. Unchanged where both are one: a path is never respelled without need. A trailing `/` stays."""
    if base == other or is_external(text):
        return text
    full = normpath(join("/", root, base, text))
    new = relpath(full, normpath(join("/", root, other)))
    return new + "/" if text.endswith("/") and not new.endswith("/") else new


def joined(folder: str, wdir: str) -> str:
    """The directory of a stage, relative to the project; '' for the project's own."""
    if not folder and not wdir:
        return ""
    base = normpath(join(folder, wdir))
    return "" if base == "." else base


def ancestors(file: str) -> list[str]:
    """The directories that a file lies in, innermost first."""
    found: list[str] = []
    cut = file.rfind("/")
    while cut > 0:
        file = file[:cut]
        found.append(file)
        cut = file.rfind("/")
    return found
