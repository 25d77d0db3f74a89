"""DVC's interpolation, reproduced: what a template in `dvc.yaml` resolves to, given the values in its context.

Measured against DVC 3.67 (a test compares both over generated templates): `true` in lower case, a mapping becomes
command line flags where the whole text is a command, a list inside text is refused, `\\${` stands for `${`, and a text
that is one `${x}` keeps the value's type.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from mlproject.records import frozen

Context = Mapping[str, object]

# `a.b[0].c`; DVC strips what stands around a name.
_EXPRESSION = re.compile(r"[^.\[\]]+(\s*\.[^.\[\]]+|\s*\[[^.\[\]]+\])*\s*")


@frozen
class Refused:
    """Why a template cannot be resolved: `expression` is what stands between the braces."""

    reason: str  # "missing" | "type" | "syntax"
    expression: str
    detail: str


def to_text(value: object) -> str:
    """A value inside text, as DVC writes it. A mapping must be one that `flaggable` lets through."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _flags(cast("Mapping[object, object]", value))
    return str(value)


def flaggable(mapping: Mapping[object, object]) -> bool:
    """Whether DVC can turn a mapping into flags: no list in it holds anything but plain values."""
    return not any(
        isinstance(item, (list, dict))
        for _, value in _flat(mapping, "")
        if isinstance(value, list)
        for item in cast("list[object]", value)
    )


def _flags(mapping: Mapping[object, object]) -> str:
    text = ""
    for key, value in _flat(mapping, ""):
        if isinstance(value, bool):
            text += f"--{key} " if value else ""
        elif isinstance(value, str):
            text += f"--{key} {shlex.quote(value)} "
        elif isinstance(value, list):
            items = cast("list[object]", value)
            words = [shlex.quote(i) if isinstance(i, str) else str(i) for i in items]
            text += f"--{key} {' '.join(words)} " if words else ""
        elif not isinstance(value, dict):  # an empty mapping says nothing
            text += f"--{key} {value} "
    return text.rstrip()


def _mapping(value: object) -> Mapping[object, object]:
    """The value where it is a mapping, else an empty one."""
    return cast("Mapping[object, object]", value) if isinstance(value, dict) else {}


def _flat(mapping: Mapping[object, object], prefix: str) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        inner = _mapping(value)
        pairs += _flat(inner, f"{name}.") if inner else [(name, value)]
    return pairs


@lru_cache(maxsize=4096)
def expressions(template: str) -> tuple[tuple[int, int, str], ...]:
    """The interpolations of a template: start, end and what stands between the braces, as DVC finds them."""
    found: list[tuple[int, int, str]] = []
    at = 0
    while (start := template.find("${", at)) >= 0:
        if start and template[start - 1] == "\\":
            at = start + 2
            continue
        end = template.find("}", start + 2)
        line = template.find("\n", start)
        if end < 0 or -1 < line < end:  # DVC's pattern does not cross lines
            at = start + 2
            continue
        found.append((start, end + 1, template[start + 2 : end]))
        at = end + 1
    return tuple(found)


@lru_cache(maxsize=4096)
def _steps(expression: str) -> tuple[str, ...] | None:
    """The names of `a.b[0]`, without the spaces that DVC strips; None where DVC cannot parse it."""
    if not _EXPRESSION.fullmatch(expression):
        return None
    return tuple(step.strip() for step in expression.replace("[", ".").replace("]", "").split("."))


def select(context: object, expression: str) -> object:
    """The value that `a.b[0]` names, by DVC's rules. Raises LookupError with what is missing."""
    steps = _steps(expression)
    if steps is None:
        raise LookupError(expression)
    return walk(context, steps)


def walk(value: object, steps: tuple[str, ...]) -> object:
    """The value that a path of names leads to. Raises LookupError with the name that is missing."""
    for name in steps:
        if isinstance(value, dict):
            mapping = cast("dict[object, object]", value)
            if name not in mapping:
                raise LookupError(name)
            value = mapping[name]
        elif isinstance(value, list):
            items = cast("list[object]", value)
            try:
                value = items[int(name)]
            except (ValueError, IndexError):
                raise LookupError(name) from None
        else:
            raise LookupError(name)
    return value


def resolve(
    template: str, context: Context, *, command: bool = False, loop: bool = False
) -> object | Refused:
    """What DVC makes of a template. `command`: a mapping becomes flags; `loop`: the source of a loop, any value."""
    if "${" not in template:
        return template
    found = expressions(template)
    if len(found) == 1 and found[0][:2] == (0, len(template)):
        return _value(found[0][2], context, mapping=command or loop, sequence=loop)
    pieces: list[str] = []
    at = 0
    for start, end, expression in found:
        value = _value(expression, context, mapping=command or loop, sequence=loop)
        if isinstance(value, Refused):
            return value
        if not flaggable(_mapping(value)):
            return Refused("type", expression, "a mapping with nested lists")
        pieces += [template[at:start], to_text(value)]
        at = end
    return ("".join(pieces) + template[at:]).replace("\\${", "${")


def _value(expression: str, context: Context, *, mapping: bool, sequence: bool) -> object | Refused:
    steps = _steps(expression)
    if steps is None:
        return Refused("syntax", expression, "")
    try:
        value = walk(context, steps)
    except LookupError as missing:
        return Refused("missing", expression, str(missing.args[0]))
    if isinstance(value, dict):
        known = _named(cast("Mapping[object, object]", value))
        return known if mapping else Refused("type", expression, "a mapping")
    if isinstance(value, list):
        return (
            [_item(item) for item in cast("list[object]", value)]
            if sequence
            else Refused("type", expression, "a list")
        )
    return value


def _named(mapping: Mapping[object, object]) -> dict[str, object]:
    """What DVC keeps of a mapping that a template names: keys that are text."""
    return {key: _item(value) for key, value in mapping.items() if isinstance(key, str)}


def _item(value: object) -> object:
    if isinstance(value, dict):
        return _named(cast("Mapping[object, object]", value))
    return [_item(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
