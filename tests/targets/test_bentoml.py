"""Build files, configuration and generated services: what is in them, and what BentoML makes of them."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from mlproject import ir
from mlproject.targets import bentoml as target
from mlproject.targets.service import class_name
from mlproject.trees import Generated
from targets.projects import api, model, project, service

ROOT = Path(__file__).resolve().parents[2]
PIXELS: dict[str, object] = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
NUMBER: dict[str, object] = {"type": "number"}
ROUTE = api("predict", {"pixels": PIXELS}, {"digit": {"type": "integer"}})
SCREENING = service(
    "screening",
    desc="Screens samples.",
    models=("m",),
    entry=("service.py", "Screening"),
    include=("service.py", "src/*.py"),
    exclude=("*.ipynb",),
    resources={"cpu": "1", "memory": "512Mi"},
    traffic={"timeout": 10, "concurrency": 32},
    envs={"LOG_LEVEL": "info"},
    secrets=("API_TOKEN",),
    labels={"team": "a"},
    python=ir.Python("3.11.9", "requirements.txt", ("python",)),
)
MODEL = model("m", "models/m.joblib")


def compiled(given: ir.Project) -> tuple[dict[str, Generated], list[tuple[str, str]]]:
    files, diagnostics = target.compile(given, {})
    return {file.file: file for file in files}, [(d.code, d.summary) for d in diagnostics]


def tree(given: ir.Project, file: str = "bentofile.yaml") -> dict[str, Any]:
    return cast("dict[str, Any]", compiled(given)[0][file].tree)


def only(given: ir.Project) -> tuple[str, str]:
    _, [diagnostic] = compiled(given)
    return diagnostic


def loaded(content: object) -> Any:  # noqa: ANN401 - BentoML ships no types
    """A build file read by BentoML itself."""
    from bentoml._internal.bento.build_config import BentoBuildConfig

    return BentoBuildConfig.from_yaml(io.StringIO(yaml.safe_dump(content))).with_defaults()


class TestBuildFile:
    def test_everything_a_service_says(self) -> None:
        assert tree(project(models=[MODEL], services=[SCREENING])) == {
            "service": "service.py:Screening",
            "name": "screening",
            "description": "Screens samples.",
            "labels": {"team": "a"},
            "include": ["service.py", "src/*.py", "models/m.joblib", "/bentoml_configuration.yaml"],
            "exclude": ["*.ipynb"],
            "python": {"requirements_txt": "requirements.txt", "lock_packages": False},
            "docker": {"python_version": "3.11"},
            "envs": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "API_TOKEN", "stage": "runtime"}],
        }

    def test_bentoml_reads_it_as_meant(self) -> None:
        read = loaded(tree(project(models=[MODEL], services=[SCREENING])))
        assert read.service == "service.py:Screening"
        assert read.docker.python_version == "3.11"
        assert [(e.name, e.value, e.stage) for e in read.envs] == [
            ("LOG_LEVEL", "info", "all"),
            ("API_TOKEN", "", "runtime"),
        ]

    def test_several_services_have_folders_of_their_own(self) -> None:
        one = service("one", entry=("svc/one.py", "One"))
        made = project(root="p", models=[MODEL], services=[SCREENING, one])
        files, _ = compiled(made)
        assert list(files) == [
            "p/services/screening/bentofile.yaml",
            "p/services/one/bentofile.yaml",
            "p/bentoml_configuration.yaml",
        ]
        assert tree(made, "p/services/one/bentofile.yaml")["include"] == [
            "svc/one.py",
            "/bentoml_configuration.yaml",
        ]

    @pytest.mark.parametrize(
        "file",
        ["m.joblib", "models/m.joblib", "a[1]/m*.joblib", "#m/x", "!m", "m ", "a/b c", "ü", "a\\b", "m?"],
    )
    def test_the_models_file_is_packed_and_nothing_else(self, file: str) -> None:
        from bentoml._internal.bento.build_config import BentoPathSpec

        bare = service("s", models=("m",), entry=("service.py", "S"))
        include = tree(project(models=[model("m", file)], services=[bare]))["include"]
        spec = BentoPathSpec(include, [])
        assert spec.includes(f"./{file}")
        assert not any(
            spec.includes(other)
            for other in (f"./deep/{file}", "./mm.joblib", "./a1/mx.joblib", "./x", "./mx")
        )

    def test_a_model_outside_the_project_cannot_be_packed(self) -> None:
        bare = service("s", models=("m",), entry=("service.py", "S"))
        assert (
            only(project(models=[model("m", "../m.joblib")], services=[bare]))[0] == "service-without-model"
        )

    @pytest.mark.parametrize("name", ["-x", "x_", "a" * 64, "traffic", "workers"])
    def test_names_that_bentoml_refuses(self, name: str) -> None:
        assert only(project(services=[service(name, entry=("s.py", "S"))]))[0] == "bad-name"

    def test_names_that_differ_in_case_only(self) -> None:
        services = [service("Ab", entry=("s.py", "S")), service("aB", entry=("s.py", "S"))]
        assert only(project(services=services)) == (
            "bad-name",
            "`aB` and `Ab` would be one Bento: BentoML puts names into lower case",
        )

    def test_sources_lead_to_the_spec(self) -> None:
        sources = compiled(project(models=[MODEL], services=[SCREENING]))[0]["bentofile.yaml"].sources
        at = ("services", "screening")
        assert sources[("include", 1)] == (*at, "include", 1)
        assert sources[("include", 2)] == (*at, "models", 0)
        assert sources[("envs", 1)] == (*at, "secrets", 0)
        assert sources[("docker", "python_version")] == ("python", "version")


class TestOwnWords:
    """What a service says in BentoML's words."""

    def test_models_of_the_store_stand_beside_ours(self) -> None:
        stored = (
            ir.StoreModel("a:1", "", "", ()),
            ir.StoreModel("b", "label:x=y", "bb", ("services", "s", "models", 2)),
        )
        made = service(
            "s", entry=("s.py", "S"), models=("m",), positions=(1,), stored=stored, include=("s.py",)
        )
        file = compiled(project(models=[MODEL], services=[made]))[0]["bentofile.yaml"]
        content = cast("dict[str, Any]", file.tree)
        assert content["models"] == ["a:1", {"tag": "b", "filter": "label:x=y", "alias": "bb"}]
        assert file.sources[("include", 1)] == ("services", "s", "models", 1)
        assert file.sources[("models", 1)] == ("services", "s", "models", 2)
        assert [one.tag for one in loaded(content).models] == ["a:1", "b"]

    @pytest.mark.parametrize(
        ("include", "added"),
        [
            (("*.py",), ["models/m.joblib"]),
            (("*.py", "models"), []),
            (("models/*",), []),
            (("*.joblib", "!m.joblib"), ["models/m.joblib"]),
            (("/m.joblib", "m"), ["models/m.joblib"]),
            (("**/models/**",), []),
        ],
    )
    def test_a_models_file_gets_a_pattern_where_none_matches_it(
        self, include: tuple[str, ...], added: list[str]
    ) -> None:
        from bentoml._internal.bento.build_config import BentoPathSpec

        made = service("s", entry=("s.py", "S"), models=("m",), include=include)
        content = tree(project(models=[MODEL], services=[made]))
        assert content["include"] == [*include, *added]
        assert BentoPathSpec(content["include"], []).includes("models/m.joblib")
        assert BentoPathSpec(list(include), []).includes("models/m.joblib") != bool(added)

    def test_everything_is_what_bentoml_takes_by_itself(self) -> None:
        made = service("s", entry=("s.py", "S"), models=("m",), include=("*",), traffic={"timeout": 1})
        content = tree(project(models=[MODEL], services=[made]))
        assert "include" not in content
        assert loaded(content).include == ["*"]

    def test_locking_is_said_where_bentoml_would_do_otherwise(self) -> None:
        def python(**options: object) -> dict[str, object]:
            made = service("s", entry=("s.py", "S"), options={"python": options})
            return cast("dict[str, object]", tree(project(services=[made])).get("python", {}))

        assert python(packages=["a"]) == {"packages": ["a"], "lock_packages": False}
        assert python(packages=["a"], lock_packages=True) == {"packages": ["a"]}
        assert python(packages=["a"], pack_git_packages=False) == {
            "packages": ["a"],
            "pack_git_packages": False,
        }
        assert python(packages=["a"], pack_git_packages=False, lock_packages=True)["lock_packages"] is True
        assert python(no_index=True) == {"no_index": True}


