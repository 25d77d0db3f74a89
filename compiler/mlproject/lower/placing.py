"""Paths of one directory in the words of another, where a directory may be a template of DVC's.

A stage in `models/${item}` refers to `data/raw.csv` as `../../data/raw.csv`: how many steps up depends on the values.
So a spelling is proposed and then tried on every instance; one that is wrong anywhere is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, normpath, relpath

from mlproject.interpolate import Refused, to_text
from mlproject.interpolate import resolve as interpolate
from mlproject.lower.paths import is_external, respelled
from mlproject.lower.scope import Draft, Scope
from mlproject.lower.variables import merged
from mlproject.records import frozen

Context = Mapping[str, object]


def contexts(scope: Scope, stage: Draft) -> Iterator[tuple[str | None, object, Context]]:
    """The key, the item and the values that templates may name, for every instance of a stage."""
    beside = scope.beside(stage.folder) if len(scope.param_files) > 1 else None
    base = merged(scope.params, beside.values) if beside is not None and beside.values else scope.params
    if stage.local:
        base = merged(base, stage.local)
    if stage.items is not None:
        for key, item in stage.items.values.items():
            names = {"item": item, "key": key} if stage.items.keyed else {"item": item}
            yield key, item, {**base, **names}
    elif stage.loop is None:
        yield None, None, base


def placed(scope: Scope, me: Draft, text: str, base: str) -> str | None:
    """A path relative to `base` (in the words of `me`) as `me` must spell it; None where DVC cannot say it."""
    if base == me.base or is_external(text):
        return text
    plain = respelled(text, base, me.base, scope.root)
    if "${" not in base and "${" not in me.base:
        return plain
    trials = [_trial(scope.root, join(base, text), me.base, context) for _, _, context in contexts(scope, me)]
    first = trials[0] if trials else None
    if first is None or any(trial is None for trial in trials):
        return plain  # a value is not known, which is reported where it is used
    up = relpath(normpath(join("/", scope.root)), first.here)
    whole = normpath(join(up, base, text)) + ("/" if text.endswith("/") else "")
    fits = (
        spelling for spelling in (plain, whole) if all(t is not None and t.leads(spelling) for t in trials)
    )
    return next(fits, None)


@frozen
class _Trial:
    """One instance: its directory, and where the path must lead, both from the repository's root."""

    here: str
    there: str
    context: Context

    def leads(self, spelling: str) -> bool:
        """Whether a spelling leads from the directory to the place."""
        value = _value(spelling, self.context)
        return value is not None and normpath(join(self.here, value)) == self.there


def _trial(root: str, path: str, directory: str, context: Context) -> _Trial | None:
    here, there = _value(directory, context), _value(path, context)
    if here is None or there is None:
        return None
    return _Trial(normpath(join("/", root, here)), normpath(join("/", root, there)), context)


def _value(template: str, context: Context) -> str | None:
    value = interpolate(template, context)
    return None if isinstance(value, Refused) else to_text(value)
