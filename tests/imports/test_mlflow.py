"""`MLproject` imported and compiled again: MLflow loads the same project."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from imports.taking import again, codes, flat, taken
from mlproject.files import WorkTree
from mlproject.imports.mlflow import environment_files, is_project, read
from mlproject.imports.taken import Native
from mlproject.load import load
from oracle.compiling import place as lay


def place(directory: Path, files: dict[str, str]) -> None:
    lay(directory, {name: dedent(text) for name, text in files.items()})


def loaded(directory: Path) -> dict[str, Any]:
    """All that MLflow's own loader makes of the project in a directory."""
    from mlflow.projects._project_spec import load_project

    project = cast("Any", load_project)(str(directory))
    points = {
        name: (point.command, {p.name: (p.type, p.default) for p in point.parameters.values()})
        for name, point in project._entry_points.items()
    }
    spark = project.databricks_spark_job_spec
    return {
        "name": project.name,
        "env": project.env_type,
        "path": project.env_config_path and str(Path(project.env_config_path).relative_to(directory)),
        "docker": project.docker_env and {k: v for k, v in project.docker_env.items() if v is not None},
        "spark": spark and vars(spark),
        "points": points,
    }


def round_trip(directory: Path, files: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What MLflow loads before and after, and the codes of what was said on the way."""
    place(directory, files)
    before = loaded(directory)
    [name] = [name for name in files if is_project(name)]
    made, found = taken(directory, name, read)
    (directory / name).unlink()
    _, more = again(directory, made)
    return before, loaded(directory), codes([*found, *made.diagnostics, *more])


CONDA = "name: env\ndependencies: [python=3.11]\n"
ENV = "python: '3.11'\nbuild_dependencies: [pip, setuptools, wheel]\ndependencies: [-r requirements.txt]\n"


def test_every_real_project_loads_as_before(corpus: Path, tmp_path: Path) -> None:
    compared = 0
    for number, file in enumerate(sorted((corpus / "mlproject").iterdir())):
        directory = tmp_path / str(number)
        directory.mkdir()
        shutil.copy(file, directory / "MLproject")
        try:
            named = yaml.safe_load(file.read_text())
        except yaml.YAMLError:
            continue  # templates of a scaffold, which MLflow cannot load either
        place(directory, {named["conda_env"]: CONDA} if "conda_env" in named else {})
        before = loaded(directory)
        made, found = taken(directory, "MLproject", read)
        (directory / "MLproject").unlink()
        _, said = again(directory, made)
        assert loaded(directory) == before, file.name
        assert "native" not in made.sections, file.name
        assert not [d for d in (*found, *made.diagnostics, *said) if d.severity == "error"], file.name
        compared += 1
    assert compared > 20


def test_what_a_project_is_in_the_spec(tmp_path: Path) -> None:
    text = """\
        name: My Project
        docker_env: {image: "app:1", volumes: ["${PWD}:/app"], environment: [TOKEN, [MODE, train]]}
        entry_points:
          main:
            parameters: {data: path, lr: {type: float, default: 0.1, description: how fast}}
            command: "python train.py ${{HOME}} {data} {lr}"
    """
    place(tmp_path, {"MLproject": text})
    made, _ = taken(tmp_path, "MLproject", read)
    assert made.diagnostics == ()
    assert made.sections == {
        "name": "My-Project",
        "tracking": {
            "project": "My Project",
            "docker_env": {
                "image": "app:1",
                "volumes": ["$${PWD}:/app"],
                "environment": ["TOKEN", ["MODE", "train"]],
            },
            "entry_points": {
                "main": {
                    "parameters": {
                        "data": "path",
                        "lr": {"type": "float", "default": 0.1, "description": "how fast"},
                    },
                    "command": "python train.py $${{HOME}} {data} {lr}",
                }
            },
        },
    }


@pytest.mark.parametrize(
    "files",
    [
        {"MLproject": "name: x\n"},
        {"MLproject": "{entry_points: {main: {command: x}}}\n"},
        {"MLproject": "name: ä ö\nentry_points: {}\n"},
        {"MLproject": "name: x\n", "python_env.yaml": ENV},
        {"MLproject": "name: x\n", "conda.yaml": CONDA},
        {"MLproject": "name: x\n", "python_env.yaml": "dependencies: [numpy]\n", "conda.yaml": CONDA},
        {"MLproject": "name: x\npython_env: envs/e.yaml\n", "envs/e.yaml": ENV},
        {"MLproject": "name: x\npython_env: ./python_env.yaml\n", "python_env.yaml": "python: '3.10'\n"},
        {"MLproject": "name: x\nconda_env: e.yml\n", "e.yml": CONDA, "python_env.yaml": ENV},
        {"MLproject": "name: x\ndocker_env: {image: a, volumes: [], environment: null}\n"},
        {"MLproject": "databricks_spark_job: {python_file: a.py, parameters: [x]}\n"},
        {
            "MLproject": "databricks_spark_job: {}\nentry_points: {main: {command: x}}\n",
            "python_env.yaml": ENV,
        },
        {"mlPROJECT": "name: x\nauthor: me\nentry_points: {a b: {command: x, cmd: y}}\n"},
        {"MLproject": "entry_points: {m: {command: 'x {y}', parameters: {y: {default: yes}}}}\n"},
        {"MLproject": "entry_points: {m: {command: 'x {y}', parameters: {y: {default: 1e-3, type: 012}}}}\n"},
        {"MLproject": "entry_points: {m: {command: 'echo {b} ${{', parameters: {b: string}}}\n"},
        {"MLproject": "entry_points: {m: {command: 'a $${{x}} $${y} $$', parameters: {y: uri}}}\n"},
        {"MLproject": "docker_env: {image: a, environment: ['${', b]}\n"},
        {"MLproject": "x: &x {command: y}\nentry_points: {a: *x, b: {<<: *x}}\n"},
    ],
)
def test_other_forms_of_a_project(tmp_path: Path, files: dict[str, str]) -> None:
    before, after, _ = round_trip(tmp_path, files)
    assert after == before


def test_an_environment_that_would_be_compiled_becomes_python(tmp_path: Path) -> None:
    place(tmp_path, {"MLproject": "name: x\n", "python_env.yaml": ENV, "requirements.txt": ""})
    made, _ = taken(tmp_path, "MLproject", read)
    assert made.sections["python"] == {"version": "3.11", "requirements": "requirements.txt"}
    files, _ = again(tmp_path, made)
    assert yaml.safe_load(files["python_env.yaml"]) == yaml.safe_load(ENV)


@pytest.mark.parametrize(
    "line", ["dependencies: [numpy]", "python: 3.10", "channels: [x]", "dependencies: [-r a b]"]
)
def test_an_environment_that_says_more_stays_the_users(tmp_path: Path, line: str) -> None:
    key = line.partition(":")[0]
    rest = "\n".join(one for one in ENV.splitlines() if not one.startswith(key))
    place(tmp_path, {"MLproject": "name: x\n", "python_env.yaml": f"{rest}\n{line}\n"})
    made, _ = taken(tmp_path, "MLproject", read)
    assert "python" not in made.sections
    assert cast("Any", made.sections)["tracking"]["python_env"] == "python_env.yaml"
    files, _ = again(tmp_path, made)
    assert "python_env.yaml" not in files


def test_every_place_of_the_spec_knows_where_it_came_from(tmp_path: Path) -> None:
    text = """\
        # first
        name: demo
        conda_env: c.yaml
        entry_points:
          main: {parameters: {a: {default: 1}}, command: "x {a}"}
    """
    place(tmp_path, {"MLproject": text})
    made, _ = taken(tmp_path, "MLproject", read)
    for path in flat(dict(made.sections)):
        if len(path) > 1:
            assert path in made.origins, path
    at = ("entry_points", "main", "parameters", "a", "default")
    assert made.origins[("tracking", *at)] == ("MLproject", at)
    assert made.origins[("name",)] == ("MLproject", ("name",))


def test_a_malformed_project_is_told_all_at_once(tmp_path: Path) -> None:
    text = """\
        name: [x]
        conda_env: a
        python_env: b
        docker: {image: x}
        entry_points:
          main: {parameter: {a: float}}
          list: [1]
          test:
            command: [a, b]
          fine: {command: x, parameters: {1: a, b: 2}}
    """
    place(tmp_path, {"MLproject": text})
    made, _ = taken(tmp_path, "MLproject", read)
    lines = [(d.span.line if d.span else 0, d.code, d.summary) for d in made.diagnostics]
    assert sorted(lines) == [
        (1, "import-changed", "the name is a list, and becomes the text `['x']`"),
        (2, "import-invalid", "MLflow takes one environment, and here are `python_env`, `conda_env`"),
        (4, "import-left", "MLflow knows no `docker`, and ignores it"),
        (6, "import-invalid", "the entry point `main` has no command"),
        (6, "import-left", "MLflow ignores `parameter` of the entry point `main`"),
        (7, "import-invalid", "the entry point `list` must be a mapping, and is a list"),
        (8, "import-invalid", "the entry point `test` has a list for a command"),
        (10, "import-invalid", "`1` is a number: no parameter can be called that"),
        (10, "import-invalid", "the parameter `b` is a number"),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "a", "- b"])
def test_a_file_that_is_no_project(text: str) -> None:
    document, _ = load("MLproject", text.encode())

    made = read(Native("MLproject", document), WorkTree("/nowhere"))
    assert codes(made.diagnostics) == ["import-invalid"]


def test_a_conda_environment_is_named_with_what_replaces_it(tmp_path: Path) -> None:
    place(tmp_path, {"MLproject": "name: x\nconda_env: e.yml\n"})
    made, _ = taken(tmp_path, "MLproject", read)
    [only] = made.diagnostics
    assert (only.code, only.severity, only.span and only.span.line) == ("import-old-form", "warning", 2)
    assert "python" in only.help


def test_the_files_that_belong_to_a_project() -> None:
    def named(text: str) -> tuple[str, ...]:
        return environment_files(Native("a/MLproject", load("a/MLproject", text.encode())[0]))

    assert named("conda_env: ../c.yaml\n") == ("c.yaml",)
    assert named("name: x\n") == ("a/python_env.yaml", "a/conda.yaml")


# --- generated

WORDS = st.text(alphabet="abcXYZ 0_-.#:'\"\\!?*&é€\n\t{}$", min_size=1, max_size=12)
LEAVES = st.one_of(
    WORDS,
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.sampled_from(["yes", "1e-3", "", "~"]),
)
PARAMETER = st.one_of(
    st.sampled_from(["string", "float", "path", "uri", "int", "str"]),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["float", "int", "path"]),
            "default": LEAVES,
            "description": WORDS,
            "extra": LEAVES,
        },
    ),
)
NAMES = st.text(alphabet="abcdefghij_-", min_size=1, max_size=6)


@st.composite
def entry_points(draw: st.DrawFn) -> dict[str, object]:
    parameters = draw(st.dictionaries(NAMES, PARAMETER, max_size=3))
    shell = draw(st.lists(WORDS, max_size=3))
    words = [text.replace("{", "{{").replace("}", "}}") for text in shell] + [
        f"{{{name}}}" for name in parameters
    ]
    command = draw(st.permutations(words))
    joint: str = draw(st.sampled_from([" ", "\n", "$"]))
    point: dict[str, object] = {"command": joint.join(command) or "x"}
    given: bool = draw(st.booleans())
    if parameters or given:
        point["parameters"] = parameters
    return point


DOCKER: dict[str, st.SearchStrategy[object]] = {
    "volumes": st.lists(WORDS, min_size=1, max_size=2),
    "environment": st.lists(st.one_of(NAMES, st.tuples(NAMES, WORDS).map(list)), min_size=1, max_size=3),
}
NAMED = [{}, {"conda_env": "conda.yaml"}, {"python_env": "python_env.yaml"}, {"python_env": "e.yaml"}]


@st.composite
def projects(draw: st.DrawFn) -> dict[str, object]:
    project: dict[str, object] = draw(st.fixed_dictionaries({}, optional={"name": WORDS, "author": WORDS}))
    if draw(st.booleans()):
        project |= draw(st.sampled_from(NAMED))
    else:
        project["docker_env"] = draw(st.fixed_dictionaries({"image": WORDS}, optional=DOCKER))
    if draw(st.booleans()):
        project["entry_points"] = draw(st.dictionaries(NAMES, entry_points(), max_size=3))
    return project


@given(projects(), st.sampled_from([ENV, "python: '3.9'\n"]))
def test_any_project_loads_as_before(project: dict[str, object], env: str) -> None:
    assume(project)
    with tempfile.TemporaryDirectory() as name:
        files = {
            "MLproject": yaml.safe_dump(project, sort_keys=False, allow_unicode=True),
            "conda.yaml": CONDA,
            "python_env.yaml": env,
            "e.yaml": ENV,
        }
        before, after, _ = round_trip(Path(name), files)
    assert after == before
