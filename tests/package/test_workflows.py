"""The workflows of this repository keep the rules that the compiler keeps for everybody else's."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.y*ml"))

every_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)


def read(file: Path) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tree


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in read(file)["jobs"].values():
        yield from job.get("steps", ())


def test_there_are_workflows() -> None:
    assert "ci.yml" in [file.name for file in WORKFLOWS]


def test_zizmor_finds_nothing() -> None:
    # Without --strict-collection a file that breaks the schema would be left out in silence.
    command = [
        str(Path(sys.executable).with_name("zizmor")),
        "--offline",
        "--no-config",
        "--strict-collection",
        "--persona=auditor",
        *map(str, WORKFLOWS),
    ]
    environment = {key: value for key, value in os.environ.items() if "TOKEN" not in key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_the_schema_accepts_them(schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, WORKFLOWS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@every_workflow
def test_rights_are_given_job_by_job(file: Path) -> None:
    tree = read(file)
    assert tree["permissions"] == {}
    assert all("permissions" in job for job in tree["jobs"].values())
    assert "concurrency" in tree or all("concurrency" in job for job in tree["jobs"].values())


@every_workflow
def test_everything_has_a_name(file: Path) -> None:
    tree = read(file)
    assert tree["name"]
    assert all(part.get("name") for part in (*tree["jobs"].values(), *steps(file)))


@every_workflow
def test_actions_are_pinned_to_a_commit_and_say_which_version_it_is(file: Path) -> None:
    used = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    for line in used:
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} +# v\d+\.\d+\.\d+$", line), line


def test_one_action_has_one_pin() -> None:
    found: dict[str, set[str]] = {}
    for file in WORKFLOWS:
        for action, pin in re.findall(
            r"uses: ([\w./-]+)@([0-9a-f]+)", file.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found.setdefault(action, set()).add(pin)
    assert {action: pins for action, pins in found.items() if len(pins) > 1} == {}


@every_workflow
def test_no_credential_is_left_in_a_checkout_and_no_expression_in_a_script(file: Path) -> None:
    for step in steps(file):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        assert "${{" not in step.get("run", "")
