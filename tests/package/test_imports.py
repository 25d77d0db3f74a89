"""What the package imports from others is declared, so that an install without extras can do what it says."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# A module to the distribution that brings it, where the names differ; MarkupSafe is a part of Jinja2's interface.
DISTRIBUTIONS = {"yaml": "pyyaml", "markupsafe": "jinja2"}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_every_import_statement_is_of_a_dependency_of_the_core(root: Path) -> None:
    """The tools of [run] are imported by name, in processes of their own, so no statement may name them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    ours = {"mlproject", "__future__", *sys.stdlib_module_names}
    files = sorted((root / "compiler" / "mlproject").rglob("*.py"))
    assert files
    for file in files:
        others = {DISTRIBUTIONS.get(name, name) for name in set(imported(file)) - ours}
        assert others <= declared, f"{file} imports what is not declared"
