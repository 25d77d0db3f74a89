"""The parts of apply that need no tool: names and values, gates, example requests, settings, the terminal."""

from __future__ import annotations

import gzip
import io
import math
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apply.telling import Told
from apply.tiny import Tiny, gate, graph, make
from mlproject import ir
from mlproject.apply import Answer, Result, Where, apply
from mlproject.apply.context import Context
from mlproject.apply.contract import mistakes, wrong_answer
from mlproject.apply.events import Failure, Log
from mlproject.apply.example import build, request_for
from mlproject.apply.flavors import ModelProblem, load_model
from mlproject.apply.leaves import UnreadableError, at, metrics, name_of, parameters, read
from mlproject.apply.steps.build import Bento
from mlproject.apply.steps.deploy import deploy
from mlproject.apply.steps.gates import Champion, judge
from mlproject.apply.steps.pipeline import State
from mlproject.apply.steps.record import record
from mlproject.apply.steps.summary import look
from mlproject.apply.tracking import Tracking
from mlproject.apply.where import Setting, child_environment, settle, shown, unreachable
from mlproject.cli.progress import Progress
from mlproject.records import replace

# metrics and parameters


def test_metrics_of_one_file_stand_alone_and_of_several_under_their_files() -> None:
    content = {"auc": 0.9, "per": {"a": 1, "b": [0.5, 2]}, "ok": True, "kind": "binary", "none": None}
    numbers, texts = metrics({"m/eval.json": content})
    assert numbers == {"auc": 0.9, "per.a": 1.0, "per.b.0": 0.5, "per.b.1": 2.0}
    assert texts == {"ok": "true", "kind": "binary"}
    numbers, _ = metrics({"m/a.json": {"auc": 1}, "m/b.yaml": {"auc": 2}, "plain.json": 3})
    assert numbers == {"m/a/auc": 1.0, "m/b/auc": 2.0, "plain/plain": 3.0}


def test_parameters_of_two_files_that_disagree_are_told_apart() -> None:
    flat = parameters(
        {"params.yaml": {"train": {"lr": 0.1, "deep": {"x": None}}}, "p2.yaml": {"train.lr": 0.2, "n": [1]}}
    )
    assert flat == {
        "params.yaml:train.lr": "0.1",
        "p2.yaml:train.lr": "0.2",
        "train.deep.x": "null",
        "n.0": "1",
    }


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_mlflow_takes(text: str) -> None:
    name = name_of(text)
    assert 0 < len(name) <= 250
    assert not name.startswith("/")
    assert all(char.isascii() and (char.isalnum() or char in "_-. :/") for char in name)


@pytest.mark.parametrize(
    ("file", "text", "value"),
    [
        ("a.json", '{"x": NaN}', math.nan),
        ("a.yaml", "x: 1e-3\n", 0.001),
        ("a.yml", "{x: on}", "on"),
        ("a.toml", "x = 3", 3),
        ("noname", '{"x": 1}', 1),
    ],
)
def test_metrics_files_are_read_by_their_suffix(file: str, text: str, value: object) -> None:
    found = at(read(file, text), ("x",))
    assert repr(found) == repr(value)


@pytest.mark.parametrize(("file", "text"), [("a.json", "{"), ("a.yaml", "a: [1"), ("a.toml", "= 1")])
def test_a_metrics_file_that_is_not_what_it_says(file: str, text: str) -> None:
    with pytest.raises(UnreadableError, match=file):
        read(file, text)


def test_a_key_is_a_path_and_may_hold_dots() -> None:
    content = {"a": {"b": [{"c": 1}]}, "x.y": 2}
    assert at(content, ("a", "b", "0", "c")) == 1
    assert at(content, ("x", "y")) == 2
    assert at(content, ("a", "b", "7")) is None
    assert at(content, ("a", "z")) is None


# gates


