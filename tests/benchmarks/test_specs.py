"""What the benchmarks measure with: the same specs everywhere, and specs that the compiler has nothing against."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from mlproject.files import WorkTree
from mlproject.pipeline import check


@pytest.fixture(scope="module")
def specs(root: Path) -> ModuleType:
    described = importlib.util.spec_from_file_location("specs", root / "benchmarks" / "specs.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_text_is_the_same_under_another_hash_seed(root: Path, specs: ModuleType) -> None:
    script = "import specs, sys; sys.stdout.write(specs.spec(230))"
    for seed in ("0", "1"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "benchmarks")}
        told = subprocess.run(
            [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True, timeout=60
        )
        assert _digest(told.stdout) == _digest(specs.spec(230))


@pytest.mark.parametrize("stages", [1, 10, 37, 1000])
def test_it_is_yaml_with_as_many_stages_as_asked_for(specs: ModuleType, stages: int) -> None:
    tree = yaml.load(specs.spec(stages), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert len(tree["stages"]) == stages


def test_it_is_a_realistic_mix(specs: ModuleType) -> None:
    stages = yaml.safe_load(specs.spec(100))["stages"].values()
    for field in ("foreach", "matrix", "wdir", "params", "metrics", "plots", "resources", "timeout", "desc"):
        assert any(field in stage for stage in stages), field
    assert any(isinstance(stage.get("cmd"), list) for stage in stages)


def test_the_compiler_has_nothing_against_it(specs: ModuleType, tmp_path: Path) -> None:
    specs.write(120, tmp_path)
    checked = check("mlproject.yaml", WorkTree(str(tmp_path)))
    assert checked.diagnostics == ()
    project = checked.project
    assert project is not None
    assert sum(len(stage.instances) for stage in project.stages) > 120


@pytest.mark.slow
def test_the_runner_measures_every_row(root: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    done = subprocess.run(
        [sys.executable, "benchmarks/run.py", "--sizes", "10", "--runs", "1", "--without-dvc", "--json", str(result)],
        cwd=root, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(result.read_text("utf-8"))
    assert [case["name"] for case in found["cases"]] == ["typical", "10"]
    for case in found["cases"]:
        assert list(case["rows"]) == [
            "python -c pass",
            "validate, cold",
            "validate, unchanged",
            "compile, first",
            "compile, cold",
            "compile, unchanged",
        ]
        assert all(len(row["seconds"]) == 1 and row["memory"] > 1 for row in case["rows"].values())
    assert "typical: compile, unchanged, in bare starts" in found["ratios"]
    assert "typical: compile, unchanged, in bare starts" in done.stdout
