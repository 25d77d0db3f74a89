"""Values held against JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from mlproject.ir import Api


def mistakes(value: object, schema: Mapping[str, object]) -> list[str]:
    """What is wrong with a value under a schema, a sentence each; nothing where it is valid."""
    from jsonschema import Draft202012Validator

    validator = cast("Any", Draft202012Validator(schema))
    return [str(error.message) for error in validator.iter_errors(value)]


def wrong_answer(api: Api, response: object) -> str:
    """What is wrong with an answer under a route's contract, '' where nothing is. One declared field may come bare."""
    if not api.output:
        return ""
    if len(api.output) == 1 and mistakes(response, {"type": "object"}):
        return "; ".join(mistakes(response, next(iter(api.output.values()))))[:300]
    whole: dict[str, object] = {
        "type": "object",
        "properties": dict(api.output),
        "required": list(api.output),
    }
    return "; ".join(mistakes(response, whole))[:300]
