"""`mlproject fmt` as a command: what it writes and when, what it says where, and files that nobody would write."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

from surface.running import run
from surface.test_hostile import FILES

MIXED = b"# top\n\nstages: {a: {deps: [x], cmd: y}}   # two\nname: demo\n"
IN_ORDER = b"# top\n\nname: demo\nstages: {a: {cmd: y, deps: [x]}}   # two\n"
# What can be read, and is no spec that validates: there is nothing wrong with its order.
READABLE = {"escapes"}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    (tmp_path / "mlproject.yaml").write_bytes(MIXED)
    return tmp_path


def content(project: Path, file: str = "mlproject.yaml") -> bytes:
    return (project / file).read_bytes()


def test_it_is_written_once_and_said(mixed: Path) -> None:
    (mixed / "mlproject.yaml").chmod(0o640)
    done = run("fmt", at=mixed)
    assert (done.code, done.out, done.err) == (0, "mlproject.yaml: formatted\n", "")
    assert content(mixed) == IN_ORDER
    assert (mixed / "mlproject.yaml").stat().st_mode & 0o777 == 0o640
    inode = (mixed / "mlproject.yaml").stat().st_ino
    assert run("fmt", at=mixed).out == "mlproject.yaml: in canonical order already\n"
    assert (mixed / "mlproject.yaml").stat().st_ino == inode, "what is in order is not written"
    assert [path.name for path in mixed.iterdir()] == ["mlproject.yaml"]


def test_check_writes_nothing_and_says_which(mixed: Path) -> None:
    done = run("fmt", "--check", at=mixed)
    assert done.code == 1
    assert "error[not-canonical]: `mlproject.yaml` is not in canonical order" in done.out
    assert "--> mlproject.yaml:3:1" in done.out
    assert content(mixed) == MIXED
    assert run("fmt", "--check", "-q", at=mixed).code == 1
    (mixed / "mlproject.yaml").write_bytes(IN_ORDER)
    assert run("fmt", "--check", at=mixed).code == 0
    assert run("fmt", "--check", "-q", at=mixed).out == ""


@pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab"])
def test_check_reports_as_the_others_do(form: str, mixed: Path, root: Path) -> None:
    done = run("fmt", "--check", "--format", form, at=mixed)
    assert (done.code, done.err) == (1, "")
    assert "not-canonical" in done.out
    if form == "json":
        shape = json.loads((root / "schemas" / "diagnostics.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(json.loads(done.out), shape)
    again = run("fmt", "--format", form, at=mixed)
    assert again.code == 0
    assert content(mixed) == IN_ORDER


def test_the_diff_can_be_applied(mixed: Path) -> None:
    done = run("fmt", "--diff", at=mixed)
    assert (done.code, done.err) == (0, "")
    assert content(mixed) == MIXED
    assert run("fmt", "--diff", "--check", at=mixed).code == 1
    assert run("fmt", "--diff", "--check", at=mixed).out == done.out
    subprocess.run(["git", "apply", "-"], cwd=mixed, input=done.out.encode(), check=True, timeout=60)
    assert content(mixed) == IN_ORDER
    assert run("fmt", "--diff", at=mixed).out == ""


def test_standard_input_goes_to_standard_output(tmp_path: Path) -> None:
    done = run("fmt", "-", at=tmp_path, stdin=MIXED)
    assert (done.code, done.out.encode(), done.err) == (0, IN_ORDER, "")
    windows = b"\xef\xbb\xbf" + MIXED.replace(b"\n", b"\r\n")
    assert run("fmt", "-", at=tmp_path, stdin=windows).out.encode() == b"\xef\xbb\xbf" + IN_ORDER.replace(
        b"\n", b"\r\n"
    )
    check = run("fmt", "--check", "-", at=tmp_path, stdin=MIXED)
    assert check.code == 1
    assert "error[not-canonical]" in check.out
    broken = run("fmt", "-", at=tmp_path, stdin=b"name: [\n")
    assert (broken.code, broken.out) == (1, "")
    assert "error[yaml-syntax]" in broken.err
    kept = run("fmt", "-", at=tmp_path, stdin=b"data: {x: &x {path: y}}\nvars: *x\n")
    assert (kept.code, kept.out) == (0, "data: {x: &x {path: y}}\nvars: *x\n")
    assert "info[order-kept]" in kept.err
    assert list(tmp_path.iterdir()) == []


def test_several_are_written_together_or_not_at_all(mixed: Path) -> None:
    (mixed / "preset.yaml").write_bytes(b"data: {}\nvars: {}\n")
    (mixed / "good.yaml").write_bytes(IN_ORDER)
    (mixed / "bad.yaml").write_bytes(b"name: [\n")
    done = run("fmt", "bad.yaml", ".", "preset.yaml", at=mixed)
    assert done.code == 1
    assert "--> bad.yaml:" in done.out
    assert content(mixed) == MIXED
    done = run("fmt", ".", "mlproject.yaml", "preset.yaml", "good.yaml", at=mixed)
    assert done.code == 0
    assert done.out == (
        "mlproject.yaml: formatted\npreset.yaml: formatted\n1 of 3 specs are in canonical order already\n"
    )
    assert content(mixed) == IN_ORDER
    assert content(mixed, "preset.yaml") == b"vars: {}\ndata: {}\n"
    assert "good.yaml: in canonical order already\n" in run("fmt", "-v", ".", "good.yaml", at=mixed).out


def test_a_generated_file_is_not_taken_for_a_spec(mixed: Path) -> None:
    text = b"# Generated by mlproject from mlproject.yaml; do not edit\nstages: {}\nvars: []\n"
    (mixed / "dvc.yaml").write_bytes(text)
    done = run("fmt", "dvc.yaml", "mlproject.yaml", at=mixed)
    assert (done.code, done.out) == (64, "")
    assert "`dvc.yaml` is generated from `mlproject.yaml`: name that" in done.err
    assert (content(mixed), content(mixed, "dvc.yaml")) == (MIXED, text)


def test_specs_of_two_repositories_are_told_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / "mlproject.yaml").write_bytes(MIXED)
    done = run("fmt", "--check", "one", "two", at=tmp_path)
    assert done.code == 1
    assert run("fmt", "one", "two/mlproject.yaml", at=tmp_path).code == 0
    assert content(tmp_path / "one") == content(tmp_path / "two") == IN_ORDER


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (project / ".git").mkdir(parents=True)
    outside.mkdir()
    (outside / "spec.yaml").write_bytes(MIXED)
    (project / "real.yaml").write_bytes(MIXED)
    (project / "inside.yaml").symlink_to("real.yaml")
    (project / "outside.yaml").symlink_to(outside / "spec.yaml")
    for name in ("inside.yaml", "outside.yaml"):
        done = run("fmt", name, at=project)
        assert done.code == 1
        assert "error[outside-repository]" in done.out
        assert (project / name).is_symlink()
    assert content(project, "real.yaml") == content(outside, "spec.yaml") == MIXED


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_is_told(mixed: Path) -> None:
    mixed.chmod(0o555)
    try:
        done = run("fmt", at=mixed)
    finally:
        mixed.chmod(0o755)
    assert done.code == 1
    assert "error[file-unwritable]" in done.out
    assert content(mixed) == MIXED


@pytest.mark.parametrize("verb", ["fmt", "upgrade"])
@pytest.mark.parametrize("name", list(FILES))
def test_a_hostile_file_is_a_diagnostic_and_stays_as_it_is(name: str, verb: str, tmp_path: Path) -> None:
    before, code = FILES[name]
    (tmp_path / "mlproject.yaml").write_bytes(before)
    done = run(verb, at=tmp_path)
    assert "Traceback" not in done.out + done.err
    assert "\x1b" not in done.out + done.err
    if name in READABLE:
        assert done.code == 0
    else:
        assert done.code == 1
        assert f"error[{code}" in done.out
        assert content(tmp_path) == before
        said = run("validate", at=tmp_path).out.splitlines()
        assert {line for line in done.out.splitlines() if line.startswith("error[")} <= set(said)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".mlproject"] == ["mlproject.yaml"]


@pytest.mark.parametrize(
    "text", [b"name: x\nname: y\n", b"a:\n\t- b\n", b"a: [data/${item}/]\n", b"a: *b\n", b"a: b\n---\nc: d\n"]
)
def test_what_validate_refuses_to_read_stays_as_it_is(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(text)
    done = run("fmt", at=tmp_path)
    assert done.code == 1
    assert "error[" in done.out
    assert content(tmp_path) == text
