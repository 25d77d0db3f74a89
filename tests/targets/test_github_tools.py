"""The workflows of many projects, as the tools that judge workflows see them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlproject import pins
from mlproject.emit.rendered import render
from mlproject.ir import Project, Resources, RunnerRule
from mlproject.records import replace
from mlproject.targets import github
from targets.ci_projects import PROJECT, data, environment, remote, service, stage, with_ci

HOSTILE = "${{ github.event.head_commit.message }}`id`$(id);'\"\\"


def _chain(*names: str) -> Project:
    """A project whose environments are each promoted from the one before."""
    before = ("", *names)
    made = [environment(n, env=("TOKEN", "URI"), promote_from=b) for n, b in zip(names, before, strict=False)]
    return with_ci(
        replace(PROJECT, environments=tuple(made), services=(service(*names),)), environments=names
    )


def _gpu() -> Project:
    rule = RunnerRule({"gpus": ">=1", "memory": ">8GiB"}, ("self-hosted", "gpu"))
    heavy = stage("fit", needs=Resources(4, "16GiB", 1), timeout="30h")
    return with_ci(replace(PROJECT, stages=(*PROJECT.stages, heavy)), runners=(rule,), environments=("prod",))


def _hostile() -> Project:
    stages = (stage("train", outs=(HOSTILE,), metrics=(f"m/{HOSTILE}.json",), deps=(f"../{HOSTILE}/[x]*",)),)
    project = replace(
        PROJECT,
        root="projects/`id`$(id);'\"\\",
        spec=f"{HOSTILE}.yaml",
        requires=f"mlproject {HOSTILE}",
        python=replace(PROJECT.python, requirements=HOSTILE),
        stages=stages,
        data=(data("raw", HOSTILE, url="s3://bucket/raw"),),
        remotes=(remote(),),
    )
    return with_ci(project, environments=("prod",), retrain="0 3 * * 1", branch="it's/!odd+")


def _imports() -> Project:
    raw = data("raw", "data/raw.csv", url="s3://bucket/raw.csv", schema="../common/raw.json")
    return with_ci(
        replace(PROJECT, data=(raw,), remotes=(remote(),)), environments=("prod",), retrain="0 3 * * 1"
    )


PROJECTS: dict[str, Project] = {
    "plain": with_ci(environments=("prod",)),
    "check-only": PROJECT,
    "at-root": with_ci(replace(PROJECT, root=""), environments=("prod",)),
    "no-python": with_ci(replace(PROJECT, python=replace(PROJECT.python, version="", requirements=""))),
    "chain": _chain("dev", "staging", "prod", "eu"),
    "digit": _chain("1", "-2-"),
    "chain-none": with_ci(_chain("staging", "prod"), commit="none"),
    "chain-pr": with_ci(_chain("staging", "prod"), commit="pull-request"),
    "none": with_ci(environments=("prod",), commit="none"),
    "gpu": _gpu(),
    "container": with_ci(environments=("prod",), container="ghcr.io/x/y:1", setup=("apt-get update",)),
    "digest": with_ci(environments=("prod",), container=f"python@sha256:{'0' * 64}"),
    "self-hosted": with_ci(environments=("prod",), runner=("self-hosted",)),
    "retrain-only": with_ci(retrain="0 3 * * 1"),
    "imports": _imports(),
    "gitlab-too": with_ci(environments=("prod",), providers=("github", "gitlab")),
    "hostile": _hostile(),
}


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the workflows of all the projects."""
    top = tmp_path_factory.mktemp("repository")
    (top / ".github" / "workflows").mkdir(parents=True)
    for name, project in PROJECTS.items():
        files, _ = github.compile(replace(project, name=name), pins.SEED)
        for file in files:
            (top / file.file).write_text(render(file, "mlproject.yaml").text, "utf-8")
    return top / ".github" / "workflows"


def _tool(name: str) -> str:
    """A program that a package of the test dependencies brings, beside the interpreter or on the path."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return found or pytest.skip(f"{name} is not installed")


def _run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_every_project_is_there(workflows: Path) -> None:
    checks = {file.name for file in workflows.glob("*-check.yml")}
    assert checks == {f"mlproject-{name}-check.yml" for name in PROJECTS}
    applied = {file.name for file in workflows.glob("*-apply.yml")}
    assert applied == {
        f"mlproject-{name}-apply.yml" for name in PROJECTS if name not in {"check-only", "no-python"}
    }


def test_zizmor_has_nothing_to_say(workflows: Path) -> None:
    done = _run(
        _tool("zizmor"),
        "--offline",
        "--strict-collection",
        "--persona=auditor",
        "--no-progress",
        ".",
        cwd=workflows.parent.parent,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_schema_accepts(workflows: Path, schema: str) -> None:
    files = sorted(str(file) for file in workflows.glob("*.yml"))
    done = _run(_tool("check-jsonschema"), "--builtin-schema", schema, *files, cwd=workflows)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shellcheck_accepts_every_script(workflows: Path, tmp_path: Path) -> None:
    shellcheck = _tool("shellcheck")
    scripts: dict[str, str] = {}
    for file in sorted(workflows.glob("*.yml")):
        jobs = yaml.safe_load(file.read_text("utf-8"))["jobs"]
        for script in [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]:
            scripts.setdefault(script, f"{len(scripts)}.sh")
    for script, name in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/bash\nset -eo pipefail\n{script}", "utf-8")
    done = _run(shellcheck, "--norc", *scripts.values(), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(scripts) >= 12


def test_no_expression_stands_in_a_script(workflows: Path) -> None:
    for file in workflows.glob("*.yml"):
        for job in yaml.safe_load(file.read_text("utf-8"))["jobs"].values():
            for step in job["steps"]:
                assert "${{" not in step.get("run", ""), file.name
                assert "${{" not in str(step.get("with", {}).get("script", "")), file.name
