"""Writing: confined, whole or not at all, and only as allowed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from mlproject.files import WorkTree


def codes(diagnostics: object) -> list[str]:
    return [d.code for d in diagnostics]  # type: ignore[attr-defined]


def left_over(root: Path) -> list[Path]:
    return list(root.rglob(".mlproject-*"))


def test_files_are_created_replaced_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("old")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/x.yaml").write_text("x")
    tree = WorkTree(str(tmp_path))
    assert (
        tree.write({"a/b/c.yaml": b"new", "old.yaml": b"newer", "gone/x.yaml": None, "never.yaml": None})
        == []
    )
    assert (tmp_path / "a/b/c.yaml").read_bytes() == b"new"
    assert (tmp_path / "old.yaml").read_bytes() == b"newer"
    assert not (tmp_path / "gone").exists()
    assert left_over(tmp_path) == []


def test_permissions_stay_and_new_files_follow_the_umask(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text("old")
    (tmp_path / "old.sh").chmod(0o751)
    before = os.umask(0o027)
    try:
        WorkTree(str(tmp_path)).write({"old.sh": b"new", "new.yaml": b"new"})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "old.sh").stat().st_mode) == 0o751
    assert stat.S_IMODE((tmp_path / "new.yaml").stat().st_mode) == 0o640


def test_what_stands_in_the_way_is_told(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "inner").symlink_to(root / "sub")
    (root / "file").write_text("x")
    (root / "filelink").symlink_to(root / "file")
    (root / "dangling").symlink_to(tmp_path / "outside/new")
    os.mkfifo(root / "pipe")
    tree = WorkTree(str(root))
    told = {
        "../x": "outside",
        "a/../../x": "outside",
        "/etc/x": "outside",
        ".": "outside",
        ".git/hooks/pre-commit": "outside",
        "sub/.GIT/config": "outside",
        "link/x": "link",
        "inner/x": "link",
        "filelink": "link",
        "dangling": "link",
        "sub": "directory",
        "file/x": "other",
        "pipe": "other",
        "file": None,
        "sub/new/deep": None,
        "new": None,
    }
    assert {file: tree.obstacle(file) for file in told} == told


def test_a_root_that_is_itself_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    tree = WorkTree(str(tmp_path / "root"))
    assert tree.obstacle("a.yaml") is None
    assert tree.write({"a.yaml": b"x"}) == []
    assert (tmp_path / "real/a.yaml").read_bytes() == b"x"


def fail(monkeypatch: pytest.MonkeyPatch, name: str, when: str) -> None:
    real = getattr(os, name)

    def failing(path: str, *args: object, **options: object) -> object:
        if when in os.fspath(path) or any(isinstance(a, str) and a.endswith(when) for a in args):
            raise OSError(28, "No space left on device")
        return real(path, *args, **options)

    monkeypatch.setattr(os, name, failing)


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text("old")
    fail(monkeypatch, "open", "sub")
    said = WorkTree(str(tmp_path)).write({"a.yaml": b"new", "sub/b.yaml": b"new", "c.yaml": b"new"})
    assert codes(said) == ["file-unwritable"]
    assert "`sub/b.yaml` cannot be written: no space left on device" in said[0].summary
    assert (tmp_path / "a.yaml").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["a.yaml"]


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("old")
    # A limit on the size of files is the closest to a full disk that needs no privileges.
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        said = WorkTree(str(tmp_path)).write({"b.yaml": b"x", "a.yaml": b"x" * 100_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert codes(said) == ["file-unwritable"]
    assert os.listdir(tmp_path) == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_text() == "old"


def test_a_failing_rename_says_that_some_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.yaml").write_text("old")
    fail(monkeypatch, "replace", "b.yaml")
    said = WorkTree(str(tmp_path)).write({"a.yaml": b"new", "b.yaml": b"new"})
    assert codes(said) == ["file-unwritable"]
    assert "some files are new" in said[0].help
    assert (tmp_path / "b.yaml").read_text() == "old"
    assert left_over(tmp_path) == []


def test_the_tree_notes_what_it_was_asked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a")
    (tmp_path / "d").mkdir()
    tree = WorkTree(str(tmp_path))
    assert tree.kind("a.yaml") == "file"
    assert tree.read("a.yaml") == b"a"
    assert tree.kind("a.yaml") == "file"
    assert tree.read("no") == "absent"
    assert tree.kind("d") == "directory"
    assert tree.names("") == ("a.yaml", "d")
    assert tree.names("no") == ()
    assert {path: fact[:2] for path, fact in tree.seen.items()} == {
        "a.yaml": ("read", "file"),
        "no": ("read", "absent"),
        "d": ("kind", "directory"),
        "/": ("list", "directory"),
        "no/": ("list", "absent"),
    }
    (tmp_path / "a.yaml").write_text("b")
    tree.read("a.yaml")
    assert tree.seen["a.yaml"][1] == "unstable"
