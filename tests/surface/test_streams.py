"""Standard input and output: `-`, the formats of reports, colour, closed pipes, interrupts, and never a question."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from surface.running import PLAIN, SPEC, run

WRONG = b'name: demo\nstages:\n  train: {cmd: make model, dep: [a]}\n  100%,: {cmd: "${nope}\\n"}\n'
PROCESS_ENV = {**os.environ, "COLUMNS": "100"}
FORMATS = ("text", "json", "sarif", "github", "gitlab")


def _valid(form: str, text: str, errors: bool, root: Path) -> None:
    """Asserts that a report is what its reader takes."""
    if form == "json":
        report = json.loads(text)
        shape = json.loads((root / "schemas" / "diagnostics.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, shape)
        assert bool(report["counts"]["error"]) == errors
    elif form == "sarif":
        log: Any = json.loads(text)
        assert log["version"] == "2.1.0"
        (told,) = log["runs"]
        rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
        assert bool(told["results"]) == errors
        for result in told["results"]:
            assert result["ruleId"] == rules[result["ruleIndex"]]
            assert result["message"]["text"]
            (location,) = result["locations"]
            assert location["physicalLocation"]["region"]["startLine"] >= 1
    elif form == "gitlab":
        issues: Any = json.loads(text)
        assert bool(issues) == errors
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)
        for issue in issues:
            assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert issue["location"]["lines"]["begin"] >= 1
            assert not issue["location"]["path"].startswith(("/", "./", "../"))
    elif form == "github":
        lines = text.splitlines()
        assert bool(lines) == errors
        assert all(
            re.fullmatch(r"::(error|warning|notice) file=[^,:]+,line=\d+[^:]*::.+", line) for line in lines
        )
    else:
        assert ("error[" in text) == errors


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "arguments", [("validate",), ("compile",), ("compile", "--check"), ("validate", "-")], ids=" ".join
)
@pytest.mark.parametrize(
    "content", [SPEC, WRONG, b"", bytes(range(256))], ids=["good", "wrong", "empty", "binary"]
)
def test_every_report_is_what_its_reader_takes(
    form: str, arguments: tuple[str, ...], content: bytes, tmp_path: Path, root: Path
) -> None:
    if arguments[-1] != "-":
        (tmp_path / "mlproject.yaml").write_bytes(content)
    done = run(*arguments, "--format", form, at=tmp_path, stdin=content)
    drift = content is SPEC and arguments == ("compile", "--check")
    assert done.err == ""
    assert done.code == int(content is not SPEC or drift)
    _valid(form, done.out, content is not SPEC or drift, root)


def test_standard_input_is_told_like_the_file_and_writes_nothing(tmp_path: Path) -> None:
    given = {content: run("validate", "-", at=tmp_path, stdin=content) for content in (SPEC, WRONG)}
    assert list(tmp_path.iterdir()) == []
    for content, done in given.items():
        (tmp_path / "mlproject.yaml").write_bytes(content)
        assert run("validate", at=tmp_path) == done
    assert run("validate", "-", "-q", at=tmp_path, stdin=SPEC).out == ""


def test_standard_input_lies_in_this_directory(tmp_path: Path) -> None:
    (tmp_path / "preset.yaml").write_text("owner: [me]\n", encoding="utf-8")
    done = run("validate", "-", at=tmp_path, stdin=b"extends: preset.yaml\n" + SPEC)
    assert done.code == 1
    assert "--> preset.yaml:1:1\n  |\n1 | owner: [me]" in done.out


@pytest.mark.parametrize(
    ("env", "arguments", "terminal", "colour"),
    [
        ({}, (), True, True),
        ({}, (), False, False),
        ({"NO_COLOR": "1"}, (), True, False),
        ({"TERM": "dumb"}, (), True, False),
        ({}, ("--no-color",), True, False),
        ({"NO_COLOR": ""}, (), True, True),  # empty is not set, says no-color.org
    ],
)
@pytest.mark.parametrize("verb", ["validate", "compile"])
def test_colour_is_for_terminals_that_want_it(
    verb: str, env: dict[str, str], arguments: tuple[str, ...], terminal: bool, colour: bool, tmp_path: Path
) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(WRONG)
    done = run(verb, *arguments, at=tmp_path, env={**PLAIN, "TERM": "xterm", **env}, terminal=terminal)
    assert ("\x1b[" in done.out) == colour
    plain = run(verb, "--no-color", at=tmp_path)
    assert re.sub(r"\x1b\[[0-9;]*m", "", done.out) == plain.out


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_reports_for_programs_have_no_colour(form: str, tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(WRONG)
    assert "\x1b" not in run("validate", "--format", form, at=tmp_path, terminal=True).out


@pytest.mark.parametrize(
    "arguments", [("validate",), ("--help",), ("schema",), ("explain", "stale")], ids=" ".join
)
def test_a_reader_that_has_gone_is_no_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(WRONG + b"x: 1\n" * 5000)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "mlproject", *arguments],
        cwd=tmp_path, env=PROCESS_ENV, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE,
        timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate",), ("validate", "--format", "json"), ("compile", "--diff"), ("compile", "--check"), ("graph",),
        ("graph", "--format", "html"), ("schema",), ("explain", "stale"), ("explain", "stages.train"), ("--help",),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_plainly(arguments: tuple[str, ...], unbuffered: str, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mlproject", *arguments],
            cwd=tmp_path, env={**PROCESS_ENV, "PYTHONUNBUFFERED": unbuffered}, stdin=subprocess.DEVNULL, stdout=full,
            stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.stderr == b"standard output cannot be written: no space left on device\n"
    assert done.returncode == 66


def test_nobody_listens_at_all(tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    for closed in (">&-", ">&- 2>&-", "> /dev/full 2>&1" if Path("/dev/full").exists() else "2>&-"):
        command = f'"{sys.executable}" -m mlproject explain stale {closed}'
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=PROCESS_ENV, capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (66 if "full" in closed else 0, b"")


def test_an_interrupt_is_one_word(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mlproject", "validate", "-"],
        cwd=tmp_path, env=PROCESS_ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        # It reads: this much does not fit into a pipe that nobody reads from.
        process.stdin.write(b"#" * (1 << 20) + b"\n")
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


def test_nothing_is_asked_where_nobody_could_answer(tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    for line in (
        "compile",
        "compile --adopt",
        "compile --force",
        "validate",
        "graph",
        "fmt",
        "init new",
        "init .",
    ):
        done = run(*line.split(), at=tmp_path, stdin=b"")
        assert done.code in (0, 1), line
        assert "?" not in done.out.replace("did you mean", ""), line
