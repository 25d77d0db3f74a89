"""Which instances of a looped stage a reference means: `[item]`, `[key]`, `[a=item.a, b=*]`, `[rf]`, `[*]`.

A selection binds the loop's names of the target (`item`, `key`, the axes of a matrix) to values, or to expressions in
the names of the stage that refers, so that DVC's own `${item…}` says it and loops stay loops.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Site, did_you_mean, error
from mlproject.interpolate import Refused, select, to_text
from mlproject.lower.binding import Binding, Bound, Expression, Value, composed
from mlproject.lower.loops import Items
from mlproject.lower.scope import Draft, Scope
from mlproject.records import frozen


@frozen
class Selection:
    """The selected instances, and whether the selector may give several."""

    bindings: tuple[Binding, ...]
    many: bool


@frozen
class _Question:
    """A selector in a stage with the loop `mine` (both None outside of stages) about a stage with the loop `theirs`."""

    scope: Scope
    me: str
    mine: Items | None
    target: str
    theirs: Items
    selector: str
    site: Site

    def refuse(self, code: str, summary: str, help: str) -> None:
        """Says why the selector selects nothing."""
        self.scope.say(error(code, summary, self.site, help=help))


def choose(scope: Scope, me: Draft | None, target: Draft, selector: str, site: Site) -> Selection | None:
    """The instances of `target` that a selector in `me` means; None where that was reported."""
    items = target.items
    assert items is not None
    if selector == "*":
        return Selection(tuple(_literal(items, key) for key in items.values), True)
    mine = me.items if me is not None else None
    asked = _Question(scope, me.name if me is not None else "", mine, target.name, items, selector, site)
    if items.kind == "matrix" and "=" in selector:
        return _by_axes(asked)
    if selector in items.values:
        return Selection((_literal(items, selector),), False)
    if _is_mine(selector):
        if mine is not None:
            return _by_mine(asked, mine)
        asked.refuse(
            "instance-needed", f"`[{selector}]` needs a loop, and this stage has none", _instances(asked)
        )
    else:
        help = did_you_mean(selector, list(items.values)) or _instances(asked)
        asked.refuse("unresolved-reference", f"`{target.name}` has no instance `{selector}`", help)
    return None


def _is_mine(expression: str) -> bool:
    return expression.split(".", maxsplit=1)[0] in ("item", "key")


def _instances(asked: _Question) -> str:
    known = asked.theirs.values
    shown = ", ".join(f"`{key}`" for key in list(known)[:6])
    return f"instances of `{asked.target}`: {shown}{', …' if len(known) > 6 else ''}; `[*]` means all"


def _literal(items: Items, key: str) -> Binding:
    value = items.values[key]
    if items.kind == "matrix":
        axes = cast("Mapping[str, object]", value)
        return Binding(None, Value(key), {name: Value(axis) for name, axis in axes.items()})
    return Binding(Value(value), Value(key), {})


def _by_axes(asked: _Question) -> Selection | None:
    """`[a=item.a, b=rf, c=*]`."""
    wanted = _wanted(asked)
    if wanted is None:
        return None
    items = asked.theirs
    named = asked.mine is not None
    mine = {axis: Expression(value) for axis, value in wanted.items() if named and _is_mine(value)}
    fixed = {axis: value for axis, value in wanted.items() if axis not in mine and value != "*"}
    if not (_known(asked, fixed) and _mine_exist(asked, mine)):
        return None
    plain = _plain(items)
    bindings: dict[tuple[str, ...], Binding] = {}
    for key, value in items.values.items():
        axes = cast("Mapping[str, object]", value)
        if all(to_text(axes[axis]) == text for axis, text in fixed.items()):
            bound: dict[str, Bound] = {name: mine.get(name) or Value(v) for name, v in axes.items()}
            own: Bound | None = Value(key) if not mine else composed(bound) if plain else None
            bindings[tuple(map(repr, bound.values()))] = Binding(None, own, bound)
    return Selection(tuple(bindings.values()), "*" in wanted.values())


def _wanted(asked: _Question) -> dict[str, str] | None:
    """The selector's axes; each of the target's must be there."""
    axes = asked.theirs.axes
    wanted: dict[str, str] = {}
    for pair in asked.selector.split(","):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name not in axes:
            summary = f"the matrix of `{asked.target}` has no `{name}`"
            asked.refuse("unresolved-reference", summary, did_you_mean(name, list(axes)))
            return None
        wanted[name] = value
    missing = [axis for axis in axes if axis not in wanted]
    if missing:
        summary = f"`[{asked.selector}]` does not say which {' or '.join(f'`{axis}`' for axis in missing)}"
        asked.refuse("instance-needed", summary, f"add `{missing[0]}=…`, or `{missing[0]}=*` for all")
        return None
    return wanted


def _plain(items: Items) -> bool:
    """Whether no value of any axis is a mapping or list, which DVC would number."""
    values = [v for one in items.values.values() for v in cast("Mapping[str, object]", one).values()]
    return not any(isinstance(value, (dict, list)) for value in values)


def _axis_values(items: Items, axis: str) -> list[str]:
    values = (cast("Mapping[str, object]", one)[axis] for one in items.values.values())
    return list(dict.fromkeys(map(to_text, values)))


def _known(asked: _Question, fixed: Mapping[str, str]) -> bool:
    for axis, value in fixed.items():
        known = _axis_values(asked.theirs, axis)
        if value not in known:
            summary = f"`{axis}` of `{asked.target}` is never `{value}`"
            asked.refuse("unresolved-reference", summary, did_you_mean(value, known))
            return False
    return True


def _mine_exist(asked: _Question, mine: Mapping[str, Expression]) -> bool:
    for axis, expression in mine.items():
        known = _axis_values(asked.theirs, axis)
        for key, value in _my_values(asked.mine, expression.text):
            if isinstance(value, Refused):
                return _no_such(asked, expression.text)
            text = to_text(value)
            if text not in known:
                summary = f"`{axis}` of `{asked.target}` is never `{text}`, which `{asked.me}@{key}` needs"
                asked.refuse("unresolved-reference", summary, did_you_mean(text, known))
                return False
    return True


def _my_values(mine: Items | None, expression: str) -> list[tuple[str, object]]:
    """The value of `item.a` or `key` in every instance of a loop; Refused where there is none."""
    values: list[tuple[str, object]] = []
    for key, item in mine.values.items() if mine is not None else ():
        context = {"item": item, "key": key} if mine is not None and mine.keyed else {"item": item}
        try:
            values.append((key, select(context, expression)))
        except LookupError as missing:
            values.append((key, Refused("missing", expression, str(missing.args[0]))))
    return values


def _no_such(asked: _Question, expression: str) -> bool:
    mine = asked.mine
    known = ["item"]
    if mine is not None:
        known += [*(["key"] if mine.keyed else []), *(f"item.{axis}" for axis in mine.axes)]
    summary = f"the loop of `{asked.me}` has no `{expression}`"
    asked.refuse("unresolved-reference", summary, did_you_mean(expression, known))
    return False


def _by_mine(asked: _Question, mine: Items) -> Selection | None:
    """`[item]`, `[item.x]` and `[key]`: the instance that my own item or key names."""
    items, text = asked.theirs, asked.selector
    if items.kind == "matrix":
        return _matrix_by_mine(asked, mine)
    if not _all_present(asked, mine):
        return None
    if items.keyed and text != "key" and not mine.keyed:
        return Selection((Binding(None, Expression(text), {}),), False)
    composite = any(isinstance(value, (dict, list)) for value in items.values.values())
    item: Bound | None
    if _same_items(mine, items):
        item = Expression("item")
    elif text == "key" or items.keyed:
        # The name of an item of a plain list is the item itself.
        item = None if items.keyed or composite else Expression(text)
    else:
        item = Expression(text)
    key = Expression("key") if items.keyed and mine.keyed else None if items.keyed else Expression(text)
    return Selection((Binding(item, key, {}),), False)


def _matrix_by_mine(asked: _Question, mine: Items) -> Selection | None:
    """`[item]` and `[key]` between two matrices: the instance with the same values of its axes."""
    items = asked.theirs
    if (
        asked.selector not in ("item", "key")
        or mine.kind != "matrix"
        or not set(items.axes) <= set(mine.axes)
    ):
        help = f"name the axes: `[{', '.join(f'{axis}=item.{axis}' for axis in items.axes)}]`"
        asked.refuse("instance-needed", f"`[{asked.selector}]` cannot select from a matrix", help)
        return None
    axes = {axis: Expression(f"item.{axis}") for axis in items.axes}
    if not _mine_exist(asked, axes):
        return None
    same = items.axes == mine.axes
    key: Bound | None = Expression("key") if same else composed(axes) if _plain(items) else None
    return Selection((Binding(None, key, axes),), False)


def _all_present(asked: _Question, mine: Items) -> bool:
    items, text = asked.theirs, asked.selector
    for key, value in _my_values(mine, text):
        if isinstance(value, Refused):
            return _no_such(asked, text)
        name = key if text == "item" and items.keyed and mine.keyed else to_text(value)
        whole = isinstance(value, (dict, list)) and not items.keyed
        if not (value in items.values.values() if whole else name in items.values):
            summary = f"`{asked.target}` has no instance `{name}`, which `{asked.me}@{key}` needs"
            asked.refuse("unresolved-reference", summary, did_you_mean(name, list(items.values)))
            return False
    return True


def _same_items(mine: Items, theirs: Items) -> bool:
    """Whether every item of mine is theirs under the same key, so that `${item}` means the same in both."""
    return all(key in theirs.values and theirs.values[key] == value for key, value in mine.values.items())
