"""A request to try a service with: real values where the project has some, else the smallest that its schema allows.

An input field takes, in this order: the schema's own `example`, `examples`, `default`, `const`; the first row of the
project's data, where its shape fits; a value built from the schema. Whatever is taken is valid under the schema.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from mlproject.apply.contract import mistakes
from mlproject.ir import Api, Instance, Project, Service

Schema = Mapping[str, object]
Row = Mapping[str, object]
STATED = ("example", "default", "const")
ROWS = 50
TARGETS = {"target", "label", "class", "y", "outcome"}
TEXTS = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "time": "00:00:00Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
}


def request_for(project: Project, service: Service, api: Api, project_dir: Path) -> dict[str, object]:
    """A request for one route: a value for each input field."""
    rows: list[Row] | None = None
    request: dict[str, object] = {}
    for name, schema in api.input.items():
        found = _stated(schema)
        if found is None:
            rows = _rows(project, service, project_dir) if rows is None else rows
            found = next(_fitting(name, schema, rows, set(api.output)), None)
        request[name] = build(schema) if found is None else found[0]
    return request


def _stated(schema: Schema) -> tuple[object] | None:
    """The value that the schema itself gives, in a tuple of one."""
    for key in STATED:
        if key in schema:
            return (schema[key],)
    examples = schema.get("examples")
    return (cast("list[object]", examples)[0],) if isinstance(examples, list) and examples else None


def _fitting(name: str, schema: Schema, rows: Iterable[Row], outputs: set[str]) -> Iterator[tuple[object]]:
    """Values from the data that are valid under a field's schema, in tuples of one."""
    for row in rows:
        for value in _shapes(name, schema, row, outputs):
            if not mistakes(value, schema):
                yield (value,)


def _shapes(name: str, schema: Schema, row: Row, outputs: set[str]) -> Iterator[object]:
    """What a row may be for a field: one column, the columns as an object, the numbers in order; or a list of those."""
    if name in row:
        yield row[name]
    inner = schema.get("items")
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        yield {key: row[key] for key in cast("Mapping[str, object]", properties) if key in row}
    if isinstance(inner, Mapping):
        items = cast("Schema", inner)
        for one in _shapes(name, items, row, outputs) if items.get("type") in ("array", "object") else ():
            yield [one]
        numbers = {key: value for key, value in row.items() if isinstance(value, int | float)}
        targets = [key for key in numbers if key in outputs or key.lower() in TARGETS]
        for left_out in [
            (),
            tuple(targets),
            tuple(itertools.islice(reversed(numbers), 1)),
            tuple(itertools.islice(numbers, 1)),
        ]:
            yield [value for key, value in numbers.items() if key not in left_out]


def _rows(project: Project, service: Service, project_dir: Path) -> list[Row]:
    """The first rows of the tables that the service's models come from, the most telling first: the monitoring
    reference, what the model's stage reads, the project's data."""
    files = [monitor.reference for monitor in project.monitors if monitor.service == service.name]
    stages = {model.stage for model in project.models if model.name in service.models}
    instances = [instance for stage in project.stages for instance in stage.instances]
    files += [
        file for instance in instances if instance.address in stages for file in _tables_first(instance)
    ]
    files += [data.file for data in project.data]
    rows: list[Row] = []
    for file in dict.fromkeys(files):
        rows += read_rows(project_dir / file)
    return rows


def _tables_first(instance: Instance) -> list[str]:
    return [file for _, file in instance.deps]


def read_rows(path: Path) -> list[Row]:
    """The first rows of a table (CSV, TSV, JSON lines; plain or gzipped); none where it is no table that we read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    kind = (suffixes[:-1] if packed else suffixes)[-1:]
    if kind not in ([".csv"], [".tsv"], [".jsonl"]) or not path.is_file():
        return []
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            text = io.TextIOWrapper(cast("io.BufferedReader", stream), encoding="utf-8", newline="")
            if kind == [".jsonl"]:
                found = [json.loads(line) for line in itertools.islice(text, ROWS)]
                return [cast("Row", row) for row in found if isinstance(row, dict)]
            table = csv.DictReader(text, delimiter="\t" if kind == [".tsv"] else ",")
            return [
                {key: _cell(value) for key, value in row.items() if key}
                for row in itertools.islice(table, ROWS)
            ]
    except (OSError, ValueError, csv.Error):
        return []


def _cell(text: str) -> object:
    """A cell of a table as a number or truth value where it is one."""
    for reader in (int, float):
        try:
            return reader(text)
        except (TypeError, ValueError):
            continue
    return {"true": True, "false": False}.get(str(text).lower(), text)


def build(schema: Schema) -> object:
    """The smallest value of a schema's type within its bounds. A schema beyond types, enums, bounds and nesting (a
    pattern, a condition) may not be met: then the service says so."""
    stated = _stated(schema)
    if stated is not None:
        return stated[0]
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return cast("list[object]", enum)[0]
    for key in ("anyOf", "oneOf", "allOf"):
        branches = schema.get(key)
        if isinstance(branches, list) and branches:
            beside = {name: value for name, value in schema.items() if name != key}
            return build({**beside, **cast("list[Schema]", branches)[0]})
    kinds = schema.get("type")
    names = cast("list[object]", kinds) if isinstance(kinds, list) else [kinds]
    return BUILDERS.get(str(names[0]) if names else "", _text)(schema)


def _number(schema: Schema) -> float:
    step = 1 if schema.get("type") == "integer" else 0.5
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(low, int | float):
        return low
    above, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        return above + step
    if isinstance(high, int | float):
        return min(high, 0)
    if isinstance(under, int | float) and not isinstance(under, bool):
        return min(under - step, 0)
    return 0


def _array(schema: Schema) -> list[object]:
    count = schema.get("minItems")
    items = schema.get("items")
    inner = cast("Schema", items) if isinstance(items, Mapping) else {"type": "number"}
    return [build(inner) for _ in range(count if isinstance(count, int) else 1)]


def _object(schema: Schema) -> dict[str, object]:
    properties = cast("Mapping[str, Schema]", schema.get("properties") or {})
    required = schema.get("required")
    names = cast("list[str]", required) if isinstance(required, list) else list(properties)
    return {name: build(properties.get(name, {})) for name in names}


def _text(schema: Schema) -> str:
    form = schema.get("format")
    if isinstance(form, str) and form in TEXTS:
        return TEXTS[form]
    length = schema.get("minLength")
    return "a" * max(1, length if isinstance(length, int) else 1)


BUILDERS: Mapping[str, Callable[[Schema], object]] = {
    "integer": _number,
    "number": _number,
    "boolean": lambda _: False,
    "array": _array,
    "object": _object,
    "null": lambda _: None,
}
