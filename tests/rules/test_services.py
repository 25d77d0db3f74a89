"""The rules about services, files that the spec promises, and retraining."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.checking import lay, lines, said


def spec(body: str) -> dict[str, str]:
    return {"mlproject.yaml": "name: demo\n" + body}


# services

SERVED = """\
stages: {train: {cmd: train, outs: {model: m.bin}}}
models: {m: {artifact: "${stages.train.model}", flavor: sklearn}}
services:
  s:
    models: [m]
    entry: service.py:Screening
    include: [%s]
    resources: {cpu: "2"}
    traffic: {timeout: 10, concurrency: 4}
"""
GOOD = "import bentoml\n\n@bentoml.service\nclass Screening:\n    pass\n"


def service(tmp_path: Path, code: str | None, include: str = "service.py") -> list[str]:
    files = {} if code is None else {"service.py": code}
    found = lines(tmp_path, files | spec(SERVED % include))
    return [line for line in found if line.startswith("service-")]


def test_a_good_service_is_good(tmp_path: Path) -> None:
    assert service(tmp_path, GOOD) == []


def test_an_entry_that_is_not_there(tmp_path: Path) -> None:
    assert service(tmp_path, None) == [
        "service-entry at `service.py`: the entry of the service `s`, `service.py`, does not exist"
    ]


@pytest.mark.parametrize(
    "include", ["other.py", "'*.txt'", "src/", "'*.py', '!service.py'", "/sub/service.py"]
)
def test_an_entry_that_is_not_packed(tmp_path: Path, include: str) -> None:
    (found,) = service(tmp_path, GOOD, include)
    assert found.endswith("`service.py`, the entry of the service `s`, is not in what it includes")


@pytest.mark.parametrize(
    "include", ["service.py", "'*.py'", "/service.py", "'**/*.py'", "'*'", "'serv*'", "'**'"]
)
def test_an_entry_that_a_pattern_packs(tmp_path: Path, include: str) -> None:
    assert service(tmp_path, GOOD, include) == []


def test_a_class_that_is_not_defined(tmp_path: Path) -> None:
    (found,) = said(
        tmp_path, {"service.py": GOOD.replace("Screening", "Screeming")} | spec(SERVED % "service.py")
    )
    assert (found.code, found.summary) == ("service-entry", "`service.py` defines no class `Screening`")
    assert found.help == "did you mean `Screeming`?"


def test_a_class_without_decorator(tmp_path: Path) -> None:
    (found,) = service(tmp_path, "class Screening:\n    pass\n")
    assert found == (
        "service-entry at `Screening`: the class `Screening` in `service.py` is not decorated, so it is no service"
    )


@pytest.mark.parametrize(
    "code",
    [
        "from elsewhere import Screening\n",
        "from elsewhere import *\n",
        "class A: pass\nScreening = wrap(A)\n",
        "class Screening: pass\nScreening = bentoml.service(Screening)\n",
        "@ours\nclass Screening: pass\n",
        "try:\n    from x import y as Screening\nexcept ImportError:\n    raise\n",
        "if True:\n    @service\n    class Screening: pass\n",
        "this is no python(\n",
    ],
)
def test_a_class_that_may_well_be_a_service(tmp_path: Path, code: str) -> None:
    assert service(tmp_path, code) == []


def test_a_decorator_that_disagrees(tmp_path: Path) -> None:
    code = """\
import bentoml
LIMIT = 3

