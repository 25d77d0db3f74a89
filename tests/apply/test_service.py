"""Building and trying a service with the real BentoML, where it goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from apply.telling import Told
from apply.tiny import Tiny, make
from mlproject.apply.context import Context
from mlproject.apply.events import Failure, Log
from mlproject.apply.memory import prepare
from mlproject.apply.steps.build import Bento, build
from mlproject.apply.steps.smoke import smoke
from mlproject.apply.tracking import Tracking
from mlproject.apply.where import Setting, settle
from mlproject.records import replace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:GitWildMatchPattern:DeprecationWarning"
    ),  # BentoML's own matching of paths
]

ECHO = """
    import bentoml

    BAD = False


    @bentoml.service(name="sorter")
    class Sorter:
        def __init__(self) -> None:
            if BAD:
                raise RuntimeError("no heart to start")

        @bentoml.api
        def predict(self, features: list[float]) -> dict:
            return {"label": len(features)}
    """


@pytest.fixture
def echo(tmp_path: Path) -> Tiny:
    """The miniature project with a service that needs no model."""
    tiny = make(tmp_path)
    tiny.write("service.py", ECHO)
    (tiny.dir / "model").mkdir()
    tiny.write("model/mean.json", "3")
    prepare(tiny.where)
    return tiny


def context(tiny: Tiny) -> tuple[Context, Told]:
    told = Told()
    setting = settle(tiny.project, tiny.where, "")
    assert isinstance(setting, Setting)
    return Context(tiny.project, tiny.where, setting, Tracking(tiny.where, setting), Log(told)), told


def test_built_once_for_its_content(echo: Tiny) -> None:
    here, told = context(echo)
    (service,) = echo.project.services
    first = build(here, service)
    assert isinstance(first, Bento)
    assert told.outcomes()[("build sorter",)] == "done"
    assert first.folder.joinpath("src", "model", "mean.json").is_file()
    assert build(here, service) == first
    assert told.outcomes()[("build sorter",)] == "unchanged"
    echo.write("unrelated.txt", "not included")
    assert build(here, service) == first
    # A half copied Bento, as another tool may leave it, is none.
    first.folder.joinpath("bento.yaml").unlink()
    assert build(here, service) == first
    assert told.outcomes()[("build sorter",)] == "done"
    # What the bentofile names counts, though `include` does not list it.
    echo.write("requirements.txt", "numpy\njoblib\n")
    second = build(here, service)
    assert isinstance(second, Bento)
    assert second.tag != first.tag
    # Its answer is held against the contract.
    told.events.clear()
    stricter = replace(
        service, api=(replace(service.api[0], output={"label": {"type": "integer", "maximum": 1}}),)
    )
    refused = smoke(here, stricter, second)
    assert isinstance(refused, Failure)
    assert "2 is greater than the maximum of 1" in refused.what
    assert told.outcomes()[("try sorter",)] == "failed"


def test_a_service_that_cannot_start_is_said_and_stopped(echo: Tiny) -> None:
    echo.replaced("service.py", "BAD = False", "BAD = True")
    here, told = context(echo)
    service = replace(echo.project.services[0], secrets=("API_TOKEN",))
    bento = build(here, service)
    assert isinstance(bento, Bento)
    failure = smoke(here, service, bento)
    assert isinstance(failure, Failure)
    assert "RuntimeError: no heart to start" in failure.what
    assert "API_TOKEN" in failure.next
    assert "no heart to start" in told.text("output", "try sorter")


def test_a_build_that_fails_shows_why(echo: Tiny) -> None:
    (service,) = echo.project.services
    echo.replaced("bentofile.yaml", "model/", "model.bin")
    here, _ = context(echo)
    missing = build(here, service)
    assert isinstance(missing, Failure)
    assert "includes model.bin, which is not there" in missing.what
    echo.write("model.bin", "")
    echo.write("service.py", "import a_module_that_nobody_has\n")
    here, told = context(echo)
    failure = build(here, service)
    assert isinstance(failure, Failure)
    assert "a_module_that_nobody_has" in told.text("output", "build sorter")
    assert not list(Path(echo.where.environ["BENTOML_HOME"]).glob("bentos/*/*"))


def test_a_bento_without_a_name_of_its_own_is_called_after_the_service(echo: Tiny) -> None:
    echo.replaced("bentofile.yaml", "name: sorter\n", "")
    echo.replaced("service.py", '(name="sorter")', "")
    here, told = context(echo)
    (service,) = echo.project.services
    first = build(here, service)
    assert isinstance(first, Bento)
    assert first.tag.startswith("sorter:")
    assert build(here, service) == first
    assert told.outcomes()[("build sorter",)] == "unchanged"


def test_a_file_that_the_build_reads_must_be_there(echo: Tiny) -> None:
    (echo.dir / "requirements.txt").unlink()
    here, _ = context(echo)
    (service,) = echo.project.services
    failure = build(here, service)
    assert isinstance(failure, Failure)
    assert failure.what == "bentofile.yaml names requirements.txt, which is not there"
