"""The pipeline step with the real DVC: what it tells, and what it leaves when something goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from apply.telling import Stopping, Told
from apply.tiny import Tiny, make
from mlproject import ir
from mlproject.apply import apply
from mlproject.apply.context import Context
from mlproject.apply.events import Failure, Log
from mlproject.apply.memory import prepare
from mlproject.apply.steps.pipeline import State, pipeline
from mlproject.apply.tracking import Tracking
from mlproject.apply.where import Setting, settle
from mlproject.records import replace

pytestmark = pytest.mark.slow

QUICK = """
    stages:
      train:
        cmd: cp data.csv model
        deps: [data.csv]
        outs: [model]
      evaluate:
        cmd: echo '{"auc":1}' > scores.json && touch curve.csv
        deps: [model]
        metrics: [scores.json: {cache: false}]
        plots: [curve.csv]
    """


@pytest.fixture
def quick(tmp_path: Path) -> Tiny:
    """The miniature project with stages that take no time."""
    tiny = make(tmp_path)
    tiny.write("dvc.yaml", QUICK)
    prepare(tiny.where)
    return tiny


def run(tiny: Tiny, told: Told | None = None) -> tuple[State | Failure, Told]:
    """The pipeline step alone."""
    told = told or Told()
    setting = settle(tiny.project, tiny.where, "")
    assert isinstance(setting, Setting)
    store = Tracking(tiny.where, setting)
    return pipeline(Context(tiny.project, tiny.where, setting, store, Log(told))), told


def outcomes(told: Told) -> list[str]:
    return [told.outcomes()["pipeline", stage] for stage in ("train", "evaluate")]


def test_runs_then_does_nothing_then_what_changed(quick: Tiny) -> None:
    first, told = run(quick)
    assert isinstance(first, State)
    assert outcomes(told) == ["done", "done"]
    assert set(first.outputs) == {"model", "scores.json", "curve.csv"}
    second, told = run(quick)
    assert isinstance(second, State)
    assert second.digest == first.digest
    assert told.outcomes()[("pipeline",)] == "unchanged"
    assert not [event for event in told.events if event[0] == "started" and len(event[1]) == 2]
    with (quick.dir / "data.csv").open("a", encoding="utf-8") as data:
        data.write("1,1,0\n")
    third, told = run(quick)
    assert isinstance(third, State)
    assert third.digest != first.digest
    assert outcomes(told) == ["done", "done"]
    said = subprocess.run(
        ["dvc", "status", "-q"], cwd=quick.dir, env={**quick.where.environ, **_path()}, check=False
    )
    assert said.returncode == 0, "plain DVC agrees that nothing is to be done"


def _path() -> dict[str, str]:
    import sys

    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}


def test_a_failing_stage_names_itself_and_keeps_what_ended_well(quick: Tiny) -> None:
    quick.replaced("dvc.yaml", "echo '{", "echo out of luck >&2; exit 3; echo '{")
    failure, told = run(quick)
    assert isinstance(failure, Failure)
    assert failure.code == 1
    assert failure.what.startswith("stage evaluate: ")
    assert "exited with 3" in failure.what
    assert told.text("output", "pipeline", "evaluate") == "out of luck"
    assert outcomes(told) == ["done", "failed"]
    quick.replaced("dvc.yaml", "exit 3; ", "")
    state, told = run(quick)
    assert isinstance(state, State)
    assert outcomes(told) == ["unchanged", "done"]


def test_an_edit_while_a_stage_runs_is_not_recorded(quick: Tiny) -> None:
    quick.replaced("dvc.yaml", "cp data.csv model", "cp data.csv model && echo 3,3,1 >> data.csv")
    failure, _ = run(quick)
    assert isinstance(failure, Failure)
    assert "data.csv changed while stage train ran" in failure.what
    assert not (quick.dir / "dvc.lock").exists()
    assert not list(quick.dir.glob(".dvc/cache/runs/*/*")), "the run-cache has learnt nothing either"
    # The same command again, with the data as it is now: run, not believed to be done.
    again, _ = run(quick)
    assert isinstance(again, Failure)


def test_a_stage_that_takes_too_long_is_stopped(quick: Tiny) -> None:
    quick.replaced("dvc.yaml", "cp data.csv model", "sleep 60")
    train, evaluate = quick.project.stages
    limited = replace(quick, project=replace(quick.project, stages=(replace(train, timeout="1s"), evaluate)))
    failure, told = run(limited)
    assert isinstance(failure, Failure)
    assert "stage train did not end within its timeout of 1 s" in failure.what
    assert told.outcomes()["pipeline", "train"] == "failed"


def test_interrupted_then_run_again(quick: Tiny) -> None:
    quick.replaced("dvc.yaml", "cp data.csv model", "echo begun; sleep 60")
    told = Stopping(at=[("output", ("pipeline", "train"))], interrupt=True)
    result = apply(quick.project, quick.where, told)
    assert result.code == 130
    assert told.outcomes() == {("pipeline", "train"): "failed", ("pipeline",): "failed"}
    (quick.dir / ".dvc" / "tmp" / "rwlock").write_text("", encoding="utf-8")  # as a kill -9 may leave it
    quick.replaced("dvc.yaml", "echo begun; sleep 60", "cp data.csv model")
    state, _ = run(quick)
    assert isinstance(state, State)


def test_two_at_once(quick: Tiny) -> None:
    quick.replaced("dvc.yaml", "cp data.csv model", "echo begun; cp data.csv model")
    inner: list[Told] = []

    class Nested(Told):
        def output(self, step: tuple[str, ...], line: str) -> None:
            super().output(step, line)
            if line == "begun":
                inner.append(Told())
                apply(quick.project, quick.where, inner[0])
                raise KeyboardInterrupt

    apply(quick.project, quick.where, Nested())
    result = inner[0].result
    assert result is not None
    assert result.code == 69
    assert inner[0].text("failed", "apply") == "another apply is at work in this project"


def test_data_under_dvc_and_from_elsewhere(quick: Tiny, tmp_path: Path) -> None:
    elsewhere = tmp_path / "rows.csv"
    elsewhere.write_text("a\n1\n", encoding="utf-8")
    subprocess.run(["git", "rm", "-q", "--cached", "data.csv"], cwd=quick.dir, check=True)
    tracked = ir.Data("rows", "data.csv", "data.csv", "dvc", "", "", "", "", "", ())
    fetched = ir.Data("more", "more.csv", "more.csv", "", str(elsewhere), "", "", "", "", ())
    project = replace(quick, project=replace(quick.project, data=(tracked, fetched)))
    state, told = run(project)
    assert isinstance(state, State)
    assert "data rows: added" in told.text("output", "pipeline")
    assert "data more: imported" in told.text("output", "pipeline")
    assert (quick.dir / "more.csv").read_text(encoding="utf-8") == "a\n1\n"
    (quick.dir / "more.csv").unlink()
    state, told = run(project)
    assert isinstance(state, State)
    assert told.text("output", "pipeline") == "data more: restored"


def test_below_the_root_of_the_repository_and_in_folders(tmp_path: Path) -> None:
    tiny = make(tmp_path, subdir="projects/one")
    tiny.write("dvc.yaml", QUICK)
    (tiny.dir / "books").mkdir()
    tiny.write(
        "books/dvc.yaml", "stages: {copy: {cmd: cp ../data.csv d.csv, deps: [../data.csv], outs: [d.csv]}}"
    )
    train, evaluate = tiny.project.stages
    instance = replace(train.instances[0], address="books/dvc.yaml:copy", name="copy")
    books = replace(train, name="copy", folder="books", instances=(instance,))
    project = replace(tiny.project, stages=(train, evaluate, books), dvc_root="projects/one")
    prepare(tiny.where)
    state, told = run(replace(tiny, project=project))
    assert isinstance(state, State)
    assert (tiny.dir / ".dvc" / "config").is_file()
    assert told.outcomes()["pipeline", "books/dvc.yaml:copy"] == "done"
    assert "books/d.csv" in state.outputs
    assert state.files == ("dvc.yaml", "books/dvc.yaml", "dvc.lock", "books/dvc.lock")


def test_parameters_are_read_as_dvc_reads_them(quick: Tiny) -> None:
    quick.write("params.yaml", "{train: {on: yes, e: 1e-3, octal: 010}}")
    quick.replaced("dvc.yaml", "deps: [data.csv]", "deps: [data.csv]\n    params: [train]")
    state, _ = run(quick)
    assert isinstance(state, State)
    values = json.loads(json.dumps(state.params["params.yaml"]))
    assert values == {"train": {"on": "yes", "e": 0.001, "octal": 10}}
    quick.write("params.yaml", "{train: {day: 2024-01-01}}")
    failure, _ = run(quick)
    assert isinstance(failure, Failure)
    assert failure.code == 1
    assert "type 'date'" in failure.what
