"""Apply, for real: DVC, MLflow and BentoML on a project in miniature.

One run costs seconds, so each test follows one project through several of them.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from apply.telling import StoppedError, Stopping, Told
from apply.tiny import Tiny, gate
from mlproject.apply import apply
from mlproject.records import replace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:GitWildMatchPattern:DeprecationWarning"
    ),  # BentoML's own matching of paths
]
Run = Callable[[Tiny], Told]


def rows(tiny: Tiny, query: str) -> list[Any]:
    """What MLflow's database holds."""
    with sqlite3.connect(tiny.dir / "mlflow.db") as database:
        return database.execute(query).fetchall()


def pairs(tiny: Tiny, query: str) -> dict[Any, Any]:
    return dict(rows(tiny, query))


def runs(tiny: Tiny) -> list[Any]:
    return rows(tiny, "select run_uuid, status from runs where lifecycle_stage = 'active'")


def versions(tiny: Tiny) -> list[Any]:
    return rows(tiny, "select name, version from model_versions order by version")


def aliases(tiny: Tiny) -> list[Any]:
    return rows(tiny, "select name, alias, version from registered_model_aliases")


def gate_tags(tiny: Tiny, key: str) -> dict[Any, Any]:
    return pairs(tiny, f"select version, value from model_version_tags where key = '{key}'")


def bentos(tiny: Tiny) -> list[Path]:
    return sorted(Path(tiny.where.environ["BENTOML_HOME"]).glob("bentos/*/*/bento.yaml"))


def everything_is_there_once(tiny: Tiny) -> None:
    assert [status for _, status in runs(tiny)] == ["FINISHED"]
    assert versions(tiny) == [("sorter", 1)]
    assert aliases(tiny) == [("sorter", "champion", 1)]
    assert pairs(tiny, "select key, value from metrics") == {
        "auc": 0.9,
        "per_class.a": 1.0,
        "per_class.b": 0.5,
    }
    assert pairs(tiny, "select key, value from params") == {
        "evaluate.auc": "0.9",
        "train.c": "1.0",
        "train.classes.0": "a",
        "train.classes.1": "b",
    }
    tags = pairs(tiny, "select key, value from tags")
    assert (tags["kind"], tags["team"]) == ("binary", "t")
    assert len(tags["mlflow.source.git.commit"]) == 40
    ((artifacts,),) = rows(tiny, "select artifact_uri from runs where lifecycle_stage = 'active'")
    assert Path(artifacts).is_relative_to(tiny.dir / "mlruns"), "where plain `mlflow ui` looks"
    files = {file.relative_to(artifacts).as_posix() for file in Path(artifacts).rglob("*") if file.is_file()}
    assert files >= {"scores.json", "curve.csv", "dvc.yaml", "dvc.lock", "params.yaml"}
    assert not list(Path(tiny.where.environ["BENTOML_HOME"]).glob(".mlproject-*"))


def test_the_whole_loop_cut_short_everywhere(tiny: Tiny, run: Run) -> None:
    """Stopped between any two steps, and within some, the next run goes on; in the end everything is there once."""
    at: list[tuple[str, tuple[str, ...]]] = [("done", ("pipeline",)), ("output", ("record",))]
    at += [("done", ("register",)), ("done", ("build sorter",))]
    told = Told()
    while told.result is None:
        told = Stopping(at=at)
        with suppress(StoppedError):
            apply(tiny.project, tiny.where, told)
    assert not at, "each of them stopped one run"
    assert told.result.code == 0

    second = run(tiny)
    assert second.result is not None
    assert (second.result.code, second.result.changed) == (0, False)
    assert set(second.outcomes().values()) == {"unchanged"}
    (answer,) = second.result.answers
    assert answer.earlier
    assert (answer.request, answer.response) == ({"features": [0, 1]}, {"label": 0})

    everything_is_there_once(tiny)
    (bento,) = bentos(tiny)
    assert answer.bento == f"{bento.parent.parent.name}:{bento.parent.name}"
    assert ("service sorter", f"bentoml serve {answer.bento}") in second.result.look

    # Another state of the pipeline, with the same model: a new run, and nothing else.
    tiny.replaced("params.yaml", "auc: 0.9", "auc: 0.95")
    changed = run(tiny)
    assert changed.text("done", "pipeline", "evaluate") == "ran"
    assert changed.text("unchanged", "pipeline", "train") == "unchanged"
    assert len(runs(tiny)) == 2
    assert versions(tiny) == [("sorter", 1)]
    assert changed.outcomes()[("build sorter",)] == "unchanged"

    # Back again, and someone has deleted the store: DVC has it all in its cache, MLflow gets it all again.
    tiny.replaced("params.yaml", "auc: 0.95", "auc: 0.9")
    (tiny.dir / "mlflow.db").unlink()
    remade = run(tiny)
    assert remade.result is not None
    assert remade.result.code == 0
    assert remade.text("done", "pipeline", "evaluate") == "taken from DVC's run-cache"
    assert len(runs(tiny)) == 1
    assert aliases(tiny) == [("sorter", "champion", 1)]
    assert remade.result.answers[0].earlier


