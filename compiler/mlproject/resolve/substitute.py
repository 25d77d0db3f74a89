"""Substitution of `${vars.…}` everywhere, and of `${params.…}` where DVC does not read the text.

A field that is one reference and nothing else keeps the value's type. What stays behind are references that need the
graph (`data`, `stages`, `outs`), DVC's own (`item`, `key`, and parameters inside stages) and `env`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, did_you_mean, error
from mlproject.interpolate import to_text
from mlproject.records import field, slotted
from mlproject.template import Escape, Ref, parse, whole

# Sections that DVC reads: parameters stay its own templates there.
DVC_SECTIONS = ("stages", "metrics", "plots", "artifacts", "datasets", "folders")
UNTOUCHED = ("native",)
# Fields of a stage whose text has a form, which it could not have with a reference left in it.
_CHECKED = frozenset({"timeout", "resources"})


Stack = tuple[tuple[str, ...], ...]  # the references being resolved, outermost first


@slotted
class Values:
    """What references to values resolve to, and what went wrong on the way."""

    vars: Mapping[object, object]
    params: Mapping[object, object] | None  # None: not known (a stage writes them)
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    broken: set[Path] = field(default_factory=set[Path])
    used_params: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    unknown: list[Site] = field(default_factory=list[Site])  # parameters that only a stage may know
    moved: dict[Path, Path] = field(
        default_factory=dict[Path, Path]
    )  # items of lists that others spread into
    done: dict[tuple[str, ...], object] = field(default_factory=dict[tuple[str, ...], object])


def substitute(data: dict[object, object], values: Values, *, named: bool) -> dict[object, object]:
    """The spec's data with every value reference that can be resolved now resolved.

    `named`: whether `${vars` stands anywhere in the spec. Where not, the long sections are left as they are.
    """
    result: dict[object, object] = {}
    owned = isinstance(data.get("params"), dict)
    only_vars = frozenset({"vars"})
    for section, value in data.items():
        path = (cast("str", section),)
        for_vars = section == "vars" or section in DVC_SECTIONS or (owned and section == "params")
        if section in UNTOUCHED or (for_vars and not named):
            result[section] = value
        else:
            heads = only_vars if for_vars else frozenset({"vars", "params"})
            result[section] = _walk(value, path, values, heads)
    return result


def _walk(value: object, path: Path, values: Values, heads: frozenset[str]) -> object:
    if isinstance(value, str):
        return _text(value, path, values, heads, ())
    if isinstance(value, dict):
        mapping = cast("dict[object, object]", value)
        return {
            (_text(k, path, values, heads, ()) if isinstance(k, str) and "${vars." in k else k): (
                v if _is_settled(v, heads) else _walk(v, (*path, cast("str", k)), values, heads)
            )
            for k, v in mapping.items()
        }
    if isinstance(value, list):
        return _items(cast("list[object]", value), path, values, heads)
    return value


def _is_settled(value: object, heads: frozenset[str]) -> bool:
    """Whether a value is no container and refers to none of the namespaces, as nearly all of a long spec."""
    if isinstance(value, str):
        return "${" not in value or not any(head in value for head in heads)
    return not isinstance(value, (dict, list))


def _items(items: list[object], path: Path, values: Values, heads: frozenset[str]) -> list[object]:
    """The items of a list; one that is `${vars.X[*]}` becomes the items of that list."""
    if not any(isinstance(item, str) and item.endswith("[*]}") for item in items):
        return [
            item if _is_settled(item, heads) else _walk(item, (*path, index), values, heads)
            for index, item in enumerate(items)
        ]
    result: list[object] = []
    moved: dict[Path, Path] = {}
    for index, item in enumerate(items):
        first = len(result)
        here = (*path, first)
        spread = (
            _spread(item, here, values, heads) if isinstance(item, str) and item.endswith("[*]}") else None
        )
        result += [_walk(item, here, values, heads)] if spread is None else spread
        moved |= {(*path, new): (*path, index) for new in range(first, len(result))}
    if any(new != old for new, old in moved.items()):
        values.moved |= moved
    return result


def _spread(text: str, path: Path, values: Values, heads: frozenset[str]) -> list[object] | None:
    ref = whole(text)
    if ref is None or ref.head != "vars" or len(ref.words) < 2 or "vars" not in heads:
        return None
    value = _lookup(Ref(text, ref.head, ref.words[:-1]), path, values, ())
    if isinstance(value, list):
        return cast("list[object]", value)
    if path not in values.broken:
        summary = f"`{text}` spreads a list, and `{'.'.join(('vars', *ref.words[:-1]))}` is none"
        values.diagnostics.append(
            error("param-type", summary, Site(path, text=text), help="leave out the `[*]`")
        )
        values.broken.add(path)
    return []


def _text(text: str, path: Path, values: Values, heads: frozenset[str], stack: Stack) -> object:
    one = whole(text)
    if one is not None:
        return _lookup(one, path, values, stack) if one.head in heads else text
    pieces: list[str] = []
    for part in parse(text):
        if isinstance(part, Ref) and part.head in heads:
            value = _lookup(part, path, values, stack)
            if isinstance(value, list):
                summary = f"`{part.text}` is a list, and a list cannot stand inside text"
                values.diagnostics.append(
                    error("param-type", summary, Site(path, text=part.text), help="refer to one of its items")
                )
                value = part.text
            pieces.append(to_text(value))
        elif isinstance(part, str):
            pieces.append(part.replace("${", "$${"))  # of an escape that the text ends
        elif isinstance(part, Escape):
            pieces.append(f"$${{{part.inner}}}")
        else:
            pieces.append(part.text)
    if path[0] == "stages" and not _CHECKED & set(path):
        # What else is wrong in this text is seen where it is lowered, which passes over the reference reported here.
        values.broken.discard(path)
    return "".join(pieces)


def _lookup(ref: Ref, path: Path, values: Values, stack: Stack) -> object:
    """The value of `${vars.X}` or `${params.X}`; the reference's own text where there is none."""
    site = Site(path, text=ref.text)
    if not ref.words:
        values.diagnostics.append(
            error(
                "bad-reference",
                f"`{ref.text}` names nothing",
                site,
                help=f"name one, as in `${{{ref.head}.NAME}}`",
            )
        )
        values.broken.add(path)
        return ref.text
    name = (ref.head, *ref.words)
    if name in stack:
        loop = " → ".join("`${" + ".".join(step) + "}`" for step in (*stack[stack.index(name) :], name))
        values.diagnostics.append(
            error(
                "reference-cycle",
                f"variables that lead back to themselves: {loop}",
                site,
                help="write one of the values out",
            )
        )
        values.broken.add(path)
        return ref.text
    if name in values.done:
        return values.done[name]
    root = values.vars if ref.head == "vars" else values.params
    if root is None:
        values.unknown.append(site)
        values.broken.add(path)
        return ref.text
    value = _descend(ref, root, site, values, (*stack, name))
    if value is _MISSING:
        values.broken.add(path)
        return ref.text
    if ref.head == "params":
        values.used_params.add(ref.words)
    elif isinstance(value, str) and "${" in value:
        value = _text(value, ("vars", *ref.words), values, frozenset({"vars"}), (*stack, name))
    elif isinstance(value, (dict, list)):
        value = _nested(cast("object", value), ("vars", *ref.words), values, (*stack, name))
    if not stack:
        values.done[name] = value
    return value


