"""Native passages: what a tool can and the language cannot say, merged verbatim into the tree of a target.

A passage adds. Mappings merge; a list is appended to ours, and where both are lists of named mappings (`name: …`, as
in BentoML's `envs` or a pod's `containers`) those of one name merge. A value that we emit changes only under the
passage's own key `override`, whose lists replace ours. Everything else that meets another value of ours is
`native-conflict`, and ours stays.

`check` holds a merged tree against the shape that the tool accepts (`schemas/native/NAME.schema.json`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, did_you_mean, error
from mlproject.records import frozen, replace
from mlproject.trees import Generated

OVERRIDE = "override"
# What a JSON Schema calls a type, and what we call a value's.
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "boolean": "a truth value",
    "integer": "a whole number",
    "number": "a number",
}
_KINDS: Mapping[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
}

Sources = Mapping[Path, Path]
Diagnostics = tuple[Diagnostic, ...]
Merged = tuple[object, dict[Path, Path], Diagnostics]
Tree = dict[object, object]


def passage(native: Mapping[str, object], *keys: str) -> object:
    """The part of the spec's `native` at these keys; None where there is none."""
    part: object = native
    for key in keys:
        part = (_mapping(part) or {}).get(key)
    return part


def into(file: Generated, given: object, spec_path: Path, schema: str = "") -> tuple[Generated, Diagnostics]:
    """A generated file with a passage merged in and, where there is a `schema` for the tool, checked.

    `given` is the passage, None where the spec has none; then the file is itself.
    """
    if given is None:
        return file, ()
    tree, sources, found = merge(file.tree, given, spec_path, file.sources)
    if schema:
        found += check(tree, schema, spec_path, sources)
    return replace(file, tree=tree, sources=sources), found


def merge(tree: object, passage: object, spec_path: Path, sources: Sources) -> Merged:
    """`tree` with `passage`, which stands at `spec_path` in the spec, merged in: a new tree, new sources, diagnostics.

    Added places get the places of the passage as their sources.
    """
    given = _mapping(passage)
    if given is None:
        return (
            tree,
            dict(sources),
            (error("native-invalid", "a native passage must be a mapping", spec_path),),
        )
    adding = _Merge(dict(sources), [], override=False)
    merged = adding.mappings(
        _mapping(tree) or {}, {k: v for k, v in given.items() if k != OVERRIDE}, (), spec_path
    )
    changes = _mapping(given.get(OVERRIDE, {}))
    place = (*spec_path, OVERRIDE)
    if changes is None:
        adding.found.append(error("native-invalid", "`override` must be a mapping", place))
    else:
        merged = _Merge(adding.sources, adding.found, override=True).mappings(merged, changes, (), place)
    return merged, adding.sources, tuple(adding.found)


def _mapping(value: object) -> Tree | None:
    return cast("Tree", value) if isinstance(value, dict) else None


def _list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


@frozen
class _Merge:
    """One walk over a tree and a passage. `place` is where the walk stands in the tree, `spec` where in the spec."""

    sources: dict[Path, Path]
    found: list[Diagnostic]
    override: bool

    def mappings(self, ours: Tree, theirs: Tree, place: Path, spec: Path) -> Tree:
        merged = dict(ours)
        for key, value in theirs.items():
            here, there = (*place, cast("str", key)), (*spec, cast("str", key))
            if key in merged:
                merged[key] = self.values(merged[key], value, here, there)
            else:
                merged[key] = value
                self.sources[here] = there
        return merged

    def values(self, ours: object, theirs: object, place: Path, spec: Path) -> object:
        our_keys, their_keys = _mapping(ours), _mapping(theirs)
        if our_keys is not None and their_keys is not None:
            return self.mappings(our_keys, their_keys, place, spec)
        if self.override:
            for inside in [p for p in self.sources if p[: len(place)] == place]:
                del self.sources[inside]
            self.sources[place] = spec
            return theirs
        our_items, their_items = _list(ours), _list(theirs)
        if our_items is not None and their_items is not None:
            return self.lists(our_items, their_items, place, spec)
        if not _same(ours, theirs):
            self.found.append(_conflict(place, spec, self.sources))
        return ours

    def lists(self, ours: list[object], theirs: list[object], place: Path, spec: Path) -> list[object]:
        joined = list(ours)
        names = [_name(item) for item in ours]
        for index, item in enumerate(theirs):
            name = _name(item)
            if name is not None and name in names:
                at = names.index(name)
                joined[at] = self.values(joined[at], item, (*place, at), (*spec, index))
            elif not any(_same(item, known) for known in ours):
                self.sources[(*place, len(joined))] = (*spec, index)
                joined.append(item)
                names.append(name)
        return joined


