"""From the merged tree to the model: pydantic at the door, its errors told in the user's terms.

A mistake poisons only its own part: what is at fault is taken out and the rest is validated again, so that a wrong key
in one stage and a wrong reference in the next are reported in the same run.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic import ValidationError

from mlproject.diagnostics import Diagnostic, Path
from mlproject.model import Spec
from mlproject.records import frozen
from mlproject.validate.mapping import data_path, told

# Each round takes every reported mistake out; what is left can only have mistakes that were hidden behind those.
ROUNDS = 12


@frozen
class Validated:
    """The model of what could be understood. `poisoned` are the paths taken out, which have been reported."""

    spec: Spec
    poisoned: frozenset[Path]


def validate(
    data: dict[object, object], broken: frozenset[Path]
) -> tuple[Validated | None, list[Diagnostic]]:
    """The model of a tree whose paths in `broken` are known to be at fault already. None if nothing is left."""
    diagnostics: list[Diagnostic] = []
    poisoned = set(broken)
    tree = data
    for path in sorted(broken, key=len, reverse=True):
        tree = _without(tree, path)
    for _ in range(ROUNDS):
        try:
            return Validated(Spec.model_validate(tree), frozenset(poisoned)), diagnostics
        except ValidationError as problem:
            removals: set[Path] = set()
            found: list[Diagnostic] = []
            for entry in problem.errors(include_url=False, include_context=True):
                details = cast("dict[str, Any]", entry)
                path = data_path(details["loc"])
                missing = details["type"] == "missing"
                if not (missing and path in poisoned):
                    found.append(told(details, path))
                removals.add(_removal(path, missing=missing))
            diagnostics += _once(found)
            poisoned |= removals
            for path in sorted(removals, key=_later_first, reverse=True):
                tree = (
                    _filled() | _without(tree, path)
                    if not path or path == ("name",)
                    else _without(tree, path)
                )
    return None, diagnostics


def _once(found: list[Diagnostic]) -> list[Diagnostic]:
    """Without the missing keys that a misspelt key beside them explains."""
    misspelt = {(d.site.path[:-1], d.fix.text) for d in found if d.code == "unknown-key" and d.site and d.fix}
    return [d for d in found if not (d.code == "missing-key" and d.site and _meant(d) in misspelt)]


def _meant(missing: Diagnostic) -> tuple[Path, str]:
    site = missing.site
    assert site is not None
    return site.path, missing.summary.rsplit("`", 2)[-2]


def _later_first(path: Path) -> tuple[tuple[int, str], ...]:
    """An order in which, reversed, a later item of a list comes before an earlier one."""
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _filled() -> dict[object, object]:
    """What stands in for a missing name, so that the rest can be checked."""
    return {"name": "unnamed"}


def _removal(path: Path, *, missing: bool) -> Path:
    """What to take out: the value at fault; for a missing key of a section's entry, the entry."""
    if missing and len(path) > 1:
        return path[:-1]
    return path


def _without(value: Any, path: Path) -> Any:  # noqa: ANN401 -- any YAML value
    """A copy of a tree without what stands at a path; a list keeps its length only up to there."""
    if not path:
        return {}
    head, rest = path[0], path[1:]
    if isinstance(value, dict):
        mapping = cast("dict[object, Any]", value)
        if head not in mapping:
            return mapping
        if not rest:
            return {key: item for key, item in mapping.items() if key != head}
        return {**mapping, head: _without(mapping[head], rest)}
    if isinstance(value, list) and isinstance(head, int):
        items = cast("list[Any]", cast("object", value))
        if head >= len(items):
            return items
        if not rest:
            return items[:head] + items[head + 1 :]
        return [*items[:head], _without(items[head], rest), *items[head + 1 :]]
    return cast("object", value)