def _nested(value: object, path: Path, values: Values, stack: Stack) -> object:
    if isinstance(value, str):
        return _text(value, path, values, frozenset({"vars"}), stack) if "${" in value else value
    if isinstance(value, dict):
        mapping = cast("dict[object, object]", value)
        return {k: _nested(v, (*path, cast("str", k)), values, stack) for k, v in mapping.items()}
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_nested(item, (*path, index), values, stack) for index, item in enumerate(items)]
    return value


_MISSING = object()


def _descend(ref: Ref, root: Mapping[object, object], site: Site, values: Values, stack: Stack) -> object:
    value: object = root
    shown = ref.head
    for position, word in enumerate(ref.words):
        if isinstance(value, str) and "${" in value and ref.head == "vars":
            value = _text(value, ("vars", *ref.words[:position]), values, frozenset({"vars"}), stack)
        known: list[str] = []
        if isinstance(value, dict):
            mapping = cast("Mapping[object, object]", value)
            if word in mapping:
                value, shown = mapping[word], f"{shown}.{word}"
                continue
            known = [str(key) for key in mapping]
        elif isinstance(value, list):
            items = cast("list[object]", value)
            if word.lstrip("-").isdigit() and -len(items) <= int(word) < len(items):
                value, shown = items[int(word)], f"{shown}.{word}"
                continue
            known = [str(index) for index in range(len(items))]
        code = "param-missing" if ref.head == "params" else "unresolved-reference"
        summary = f"`{ref.text}`: there is no `{word}` in `{shown}`"
        values.diagnostics.append(error(code, summary, site, help=did_you_mean(word, known)))
        return _MISSING
    return value
