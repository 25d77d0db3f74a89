"""The package finds its data and itself, as a checkout and as a wheel."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import mlproject
from mlproject.resources import data_dir

FROM_WHEEL = os.environ.get("MLPROJECT_SUITE") == "wheel"


def names(place: Path) -> list[str]:
    """The files at a place, which may be one itself, relative to it."""
    return sorted(str(file.relative_to(place)) for file in (place, *place.rglob("*")) if file.is_file())


@pytest.fixture
def data(root: Path) -> list[str]:
    """The files and folders beside the package that a wheel carries."""
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    carried = config["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert all(target == f"mlproject/_data/{source}" for source, target in carried.items())
    return sorted(carried)


def test_the_suite_runs_on_what_it_says_it_runs_on(root: Path) -> None:
    package = Path(mlproject.__file__).parent
    if FROM_WHEEL:
        assert package.parent.name == "site-packages"
        assert Path(str(data_dir())) == package / "_data"
    else:
        assert package == root / "compiler" / "mlproject"
        assert data_dir() == root


def test_the_data_are_those_of_the_repository(root: Path, data: list[str]) -> None:
    assert {"schemas", "templates"} <= set(data)
    for place in data:
        found = Path(str(data_dir())) / place
        assert names(found) == names(root / place) != []
        assert [(found / name).read_bytes() for name in names(found)] == [
            (root / place / name).read_bytes() for name in names(found)
        ]


def test_the_package_itself_imports_nothing() -> None:
    # Every command, a cached one too, pays for what stands here.
    tree = ast.parse(Path(mlproject.__file__).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]


def test_the_version_is_written_once() -> None:
    assert version("mlproject-compiler") == mlproject.__version__


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="mlproject")
    assert command.value == "mlproject.cli:process"


def test_a_wheel_holds_the_package_and_its_data_and_nothing_else(
    root: Path, data: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
    carried = {Path("mlproject/_data", place, name) for place in data for name in names(root / place)}
    code = {Path("mlproject", name) for name in names(root / "compiler/mlproject") if name.endswith(".py")}
    assert held == carried | code | {Path("mlproject/py.typed")}
