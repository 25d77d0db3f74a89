"""Names of a looped stage bound to values, or to expressions of the stage that refers to it; and what a template of the
one then says in the words of the other."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.interpolate import expressions, select, to_text
from mlproject.records import frozen


@frozen
class Value:
    """A loop name bound to a value."""

    value: object


@frozen
class Expression:
    """A loop name bound to an expression of the stage that refers, such as `item.data`."""

    text: str


@frozen
class Composed:
    """The key of a matrix bound axis by axis: a text with `${…}` of the stage that refers."""

    text: str


Bound = Value | Expression | Composed


@frozen
class Binding:
    """One selected instance: `item` (for a matrix None: its axes are bound one by one), `key`, and `axes`."""

    item: Bound | None
    key: Bound | None
    axes: Mapping[str, Bound]


def composed(axes: Mapping[str, Bound]) -> Composed:
    """The key that DVC makes of the plain values of all axes."""
    return Composed("-".join(_say(bound, []) or "" for bound in axes.values()))


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
