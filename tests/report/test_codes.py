"""The codes, their documentation and their use in the source hold together."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

import mlproject
from mlproject.codes import BY_NAME, CODES
from mlproject.diagnostics import SEVERITIES
from mlproject.files import WorkTree
from mlproject.imports.discover import discover
from mlproject.pipeline import compile
from mlproject.report.explain_code import section, sections

PACKAGE = Path(mlproject.__file__).parent

# What the examples of some sections need beside them.
FILES: dict[str, dict[str, str]] = {
    "append-mismatch": {"preset.yaml": "owners: ml@example.com\n"},
    "forgotten-module": {"train.py": "import features\n", "features.py": ""},
    "forgotten-script": {"train.py": ""},
    "import-copied": {"shared.yaml": "lr: 1\ndepth: 2\n", "params.yaml": "depth: 3\n"},
    "output-in-git": {"model.bin": ""},
    "param-ambiguous": {"params.yaml": "lr: 1\n", "more.yaml": "lr: 2\n"},
    "service-entry": {"service.py": "class Screaning: ...\n"},
    "service-disagrees": {
        "service.py": "import bentoml\n@bentoml.service(traffic={'timeout': 30})\nclass Screening: ...\n"
    },
}
STAGES = "stages: {any: {cmd: 'true', outs: [any.txt]}}\n"


def example(code: str) -> tuple[str, str]:
    """The language and the text of a section's example."""
    found = re.search(r"```(\w+)\n(.*?)```", section(code) or "", re.DOTALL)
    assert found, f"the section on {code} has no example"
    return found[1], found[2]


def used() -> dict[str, set[str]]:
    """Every text in the package that is a code's name, and where it stands."""
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        if file.name != "codes.py":
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in BY_NAME:
                    found.setdefault(node.value, set()).add(f"{file.name}:{node.lineno}")
    return found


def said() -> dict[str, str]:
    """Every text given as a code to a diagnostic, and one place."""
    found: dict[str, str] = {}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
                first = node.args[0]
                if (
                    node.func.id in {"error", "warning", "Diagnostic"}
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                ):
                    found[first.value] = f"{file.name}:{node.lineno}"
    return found


def test_codes_are_unique_names_with_titles() -> None:
    assert len(BY_NAME) == len(CODES)
    for code in CODES:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code.name)
        assert code.severity in SEVERITIES
        assert code.title[0].isupper() or code.title[0] == "`"
        assert not code.title.endswith(".")


def test_every_code_has_a_section_and_every_section_a_code() -> None:
    assert list(sections()) == sorted(sections(), key=list(sections()).index)
    assert set(sections()) == set(BY_NAME)


def test_every_code_that_is_said_is_listed() -> None:
    unlisted = {code: place for code, place in said().items() if code not in BY_NAME}
    assert unlisted == {}


def test_every_listed_code_is_used() -> None:
    assert sorted(set(BY_NAME) - set(used())) == []


@pytest.mark.parametrize("code", list(BY_NAME))
def test_a_section_says_what_shows_how_and_tells_the_way_out(code: str) -> None:
    text = section(code) or ""
    before, _, after = text.partition("```")
    assert before.strip()
    assert "**Mend it:**" in after
    assert example(code)[0] in {"yaml", "console"}
    assert "# " not in before


YAML = [code for code in BY_NAME if example(code)[0] == "yaml"]
IMPORTED = [code for code in YAML if code.startswith("import-")]


@pytest.mark.parametrize("code", IMPORTED)
def test_the_native_file_of_a_section_gets_its_code(code: str, tmp_path: Path) -> None:
    first, _, text = example(code)[1].partition("\n")
    for name, content in {**FILES.get(code, {}), first.removeprefix("# "): text}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = {d.code: d.severity for d in discover(str(tmp_path), "").diagnostics}
    assert found.get(code) == BY_NAME[code].severity


@pytest.mark.parametrize("code", [code for code in YAML if code not in IMPORTED])
def test_the_example_of_a_section_gets_its_code(code: str, tmp_path: Path) -> None:
    text = example(code)[1]
    if not text.startswith(("- ", "name:")):
        text = "name: demo\n" + text
        text += "" if "\nstages:" in text else STAGES
    for name, content in {**FILES.get(code, {}), "mlproject.yaml": text}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=60)
    subprocess.run(["git", "-C", str(tmp_path), "add", "-A"], check=True, timeout=60)
    found = {d.code: d.severity for d in compile("mlproject.yaml", WorkTree(str(tmp_path))).diagnostics}
    assert code in found
    assert found[code] == BY_NAME[code].severity


def test_a_code_without_a_section_has_none() -> None:
    assert section("no-such-code") is None
    assert section("") is None