@pytest.mark.parametrize(
    ("bounds", "value", "passed"),
    [
        ({"min": 0.9}, 0.9, True),
        ({"min": 0.9}, 0.89, False),
        ({"max": 1.0}, 1.0, True),
        ({"max": 1.0}, 1.1, False),
        ({"min": 0.1, "max": 0.2}, 0.3, False),
        ({"min": 0.9}, None, False),
        ({"min": 0.9}, math.nan, False),
        ({"max": 0.9}, math.nan, False),
    ],
)
def test_bounds(bounds: dict[str, object], value: float | None, passed: bool) -> None:
    assert judge(gate(**bounds), value, None)[0] is passed


@pytest.mark.parametrize(
    ("bounds", "value", "champion", "passed"),
    [
        ({"max_drop": 0.005}, 0.895, 0.9, True),  # though 0.9 - 0.895 is a little more than 0.005 in binary
        ({"max_drop": 0.005}, 0.894, 0.9, False),
        ({"max_rise": 0.1}, 1.1, 1.0, True),
        ({"max_rise": 0.1}, 1.2, 1.0, False),
        ({"max_drop": 0.005}, 0.5, math.nan, False),
        ({"max_drop": 0.005}, 0.5, None, False),
        ({}, 0.9, 0.9, True),
        ({}, 0.8, 0.9, False),
    ],
)
def test_against_the_champion(
    bounds: dict[str, object],
    value: float,
    champion: float | None,
    passed: bool,
) -> None:
    found, line = judge(gate(against="champion", **bounds), value, Champion("3", champion))
    assert found is passed
    assert "version 3" in line


def test_without_a_champion_a_relative_gate_passes_and_says_so() -> None:
    passed, line = judge(gate(against="champion", max_drop=0.0), 0.1, None)
    assert passed
    assert "no champion yet" in line


# example requests


def project_with(api: ir.Api) -> tuple[ir.Project, ir.Service]:
    project = graph("")
    (service,) = project.services
    service = replace(service, api=(api,))
    return replace(project, services=(service,)), service


def asked(
    folder: Path, schemas: Mapping[str, Mapping[str, object]], output: str = "answer"
) -> dict[str, object]:
    project, service = project_with(ir.Api("predict", schemas, {output: {}}, ()))
    return request_for(project, service, service.api[0], folder)


def numbers(count: int, **item: object) -> dict[str, object]:
    return {"type": "array", "items": {"type": "number", **item}, "minItems": count, "maxItems": count}


def test_a_request_takes_a_row_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("name,a,b,label\nx,1,2.5,9\n", encoding="utf-8")
    assert asked(tmp_path, {"features": numbers(2)}) == {"features": [1, 2.5]}
    assert asked(tmp_path, {"features": numbers(3)}) == {"features": [1, 2.5, 9]}
    assert asked(tmp_path, {"features": numbers(2)}, "b") == {"features": [1, 2.5]}, (
        "the last column at the latest"
    )
    assert asked(tmp_path, {"a": {"type": "integer"}, "name": {"type": "string"}}) == {"a": 1, "name": "x"}
    table = {
        "type": "array",
        "items": {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
    }
    assert asked(tmp_path, {"rows": table}) == {"rows": [{"a": 1, "b": 2.5}]}
    assert asked(tmp_path, {"batch": {"type": "array", "items": numbers(2)}}) == {"batch": [[1, 2.5]]}


def test_a_row_that_does_not_fit_is_left(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "rows.csv.gz", "wt") as stream:
        stream.write("a,b\n1,2\n20,30\n")
    project, service = project_with(ir.Api("predict", {"features": numbers(2, minimum=10)}, {}, ()))
    project = replace(project, data=(replace(project.data[0], file="rows.csv.gz"),))
    assert request_for(project, service, service.api[0], tmp_path) == {"features": [20, 30]}
    assert asked(tmp_path, {"features": numbers(5, minimum=1)}) == {"features": [1] * 5}, "none fits: made up"


def test_what_the_schema_gives_comes_first(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a\n1\n", encoding="utf-8")
    given_ones: dict[str, dict[str, object]] = {
        "a": {"examples": [7]},
        "b": {"default": 8},
        "c": {"const": 9},
        "d": {"example": 0},
    }
    assert asked(tmp_path, given_ones) == {"a": 7, "b": 8, "c": 9, "d": 0}


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3) -> dict[str, object]:
    """JSON Schemas of the kinds that contracts are made of."""
    number = draw(st.integers(-5, 5))
    simple: list[dict[str, object]] = [
        {"type": "number", "minimum": number},
        {"type": "integer", "exclusiveMinimum": number},
        {"type": ["integer", "null"], "maximum": number},
        {"type": "string", "minLength": abs(number)},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["x", 3]},
        {},
    ]
    if depth:
        one, other = draw(schemas(depth - 1)), draw(schemas(depth - 1))
        nested: list[dict[str, object]] = [
            {"type": "array", "items": one, "minItems": abs(number)},
            {"type": "object", "properties": {"a": one, "b": other}, "required": ["b"]},
            {"anyOf": [one]},
        ]
        simple += nested
    return draw(st.sampled_from(simple))


