"""pydantic's errors as diagnostics: the path in the user's tree, and words for each kind of mistake."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, cast

from mlproject.diagnostics import Diagnostic, Fix, Path, Site, did_you_mean, error, nearest

# What an environment may patch; anything else of the language there is a mistake of its own kind.
PATCHABLE = "tracking, services.*.deploy, monitoring and models.*.alias"

KINDS: dict[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}
WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "list_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "nothing",
}

# By the tag of a union's branch.
BRANCHES = {
    "<text>": "text",
    "<list>": "a list",
    "<mapping>": "a mapping",
    "<off>": "false",
    "<number>": "a number",
}


def data_path(loc: tuple[str | int, ...]) -> Path:
    """pydantic's location as a path of the tree: without the tags of unions and the marks of keys."""
    return tuple(
        step for step in loc if not (isinstance(step, str) and (step == "[key]" or step.startswith("<")))
    )


def told(details: dict[str, Any], path: Path) -> Diagnostic:
    """One of pydantic's errors in the user's terms."""
    kind = cast("str", details["type"])
    loc = cast("tuple[str | int, ...]", details["loc"])
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind == "missing":
        return _missing_key(path)
    if loc and loc[-1] == "[key]":
        return _bad_name(path)
    if ("secrets" in path and isinstance(details.get("input"), dict)) or path[-1:] == ("secrets",):
        help = "list the names only: `secrets: [API_TOKEN]`; the value comes from the environment it runs in"
        return error("secret-value", "secrets are names, never values", Site(path), help=help)
    if kind in WANTED or kind == "union_tag_invalid":
        return _wrong_type(details, path)
    return _bad_value(details, path)


def _unknown_key(path: Path) -> Diagnostic:
    key = str(path[-1])
    site = Site(path, "key")
    if path[0] == "environments" and _known_elsewhere(path):
        summary = f"an environment may not change `{'.'.join(str(step) for step in path[2:])}`"
        help = f"it may patch {PATCHABLE}: environments vary where things run, never what is trained or built"
        return error("environment-patch", summary, site, help=help)
    known = fields_at(path[:-1])
    near = nearest(key, known)
    fix = Fix(f"rename it to `{near}`", near) if near else None
    help = did_you_mean(key, known) or (f"known here: {', '.join(known)}" if known else "")
    return error("unknown-key", f"unknown key `{key}` in {_where(path[:-1])}", site, help=help, fix=fix)


def _where(path: Path) -> str:
    """A place in the spec, for people."""
    return f"`{'.'.join(str(step) for step in path)}`" if path else "the spec"


def _known_elsewhere(path: Path) -> bool:
    """Whether the key that an environment may not have is one of the section it would patch."""
    inner = path[2:]
    return bool(inner) and str(inner[-1]) in fields_at(inner[:-1])


def _missing_key(path: Path) -> Diagnostic:
    key = path[-1]
    where = ".".join(str(step) for step in path[:-1])
    if not where:
        return error(
            "missing-key", f"the spec has no `{key}`", Site((), "key"), help=f"add `{key}:` at the top"
        )
    return error(
        "missing-key", f"`{where}` has no `{key}`", Site(path[:-1], "key"), help=f"add `{key}:` to it"
    )


def _bad_name(path: Path) -> Diagnostic:
    name = str(path[-1])
    if len(path) > 1 and path[-2] == "when":
        summary = f"`{name}` is no resource"
        return error(
            "bad-value", summary, Site(path, "key"), help=did_you_mean(name, ["cpus", "memory", "gpus"])
        )
    return error("bad-name", f"`{name}` cannot be a name", Site(path, "key"), help=_name_help(name))


