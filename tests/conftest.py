"""Fixtures and settings that every test may rely on."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# The tools that tests start report to nobody.
os.environ.update(DVC_NO_ANALYTICS="1", MLFLOW_DISABLE_TELEMETRY="true", BENTOML_DO_NOT_TRACK="True")

# No deadline anywhere: a shared machine is slow now and then, and that is not what a law is about.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _UNTIMED, derandomize=True, max_examples=60, database=None)
settings.register_profile("deep", _UNTIMED, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one flag that rewrites golden files."""
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected files of golden tests"
    )


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten instead of compared (the flag, or UPDATE_GOLDEN=1)."""
    return bool(request.config.getoption("--update-golden")) or os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.fixture(scope="session")
def golden(update_golden: bool) -> Callable[[Path, str], None]:
    """Compares a text with a file, byte for byte, or rewrites the file."""

    def same(file: Path, text: str) -> None:
        if update_golden:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        assert file.is_file(), f"{file} is missing; pytest --update-golden writes it"
        assert text == file.read_bytes().decode()

    return same


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root (of an unpacked sdist, its top folder)."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real files of real projects, which are not ours to ship: named by MLPROJECT_CORPUS."""
    named = os.environ.get("MLPROJECT_CORPUS")
    place = Path(named) if named else ROOT.parent / "shared" / "corpus"
    if not place.is_dir():
        pytest.skip(f"no corpus of real files: MLPROJECT_CORPUS is {named or 'not set'}")
    return place
