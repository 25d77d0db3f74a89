"""Data of a tool's own shape, with the references in its texts resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Path
from mlproject.lower.outside import Outside


def resolved(outside: Outside, value: object, path: Path) -> object:
    """Any value with the references in its texts resolved, keys and all else as they are; '' for a text where one was
    reported."""
    if isinstance(value, str):
        return outside.text(value, path) or ""
    if isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        return {key: resolved(outside, inner, (*path, key)) for key, inner in mapping.items()}
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [resolved(outside, inner, (*path, index)) for index, inner in enumerate(items)]
    return value


def resolved_list(outside: Outside, values: list[str] | None, path: Path) -> tuple[str, ...]:
    """The same of a list of texts, those left out in which a reference was reported."""
    found = [outside.text(text, (*path, index)) for index, text in enumerate(values or [])]
    return tuple(text for text in found if text is not None)


def resolved_texts(outside: Outside, values: Mapping[str, str] | None, path: Path) -> dict[str, str]:
    """The same of a mapping to texts."""
    return {key: outside.text(value, (*path, key)) or "" for key, value in (values or {}).items()}