def test_gates(tiny: Tiny, run: Run) -> None:
    quiet = tiny.without_service()
    relative = gate(against="champion", max_drop=0.005)
    first = run(quiet.gated(gate(min=0.8), relative, gate(key=("per_class", "b"), max=0.5)))
    assert first.result is not None
    assert first.result.code == 0
    assert "no champion yet" in first.text("output", "gates")

    # Another model, worse than the champion: registered, tagged, without the alias; nothing is built for it.
    tiny.replaced("params.yaml", "auc: 0.9", "auc: 0.85")
    tiny.write("data.csv", (tiny.dir / "data.csv").read_text(encoding="utf-8") + "9,9,1\n")
    second = run(tiny.gated(gate(min=0.8), relative))
    assert second.result is not None
    assert second.result.code == 1
    assert "✗ auc 0.85 (at most 0.005 below 0.9 of the champion, version 1)" in second.text("output", "gates")
    assert versions(tiny) == [("sorter", 1), ("sorter", 2)]
    assert aliases(tiny) == [("sorter", "champion", 1)]
    assert gate_tags(tiny, "mlproject.gates") == {1: "passed", 2: "failed"}
    assert "at most 0.005 below" in gate_tags(tiny, "mlproject.gates.report")[2]
    assert second.outcomes()[("build sorter",)] == "skipped"
    assert bentos(tiny) == []

    # Again, with the tag by which a run is known to be whole taken away: that run is made again, the verdict stays.
    with sqlite3.connect(tiny.dir / "mlflow.db") as database:
        database.execute(
            "delete from tags where key = 'mlproject.recorded' and run_uuid != ?", runs(tiny)[0][:1]
        )
    before = runs(tiny)
    third = run(tiny.gated(gate(min=0.8), relative))
    assert third.result is not None
    assert third.result.code == 1
    assert "cut short" in third.text("output", "record")
    assert len(runs(tiny)) == 2
    assert runs(tiny) != before
    assert len(versions(tiny)) == 2

    # The gate is relaxed in the spec: the version is there already, and takes the alias.
    relaxed = run(quiet.gated(gate(min=0.8), gate(against="champion", max_drop=0.05)))
    assert relaxed.result is not None
    assert relaxed.result.code == 0
    assert aliases(tiny) == [("sorter", "champion", 2)]
    assert len(versions(tiny)) == 2
    assert gate_tags(tiny, "mlproject.gates") == {1: "passed", 2: "passed"}


def test_models_as_mlflow_loads_them(tiny: Tiny, run: Run) -> None:
    """One read from a file by its flavor, one that is an MLflow model directory; made with a class of the project."""
    tiny.write(
        "shapes.py",
        """
        from sklearn.base import BaseEstimator, ClassifierMixin


        class Wide(ClassifierMixin, BaseEstimator):
            def fit(self, rows, labels):
                self.classes_, self.least_ = [0, 1], 4.0
                return self

            def predict(self, rows):
                return [int(row[0] > self.least_) for row in rows]
        """,
    )
    tiny.write(
        "train.py",
        """
        import sys

        import joblib
        import mlflow.sklearn
        from shapes import Wide

        model = Wide().fit([], [])
        joblib.dump(model, "model.joblib")
        mlflow.sklearn.save_model(model, "model", serialization_format="cloudpickle", code_paths=["shapes.py"])
        """,
    )
    tiny.replaced("dvc.yaml", "deps: [data.csv, train.py]", "deps: [data.csv, train.py, shapes.py]")
    tiny.replaced("dvc.yaml", "outs: [model]", "outs: [model, model.joblib]")
    quiet = tiny.without_service()
    (model,) = quiet.project.models
    other = replace(model, name="other", file="model.joblib", flavor="sklearn", alias="")
    told = run(replace(quiet, project=replace(quiet.project, models=(model, other))))
    assert told.result is not None
    assert told.result.code == 0, told.events
    assert ("model other", "models:/other/1") in told.result.look
    code = """
import mlflow, sys
print(mlflow.pyfunc.load_model("models:/sorter@champion").predict([[1], [9]]))
print(mlflow.sklearn.load_model("models:/other/1").predict([[1], [9]]))
"""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tiny.dir,
        env={**tiny.where.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.split("\n")[:2] == ["[0, 1]", "[0, 1]"], said.stderr
    requirements = next((tiny.dir / "mlruns").rglob("model.skops")).with_name("requirements.txt")
    named = {line.partition("==")[0] for line in requirements.read_text(encoding="utf-8").splitlines()}
    assert named >= {"mlflow", "numpy", "scikit-learn", "skops"}, (
        "the project's own, and what the flavor needs"
    )
