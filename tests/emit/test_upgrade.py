"""After an upgrade of the compiler: what the old one made is out of date, what a person edited is still a person's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mlproject import __version__
from surface.running import SPEC, run

OLD = "0.0.9"


def git(at: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=at, check=True, capture_output=True, timeout=60)


def commit(at: Path, message: str) -> None:
    git(at, "add", "-A")
    git(at, "commit", "-q", "-m", message)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def forget(at: Path) -> None:
    """As in a fresh clone: no record of what was written here."""
    for file in (at / ".mlproject/cache").glob("*"):
        file.unlink()


@pytest.fixture
def upgraded(tmp_path: Path) -> Path:
    """A repository whose files an older compiler made: it wrote commands otherwise, and its version into the lock."""
    git(tmp_path, "init", "-q")
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    assert run("compile", at=tmp_path).code == 0
    change(tmp_path / "dvc.yaml", "cmd: make model", "cmd: 'make model'")
    change(tmp_path / ".dvcignore", "__pycache__/\n", "__pycache__\n")
    change(tmp_path / "mlproject.lock", f'compiler: "{__version__}"', f'compiler: "{OLD}"')
    commit(tmp_path, "compiled")
    forget(tmp_path)
    return tmp_path


def found(at: Path) -> dict[str, str]:
    """What `--check` says: file to summary, with the code in front."""
    done = run("compile", "--check", "--format", "json", at=at)
    said = json.loads(done.out)["diagnostics"]
    return {one["span"]["file"]: f"{one['code']}: {one['summary']}" for one in said}


def test_what_an_older_compiler_made_is_stale_and_says_which(upgraded: Path) -> None:
    said = found(upgraded)
    assert set(said) == {"dvc.yaml", ".dvcignore", "mlproject.lock"}
    for summary in said.values():
        assert summary.startswith("stale: ")
        assert f"was made by compiler {OLD}, and compiler " in summary
    done = run("compile", at=upgraded)
    assert (done.code, "3 updated" in done.out) == (0, True)
    assert "cmd: make model" in (upgraded / "dvc.yaml").read_text()
    assert found(upgraded) == {}


def test_an_edit_in_the_working_tree_is_an_edit(upgraded: Path) -> None:
    change(upgraded / "dvc.yaml", "make model", "make other")
    change(upgraded / ".dvcignore", "*.pyc", "*.pyo")
    said = found(upgraded)
    assert said["dvc.yaml"].startswith("hand-edited: ")
    assert said[".dvcignore"].startswith("hand-edited: ")
    assert said["mlproject.lock"].startswith("stale: ")
    done = run("compile", at=upgraded)
    assert done.code == 1
    assert "make other" in (upgraded / "dvc.yaml").read_text()


def test_an_edit_that_was_committed_alone_is_an_edit(upgraded: Path) -> None:
    change(upgraded / "dvc.yaml", "make model", "make other")
    commit(upgraded, "by hand")
    assert found(upgraded)["dvc.yaml"].startswith("hand-edited: ")
    (upgraded / "mlproject.yaml").write_bytes(SPEC + b"# said later\n")
    commit(upgraded, "the spec")
    assert found(upgraded)["dvc.yaml"].startswith("hand-edited: ")


def test_a_file_is_looked_at_where_it_was_changed_with_the_spec(upgraded: Path) -> None:
    (upgraded / "mlproject.yaml").write_bytes(SPEC.replace(b"make model", b"make best"))
    change(upgraded / "dvc.yaml", "make model", "make best")
    commit(upgraded, "another command")
    assert found(upgraded)["dvc.yaml"].startswith("stale: ")


def test_a_lock_of_this_compiler_excuses_nothing(upgraded: Path) -> None:
    run("compile", "--force", at=upgraded)
    change(upgraded / "dvc.yaml", "cmd: make model", "cmd: make other")
    commit(upgraded, "compiled, and edited")
    forget(upgraded)
    assert found(upgraded)["dvc.yaml"].startswith("hand-edited: ")


def test_a_shallow_clone_knows_nothing(upgraded: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    clones = tmp_path_factory.mktemp("clones")
    (upgraded / "note.txt").write_text("more\n")
    commit(upgraded, "another commit")
    for depth, code in (([], "stale"), (["--depth=1"], "hand-edited")):
        clone = clones / code
        git(clones, "clone", "-q", *depth, upgraded.as_uri(), str(clone))
        assert {summary.partition(":")[0] for summary in found(clone).values()} == {code}