def _same(one: object, other: object) -> bool:
    """Equal as data: 1 is not true, and neither is 1.0."""
    return type(one) is type(other) and one == other


def _name(item: object) -> str | None:
    """The name of a named mapping of a list."""
    name = (_mapping(item) or {}).get("name")
    return name if isinstance(name, str) else None


def _conflict(place: Path, spec: Path, sources: Sources) -> Diagnostic:
    ours = origin(place, sources)
    return error(
        "native-conflict",
        f"the native passage changes `{shown(place)}`, which is generated",
        spec,
        help="put it under `override:` in the passage, or change what it is generated from",
        related=(Related("generated from here", Site(ours)),) if ours else (),
    )


def origin(place: Path, sources: Sources) -> Path:
    """The place in the spec that a place in a tree comes from: its own, or its nearest ancestor's. () if unknown."""
    for length in range(len(place), -1, -1):
        if place[:length] in sources:
            return (*sources[place[:length]],)
    return ()


def shown(place: Path) -> str:
    """A place in a tree, for people: `docker.env[0].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")


def check(tree: object, schema: str, spec_path: Path, sources: Sources) -> Diagnostics:
    """What `schemas/native/SCHEMA.schema.json` has against a tree with a passage of `spec_path` merged in.

    Each finding is placed at the part of the passage that it is about, or at the passage where it is about none.
    """
    import json

    import jsonschema

    from mlproject.resources import data_dir

    shape = json.loads((data_dir() / "schemas" / "native" / f"{schema}.schema.json").read_text("utf-8"))
    validator = cast("Any", jsonschema.Draft202012Validator(shape))
    found: list[Diagnostic] = []
    for problem in sorted(validator.iter_errors(tree), key=lambda problem: str(problem.json_path)):
        place = tuple(cast("Iterable[str | int]", problem.absolute_path))
        if problem.validator == "additionalProperties":
            known = [str(key) for key in problem.schema.get("properties", {})]
            extra = [(*place, str(key)) for key in problem.instance if key not in known]
            found += [_unknown(key, known, spec_path, sources) for key in extra]
        else:
            site = Site(within(place, spec_path, sources))
            found.append(error("native-invalid", f"`{shown(place) or schema}`: {_why(problem)}", site))
    return tuple(found)


def _why(problem: Any) -> str:  # noqa: ANN401 - an error of jsonschema, which has no types of its own
    """What is wrong, in a line. `not` with `required` forbids a key beside others: jsonschema tells that in riddles."""
    if problem.validator == "not" and "required" in problem.validator_value:
        return f"`{problem.validator_value['required'][0]}` cannot stand beside the other keys"
    if problem.validator == "type":
        wanted = cast("list[str] | str", problem.validator_value)
        kinds = [wanted] if isinstance(wanted, str) else wanted
        value = cast("object", problem.instance)
        found = _KINDS.get(type(value), "null")
        return f"must be {' or '.join(_TYPES.get(kind, kind) for kind in kinds)}, and is {found}"
    return str(problem.message).replace("None]", "null]")


def _unknown(place: Path, known: list[str], spec_path: Path, sources: Sources) -> Diagnostic:
    site = Site(within(place, spec_path, sources), "key")
    near = did_you_mean(str(place[-1]), known)
    return error("native-invalid", f"the tool knows no key `{shown(place)}`", site, help=near)


def within(place: Path, passage: Path, sources: Sources) -> Path:
    """The place in the passage that a place of the merged tree comes from; the passage itself if from elsewhere."""
    for length in range(len(place), -1, -1):
        source = sources.get(place[:length])
        if source is not None and source[: len(passage)] == passage:
            return (*source, *place[length:])
    return passage
