"""Commands run wrongly on purpose: the exit code that the table in `cli/commands.py` gives, and plain words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlproject.cli.commands import VERBS
from surface.running import SPEC, Done, run

# Verbs that take a project, as they are asked for one at PATH.
TAKES_PROJECT = [verb for verb in VERBS if verb not in ("init", "import", "explain", "schema")]
EXPLAIN = ("explain", "stages.train", "-C")


def _no_traceback(done: Done) -> None:
    assert "Traceback" not in done.out + done.err
    assert "has a bug" not in done.out + done.err


def _without_bentoml(name: str) -> object:
    return None if name == "bentoml" else object()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("frobnicate", 64, "there is no command `frobnicate`"),
        ("validat", 64, "did you mean `validate`?"),
        ("--frob", 64, "No such option"),
        ("validate --frob", 64, "No such option"),
        ("validate --strct", 64, "Did you mean '--strict'?"),
        ("validate --format xml", 64, "'xml' is not one of 'text', 'json'"),
        ("validate --format", 64, "requires an argument"),
        ("validate mlproject.yaml other.yaml", 64, "unexpected extra argument (other.yaml)"),
        ("compile --check --diff", 64, "--check, --diff and --adopt exclude each other"),
        ("compile --check --adopt", 64, "exclude each other"),
        ("compile -", 66, "there is no `-`"),
        ("explain", 64, "Missing argument"),
        (
            "explain no-such-thing",
            64,
            "`no-such-thing` is neither a code, a place in the spec, nor FILE:LINE",
        ),
        ("explain dupliacte-key", 64, "did you mean `duplicate-key`?"),
        ("explain dvc.yaml:12 -C nowhere", 66, "there is no `nowhere`"),
        ("import nowhere", 66, "there is no `nowhere`"),
        ("import mlproject.yaml", 66, "`mlproject.yaml` is no directory"),
        ("import --dry-run --diff", 64, "--dry-run and --diff exclude each other"),
        ("fmt - mlproject.yaml", 64, "- is standard input, and stands alone"),
        ("fmt --check nowhere", 66, "there is no `nowhere`"),
        ("fmt --format xml", 64, "'xml' is not one of 'text', 'json'"),
        ("upgrade mlproject.yaml nowhere", 66, "there is no `nowhere`"),
        ("upgrade --format json", 64, "No such option"),
        ("schema everything", 64, "'everything' is not one of 'spec'"),
        ("schema -o nowhere/spec.json", 66, "cannot be written"),
        ("schema --check nowhere.json", 66, "cannot be read"),
        ("graph --format png", 64, "'png' is not one of"),
        ("graph -o nowhere/graph.svg", 66, "cannot be written"),
        ("init --name a.b new", 64, "`a.b` is no name"),
        ("apply --env", 64, "requires an argument"),
    ],
)
def test_wrong_use_is_told_in_plain_words(project: Path, line: str, code: int, words: str) -> None:
    done = run(*line.split(), at=project)
    _no_traceback(done)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert [path.name for path in project.iterdir()] == ["mlproject.yaml"]


@pytest.mark.parametrize("verb", [*TAKES_PROJECT, EXPLAIN], ids=str)
def test_a_project_that_is_not_there_is_a_missing_input(verb: str | tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, words in (
        ("nowhere", "there is no `nowhere`"),
        ("empty", "there is no mlproject.yaml in `empty`"),
    ):
        done = run(*([verb] if isinstance(verb, str) else verb), path, at=tmp_path)
        _no_traceback(done)
        assert (done.code, done.out) == (66, "")
        assert words in done.err
        assert "mlproject init" in done.err


@pytest.mark.parametrize("verb", TAKES_PROJECT)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("directory", "`mlproject.yaml` is a directory"),
        ("dangling", "`mlproject.yaml` is a symbolic link that leads nowhere"),
        ("loop", "`mlproject.yaml` is a symbolic link that leads nowhere"),
        ("fifo", "`mlproject.yaml` is no plain file"),
        ("device", "`mlproject.yaml` is no plain file"),
    ],
)
def test_something_that_is_no_file_is_a_missing_input(
    verb: str, kind: str, words: str, tmp_path: Path
) -> None:
    spec = tmp_path / "mlproject.yaml"
    if kind == "directory":
        spec.mkdir()
    elif kind == "fifo":
        os.mkfifo(spec)
    else:
        spec.symlink_to({"dangling": "nothing", "loop": "mlproject.yaml", "device": "/dev/zero"}[kind])
    done = run(verb, at=tmp_path)
    _no_traceback(done)
    assert (done.code, done.out) == (66, "")
    assert words in done.err


def test_a_bug_of_ours_is_told_as_ours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("inside of us")

    monkeypatch.setattr("mlproject.cli.validate.check", fails)
    done = run("validate", "--format", "json", at=project)
    assert (done.code, done.out) == (70, "")
    assert "has a bug: ZeroDivisionError at test_wrong_use.py:" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in run("validate", "--format", "json", "-v", at=project).err


def test_tools_that_are_not_installed_are_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlproject.cli.apply.find_spec", _without_bentoml)
    done = run("apply", at=project)
    assert (done.code, done.out) == (69, "")
    assert done.err == "apply needs bentoml: pip install 'mlproject-compiler[run]'\n"


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ("prdo", 64, "there is no environment `prdo`"),
        ("prod", 66, "MLFLOW_TRACKING_URI"),
        ("staged", 66, "MLFLOW_TRACKING_URI"),
    ],
)
def test_apply_writes_nothing_before_it_knows_that_it_can_begin(
    environment: str, code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(
        SPEC
        + b"tracking: {uri: '${env.MLFLOW_TRACKING_URI}'}\nenvironments:\n  prod: {env: [MLFLOW_TRACKING_URI]}\n"
        b"  staged: {promote_from: prod}\n"
    )
    done = run("apply", "--env", environment, at=tmp_path)
    assert (done.code, done.err) == (code, "")
    assert words in done.out
    assert [path.name for path in tmp_path.iterdir()] == ["mlproject.yaml"]
