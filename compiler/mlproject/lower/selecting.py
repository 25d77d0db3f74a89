"""Which instances of a looped stage a reference means: `[item]`, `[key]`, `[a=item.a, b=*]`, `[rf]`, `[*]`.

A selection binds the loop's names of the target (`item`, `key`, the axes of a matrix) to values, or to expressions in
the names of the stage that refers, so that DVC's own `${item…}` says it and loops stay loops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from mlproject.diagnostics import Site, did_you_mean, error
from mlproject.interpolate import Refused, expressions, select, to_text
from mlproject.lower.loops import Items
from mlproject.lower.scope import Draft, Scope


@dataclass(frozen=True, slots=True)
class Value:
    """A loop name bound to a value."""

    value: object


@dataclass(frozen=True, slots=True)
class Expression:
    """A loop name bound to an expression of the stage that refers, such as `item.data`."""

    text: str


@dataclass(frozen=True, slots=True)
class Composed:
    """The key of a matrix bound axis by axis: a text with `${…}` of the stage that refers."""

    text: str


Bound = Value | Expression | Composed


@dataclass(frozen=True, slots=True)
class Binding:
    """One selected instance: `item` (for a matrix None: its axes are bound one by one), `key`, and `axes`."""

    item: Bound | None
    key: Bound | None
    axes: Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected instances, and whether the selector may give several."""

    bindings: tuple[Binding, ...]
    many: bool


def choose(scope: Scope, me: Draft | None, target: Draft, selector: str, site: Site) -> Selection | None:
    """The instances of `target` that a selector in `me` means; None where that was reported."""
    items = target.items
    assert items is not None
    if selector == "*":
        return Selection(tuple(_literal(items, key) for key in items.values), True)
    if items.kind == "matrix" and "=" in selector:
        return _by_axes(scope, me, target, items, selector, site)
    if selector in items.values:
        return Selection((_literal(items, selector),), False)
    head = selector.split(".", maxsplit=1)[0]
    if head in ("item", "key") and me is not None and me.items is not None:
        return _by_mine(scope, me, target, items, selector, site)
    if head in ("item", "key"):
        summary = f"`[{selector}]` needs a loop, and this stage has none"
        scope.say(error("instance-needed", summary, site, help=_instances(target, items)))
        return None
    summary = f"`{target.name}` has no instance `{selector}`"
    help = did_you_mean(selector, list(items.values)) or _instances(target, items)
    scope.say(error("unresolved-reference", summary, site, help=help))
    return None


def _instances(target: Draft, items: Items) -> str:
    shown = ", ".join(f"`{key}`" for key in list(items.values)[:6])
    return f"instances of `{target.name}`: {shown}{', …' if len(items.values) > 6 else ''}; `[*]` means all"


def _literal(items: Items, key: str) -> Binding:
    value = items.values[key]
    if items.kind == "matrix":
        axes = cast("Mapping[str, object]", value)
        return Binding(None, Value(key), {name: Value(axis) for name, axis in axes.items()})
    return Binding(Value(value), Value(key), {})


def _by_axes(
    scope: Scope, me: Draft | None, target: Draft, items: Items, text: str, site: Site
) -> Selection | None:
    wanted: dict[str, str] = {}
    for pair in text.split(","):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name not in items.axes:
            summary = f"the matrix of `{target.name}` has no `{name}`"
            scope.say(error("unresolved-reference", summary, site, help=did_you_mean(name, list(items.axes))))
            return None
        wanted[name] = value
    missing = [axis for axis in items.axes if axis not in wanted]
    if missing:
        summary = f"`[{text}]` does not say which {' or '.join(f'`{axis}`' for axis in missing)}"
        scope.say(
            error("instance-needed", summary, site, help=f"add `{missing[0]}=…`, or `{missing[0]}=*` for all")
        )
        return None
    mine: dict[str, Expression] = {}
    for axis, value in wanted.items():
        if value.split(".")[0] in ("item", "key") and me is not None and me.items is not None:
            mine[axis] = Expression(value)
    fixed = {axis: value for axis, value in wanted.items() if axis not in mine and value != "*"}
    if not (_known(scope, target, items, fixed, site) and _mine_exist(scope, me, target, items, mine, site)):
        return None
    plain = _plain(items)
    bindings: list[Binding] = []
    for key, value in items.values.items():
        axes = cast("Mapping[str, object]", value)
        if all(to_text(axes[axis]) == wanted_ for axis, wanted_ in fixed.items()):
            bound: dict[str, Bound] = {name: mine.get(name) or Value(v) for name, v in axes.items()}
            bindings.append(
                Binding(None, (_composed(bound) if plain else None) if mine else Value(key), bound)
            )
    unique = {tuple((n, repr(b)) for n, b in b_.axes.items()): b_ for b_ in bindings}
    return Selection(tuple(unique.values()), "*" in wanted.values())


def _composed(axes: Mapping[str, Bound]) -> Composed:
    """The key that DVC makes of the plain values of all axes."""
    return Composed("-".join(_say(bound, []) or "" for bound in axes.values()))


def _plain(items: Items) -> bool:
    """Whether no value of any axis is a mapping or list, which DVC would number."""
    values = [v for one in items.values.values() for v in cast("Mapping[str, object]", one).values()]
    return not any(isinstance(value, (dict, list)) for value in values)


def _axis_values(items: Items, axis: str) -> dict[str, object]:
    return {
        to_text(cast("Mapping[str, object]", v)[axis]): cast("Mapping[str, object]", v)[axis]
        for v in items.values.values()
    }


