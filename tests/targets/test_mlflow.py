"""`MLproject`, `python_env.yaml` and `mlflow.yaml`: what is in them, and what MLflow makes of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlproject import ir
from mlproject.records import replace
from mlproject.targets import mlflow as target
from mlproject.trees import Generated
from targets.projects import environment, gate, model, output, project, stage, tracking

ROOT = Path(__file__).resolve().parents[2]


def compiled(given: ir.Project) -> tuple[dict[str, Generated], list[str]]:
    files, diagnostics = target.compile(given, {})
    return {file.file: file for file in files}, [f"{d.code}: {d.summary}" for d in diagnostics]


def tree(given: ir.Project, file: str = "MLproject") -> dict[str, Any]:
    return cast("dict[str, Any]", compiled(given)[0][file].tree)


def formatted(given: ir.Project, name: str, **changed: object) -> str:
    """The command as MLflow computes it, by its own code, with the defaults read back from YAML."""
    from mlflow.projects._project_spec import EntryPoint

    point = yaml.safe_load(yaml.safe_dump(tree(given)["entry_points"][name]))
    entry = cast("Any", EntryPoint)(name, point.get("parameters", {}), point["command"])
    return str(entry.compute_command(changed, None))


def commands(given: ir.Project) -> dict[str, str]:
    return {i.name: i.cmd[0] for s in given.stages for i in s.instances}


class TestEntryPoints:
    def test_a_parameter_is_a_typed_placeholder_and_the_default_gives_dvcs_command(self) -> None:
        values = {"train": {"lr": 0.5, "trees": 200, "name": "forest", "deep": True}, "unused": 1}
        cmd = "python t.py ${train.lr} ${train.trees} --name ${train.name} --deep ${train.deep} ${train.lr}"
        made = project(values=values, stages=[stage("train", cmd)])
        point = tree(made)["entry_points"]["train"]
        assert point == {
            "parameters": {
                "train_lr": {"type": "float", "default": 0.5},
                "train_trees": {"type": "float", "default": 200},
                "train_name": {"type": "string", "default": "forest"},
                "train_deep": {"type": "string", "default": "true"},
            },
            "command": "python t.py {train_lr} {train_trees} --name {train_name} --deep {train_deep} {train_lr}",
        }
        assert formatted(made, "train") == "python t.py 0.5 200 --name forest --deep true 0.5"
        assert formatted(made, "train", train_lr="0.7").startswith("python t.py 0.7 ")

    @pytest.mark.parametrize(
        "cmd",
        [
            "awk '{print $1}' a > b",
            "echo \\${HOME} {} }{ {0}",
            "f() { echo hi; }; f",
            "printf '%s\\n' \"{a: 1}\"",
            "a\nb\n",
            " x ",
        ],
    )
    def test_the_shells_braces_survive(self, cmd: str) -> None:
        made = project(stages=[stage("s", cmd)])
        assert formatted(made, "s") == made.stages[0].instances[0].cmd[0]

    @pytest.mark.parametrize("value", ["two words", "", "$(rm -rf x)", "it's", 'a"b', "a;b", "ü", "*"])
    def test_a_value_that_mlflow_would_quote_stays_a_value_and_is_said(self, value: str) -> None:
        made = project(values={"title": value}, stages=[stage("s", 'plot "${title}"')])
        files, said = compiled(made)
        assert "parameters" not in cast("Any", files["MLproject"].tree)["entry_points"]["s"]
        assert formatted(made, "s") == f'plot "{value}"'
        assert len(said) == 1
        assert said[0].startswith("not-expressible: `title` of `s` stands in MLproject as a value")

    def test_a_mapping_that_becomes_flags_stays_a_value_and_is_said_once(self) -> None:
        made = project(
            values={"t": {"lr": 1}}, stages=[stage("s", "x ${t} ${item}", items={"a": "a", "b": "b"})]
        )
        _, said = compiled(made)
        assert formatted(made, "s@b") == "x --lr 1 b"
        assert said == ["not-expressible: parameters of `s` stand in MLproject as values, not as parameters"]

    def test_names_of_parameters_never_collide(self) -> None:
        values = {"a": {"b": 1}, "a_b": 2, "0": 3, "l": [4, 5]}
        made = project(values=values, stages=[stage("s", "x ${a.b} ${a_b} ${0} ${l[1]} ${l.1}")])
        assert formatted(made, "s") == "x 1 2 3 5 5"
        assert list(tree(made)["entry_points"]["s"]["parameters"]) == ["a_b", "a_b_", "p_0", "l_1"]

    def test_a_loop_is_an_entry_point_an_instance(self) -> None:
        loop = stage("fit", "fit ${item.kind} ${lr}", items={"a": {"kind": "x y"}, "b": {"kind": "svm"}})
        made = project(values={"lr": 1e-05}, stages=[loop])
        points = tree(made)["entry_points"]
        assert list(points) == ["main", "fit@a", "fit@b"]
        assert points["fit@a"]["command"] == "fit x y {lr}"
        assert {name: formatted(made, name) for name in commands(made)} == commands(made)

    def test_the_directory_and_a_list_of_commands(self, tmp_path: Path) -> None:
        (tmp_path / "books" / "su b").mkdir(parents=True)
        cmds = ["cd ..", "pwd", "A=1; echo ${n}{} # end", 'false || basename "$PWD"']
        made = project(values={"n": 3}, stages=[stage("s", cmds, folder="books", wdir="su b")])
        text = formatted(made, "s")
        ran = subprocess.run(["bash", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines() == [str(tmp_path / "books" / "su b"), "3{}", "su b"]
        missing = subprocess.run(
            ["bash", "-c", text], cwd=tmp_path / "books", capture_output=True, check=False
        )
        assert missing.returncode != 0
        assert missing.stdout == b""

    def test_plain_commands_of_a_list_are_joined(self) -> None:
        made = project(stages=[stage("s", ["python a.py", "python b.py"])])
        assert formatted(made, "s") == "python a.py && python b.py"

    def test_main_runs_the_pipeline_wherever_it_is(self) -> None:
        assert tree(project(stages=[stage("s", "x")]))["entry_points"]["main"]["command"] == "dvc repro"
        made = project(stages=[stage("s", "x"), stage("t", "x", folder="a b")])
        assert tree(made)["entry_points"]["main"]["command"] == "dvc repro dvc.yaml 'a b/dvc.yaml'"
        own = project(stages=[stage("main", "mine")])
        assert tree(own)["entry_points"] == {"main": {"command": "mine"}}

    def test_parameters_of_the_users_files(self) -> None:
        files = (
            ir.ParamFile("p.yaml", "p.yaml", {"lr": 0.1}, ("params", 0)),
            ir.ParamFile("q", "q", None, ("params", 1)),
        )
        base = project(values={"lr": 0.1}, stages=[stage("s", "x ${lr}")])
        made = replace(base, params=ir.Params(owned=False, values={}, files=files, path=("params",)))
        assert tree(made)["entry_points"]["s"]["parameters"] == {"lr": {"type": "float", "default": 0.1}}

    def test_sources_lead_to_the_spec(self) -> None:
        made = project(values={"t": {"lr": 1}}, stages=[stage("s", "x ${t.lr}")])
        sources = compiled(made)[0]["MLproject"].sources
        assert sources[("entry_points", "s", "command")] == ("stages", "s", "cmd")
        assert sources[("entry_points", "s", "parameters", "t_lr")] == ("params", "t", "lr")

    @given(
        st.text(alphabet=st.sampled_from("{}$\\ab '\"0[]!:."), max_size=30),
        st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=5)),
    )
    def test_any_command_comes_out_as_dvc_resolves_it(self, text: str, value: object) -> None:
        made = project(
            values={"p": value},
            stages=[stage("s", re.sub(r"\$+(?=\{)", "", text) + " ${p}-${p} " + text.replace("$", ""))],
        )
        assert formatted(made, "s") == made.stages[0].instances[0].cmd[0]


class TestOwnEntryPoints:
    POINT = ir.EntryPoint(
        "fit", "fit {lr} {{}}", {"lr": {"default": 1, "note": None}}, ("tracking", "entry_points", "fit")
    )

    def test_they_are_the_only_ones_and_as_given(self) -> None:
        own = ir.ProjectFile("My project", "conda_env", "c.yaml", (self.POINT,))
        made = project(stages=[stage("s", "x")], mlproject=own, python=ir.Python("3.11"))
        files, said = compiled(made)
        assert tree(made) == {
            "name": "My project",
            "conda_env": "c.yaml",
            "entry_points": {
                "fit": {"parameters": {"lr": {"default": 1, "note": None}}, "command": "fit {lr} {{}}"}
            },
        }
        assert "python_env.yaml" not in files
        assert said == []
        assert files["MLproject"].sources[("entry_points", "fit")] == ("tracking", "entry_points", "fit")
        assert formatted(made, "fit", lr=2) == "fit 2 {}"

    def test_without_stages(self) -> None:
        assert tree(project(mlproject=ir.ProjectFile(entry_points=(self.POINT,))))["name"] == "demo"
        assert tree(project(mlproject=ir.ProjectFile(None, "docker_env", {"image": "i"}, ()))) == {
            "docker_env": {"image": "i"}
        }
        assert set(compiled(project(mlproject=ir.ProjectFile()))[0]) == {"mlflow.yaml"}
        spark = project(
            native={"MLproject": {"databricks_spark_job": {"python_file": "a.py"}}}, python=ir.Python("3.11")
        )
        assert tree(spark) == {"name": "demo", "databricks_spark_job": {"python_file": "a.py"}}

    def test_stages_are_no_entry_points_where_there_are_none(self) -> None:
        assert tree(project(stages=[stage("s", "x")], mlproject=ir.ProjectFile(entry_points=()))) == {
            "name": "demo"
        }


class TestNative:
    def test_a_passage_is_merged_and_checked(self) -> None:
        passage = {
            "entry_points": {"lab": {"command": "jupyter lab"}, "bad": {"command": "x", "parameter": {}}}
        }
        made = project(stages=[stage("s", "x")], native={"MLproject": passage})
        files, diagnostics = target.compile(made, {})
        assert cast("Any", files[0].tree)["entry_points"]["lab"] == {"command": "jupyter lab"}
        [only] = diagnostics
        assert (only.code, only.help) == ("native-invalid", "did you mean `parameters`?")
        assert only.site is not None
        assert only.site.path == ("native", "MLproject", "entry_points", "bad", "parameter")

    def test_another_environment_replaces_ours(self) -> None:
        made = project(
            stages=[stage("s", "x")],
            python=ir.Python("3.11"),
            native={"mlproject": {"docker_env": {"image": "python:3.11"}}},
        )
        assert set(compiled(made)[0]) == {"MLproject", "mlflow.yaml"}
        assert "python_env" not in tree(made)

    @pytest.mark.parametrize(
        ("entry", "at"),
        [
            ({"parameters": {"a": "flaot"}}, ("parameters", "a")),
            ({"parameters": {"a": {"type": "int"}}}, ("parameters", "a", "type")),
            ({"parameters": {"a": {"type": "float", "default": None}}}, ("parameters", "a", "default")),
            ({"parameters": {"a.b": "float"}}, ("parameters",)),
            ({}, ()),
        ],
    )
    def test_what_mlflow_would_let_pass(self, entry: dict[str, object], at: tuple[str, ...]) -> None:
        passage = {"entry_points": {"lab": {"command": "x", **entry} if entry else {}}}
        _, [found] = target.compile(project(stages=[stage("s", "x")], native={"MLproject": passage}), {})
        assert found.code == "native-invalid"
        assert found.site is not None
        assert found.site.path == ("native", "MLproject", "entry_points", "lab", *at)

    @pytest.mark.parametrize(
        ("command", "why"),
        [
            ("x {lr}", "`{lr}` names"),
            ("awk {print}", "`{print}` names"),
            ("x {", "cannot format"),
            ("x {}", "`{}` names"),
        ],
    )
    def test_a_placeholder_that_mlflow_would_stumble_over(self, command: str, why: str) -> None:
        passage = {"entry_points": {"lab": {"command": command, "parameters": {"rl": "float"}}}}
        for made in (passage, {"override": passage}):
            _, [found] = target.compile(project(stages=[stage("s", "x")], native={"MLproject": made}), {})
            assert why in found.summary
            assert found.site is not None
            assert found.site.path[-3:] == ("entry_points", "lab", "command")


class TestPythonEnv:
    def test_what_mlflow_reads(self, tmp_path: Path) -> None:
        from mlflow.utils.environment import _PythonEnv

        made = project(
            root="p", stages=[stage("s", "x")], python=ir.Python("3.11", "my reqs.txt", ("python",))
        )
        files, _ = compiled(made)
        assert cast("Any", files["p/MLproject"].tree)["python_env"] == "python_env.yaml"
        (tmp_path / "env.yaml").write_text(yaml.safe_dump(files["p/python_env.yaml"].tree))
        env = cast("Any", _PythonEnv).from_yaml(tmp_path / "env.yaml")
        assert (env.python, env.dependencies) == ("3.11", ["-r 'my reqs.txt'"])

    def test_none_where_nothing_is_said(self) -> None:
        assert set(compiled(project(stages=[stage("s", "x")]))[0]) == {"MLproject", "mlflow.yaml"}
        assert set(compiled(project())[0]) == {"mlflow.yaml"}


class TestRunConfiguration:
    def made(self) -> ir.Project:
        return project(
            "demo",
            tracking=tracking("demo", "${env.URI}", {"team": "a", "old": "b"}),
            stages=[
                stage("train", "x", params=["lr"], outputs=[output("model", "m/model.joblib")]),
                stage(
                    "eval",
                    "y",
                    outputs=[output("scores", "m.json", "metric"), output("", "roc.csv", "plot")],
                    wdir="w",
                ),
                stage("each", "z", items={"a": 1}, outputs=[output("s", "${item}.json", "metric")]),
            ],
            models=[
                model(
                    "m",
                    "m/model.joblib",
                    "train",
                    alias="champion",
                    gates=(
                        gate("w/m.json", "eval", "a.b", min=0.5),
                        gate("w/m.json", "eval", "a.b", against="champion", max_drop=0.0),
                    ),
                )
            ],
            environments=[
                environment(
                    "local",
                    tracking=tracking("demo", "${env.URI}", {"team": "a", "old": "b"}),
                    aliases={"m": "champion"},
                ),
                environment("prod", tracking=tracking("demo-prod", "", {"team": "z"}), aliases={"m": ""}),
            ],
        )

    def test_it_says_what_is_recorded_where(self) -> None:
        assert tree(self.made(), "mlflow.yaml") == {
            "version": 1,
            "experiment": "demo",
            "tracking": {"uri": {"env": "URI"}},
            "tags": {"team": "a", "old": "b"},
            "stages": {
                "train": {"params": [{"file": "params.yaml", "keys": ["lr"]}]},
                "eval": {
                    "metrics": [{"name": "scores", "file": "w/m.json"}],
                    "plots": [{"file": "w/roc.csv"}],
                },
                "each@a": {"metrics": [{"name": "s", "file": "1.json"}]},
            },
            "models": {
                "m": {
                    "file": "m/model.joblib",
                    "stage": "train",
                    "flavor": "sklearn",
                    "alias": "champion",
                    "gates": [
                        {"file": "w/m.json", "stage": "eval", "key": ["a", "b"], "min": 0.5},
                        {
                            "file": "w/m.json",
                            "stage": "eval",
                            "key": ["a", "b"],
                            "against": "champion",
                            "max_drop": 0.0,
                        },
                    ],
                }
            },
            "environments": {
                "prod": {
                    "experiment": "demo-prod",
                    "tracking": {"uri": None},
                    "tags": {"team": "z", "old": None},
                    "aliases": {"m": None},
                }
            },
        }

    def test_it_keeps_to_its_schema_which_is_one(self) -> None:
        schema = json.loads((ROOT / "schemas" / "mlflow-config.schema.json").read_text())
        Draft202012Validator.check_schema(schema)
        for made in (self.made(), project()):
            Draft202012Validator(schema).validate(tree(made, "mlflow.yaml"))
        with pytest.raises(Exception, match="gate"):
            Draft202012Validator(schema).validate({"version": 1, "experiment": "e", "gate": []})


@pytest.mark.slow
def test_mlflow_runs_the_entry_points(tmp_path: Path) -> None:
    loop = stage("each", "echo ${item} {} >> out.txt", items={"x/y b0": "x"})
    made = project(
        values={"lr": 0.5},
        stages=[
            stage("train", "echo lr=${lr} $0 | awk '{print $1}' > out.txt"),
            loop,
            stage("far", ["pwd > o", "cd /"], wdir="sub"),
        ],
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "mlproject.yaml").write_text("not: a project file of MLflow")
    (tmp_path / "MLproject").write_text(yaml.safe_dump(tree(made), sort_keys=False))
    script = (
        "import mlflow, sys\n"
        "for name, params in (('train', {'lr': '0.7'}), ('each@x/y b0', {}), ('far', {})):\n"
        "    mlflow.projects.run('.', name, parameters=params, env_manager='local', experiment_name='e')\n"
    )
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    env = {**os.environ, "MLFLOW_TRACKING_URI": uri}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out.txt").read_text() == "lr=0.7\nx {}\n"
    assert (tmp_path / "sub" / "o").read_text() == f"{tmp_path / 'sub'}\n"
