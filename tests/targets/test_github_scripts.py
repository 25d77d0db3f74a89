"""The scripts inside the apply workflow, run by bash in real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from mlproject import pins
from mlproject.ir import Project
from mlproject.records import replace
from mlproject.targets import github
from targets.ci_projects import PROJECT, environment, stage, with_ci

_MADE = (environment("staging"), environment("prod", promote_from="staging"))
CHAIN = with_ci(replace(PROJECT, environments=_MADE), environments=("staging", "prod"))


class Runner:
    """A checkout of `origin` in which steps of a job are run as GitHub's runner would."""

    def __init__(self, home: Path, origin: Path, name: str) -> None:
        self.work = home / name
        self.temp = home / f"{name}-temp"
        self.temp.mkdir()
        git(home, "clone", "--quiet", "--depth", "1", origin.as_uri(), str(self.work))
        self.project = self.work / "projects" / "cancer"
        self.output = self.temp / "output"

    def run(self, project: Project, job: str, *names: str) -> subprocess.CompletedProcess[str]:
        """The named steps of a job, in order; the last one's outcome, or the first failure."""
        done: subprocess.CompletedProcess[str] | None = None
        for name in names:
            done = self._step(_step(project, job, name))
            if done.returncode:
                break
        assert done is not None
        return done

    def _step(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        env = {
            **_clean(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_OUTPUT": str(self.output),
            **step.get("env", {}),
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(
            command, cwd=self.project, env=env, capture_output=True, text=True, timeout=60, check=False
        )


def _clean(home: Path) -> dict[str, str]:
    """An environment without the settings of the person who runs the tests."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def git(where: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *settings, *arguments],
        cwd=where,
        env=_clean(where),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def _step(project: Project, job: str, name: str) -> dict[str, Any]:
    files, _ = github.compile(project, pins.SEED)
    steps = cast(Any, files[1].tree)["jobs"][job]["steps"]
    return next(step for step in steps if step["name"] == name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with `origin.git`, whose branch main holds a project, and `author`, another clone of it."""
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "author")
    project = tmp_path / "author" / "projects" / "cancer"
    (project / "metrics").mkdir(parents=True)
    (project / "dvc.lock").write_text("old\n", "utf-8")
    (project / ".gitignore").write_text("/ignored.json\n", "utf-8")
    (project / "kept.py").write_text("1\n", "utf-8")
    commit(tmp_path, "first")
    return tmp_path


def commit(home: Path, message: str) -> None:
    """All that changed in the author's clone, pushed."""
    git(home / "author", "add", "--all")
    git(home / "author", "commit", "--quiet", "-m", message)
    git(home / "author", "push", "--quiet", "origin", "HEAD:main")


def runner(home: Path, name: str = "runner") -> Runner:
    return Runner(home, home / "origin.git", name)


def write(made: Runner, files: dict[str, str]) -> None:
    for name, text in files.items():
        (made.project / name).parent.mkdir(parents=True, exist_ok=True)
        (made.project / name).write_text(text, "utf-8")


def show(home: Path, ref: str, file: str) -> str:
    return git(home / "origin.git", "show", f"{ref}:projects/cancer/{file}")


RESULTS = {"dvc.lock": "new\n", "metrics/eval.json": "{}\n", "junk.txt": "x", "kept.py": "2\n"}


def test_results_are_committed_and_nothing_else(home: Path) -> None:
    made = runner(home)
    write(made, RESULTS)
    done = made.run(CHAIN, "apply-prod", "Gather the results", "Commit the results")
    assert done.returncode == 0, done.stderr
    changed = git(home / "origin.git", "show", "--name-only", "--format=%s|%an", "main").split()
    assert " ".join(changed) == (
        "Results of cancer in prod|github-actions[bot] projects/cancer/dvc.lock projects/cancer/metrics/eval.json"
    )


def test_nothing_new_makes_no_commit(home: Path) -> None:
    before = git(home / "origin.git", "rev-parse", "main")
    done = runner(home).run(CHAIN, "apply-prod", "Gather the results", "Commit the results")
    assert (done.returncode, done.stdout) == (0, "The results are the committed ones.\n")
    assert git(home / "origin.git", "rev-parse", "main") == before


def test_a_branch_that_moved_on_is_caught_up_with(home: Path) -> None:
    made = runner(home)
    write(made, RESULTS)
    (home / "author" / "README.md").write_text("meanwhile\n", "utf-8")
    commit(home, "meanwhile")
    done = made.run(CHAIN, "apply-prod", "Gather the results", "Commit the results")
    assert done.returncode == 0, done.stderr
    assert show(home, "main", "dvc.lock") == "new\n"
    assert git(home / "origin.git", "log", "--format=%s", "main").splitlines() == [
        "Results of cancer in prod", "meanwhile", "first",
    ]  # fmt: skip


def test_results_that_conflict_fail_and_leave_the_branch_alone(home: Path) -> None:
    made = runner(home)
    write(made, RESULTS)
    (home / "author" / "projects" / "cancer" / "dvc.lock").write_text("theirs\n", "utf-8")
    commit(home, "meanwhile")
    assert made.run(CHAIN, "apply-prod", "Gather the results", "Commit the results").returncode != 0
    assert show(home, "main", "dvc.lock") == "theirs\n"


def test_hostile_and_ignored_and_outer_paths(home: Path) -> None:
    odd = 'a "b" $(touch pwned) *?[x].json'
    project = with_ci(
        replace(
            PROJECT,
            stages=(stage("a", metrics=(odd, "ignored.json", "../outer.json", "plots", "-n", "gone.json")),),
        ),
        environments=("prod",),
    )
    made = runner(home)
    write(
        made,
        {
            odd: "1",
            "ignored.json": "2",
            "../outer.json": "3",
            "plots/a.csv": "4",
            "-n": "5",
            "other.json": "6",
        },
    )
    done = made.run(project, "apply-prod", "Gather the results", "Commit the results")
    assert done.returncode == 0, done.stderr
    names = (
        git(home / "origin.git", "show", "-z", "--name-only", "--format=", "main").strip("\0\n").split("\0")
    )
    assert sorted(names) == sorted(
        [f"projects/cancer/{odd}", "projects/outer.json", "projects/cancer/plots/a.csv", "projects/cancer/-n"]
    )
    assert not list(made.work.rglob("pwned"))


def test_the_next_environment_takes_over_what_the_first_one_found(home: Path) -> None:
    first, second = runner(home, "first"), runner(home, "second")
    write(first, {"dvc.lock": "trained\n", "metrics/eval.json": "{}\n"})
    assert first.run(CHAIN, "apply-staging", "Gather the results", "Commit the results").returncode == 0
    (second.temp / "mlproject").mkdir()
    (second.temp / "mlproject" / "results.patch").write_bytes(
        (first.temp / "mlproject" / "results.patch").read_bytes()
    )
    assert second.run(CHAIN, "apply-prod", "Take over the results of staging").returncode == 0
    assert (second.project / "dvc.lock").read_text("utf-8") == "trained\n"
    assert (second.project / "metrics" / "eval.json").read_text("utf-8") == "{}\n"
    # The commit of the first is on the branch already: the second one has nothing to add, and says so by not failing.
    done = second.run(CHAIN, "apply-prod", "Gather the results", "Commit the results")
    assert done.returncode == 0, done.stderr
    assert git(home / "origin.git", "log", "--format=%s", "main").splitlines() == [
        "Results of cancer in staging",
        "first",
    ]


def test_no_results_are_taken_over_without_a_word(home: Path) -> None:
    made = runner(home)
    (made.temp / "mlproject").mkdir()
    (made.temp / "mlproject" / "results.patch").write_bytes(b"")
    assert made.run(CHAIN, "apply-prod", "Take over the results of staging").returncode == 0


def test_a_pull_request_gets_its_own_branch_which_is_renewed(home: Path) -> None:
    project = with_ci(CHAIN, commit="pull-request")
    for name, text in (("one", "1\n"), ("two", "2\n")):
        made = runner(home, name)
        write(made, {"dvc.lock": text})
        done = made.run(project, "apply-prod", "Gather the results", "Commit the results to a branch")
        assert done.returncode == 0, done.stderr
        assert made.output.read_text("utf-8") == "pushed=true\n"
        assert show(home, "mlproject/cancer/prod", "dvc.lock") == text
    assert show(home, "main", "dvc.lock") == "old\n"
    same = runner(home, "same")
    assert (
        same.run(project, "apply-prod", "Gather the results", "Commit the results to a branch").returncode
        == 0
    )
    assert not same.output.exists()


def test_the_token_reaches_git_and_no_file(home: Path) -> None:
    made = runner(home)
    step = _step(CHAIN, "apply-prod", "Commit the results")
    assert step["env"]["MLPROJECT_TOKEN"] == "${{ github.token }}"
    env = {**_clean(home), **step["env"], "MLPROJECT_TOKEN": "s3cret"}
    asked = subprocess.run(
        ["git", "credential", "fill"], cwd=made.project, env=env, input="protocol=https\nhost=example.com\n\n",
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert {"username=x-access-token", "password=s3cret"} <= set(asked.stdout.splitlines())
    assert "s3cret" not in (made.work / ".git" / "config").read_text("utf-8")
