"""The JSON Schema of `mlproject.yaml`, for editors: completion, hover texts, and mistakes while typing.

Made from the models, and widened where the language is wider than a model, which sees a spec after it was merged and
substituted: `KEY+:` appends to a list, `null` removes what a preset gave, and `${…}` may stand for any value.
"""

from __future__ import annotations

import json
from typing import Any, cast

from mlproject.model import Spec

ID = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "pattern": r"^\$\{[^}]+\}$", "description": "A reference, as in ${vars.NAME}."}

Node = dict[str, Any]


def schema() -> Node:
    """The schema as data."""
    made = Spec.model_json_schema(by_alias=True)
    for definition in (made, *made.get("$defs", {}).values()):
        _widen(definition)
    return {
        "$schema": ID,
        "title": "mlproject.yaml",
        **{k: v for k, v in made.items() if k not in ("title", "$schema")},
    }


def text() -> str:
    """The schema as it stands in `schemas/mlproject.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _widen(definition: Node) -> None:
    properties = cast("dict[str, Node]", definition.get("properties", {}))
    appends: dict[str, Node] = {}
    for name, field in properties.items():
        field.pop("title", None)
        if field.get("default", 0) is None:
            field.pop("default")
        branches = cast("list[Node]", field.get("anyOf", [field]))
        if any(branch.get("type") == "array" for branch in _flat(branches)):
            description = f"Appends to `{name}` of a preset."
            appends[f"{name}+"] = {"type": "array", "description": description, "examples": _listed(field)}
        if any(
            branch.get("type") in ("integer", "number", "boolean") or "enum" in branch for branch in branches
        ):
            _also(field, REFERENCE)
    properties.update(appends)


def _listed(field: Node) -> list[object]:
    return [example for example in field.get("examples", []) if isinstance(example, list)] or [[]]


def _flat(branches: list[Node]) -> list[Node]:
    return [
        inner for branch in branches for inner in (_flat(branch["oneOf"]) if "oneOf" in branch else [branch])
    ]


def _also(field: Node, branch: Node) -> None:
    """Lets a field be something else, too; its own words stay outside."""
    if "anyOf" in field:
        field["anyOf"] = [*field["anyOf"], branch]
        return
    words = {key: field.pop(key) for key in list(field) if key in ("description", "examples", "default")}
    own = dict(field)
    field.clear()
    field.update({"anyOf": [own, branch], **words})