def _known(scope: Scope, target: Draft, items: Items, fixed: Mapping[str, str], site: Site) -> bool:
    for axis, value in fixed.items():
        known = list(_axis_values(items, axis))
        if value not in known:
            summary = f"`{axis}` of `{target.name}` is never `{value}`"
            scope.say(error("unresolved-reference", summary, site, help=did_you_mean(value, known)))
            return False
    return True


def _mine_exist(
    scope: Scope, me: Draft | None, target: Draft, items: Items, mine: Mapping[str, Expression], site: Site
) -> bool:
    for axis, expression in mine.items():
        known = _axis_values(items, axis)
        for key, value in my_values(me, expression.text):
            if isinstance(value, Refused):
                return _no_such(scope, me, expression.text, site)
            if to_text(value) not in known:
                assert me is not None
                summary = (
                    f"`{axis}` of `{target.name}` is never `{to_text(value)}`, which `{me.name}@{key}` needs"
                )
                scope.say(
                    error(
                        "unresolved-reference", summary, site, help=did_you_mean(to_text(value), list(known))
                    )
                )
                return False
    return True


def my_values(me: Draft | None, expression: str) -> list[tuple[str, object]]:
    """The value of `item.a` or `key` in every instance of a stage; Refused where there is none."""
    assert me is not None
    assert me.items is not None
    values: list[tuple[str, object]] = []
    for key, item in me.items.values.items():
        context = {"item": item, "key": key} if me.items.keyed else {"item": item}
        try:
            values.append((key, select(context, expression)))
        except LookupError as missing:
            values.append((key, Refused("missing", expression, str(missing.args[0]))))
    return values


def _no_such(scope: Scope, me: Draft | None, expression: str, site: Site) -> bool:
    assert me is not None
    assert me.items is not None
    known = ["item", *(["key"] if me.items.keyed else []), *(f"item.{axis}" for axis in me.items.axes)]
    summary = f"the loop of `{me.name}` has no `{expression}`"
    scope.say(error("unresolved-reference", summary, site, help=did_you_mean(expression, known)))
    return False


def _by_mine(scope: Scope, me: Draft, target: Draft, items: Items, text: str, site: Site) -> Selection | None:
    """`[item]`, `[item.x]` and `[key]`: the instance that my own item or key names."""
    assert me.items is not None
    if items.kind == "matrix":
        if text in ("item", "key") and me.items.kind == "matrix" and set(items.axes) <= set(me.items.axes):
            mine = {axis: Expression(f"item.{axis}") for axis in items.axes}
            if not _mine_exist(scope, me, target, items, mine, site):
                return None
            same = items.axes == me.items.axes
            key: Bound | None = Expression("key") if same else _composed(mine) if _plain(items) else None
            return Selection((Binding(None, key, mine),), False)
        help = f"name the axes: `[{', '.join(f'{axis}=item.{axis}' for axis in items.axes)}]`"
        scope.say(error("instance-needed", f"`[{text}]` cannot select from a matrix", site, help=help))
        return None
    by_key = text == "key" or (items.keyed and not me.items.keyed)
    for key_, value in my_values(me, text):
        if isinstance(value, Refused):
            _no_such(scope, me, text, site)
            return None
        name = key_ if text == "item" and items.keyed and me.items.keyed else to_text(value)
        present = (
            value in items.values.values()
            if isinstance(value, (dict, list)) and not items.keyed
            else name in items.values
        )
        if not present:
            summary = f"`{target.name}` has no instance `{name}`, which `{me.name}@{key_}` needs"
            scope.say(
                error("unresolved-reference", summary, site, help=did_you_mean(name, list(items.values)))
            )
            return None
    if by_key and text != "key":
        return Selection((Binding(None, Expression(text), {}),), False)
    same = _same_items(me.items, items)
    item = Expression("item") if same else None if by_key else Expression(text)
    key = (
        Expression("key") if items.keyed and me.items.keyed else Expression(text) if not items.keyed else None
    )
    return Selection((Binding(item, key, {}),), False)


def _same_items(mine: Items, theirs: Items) -> bool:
    """Whether every item of mine is theirs under the same key, so that `${item}` means the same in both."""
    return all(key in theirs.values and theirs.values[key] == value for key, value in mine.values.items())


def bind(template: str, binding: Binding, local: Mapping[str, object]) -> str | None:
    """A template of the target in the words of the stage that refers; None where DVC cannot say it.

    `local` are the target's own `vars`, which nobody else can see.
    """
    if "${" not in template:
        return template
    pieces: list[str] = []
    at = 0
    for start, end, expression in expressions(template):
        words = _bound(expression.strip(), binding, local)
        if words is None:
            return None
        pieces += [template[at:start], words]
        at = end
    return "".join(pieces) + template[at:]


def _bound(expression: str, binding: Binding, local: Mapping[str, object]) -> str | None:
    steps = expression.replace("[", ".").replace("]", "").split(".")
    head, rest = steps[0], steps[1:]
    if head == "key":
        return _say(binding.key, [])
    if head == "item":
        if binding.item is not None or not rest:
            return _say(binding.item, rest)
        return _say(binding.axes.get(rest[0]), rest[1:])
    if head in local:
        try:
            return to_text(select(local, expression))
        except LookupError:
            return None
    return f"${{{expression}}}"


def _say(bound: Bound | None, rest: list[str]) -> str | None:
    if bound is None:
        return None
    if isinstance(bound, Composed):
        return None if rest else bound.text
    if isinstance(bound, Expression):
        return "${" + ".".join([bound.text, *rest]) + "}"
    try:
        value = select({"": bound.value}, ".".join(["", *rest])) if rest else bound.value
    except LookupError:
        return None
    return None if isinstance(value, (dict, list)) else to_text(value)
