"""The JSON Schemas: committed as printed, with words and examples for an editor, and right about real specs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import yaml

from mlproject.cli.schema import SCHEMAS
from mlproject.model.schema import schema
from surface.running import run

Node = dict[str, Any]
PROJECTS = sorted((Path(__file__).resolve().parents[2] / "projects").glob("*/mlproject.yaml"))


def _fields(node: object, at: str = "") -> Iterator[tuple[str, Node, Node]]:
    """Every field of every mapping that a schema describes: where, its schema, and the mapping's."""
    if isinstance(node, dict):
        mapping = cast("Node", node)
        for name, field in mapping.get("properties", {}).items():
            yield f"{at}.{name}", field, mapping
            yield from _fields(field, f"{at}.{name}")
        for key, value in mapping.items():
            if key not in ("properties", "examples", "default", "const", "enum"):
                yield from _fields(value, f"{at}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(cast("list[object]", node)):
            yield from _fields(item, f"{at}/{index}")


FIELDS = {at: field for at, field, _ in _fields(schema())}


def _locked(root: Path, package: str) -> bool:
    """Whether the package here is the one that the lock names."""
    lines = (root / "requirements" / "core.txt").read_text(encoding="utf-8").splitlines()
    return any(line.startswith(f"{package}=={version(package)} ") for line in lines)


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_schema_is_committed_as_it_is_printed(name: str, root: Path, tmp_path: Path) -> None:
    if name == "spec" and not _locked(root, "pydantic"):
        pytest.skip("another pydantic than the locked one writes the schema in other words")
    done = run("schema", name, at=tmp_path)
    committed = (root / "schemas" / SCHEMAS[name][0]).read_text(encoding="utf-8")
    assert (done.code, done.err) == (0, "")
    assert done.out == committed
    jsonschema.Draft202012Validator.check_schema(json.loads(committed))
    file = tmp_path / "written.json"
    assert run("schema", name, "-o", str(file), at=tmp_path).code == 0
    assert file.read_text(encoding="utf-8") == committed
    assert run("schema", name, "--check", str(file), at=tmp_path).code == 0
    file.write_text(committed + "\n", encoding="utf-8")
    assert run("schema", name, "--check", str(file), at=tmp_path).code == 1


def test_every_field_has_words_and_an_example_for_an_editor() -> None:
    assert len(FIELDS) > 100
    bare = [at for at, field in FIELDS.items() if not field.get("description") or not field.get("examples")]
    assert bare == []


def test_every_example_is_right() -> None:
    whole = schema()
    for at, field, _ in _fields(whole):
        validator = jsonschema.Draft202012Validator({**field, "$defs": whole.get("$defs", {})})
        for example in field["examples"]:
            assert not list(validator.iter_errors(example)), f"{at}: {example}"


@pytest.mark.parametrize("spec", PROJECTS, ids=lambda path: path.parent.name)
def test_the_schema_takes_the_projects_and_no_unknown_key(spec: Path) -> None:
    data = yaml.safe_load(spec.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(data)) == []
    assert not validator.is_valid({**data, "stagez": {}})
    stage = next(iter(data["stages"]))
    assert not validator.is_valid({**data, "stages": {**data["stages"], stage: {"cmd": "x", "dep": []}}})
    assert not validator.is_valid({**data, "models": {"m": {"flavor": "sklearn"}}})


def test_a_project_points_its_editor_to_the_schema(root: Path) -> None:
    for spec in PROJECTS:
        head, _, path = spec.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")
        assert head == "# yaml-language-server: "
        assert (spec.parent / path).resolve() == (root / "schemas" / "mlproject.schema.json")