class TestNative:
    def made(self, passage: object) -> ir.Project:
        return project(services=[service("s", entry=("s.py", "S"))], native={"bentofile": passage})

    def test_an_addition(self) -> None:
        made = self.made({"s": {"docker": {"distro": "debian"}}})
        assert tree(made)["docker"] == {"distro": "debian"}
        assert loaded(tree(made)).docker.distro == "debian"

    def test_what_bentoml_does_not_know(self) -> None:
        assert only(self.made({"s": {"dokcer": {}}})) == ("native-invalid", "the tool knows no key `dokcer`")

    def test_a_service_that_is_not_there(self) -> None:
        assert only(self.made({"t": {}})) == ("native-invalid", "there is no service `t`")
        assert only(self.made("x"))[0] == "native-invalid"

    def test_a_value_of_ours(self) -> None:
        code, text = only(self.made({"s": {"service": "other.py:S"}}))
        assert (code, "`service`" in text) == ("native-conflict", True)
        assert tree(self.made({"s": {"override": {"service": "other.py:S"}}}))["service"] == "other.py:S"


def test_the_schema_of_build_files_agrees_with_bentoml_on_real_ones(corpus: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "schemas" / "native" / "bentofile.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    files = sorted((corpus / "bento").iterdir())
    assert files
    for file in files:
        content = yaml.safe_load(file.read_text())
        loaded(content)
        Draft202012Validator(schema).validate(content)


class TestConfiguration:
    def read(self, made: ir.Project, tmp_path: Path) -> dict[str, Any]:
        """The configuration as BentoML's two readings of the file give it."""
        from bentoml._internal.configuration.containers import BentoMLConfiguration

        file = tmp_path / "bentoml_configuration.yaml"
        file.write_text(yaml.safe_dump(tree(made, "bentoml_configuration.yaml")))
        BentoMLConfiguration(override_config_file=str(file), use_version=1)
        return cast(
            "dict[str, Any]", BentoMLConfiguration(override_config_file=str(file), use_version=2).to_dict()
        )

    def test_bentoml_applies_it_under_either_name(self, tmp_path: Path) -> None:
        read = self.read(project(models=[MODEL], services=[SCREENING]), tmp_path)
        for name in ("screening", "Screening"):
            assert read["services"][name]["resources"] == {"cpu": "1", "memory": "512Mi"}
            assert read["services"][name]["traffic"]["timeout"] == 10
            assert read["services"][name]["traffic"]["concurrency"] == 32

    def test_a_native_setting(self, tmp_path: Path) -> None:
        passage = {"services": {"screening": {"workers": 2}}}
        made = project(models=[MODEL], services=[SCREENING], native={"bentoml_configuration": passage})
        assert self.read(made, tmp_path)["services"]["screening"]["workers"] == 2
        made = project(
            services=[service("s", entry=("s.py", "S"))], native={"bentoml_configuration": {"version": 2}}
        )
        assert only(made) == ("native-invalid", "the tool knows no key `version`")

    def test_none_where_nothing_is_said(self) -> None:
        assert set(compiled(project(services=[service("s", entry=("s.py", "S"))]))[0]) == {"bentofile.yaml"}


class TestGeneratedService:
    def text(self, **fields: Any) -> str:  # noqa: ANN401 - fields of a service
        flavor = fields.pop("flavor", "sklearn")
        given = service("s", **{"models": ("m",), "api": (ROUTE,), **fields})
        return compiled(project(models=[model("m", "a'\"\\b.joblib", flavor=flavor)], services=[given]))[0][
            "service.py"
        ].text

    def test_it_is_python_that_bentoml_reads_as_the_contract(self) -> None:
        takes: dict[str, dict[str, object]] = {
            "age": {"type": ["integer", "null"], "minimum": 0, "description": 'years, "full"'},
            "sex": {"type": "string", "enum": ["f", "m'"]},
            "code": {"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3},
        }
        route = api("my-route", takes, {"risk": {"type": "number", "minimum": 0, "maximum": 1}})
        schema = self.schema(self.text(api=(route,)))
        [found] = schema["routes"]
        assert found["route"] == "/my-route"
        assert found["input"]["required"] == ["age", "sex", "code"]
        fields = found["input"]["properties"]
        expected = {"description": 'years, "full"', "title": "Age", "minimum": 0, "type": "integer"}
        assert fields["age"] == expected  # BentoML leaves null out of what it shows
        assert fields["sex"]["enum"] == ["f", "m'"]
        assert (fields["code"]["pattern"], fields["code"]["maxLength"]) == ("^[A-Z]{3}$", 3)
        risk = found["output"]["properties"]["risk"]
        assert (risk["type"], risk["minimum"], risk["maximum"]) == ("number", 0.0, 1.0)

    def schema(self, text: str) -> dict[str, Any]:
        """The schema of the service in `text`, as BentoML makes it."""
        import types

        module = types.ModuleType("generated_service")
        module.__dict__["__file__"] = "/nowhere/service.py"
        sys.modules["generated_service"] = module
        try:
            exec(compile(text, "service.py", "exec"), module.__dict__)
            return cast("dict[str, Any]", module.__dict__["SService"].schema())
        finally:
            del sys.modules["generated_service"]

    def test_an_mlflow_directory_may_answer_with_columns(self) -> None:
        route = api("predict", {"x": NUMBER, "y": NUMBER}, {"a": NUMBER, "b": {"type": "boolean"}})
        text = self.text(flavor="", api=(route,))
        assert 'predict(pd.DataFrame([{"x": x, "y": y}]))' in text
        assert 'Answer(a=_row["a"], b=_row["b"])' in text
        self.schema(text)

    def test_ruff_has_nothing_against_it(self, tmp_path: Path) -> None:
        if find_spec("ruff") is None:
            pytest.skip("ruff is not installed here")
        (tmp_path / "service.py").write_text(self.text())
        ruff = [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--select",
            "E,F,I,N,UP,B,SIM,RUF",
            "--line-length",
            "120",
        ]
        ran = subprocess.run([*ruff, "service.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout

    def test_sources_lead_to_the_contract(self) -> None:
        file = compiled(project(models=[MODEL], services=[service("s", models=("m",), api=(ROUTE,))]))[0][
            "service.py"
        ]
        lines = file.text.splitlines()
        at = {
            lines[place[0] - 1].strip(): path
            for place, path in file.sources.items()
            if place and isinstance(place[0], int)
        }
        assert at["digit: int"] == (*ROUTE.path, "output", "digit")
        assert at["def predict("] == ROUTE.path
        assert next(path for line, path in at.items() if line.startswith("pixels:")) == (
            *ROUTE.path,
            "input",
            "pixels",
        )

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"api": ()}, "one route"),
            ({"api": (ROUTE, api("again", {"x": NUMBER}, {"y": NUMBER}))}, "one route"),
            ({"models": ()}, "one model"),
            ({"flavor": "pytorch"}, "`pytorch`"),
            ({"api": (api("p", {"x": PIXELS}, {"a": NUMBER, "b": NUMBER}),)}, "`predict` gives one value"),
            ({"api": (api("p", {"x": PIXELS, "y": NUMBER}, {"a": NUMBER}),)}, "not one row"),
            (
                {"api": (api("p", {"x": {"type": "array", "items": PIXELS}}, {"a": NUMBER}),)},
                "arrays of arrays",
            ),
            ({"api": (api("p", {"x": {"type": "string"}}, {"a": NUMBER}),)}, "only you know"),
            ({"api": (api("p", {}, {"a": NUMBER}),)}, "no fields"),
            ({"api": (api("p", {"x": {"type": "object"}}, {"a": NUMBER}),)}, "the type `object`"),
            ({"api": (api("p", {"x": {"type": "number", "anyOf": []}}, {"a": NUMBER}),)}, "`anyOf`"),
            (
                {"api": (api("p", {"x": {"type": "number", "minimum": "0); evil("}}, {"a": NUMBER}),)},
                "no number",
            ),
            ({"api": (api("p", {"x": {"type": "string", "pattern": "(?=a)"}}, {"a": NUMBER}),)}, "`pattern`"),
            ({"api": (api("p", {"class": NUMBER}, {"a": NUMBER}),)}, "`class`"),
            ({"api": (api("p", {"x=1): pass #": NUMBER}, {"a": NUMBER}),)}, "cannot be a name"),
            ({"api": (api("p", {"x": NUMBER}, {"model_config": NUMBER}),)}, "`model_config`"),
            ({"api": (api("p", {"ctx": NUMBER}, {"a": NUMBER}),)}, "`ctx`"),
        ],
    )
    def test_what_cannot_be_generated_says_why(self, fields: dict[str, Any], why: str) -> None:
        flavor = fields.pop("flavor", "sklearn") if "flavor" in fields else "sklearn"
        given = service("s", **{"models": ("m",), "api": (ROUTE,), **fields})
        files, [(code, summary)] = compiled(
            project(models=[model("m", "m", flavor=flavor)], services=[given])
        )
        assert "service.py" not in files
        assert code == "service-needs-entry"
        assert why in summary

    def test_names_of_classes(self) -> None:
        names = [class_name(service(name)) for name in ("reader", "none", "a-b_c", "my-service", "2nd")]
        assert names == ["ReaderService", "NoneService", "ABCService", "MyService", "The2ndService"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[str]:
    """Two generated services of one project, built; the one with scikit-learn is being served."""
    from joblib import dump
    from sklearn.linear_model import LogisticRegression

    two = [
        service("my-reader", models=("m",), api=(ROUTE,), traffic={"timeout": 9}),
        service("other", models=("d",), api=(api("predict", {"x": NUMBER}, {"y": NUMBER}),)),
    ]
    made = project(models=[MODEL, model("d", "models/d", flavor="")], services=two)
    (tmp_path / "models").mkdir()
    fitted = LogisticRegression().fit([[0, 0, 0, 0], [1, 1, 1, 1]], [3, 7])
    dump(fitted, tmp_path / "models" / "m.joblib")
    for file in compiled(made)[0].values():
        place = tmp_path / file.file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text if file.form == "text" else yaml.safe_dump(file.tree))
    configuration = str(tmp_path / "bentoml_configuration.yaml")
    env = {**os.environ, "BENTOML_HOME": str(tmp_path / ".home"), "BENTOML_CONFIG": configuration}
    (tmp_path / ".home").mkdir()
    bentoml = [sys.executable, "-m", "bentoml"]
    build = [*bentoml, "build", "-f", "services/my-reader/bentofile.yaml", "--version", "v1", "."]
    subprocess.run(build, cwd=tmp_path, env=env, check=True, capture_output=True, timeout=60)
    serve = [*bentoml, "serve", "my-reader:v1", "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(serve, cwd=tmp_path, env=env, stdout=out, stderr=out) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/readyz", server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the service did not become ready")


@pytest.mark.slow
def test_a_generated_service_is_built_and_answers(served: str) -> None:
    def ask(**body: object) -> Any:  # noqa: ANN401 - JSON
        asked = urllib.request.Request(
            f"{served}/predict", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    assert ask(pixels=[1, 1, 1, 1]) == {"digit": 7}
    assert ask(pixels=[0, 0, 0, 0.1]) == {"digit": 3}
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(pixels=[1, 2])
    assert refused.value.code == 400
    refused.value.close()
