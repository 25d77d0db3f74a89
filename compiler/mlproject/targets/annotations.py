"""A JSON Schema as a Python annotation, as far as that says the same; anything else is `Unsupported`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import cast

from mlproject.records import frozen

SCALARS = {"number": "float", "integer": "int", "boolean": "bool", "string": "str"}

# Keywords to pydantic's names, by type. What only describes is kept apart.
NUMBERS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
}
LIMITS: Mapping[str, Mapping[str, str]] = {
    "number": NUMBERS,
    "integer": NUMBERS,
    "boolean": {},
    "string": {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"},
    "array": {"minItems": "min_length", "maxItems": "max_length"},
}
PROSE = frozenset({"title", "description", "examples", "$comment"})
BEYOND_RUST = re.compile(
    r"\(\?<?[=!]|\\[1-9]|\(\?P="
)  # pydantic's regular expressions look neither ahead nor back


class Unsupported(Exception):  # noqa: N818 - an answer, not a failure
    """What of a schema has no annotation, as words that follow "the field has"."""


@frozen
class Annotation:
    """`text` is Python; `kind` the schema's type; `depth` how many arrays are nested; `imports` the names it uses."""

    text: str
    kind: str
    depth: int
    imports: str


def literal(value: object) -> str:
    """A value as a Python literal, text in double quotes where that needs no more escapes."""
    text = repr(value)
    if isinstance(value, str) and text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'
    return text


def annotation(schema: Mapping[str, object]) -> Annotation:
    """The annotation of a schema. Raises `Unsupported`."""
    kind, null = _type(schema)
    limits = LIMITS[kind]
    known = {"type", "enum", "const", *limits, *PROSE, *(["items"] if kind == "array" else [])}
    strange = [key for key in schema if key not in known]
    if strange:
        raise Unsupported(f"`{strange[0]}`, which has no counterpart in the generated code")
    text, depth, imports = SCALARS.get(kind, "list"), 0, ""
    if kind == "array":
        items = schema.get("items")
        if not isinstance(items, Mapping):
            raise Unsupported("an array without `items`")
        inner = annotation(cast("Mapping[str, object]", items))
        text, depth, imports = f"list[{inner.text}]", inner.depth + 1, inner.imports
    elif "enum" in schema or "const" in schema:
        text, imports = _choice(schema), "Literal"
    fields = [f"{limits[key]}={_limit(key, value)}" for key, value in schema.items() if key in limits]
    if schema.get("description"):
        fields.append(f"description={literal(str(schema['description']))}")
    if null:
        text += " | None"
    if fields:
        text, imports = f"Annotated[{text}, Field({', '.join(fields)})]", f"{imports} Annotated Field"
    return Annotation(text, kind, depth, imports)


def _type(schema: Mapping[str, object]) -> tuple[str, bool]:
    given = schema.get("type")
    kinds = cast("list[object]", given) if isinstance(given, list) else [given]
    rest = [kind for kind in kinds if kind != "null"]
    if len(rest) != 1 or not isinstance(rest[0], str) or rest[0] not in LIMITS:
        raise Unsupported(
            "no type that the generated code can have" if given is None else f"the type `{given}`"
        )
    return rest[0], len(rest) != len(kinds)


def _choice(schema: Mapping[str, object]) -> str:
    given = schema["enum"] if "enum" in schema else [schema["const"]]
    choices = cast("list[object]", given) if isinstance(given, list) else []
    if not choices or not all(isinstance(choice, str | int) for choice in choices):
        raise Unsupported("an `enum` of something else than texts and whole numbers")
    return f"Literal[{', '.join(literal(choice) for choice in choices)}]"


def _limit(key: str, value: object) -> str:
    if key == "pattern":
        if not isinstance(value, str) or BEYOND_RUST.search(value):
            raise Unsupported("a `pattern` that pydantic cannot check")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Unsupported(f"a `{key}` that is no number")
    return literal(value)
