"""`mlproject init`: what it writes works as it is, and nothing that is there is ever touched."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlproject.cli.commands import run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    return tmp_path


def files(place: Path) -> dict[str, bytes]:
    found = [
        path for path in place.rglob("*") if path.is_file() and ".git" not in path.relative_to(place).parts
    ]
    return {str(path.relative_to(place)): path.read_bytes() for path in found}


def test_what_it_writes_validates_compiles_and_is_up_to_date(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "iris"]) == 0
    told = capsys.readouterr().out
    assert "cd iris" in told
    assert "mlproject compile" in told
    for arguments in (["validate"], ["compile"], ["compile", "--check"]):
        assert run([*arguments, "--strict", "iris"]) == 0
    assert "warning" not in capsys.readouterr().out
    spec = yaml.safe_load((place / "iris/mlproject.yaml").read_text())
    assert spec["name"] == "iris"
    modeline = (place / "iris/mlproject.yaml").read_text().splitlines()[0]
    schema = place / "iris" / modeline.partition("$schema=")[2]
    assert json.loads(schema.read_text())["title"] == "mlproject.yaml"


@pytest.mark.slow
def test_dvc_really_runs_it(place: Path) -> None:
    assert run(["init", "iris"]) == 0
    assert run(["compile", "-q", "iris"]) == 0
    project = place / "iris"
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro"],
        check=False,
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    spec = yaml.safe_load((project / "mlproject.yaml").read_text())
    accuracy = json.loads((project / "metrics/scores.json").read_text())["accuracy"]
    assert accuracy >= spec["models"]["iris"]["gates"][0]["min"]


def test_the_service_in_its_comments_compiles(place: Path) -> None:
    assert run(["init", "iris"]) == 0
    spec = place / "iris/mlproject.yaml"
    head, mark, tail = spec.read_text().partition("# services:")
    spec.write_text(head + re.sub(r"(?m)^# ", "", mark + tail))
    assert run(["compile", "--strict", "iris"]) == 0
    assert (place / "iris/bentofile.yaml").exists()


def test_a_file_in_the_way_is_named_and_nothing_is_written(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "src").mkdir()
    (place / "src/train.py").write_text("mine")
    (place / "params.yaml").write_text("mine: 1")
    before = files(place)
    assert run(["init", ".", "--name", "iris"]) == 1
    told = capsys.readouterr().out
    assert "`src/train.py`" in told
    assert "`params.yaml`" in told
    assert files(place) == before


def test_a_readme_and_a_gitignore_are_left_as_they_are(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "README.md").write_text("mine")
    (place / ".gitignore").write_text("*.log\n")
    assert run(["init", "--name", "iris"]) == 0
    assert "README.md was there already" in capsys.readouterr().out
    assert (place / "README.md").read_text() == "mine"
    assert (place / ".gitignore").read_text() == "*.log\n"


@pytest.mark.parametrize("link", ["src", "mlproject.yaml", ".dvc"])
def test_nothing_is_written_through_a_link(
    place: Path, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (place / link).symlink_to(elsewhere / "gone" if "." in link[1:] else elsewhere)
    assert run(["init", "--name", "iris"]) == (0 if link == ".dvc" else 1)
    assert not list(elsewhere.iterdir())


def test_a_directory_that_is_a_link_is_refused(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (place / "iris").symlink_to(elsewhere)
    assert run(["init", "iris"]) == 1
    assert not list(elsewhere.iterdir())


def test_a_dvc_repository_above_is_used(place: Path) -> None:
    (place / ".dvc").mkdir()
    assert run(["init", "deep/iris"]) == 0
    assert not (place / "deep/iris/.dvc").exists()
    assert not (place / "deep/iris/.dvcignore").exists()


def test_without_one_it_is_what_dvc_init_makes(place: Path) -> None:
    assert run(["init", "iris"]) == 0
    (place / "native").mkdir()
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q", "--subdir"], cwd=place / "native", check=True)
    for file in (".dvc/config", ".dvc/.gitignore"):
        assert (place / "iris" / file).read_bytes() == (place / "native" / file).read_bytes()
    assert (place / "iris/.dvcignore").exists()


@pytest.mark.parametrize(
    ("directory", "name"), [("My Project (2)", "My-Project-2"), ("no", "no"), ("12", "12"), ("1e3", "1e3")]
)
def test_the_directory_gives_the_name(place: Path, directory: str, name: str) -> None:
    assert run(["init", directory]) == 0
    assert run(["validate", "--strict", directory]) == 0
    assert yaml.safe_load((place / directory / "mlproject.yaml").read_text())["name"] == name


@pytest.mark.parametrize("name", ["a b", "", "x: y", "é", "a\n"])
def test_a_name_that_is_none_is_refused(place: Path, name: str) -> None:
    assert run(["init", "there", "--name", name]) == 64
    assert not (place / "there").exists()