def _name_help(name: str) -> str:
    """What a name may have, with one that is like `name`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    clean = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in plain).strip("-")
    return "letters, digits, `_` and `-`" + (f": `{clean}`" if clean and clean != name else "")


def _wrong_type(details: dict[str, Any], path: Path) -> Diagnostic:
    value: object = details.get("input")
    got = "nothing" if value is None else KINDS.get(type(value), "something else")
    kind = cast("str", details["type"])
    want = WANTED.get(kind) or _branch_names(details)
    help = "give it a value, or remove it" if value is None else ""
    if want == "text" and isinstance(value, (int, float)):
        help = f'quote it: "{_shown(value)}"'
        if path[-1:] == ("version",) and isinstance(value, float):
            help = 'quote it, as in "3.11": unquoted it is a number, and 3.10 the number 3.1'
    elif want == "text" and isinstance(value, dict) and _braced(cast("object", value)):
        help = "a text that begins with `{` or holds `${…}` in a flow list must be quoted"
    elif "a list" in want and isinstance(value, str):
        help = f"write it as a list: [{value}]"
    elif want == "a mapping" and isinstance(value, list):
        help = "write its entries as `name: …`, each with a name of its own, without the `- `"
    elif want in ("true or false", "a number", "a whole number") and isinstance(value, str):
        help = _unquoted(want, value)
    return error("wrong-type", f"{_where(path)} must be {want}, and is {got}", Site(path), help=help)


def _branch_names(details: dict[str, Any]) -> str:
    """The kinds of value that the branches of a union take."""
    tags = str(cast("dict[str, Any]", details.get("ctx") or {}).get("expected_tags", ""))
    kinds = [kind for tag, kind in BRANCHES.items() if tag in tags] or list(BRANCHES.values())
    return ", ".join(kinds[:-1]) + (" or " if kinds[:-1] else "") + kinds[-1]


def _unquoted(want: str, value: str) -> str:
    """The way out where text stands for a number or a truth value."""
    if want == "true or false" and value not in ("true", "false"):
        return "YAML 1.2 has `true` and `false` alone; `yes` and `on` are text"
    number = value.strip().lstrip("+-").replace(".", "", 1)
    return (
        f"remove the quotes: {value.strip()}"
        if want == "true or false" or number.isdigit()
        else f"write {want}"
    )


def _braced(value: object) -> bool:
    """Whether a mapping stands here because an unquoted `{` began one."""
    return any("{" in str(key) or key is None for key in cast("dict[object, object]", value))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


PATTERNS = {
    "memory": "a number and a unit, as in `4GiB`",
    "timeout": "a duration, as in `90m` or `1h30m`",
    "version": 'a Python version in quotes, as in "3.11"',
}


def _bad_value(details: dict[str, Any], path: Path) -> Diagnostic:
    where = ".".join(str(step) for step in path)
    kind = cast("str", details["type"])
    value: object = details.get("input")
    context = cast("dict[str, Any]", details.get("ctx") or {})
    if kind == "literal_error":
        allowed = [
            word.strip(" '") for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")
        ]
        help = did_you_mean(str(value), allowed) or f"one of: {', '.join(allowed)}"
        if path == ("version",):
            help = "this compiler knows version 1 of the language"
        near = nearest(str(value), allowed)
        # Another version of the language is not mended by its number.
        fix = Fix(f"write `{near}`", near) if near and path != ("version",) else None
        return error("bad-value", f"`{where}` cannot be `{value}`", Site(path), help=help, fix=fix)
    if kind == "string_pattern_mismatch":
        last = str(path[-1]) if path else ""
        if last in PATTERNS:
            return error("bad-value", f"`{where}` cannot be `{value}`", Site(path), help=PATTERNS[last])
        return error("bad-name", f"`{value}` cannot be a name", Site(path), help=_name_help(str(value)))
    if kind == "string_too_short":
        return error("bad-value", f"`{where}` is empty", Site(path), help="give it a value or remove the key")
    limits = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
    if kind in limits:
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}[limits[kind]]
        limit = f"{context.get(limits[kind]):g}"
        summary = f"`{where}` must be {words} {limit}, and is {value}"
        return error("bad-value", summary, Site(path), help=f"write a number that is {words} {limit}")
    return error("bad-value", f"`{where}`: {details['msg']}", Site(path))


@cache
def _schema() -> dict[str, Any]:
    from mlproject.model import Spec

    return Spec.model_json_schema(by_alias=True)


def fields_at(path: Path) -> list[str]:
    """The keys that the language knows in the mapping at a path, in its order; [] where names are the user's."""
    root = _schema()
    node: dict[str, Any] = root
    for step in path:
        following = _step(root, node, step)
        if following is None:
            return []
        node = following
    return list(
        dict.fromkeys(key for branch in _branches(root, node) for key in branch.get("properties", {}))
    )


def _step(root: dict[str, Any], node: dict[str, Any], step: str | int) -> dict[str, Any] | None:
    for branch in _branches(root, node):
        if isinstance(step, int):
            if "items" in branch:
                return cast("dict[str, Any]", branch["items"])
            continue
        properties = cast("dict[str, dict[str, Any]]", branch.get("properties", {}))
        if step in properties:
            return properties[step]
        for other in (branch.get("additionalProperties"), *branch.get("patternProperties", {}).values()):
            if isinstance(other, dict):
                return cast("dict[str, Any]", other)
    return None


def _branches(root: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _branches(root, root["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    nested = [branch for key in ("anyOf", "oneOf") for branch in node.get(key, [])]
    return [found for branch in nested for found in _branches(root, branch)] or [node]


def describe(path: Path) -> str:
    """What the language says of the field at a path; '' where the names are the user's."""
    root = _schema()
    node = root
    words = ""
    for step in path:
        following = _step(root, node, step)
        if following is None:
            return ""
        node = following
        words = str(node.get("description", ""))
    return words