@bentoml.service(
    name="screening",
    resources={"cpu": 2, "memory": "1Gi"},
    traffic={"timeout": 30, "concurrency": LIMIT},
)
class Screening: ...
"""
    (found,) = said(tmp_path, {"service.py": code} | spec(SERVED % "service.py"))
    assert (found.code, found.severity) == ("service-disagrees", "warning")
    assert found.summary == "`traffic.timeout` is `10` here and `30` in the decorator of `Screening`"
    span = found.related[0].span
    assert span is not None
    assert (span.file, span.line, span.column, span.end_column) == ("service.py", 7, 25, 27)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("resources: {cpus: 1}", "unknown-key at `cpus`: BentoML knows no `cpus` under `resources`"),
        ("resources: {gpu: 0}", "bad-value at `0`: `resources.gpu` must be a number above 0"),
        (
            "resources: {memory: [1]}",
            "bad-value at `[1]`: `resources.memory` must be a number of GiB or a text such as '512Mi'",
        ),
        ("traffic: {timout: 3}", "unknown-key at `timout`: BentoML knows no `timout` under `traffic`"),
        (
            "traffic: {timeout: true}",
            "bad-value at `true`: `traffic.timeout` must be a number of seconds above 0",
        ),
        (
            "traffic: {concurrency: 1.5}",
            "bad-value at `1.5`: `traffic.concurrency` must be a whole number above 0",
        ),
    ],
)
def test_limits_that_bentoml_would_ignore_or_refuse(tmp_path: Path, limits: str, expected: str) -> None:
    body = f"stages: {{t: {{cmd: t, outs: [o]}}}}\nservices: {{s: {{entry: service.py:S, {limits}}}}}\n"
    found = lines(tmp_path, {"service.py": GOOD} | spec(body))
    assert expected in found


def test_a_limit_is_looked_at_beside_any_other_mistake(tmp_path: Path) -> None:
    body = (
        "stages: {t: {cmd: 't ${vars.nope}'}}\nservices: {s: {entry: service.py:S, traffic: {timout: 3}}}\n"
    )
    found = [one.code for one in said(tmp_path, spec(body))]
    assert {"unresolved-reference", "unknown-key"} <= set(found)


# native passages


@pytest.mark.parametrize(
    ("passage", "needs"),
    [
        ("github: {check: {}}", "`ci` with the provider github"),
        ("bentoml_configuration: {}", "services"),
        ("bentofile: {}", "services"),
    ],
)
def test_a_passage_for_a_file_that_is_not_written(tmp_path: Path, passage: str, needs: str) -> None:
    body = f"stages: {{t: {{cmd: t, outs: [o]}}}}\nnative: {{{passage}}}\n"
    (found,) = said(tmp_path, spec(body))
    assert found.code == "native-invalid"
    assert found.summary.endswith(f"the spec has no {needs}")


def test_a_passage_for_mlproject_is_taken(tmp_path: Path) -> None:
    body = "stages: {t: {cmd: t, outs: [o]}}\nnative: {MLproject: {entry_points: {lab: {command: jupyter lab}}}}\n"
    assert lines(tmp_path, spec(body)) == []


# promised files


def test_files_that_the_spec_promises(tmp_path: Path) -> None:
    text = """\
python: {requirements: requirements.txt}
data:
  raw: {path: raw.csv, schema: gone.json}
  good: {path: raw.csv, schema: good.json}
stages: {a: {cmd: a, outs: [x]}}
"""
    lay(tmp_path, {"raw.csv": "", "good.json": "{}", "requirements.txt/x": ""})
    assert lines(tmp_path, spec(text)) == [
        "file-unreadable at `requirements.txt`: `requirements.txt` cannot be read: it is a directory",
        "file-unreadable at `gone.json`: `gone.json` cannot be read: there is no such file",
    ]


def test_a_promised_file_outside_the_repository(tmp_path: Path) -> None:
    lay(tmp_path, {"secret.txt": "x"})
    root = lay(tmp_path / "repository", {"raw.csv": ""})
    (root / "link.json").symlink_to(tmp_path / "secret.txt")
    text = "data: {a: {path: raw.csv, schema: link.json}}\nstages: {a: {cmd: a, outs: [x]}}\n"
    assert [line.split(":")[0] for line in lines(root, spec(text))] == ["outside-repository at `link.json`"]


# retraining

WATCHED = SERVED % "service.py" + "monitoring: {s: {logs: 's3://b/logs', on_drift: %s}}\n"


def retrain(tmp_path: Path, body: str, on_drift: str = "retrain") -> list[str]:
    found = lines(tmp_path, {"service.py": GOOD, "raw.csv": ""} | spec(WATCHED % on_drift + body))
    return [line for line in found if line.startswith("retrain")]


def test_retraining_needs_a_source_of_new_data(tmp_path: Path) -> None:
    expected = [
        "retrain-without-source at `retrain`: a drift at `s` would retrain, but nothing here can bring new data"
    ]
    assert retrain(tmp_path, "data: {raw: {path: raw.csv}}\n") == expected
    assert retrain(tmp_path, "data: {raw: {path: raw.csv}}\n", "report") == []
    assert retrain(tmp_path, "data: {raw: {path: raw.csv, url: 's3://b/raw.csv'}}\n") == []
    lay(tmp_path, {"raw.csv.dvc": "deps:\n- path: s3://b/raw.csv\nouts: []\n"})
    assert retrain(tmp_path, "data: {raw: {path: raw.csv}}\n") == []


def test_a_stage_may_bring_new_data(tmp_path: Path) -> None:
    for stage in (
        "{cmd: fetch, outs: [y], always_changed: true}",
        "{cmd: fetch, deps: ['https://x/y'], outs: [y]}",
    ):
        text = {"service.py": GOOD} | spec(
            (WATCHED % "retrain").replace("stages: {", f"stages: {{fetch: {stage}, ")
        )
        assert [line for line in lines(tmp_path, text) if line.startswith("retrain")] == []
