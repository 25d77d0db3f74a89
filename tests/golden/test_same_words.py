"""`validate` says of a spec all that `compile` says of it, in the same words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlproject.files import WorkTree
from mlproject.pipeline import check, compile

TESTS = Path(__file__).resolve().parent.parent
SPECS = sorted(
    [
        *TESTS.glob("bad/*/*.yaml"),
        *TESTS.glob("bad/*/*/mlproject.yaml"),
        *TESTS.glob("cases/*/mlproject.yaml"),
    ]
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.relative_to(TESTS)))
def test_validate_finds_what_compile_finds(spec: Path, tmp_path: Path) -> None:
    if spec.name == "mlproject.yaml":
        shutil.copytree(spec.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy(spec, tmp_path / "mlproject.yaml")
    source = WorkTree(str(tmp_path))
    assert check("mlproject.yaml", source).diagnostics == compile("mlproject.yaml", source).diagnostics
