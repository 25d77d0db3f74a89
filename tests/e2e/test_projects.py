"""The example projects as their users meet them: compiled and committed, run by our command and by the plain tools."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TELEMETRY_OFF = {"DVC_NO_ANALYTICS": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "BENTOML_DO_NOT_TRACK": "True"}


def environment(home: Path) -> dict[str, str]:
    """What a user's shell has, with the tools of this Python first and stores of its own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return {
        "PATH": path,
        "HOME": str(home),
        "BENTOML_HOME": str(home / "bentoml"),
        "LANG": "C.UTF-8",
        **TELEMETRY_OFF,
    }


def run(command: list[str], where: Path, env: dict[str, str], seconds: int = 240) -> str:
    """Runs a command that must succeed, and gives what it printed."""
    done = subprocess.run(
        command, cwd=where, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A repository with the example projects as they are committed: what Git ignores is not there."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--", "projects", ".gitignore", ".github"],
        capture_output=True,
        check=False,
    )
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    if not names:
        pytest.skip("not in a Git checkout: what is committed cannot be told")
    repository = tmp_path / "repository"
    for name in names:
        if (root / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, repository / name)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "projects"]):
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *command],
            cwd=repository,
            check=True,
        )
    return repository


def test_applying_twice_is_applying_once(checkout: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    project = checkout / "projects" / "diabetes"
    first = run([sys.executable, "-m", "mlproject", "apply", "--no-color"], project, env)
    assert "diabetes version 1" in first
    assert "rmse" in first
    after = run(["git", "status", "--porcelain", "--ignored"], checkout, env)
    second = run([sys.executable, "-m", "mlproject", "apply", "--no-color"], project, env)
    assert "Nothing to do: everything is up to date" in second
    assert run(["git", "status", "--porcelain", "--ignored"], checkout, env) == after
    import sqlite3

    with sqlite3.connect(project / "mlflow.db") as database:
        assert database.execute("select count(*) from runs").fetchone() == (1,)
        assert database.execute("select count(*) from model_versions").fetchone() == (1,)


def test_the_plain_tools_run_what_is_committed(checkout: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    project = checkout / "projects" / "diabetes"
    run(["dvc", "repro"], project, env)
    assert json.loads(run(["dvc", "metrics", "show", "--json"], project, env))
    assert "train" in run(["dvc", "dag"], project, env)
    assert "up to date" in run(["dvc", "status"], project, env)
    run(["mlflow", "run", ".", "-e", "train", "--env-manager", "local"], project, env)


def test_bentoml_builds_and_serves_the_generated_service(checkout: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    project = checkout / "projects" / "digits"
    run(["dvc", "repro"], project, env)
    run(["bentoml", "build", "--version", "test"], project, env)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path / "serve.log").open("wb")
    server = subprocess.Popen(
        ["bentoml", "serve", "reader:test", "--host", "127.0.0.1", "--port", str(port)],
        cwd=tmp_path,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        answer = _ask(f"http://127.0.0.1:{port}/predict", {"pixels": [0.0] * 64}, server)
        assert set(answer) == {"digit"}
        assert answer["digit"] in range(10)
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _ask(url: str, body: object, server: subprocess.Popen[bytes]) -> dict[str, object]:
    deadline = time.monotonic() + 60
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                answer: dict[str, object] = json.loads(reply.read())
                return answer
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the server did not answer in 60 seconds")