@given(schemas())
def test_a_value_built_from_a_schema_is_valid(schema: dict[str, object]) -> None:
    assert mistakes(build(schema), schema) == []


def test_answers_are_held_against_the_contract() -> None:
    api = ir.Api("predict", {}, {"label": {"type": "integer"}}, ())
    assert wrong_answer(api, {"label": 1}) == ""
    assert wrong_answer(api, 1) == "", "one declared field may come bare"
    assert "is not of type" in wrong_answer(api, {"label": "x"})
    assert "required" in wrong_answer(api, {})
    assert "is not of type" in wrong_answer(api, "x")
    assert wrong_answer(ir.Api("predict", {}, {}, ()), "anything") == ""


# settings


def environment(name: str, uri: str = "", **more: object) -> ir.Environment:
    plain = ir.Environment(name, (), "", ir.Tracking("exp", uri, "", {}, ()), {}, ())
    return replace(plain, **more)


def applied(tiny: Tiny, name: str, *environments: ir.Environment, **environ: str) -> Result:
    where = replace(tiny.where, environment=name, environ={**tiny.where.environ, **environ})
    told = Told()
    result = apply(replace(tiny.project, environments=environments), where, told)
    assert not (tiny.dir / "dvc.lock").exists(), "nothing has run"
    return result


