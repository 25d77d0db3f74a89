"""Build files imported and compiled again: BentoML loads the same options, as they are and with its defaults."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imports.taking import again, codes, flat, taken
from mlproject.files import WorkTree
from mlproject.imports.bentofile import read
from mlproject.imports.discover import discover
from mlproject.imports.taken import Native, Taken
from mlproject.load import Document
from mlproject.pipeline import compile as compiled
from oracle.compiling import place

OPTIONS = "python", "docker", "conda"


def options(config: Any) -> dict[str, Any]:
    """Every field of a build configuration, with what nothing and BentoML's own default of it have in common.

    No `include` is `["*"]`, no `exclude` is `[]`, and packages are locked unless those from Git are not packed.
    """
    import attr

    found: dict[str, Any] = attr.asdict(config)
    found["include"] = ["*"] if found["include"] is None else found["include"]
    found["exclude"] = found["exclude"] or []
    found["envs"] = [(env["name"], env["value"], env["stage"]) for env in found["envs"]]
    python = found["python"]
    if python["lock_packages"] is None:
        python["lock_packages"] = python["pack_git_packages"] is not False
    return found


def loaded(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    from bentoml._internal.bento.build_config import BentoBuildConfig

    config = BentoBuildConfig.from_yaml(io.StringIO(text))
    return options(config), options(config.with_defaults())


def round_trip(directory: Path, text: str) -> tuple[Taken, str]:
    """A build file imported and compiled in a directory: what was taken, and the text that came out."""
    place(directory, {"bentofile.yaml": text})
    made, found = taken(directory, "bentofile.yaml", read)
    assert not [d for d in (*found, *made.diagnostics) if d.severity == "error"], made.diagnostics
    files, _ = again(directory, made)
    return made, files["bentofile.yaml"]


def test_every_real_build_file_loads_as_before(corpus: Path, tmp_path: Path) -> None:
    files = sorted((corpus / "bento").iterdir())
    assert len(files) > 10
    for number, file in enumerate(files):
        directory = tmp_path / str(number)
        made, text = round_trip(directory, file.read_text())
        assert loaded(text) == loaded(file.read_text()), file.name
        assert "native" not in made.sections, file.name


def test_what_a_build_file_is_in_the_spec(tmp_path: Path) -> None:
    text = dedent("""\
        service: "src.service:Admission"
        description: Predicts ${chances}.
        labels: {owner: me, year: 2024}
        include: [src/, data/]
        models: [forest, {tag: "tok:latest", alias: tok}]
        envs:
          - {name: LEVEL, value: info}
          - {name: MODE, value: fast, stage: build}
          - {name: TOKEN, stage: runtime}
        docker: {python_version: "3.11", system_packages: [git]}
        python:
          requirements_txt: ./requirements.txt
    """)
    made, out = round_trip(tmp_path, text)
    assert made.diagnostics == ()
    assert made.sections == {
        "services": {
            "Admission": {
                "name": False,
                "description": "Predicts $${chances}.",
                "entry": "src.service:Admission",
                "models": [{"tag": "forest"}, {"tag": "tok:latest", "alias": "tok"}],
                "include": ["src/", "data/"],
                "labels": {"owner": "me", "year": "2024"},
                "python": {"version": "3.11", "requirements": "./requirements.txt", "lock_packages": True},
                "docker": {"system_packages": ["git"]},
                "envs": {"LEVEL": "info", "MODE": {"value": "fast", "stage": "build"}},
                "secrets": ["TOKEN"],
            }
        }
    }
    assert loaded(out) == loaded(text)


@pytest.mark.parametrize(
    "text",
    [
        "service: service:svc\n",
        "service: service.py\n",
        "service: ./a/b.py:svc.inner\n",
        "service: a b:c\n",
        "name: x\n",
        "service: service:svc\nname: My.Bento-1\n",
        "service: service:traffic\ndescription: ''\n",
        "service: s:S\ninclude: []\nexclude: []\n",
        "service: s:S\ninclude: ['*']\nexclude: ['*.md']\n",
        "service: s:S\ninclude: ['a${b']\nexclude: ['${x}']\n",
        "service: s:S\npython: {packages: []}\n",
        "service: s:S\npython: {packages: [a], lock_packages: true}\n",
        "service: s:S\npython: {packages: [a], lock_packages: false, no_index: true}\n",
        "service: s:S\npython: {packages: [a], pack_git_packages: false}\n",
        "service: s:S\npython: {packages: [a], pack_git_packages: false, lock_packages: true}\n",
        "service: s:S\npython: {requirements_txt: r.txt, packages: [a], trusted_host: h, find_links: [x]}\n",
        "service: s:S\npython: {lock_packages: false, is_src_layout: true, wheels: [a.whl], pip_args: --pre}\n",
        "service: s:S\ndocker: {python_version: 3.11.4, distro: debian, cuda_version: 12, setup_script: s.sh}\n",
        "service: s:S\ndocker: {python_version: 3.9, env: [A=1], base_image: x, dockerfile_template: t}\n",
        "service: s:S\ndocker: {env: {A: 1, B: yes}}\nargs: {a: [1, {b: null}]}\n",
        "service: s:S\nconda: {channels: [x], dependencies: [a, {pip: [b]}]}\n",
        "service: s:S\nenvs: [{name: A, value: 1}, {name: A, stage: build}, {name: B, value: on}]\n",
        "service: s:S\nenvs: [{name: A, stage: runtime}, {name: B}, {name: C, stage: runtime}, {name: D, stage: runtime}]\n",
        "service: s:S\nenvs: [{name: A, value: '${', stage: runtime}]\n",
    ],
)
def test_other_forms_of_a_build_file(tmp_path: Path, text: str) -> None:
    _, out = round_trip(tmp_path, text)
    assert loaded(out) == loaded(text)


def test_one_text_for_a_list_is_taken_for_one_and_said(tmp_path: Path) -> None:
    made, out = round_trip(tmp_path, "service: s:S\ninclude: service.py\ndocker: {python_version: 3.10}\n")
    assert codes(made.diagnostics) == ["import-changed"] * 2
    assert yaml.safe_load(out)["include"] == ["service.py"]
    assert yaml.safe_load(out)["docker"] == {"python_version": "3.1"}


def test_a_malformed_build_file_is_told_all_at_once(tmp_path: Path) -> None:
    text = dedent("""\
        service: [x]
        nmae: x
        runners: []
        docker: {distro: debain, gpu: true, python_version: three}
        python: {version: "3.8", lock_packages: maybe, packages: [a, [b]]}
        envs: {A: b}
        models: [{alias: x}, 5]
        labels: [a]
    """)
    place(tmp_path, {"bentofile.yaml": text})
    made, _ = taken(tmp_path, "bentofile.yaml", read)
    said = sorted((d.span.line if d.span else 0, d.code, d.summary) for d in made.diagnostics)
    assert said == [
        (1, "import-invalid", "`service` must be text, and is a list"),
        (2, "import-invalid", "BentoML knows no `nmae`, and refuses it"),
        (
            3,
            "import-invalid",
            "`runners` is a key of BentoML before 1.0 or of its first versions, and refused now",
        ),
        (4, "import-invalid", "BentoML knows no `docker.gpu`, and refuses it"),
        (4, "import-invalid", "BentoML knows no distribution `debain`"),
        (4, "import-invalid", "`three` is no Python version"),
        (5, "import-invalid", "BentoML knows no `python.version`, and refuses it"),
        (5, "import-invalid", "`lock_packages` must be true or false, and is text"),
        (5, "import-invalid", "an item of `packages` must be text, and is a list"),
        (6, "import-invalid", "`envs` must be a list, and is a mapping"),
        (7, "import-invalid", "a model has no `tag`"),
        (7, "import-invalid", "a model must be a mapping, and is a number"),
        (8, "import-invalid", "`labels` must be a mapping, and is a list"),
    ]
    helps = {d.summary: d.help for d in made.diagnostics}
    assert (
        "bentoml.depends"
        in helps["`runners` is a key of BentoML before 1.0 or of its first versions, and refused now"]
    )
    assert helps["BentoML knows no `nmae`, and refuses it"] == "did you mean `name`?"
    assert helps["BentoML knows no `python.version`, and refuses it"] == "call it `docker.python_version`"


def test_old_keys_are_named_with_what_replaces_them(tmp_path: Path) -> None:
    text = "service: s:S\nconda: {pip: [a]}\ndocker: {cuda_version: default, dockerfile_template: t}\npython: {wheels: [w]}\n"
    made, _ = round_trip(tmp_path, text)
    assert codes(made.diagnostics) == ["import-old-form"] * 4
    assert all(d.help and d.severity == "warning" for d in made.diagnostics)


def test_every_place_of_the_spec_knows_where_it_came_from(tmp_path: Path) -> None:
    text = "service: s:S\nlabels: {a: b}\npython: {requirements_txt: r.txt}\nenvs: [{name: A, value: x}]\n"
    made, _ = round_trip(tmp_path, text)
    at = ("services", "S")
    assert made.origins[(*at, "entry")] == ("bentofile.yaml", ("service",))
    assert made.origins[(*at, "labels", "a")] == ("bentofile.yaml", ("labels", "a"))
    assert made.origins[(*at, "python", "requirements")] == ("bentofile.yaml", ("python", "requirements_txt"))
    assert made.origins[(*at, "envs", "A")] == ("bentofile.yaml", ("envs", 0))
    for path in flat(dict(made.sections)):
        if len(path) > 2 and path[2:] not in [("python",), ("envs",)]:
            assert path in made.origins, path


def toml(directory: Path, text: str) -> Taken:
    place(directory, {"pyproject.toml": text})
    return read(Native("pyproject.toml", Document("pyproject.toml", None, text)), WorkTree(str(directory)))


def test_build_options_in_pyproject(tmp_path: Path) -> None:
    from bentoml._internal.bento.build_config import BentoBuildConfig

    text = dedent("""\
        [project]
        name = "my-service"
        dependencies = ["numpy"]
        [tool.bentoml.build]
        service = "service:Svc"
        include = ["*.py"]
        [tool.bentoml.build.python]
        packages = ["torch"]
    """)
    (tmp_path / "src").mkdir()
    made = toml(tmp_path, text)
    assert codes(made.diagnostics) == ["import-left"]
    files, _ = again(tmp_path, made)
    before = BentoBuildConfig.from_file(str(tmp_path / "pyproject.toml"))
    after = loaded(files["bentofile.yaml"])
    assert after == (options(before), options(before.with_defaults()))
    assert after[0]["name"] == "my-service"
    assert after[0]["python"]["packages"] == ["torch", "numpy"]
    assert after[0]["python"]["is_src_layout"] is True


def test_a_pyproject_without_build_options_is_nothing(tmp_path: Path) -> None:
    assert toml(tmp_path, "[project]\nname = 'x'\n") == Taken({})
    assert codes(toml(tmp_path, "[project\n").diagnostics) == ["import-invalid"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "a", "- b"])
def test_a_file_that_is_no_build_file(tmp_path: Path, text: str) -> None:
    place(tmp_path, {"bentofile.yaml": text})
    made, _ = taken(tmp_path, "bentofile.yaml", read)
    assert codes(made.diagnostics) == ["import-invalid"]


@pytest.mark.parametrize("python", ["python: {packages: [a]}\n", "python: {requirements_txt: r.txt}\n", ""])
def test_a_service_beside_an_environment_of_mlflow_takes_nothing_from_it(tmp_path: Path, python: str) -> None:
    text = f"service: service:svc\n{python}"
    env = (
        "python: '3.11'\nbuild_dependencies: [pip, setuptools, wheel]\ndependencies: [-r requirements.txt]\n"
    )
    place(tmp_path, {"bentofile.yaml": text, "MLproject": "name: both\n", "python_env.yaml": env})
    [made] = discover(str(tmp_path), "").specs
    assert made.text is not None
    place(tmp_path, {"mlproject.yaml": made.text})
    files = {one.file: one.text for one in compiled("mlproject.yaml", WorkTree(str(tmp_path))).files}
    assert loaded(files["bentofile.yaml"]) == loaded(text)
    assert yaml.safe_load(files["python_env.yaml"]) == yaml.safe_load(env)


def test_import_reads_build_files_wherever_bentoml_does(tmp_path: Path) -> None:
    toml = "[tool.bentoml.build]\nservice = 'a:A'\n"
    place(tmp_path, {"a/pyproject.toml": toml, "b/pyproject.toml": "[project]\nname = 'b'\n"})
    place(tmp_path, {"c/pyproject.toml": toml, "c/bentofile.yaml": "service: c:C\n"})
    made = {one.file: one.text or "" for one in discover(str(tmp_path), "").specs}
    assert list(made) == ["a/mlproject.yaml", "c/mlproject.yaml"]
    assert "entry: a:A" in made["a/mlproject.yaml"]
    assert "entry: c:C" in made["c/mlproject.yaml"]


# --- generated

WORDS = st.text(alphabet="abcXYZ 0_-.#:'\"\\!?*&é\n{}$", min_size=1, max_size=10)
# What names a file: `.` is a directory, and that is told.
PATHS = WORDS.filter(lambda text: bool(set(text) - set("./ ")))
LISTS = st.lists(WORDS, max_size=3)
SCALARS = st.one_of(WORDS, st.integers(), st.booleans(), st.sampled_from(["yes", "1e-3", "~", "012"]))
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: not name.endswith(("KEY", "TOKEN"))
)
DOCKER: dict[str, st.SearchStrategy[object]] = {
    "distro": st.sampled_from(["debian", "alpine"]),
    "python_version": st.sampled_from(["3.10", "3.11", "3.12.1"]),
    "env": st.dictionaries(NAMES, SCALARS, min_size=1, max_size=2),
    "system_packages": LISTS,
    "setup_script": PATHS,
    "dockerfile_template": PATHS,
}
PYTHON: dict[str, st.SearchStrategy[object]] = {
    "requirements_txt": PATHS,
    "packages": LISTS,
    "lock_packages": st.booleans(),
    "pack_git_packages": st.booleans(),
    "index_url": WORDS,
    "no_index": st.booleans(),
    "trusted_host": st.one_of(WORDS, LISTS),
    "find_links": LISTS,
    "extra_index_url": LISTS,
    "pip_args": WORDS,
    "wheels": st.lists(PATHS, max_size=3),
    "is_src_layout": st.booleans(),
}
ENV: dict[str, st.SearchStrategy[object]] = {
    "value": SCALARS,
    "stage": st.sampled_from(["all", "build", "runtime"]),
}
MODEL = st.one_of(WORDS, st.fixed_dictionaries({"tag": WORDS}, optional={"filter": WORDS, "alias": WORDS}))
FILES: dict[str, st.SearchStrategy[object]] = {
    "service": st.one_of(st.sampled_from(["service:svc", "a/b.py:Svc", "a.b:Svc", "x.py", ""]), WORDS),
    "name": st.sampled_from(["fraud", "My-Bento_1", "a.b"]),
    "description": st.one_of(st.just(""), WORDS),
    "labels": st.dictionaries(WORDS, SCALARS, max_size=2),
    "include": LISTS,
    "exclude": LISTS,
    "docker": st.fixed_dictionaries({}, optional=DOCKER),
    "python": st.fixed_dictionaries({}, optional=PYTHON),
    "conda": st.fixed_dictionaries({}, optional={"environment_yml": PATHS, "channels": LISTS, "pip": LISTS}),
    "models": st.lists(MODEL, max_size=3),
    "envs": st.lists(st.fixed_dictionaries({"name": NAMES}, optional=ENV), max_size=3),
    "args": st.dictionaries(WORDS, SCALARS, max_size=2),
}


@given(st.fixed_dictionaries({}, optional=FILES))
def test_any_build_file_loads_as_before(content: dict[str, object]) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    with tempfile.TemporaryDirectory() as name:
        _, out = round_trip(Path(name), text)
        assert loaded(out) == loaded(text)
