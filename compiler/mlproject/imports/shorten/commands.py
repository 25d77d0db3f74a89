"""Paths inside a command: found only as a word, or as a part of one that `=`, a quote or a redirection cuts."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BEFORE = r"(?<![^\s=:,;'\"(<>|&])"
_AFTER = r"(?![^\s:,;'\")<>|&])"


def _pattern(path: str) -> str:
    return _BEFORE + re.escape(path) + _AFTER


def mentions(command: str, path: str) -> bool:
    """Whether a command names a path. A path of one plain word is not looked for: it could be any word."""
    return _telling(path) and re.search(_pattern(path), command) is not None


def replaced(command: str, references: Mapping[str, str]) -> tuple[str, set[str]]:
    """The command with each known path as its reference, longest first; and the paths that were found."""
    telling = sorted((path for path in references if _telling(path)), key=len, reverse=True)
    if not telling:
        return command, set()
    found: set[str] = set()

    def put(match: re.Match[str]) -> str:
        found.add(match[0])
        return references[match[0]]

    pattern = "|".join(_pattern(path) for path in telling)
    return re.sub(pattern, put, command), found


def _telling(path: str) -> bool:
    return "/" in path or "." in path