def test_what_is_wrong_with_an_environment_is_said_before_anything_runs(tmp_path: Path) -> None:
    tiny = make(tmp_path)
    prod = environment("prod", "${env.TRACKING}")
    unknown = applied(tiny, "prd", prod)
    assert unknown.code == 64
    assert "`prod`" in unknown.next
    unset = applied(tiny, "prod", prod)
    assert unset.code == 66
    assert "TRACKING" in unset.next
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        down = applied(tiny, "prod", prod, TRACKING=f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert down.code == 69
    assert "127.0.0.1" in down.entries[-1].text
    promoted = applied(tiny, "live", environment("live", "", promote_from="prod"), prod)
    assert promoted.code == 66


def test_settings(tmp_path: Path) -> None:
    where = Where(tmp_path, tmp_path, "prod", {"T": "http://u:secret@host:1/x"})
    project = replace(
        graph(""),
        environments=(environment("local"), environment("prod", "${env.T}", aliases={"sorter": "live"})),
    )
    local, prod = settle(project, where, ""), settle(project, where, "prod")
    assert isinstance(local, Setting)
    assert isinstance(prod, Setting)
    assert (local.name, local.experiment, local.database) == ("local", "exp", tmp_path / "mlflow.db")
    assert local.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert local.aliases == {"sorter": "champion"}
    assert (prod.tracking_uri, prod.registry_uri, prod.database) == (
        where.environ["T"],
        where.environ["T"],
        None,
    )
    assert prod.aliases == {"sorter": "live"}
    assert shown(prod.tracking_uri) == "http://host:1/x"
    assert unreachable("sqlite:///x") is None


def test_children_see_our_interpreter_first_and_no_run_of_somebody_else(tmp_path: Path) -> None:
    where = Where(tmp_path, tmp_path, "", {"PATH": "/usr/bin", "MLFLOW_RUN_ID": "x", "OTHER": "y"})
    environ = child_environment(where, {"MLFLOW_EXPERIMENT_NAME": "e"})
    assert environ["PATH"].endswith("/usr/bin")
    assert Path(environ["PATH"].split(":")[0], "python").exists()
    assert "MLFLOW_RUN_ID" not in environ
    assert (environ["MLFLOW_EXPERIMENT_NAME"], environ["OTHER"]) == ("e", "y")
    assert environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_what_apply_does_not_deploy_is_said_with_the_way_to_do_it(tmp_path: Path) -> None:
    where = Where(tmp_path, tmp_path, "prod", {})
    image = "registry.example.com/sorter"
    deploy_to = ir.Deploy("prod", "kubernetes", image, "ml", 2, {}, {}, ())
    (service,) = graph("").services
    project = replace(
        graph(""), environments=(environment("prod"),), services=(replace(service, deploys=(deploy_to,)),)
    )
    setting = settle(project, where, "prod")
    assert isinstance(setting, Setting)
    told = Told()
    context = Context(project, where, setting, Tracking(where, setting), Log(told))
    bentos = {"sorter": Bento("sorter", "sorter:abc", tmp_path)}
    deploy(context, bentos)
    said = told.text("skipped", "deploy sorter")
    assert "bentoml containerize sorter:abc -t registry.example.com/sorter:abc" in said
    assert "deploy/prod" in said
    found = dict(look(context, {"sorter": "3"}, bentos))
    assert found["model sorter"] == "models:/sorter@champion"
    assert found["service sorter"] == "bentoml serve sorter:abc"


# models


def test_a_model_that_its_stage_did_not_write_is_said_before_mlflow_is_asked(tmp_path: Path) -> None:
    where = Where(tmp_path, tmp_path, "", {})
    setting = settle(graph(""), where, "")
    assert isinstance(setting, Setting)
    told = Told()
    failure = record(
        Context(graph(""), where, setting, Tracking(where, setting), Log(told)), State("digest", {}, {}, ())
    )
    assert isinstance(failure, Failure)
    assert failure.what == "the model sorter is not there: stage train did not write model"
    assert told.outcomes() == {("record",): "failed"}


def test_a_flavor_that_is_not_read_from_a_file_names_those_that_are() -> None:
    with pytest.raises(ModelProblem, match="sklearn, xgboost, lightgbm, pytorch, onnx"):
        load_model("prophet", "model.pkl")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    broken = tmp_path / "model.joblib"
    broken.write_text("not a pickle", encoding="utf-8")
    with pytest.raises(ModelProblem, match="can't be read as a sklearn model"):
        load_model("sklearn", str(broken))
    with pytest.raises(ModelProblem, match="is a directory"):
        load_model("sklearn", str(tmp_path))


# the terminal


def test_the_terminal_tells_it_in_order() -> None:
    stream = io.StringIO()
    say = Progress(stream, colour=False)
    say.started(("pipeline",), "run it")
    say.started(("pipeline", "train"), "stage 1/2")
    say.output(("pipeline", "train"), "epoch 1")
    say.done(("pipeline", "train"), "ran")
    say.unchanged(("pipeline", "evaluate"), "unchanged")
    say.failed(("pipeline",), "it broke", "Mend it.")
    answer = Answer("s", "s:1", "predict", {"x": 1}, {"y": True}, earlier=True)
    say.finished(Result(1, True, (), (answer,), (("runs", "mlflow ui"),), "Mend it."))
    told = [line.partition(" (0.")[0] for line in stream.getvalue().splitlines()]
    assert told[:6] == [
        "▸ pipeline  run it",
        "  ▸ train  stage 1/2",
        "    │ epoch 1",
        "  ✔ train  ran",
        "✖ pipeline  it broke",
        "  next: Mend it.",
    ]
    assert 's answers (asked before): {"y": true}' in told
    assert "  runs:  mlflow ui" in told
    assert "\x1b" not in stream.getvalue()


def test_nothing_to_do_is_said_and_colours_are_optional() -> None:
    stream = io.StringIO()
    say = Progress(stream, colour=True)
    say.unchanged(("record",), "it is there")
    say.finished(Result(0, False, (), (), (), ""))
    assert "\x1b[" in stream.getvalue()
    assert "Nothing to do: everything is up to date" in stream.getvalue()
