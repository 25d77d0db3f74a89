"""Which files BentoML packs: `include` and `exclude` are lists of patterns as in a `.gitignore`."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from mlproject.lower.paths import ancestors


def is_packed(file: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a file of the project gets into the Bento. No `include` at all means everything."""
    return _matches(file, include or ["*"]) and not _matches(file, exclude)


def _matches(file: str, patterns: Sequence[str]) -> bool:
    """Whether the last pattern that fits the file, or a directory around it, is not a negated one."""
    for pattern in reversed(patterns):
        negated = pattern.startswith("!")
        if _fits(file, pattern.removeprefix("!")):
            return not negated
    return False


def _fits(file: str, pattern: str) -> bool:
    if not pattern.strip("/") or pattern.startswith("#"):
        return False
    parts = pattern.strip("/").split("/")
    if "/" not in pattern.rstrip("/"):
        parts = ["**", *parts]
    around = ancestors(file)
    paths = around if pattern.endswith("/") else [file, *around]
    return any(_along(path.split("/"), parts) for path in paths)


def _along(path: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the steps of a path fit those of a pattern; `**` stands for any number of them."""
    if not parts:
        return not path
    if parts[0] == "**":
        return any(_along(path[skip:], parts[1:]) for skip in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], parts[0]) and _along(path[1:], parts[1:])
