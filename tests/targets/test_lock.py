"""`mlproject.lock`: what is written, what is read back, and what is said about one that is broken."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlproject import __version__, pins
from mlproject.emit.rendered import render
from mlproject.files import WorkTree
from mlproject.records import replace
from mlproject.targets import github, lock
from mlproject.trees import Pin, Pins
from targets.ci_projects import PROJECT, environment, with_ci

FILE = "projects/cancer/mlproject.lock"
_MADE = (environment("staging"), environment("prod", promote_from="staging"))
CHAIN = with_ci(replace(PROJECT, environments=_MADE), environments=("staging", "prod"), commit="pull-request")
OTHER = Pin("actions/checkout", "v9.9.9", "9" * 40)


def _text(known: dict[str, Pin]) -> str:
    files, said = lock.compile(CHAIN, pins.over(known))
    assert said == ()
    return render(files[0], "projects/cancer/mlproject.yaml").text


def _read(top: Path, text: str | bytes) -> tuple[Pins, list[tuple[str, int, int]]]:
    path = top / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found, said = pins.read(WorkTree(str(top)), FILE)
    return found, [(d.code, d.span.line, d.span.column) for d in said if d.span]


def test_the_seed_is_pinned_to_full_commits() -> None:
    for action, pin in pins.SEED.items():
        assert action == pin.action
        assert re.fullmatch(r"[0-9a-f]{40}", pin.sha)
        assert re.fullmatch(r"v\d+\.\d+\.\d+", pin.version)
    assert len({pin.sha for pin in pins.SEED.values()}) == len(pins.SEED)


def test_it_stands_beside_the_spec_with_one_line_a_pin_in_order() -> None:
    files, _ = lock.compile(CHAIN, pins.SEED)
    assert [file.file for file in files] == [FILE]
    lines = _text({}).splitlines()
    assert lines[1:3] == ["version: 1", f'compiler: "{__version__}"']
    entries = lines[lines.index("actions:") + 1 :]
    assert entries == sorted(entries)
    assert all(re.fullmatch(r"  actions/[a-z-]+: v[0-9.]+ [0-9a-f]{40}", entry) for entry in entries)


def test_it_names_the_actions_of_the_workflows_and_no_other() -> None:
    workflows, _ = github.compile(CHAIN, pins.SEED)
    used = {name for name in pins.SEED if any(f"{name}@" in str(file.tree) for file in workflows)}
    assert set(yaml.safe_load(_text({}))["actions"]) == used
    assert "actions" not in cast(Any, lock.compile(with_ci(providers=()), pins.SEED)[0][0].tree)


def test_its_schema_is_current_and_accepts_it(root: Path) -> None:
    schema = json.loads((root / "schemas" / "lock.schema.json").read_text("utf-8"))
    assert schema == pins.schema()
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    good = yaml.safe_load(_text({}))
    assert judge.is_valid(good)
    for bad in (
        {**good, "version": 2},
        {**good, "more": 1},
        {**good, "actions": {"checkout": "v1 " + "0" * 40}},
        {**good, "actions": {"a/b": "0" * 40}},
        {**good, "actions": {"a/b": "v1 " + "0" * 39}},
    ):
        assert not judge.is_valid(bad)


def test_what_is_locked_goes_before_the_seed_and_stays(tmp_path: Path) -> None:
    text = _text({OTHER.action: OTHER})
    known, said = _read(tmp_path, text)
    assert said == []
    assert known[OTHER.action] == OTHER
    assert known["actions/setup-python"] == pins.SEED["actions/setup-python"]
    assert _text(dict(known)) == text
    workflows, _ = github.compile(CHAIN, known)
    assert f"actions/checkout@{OTHER.sha}" in str(workflows[0].tree)


def test_no_lock_is_no_mistake(tmp_path: Path) -> None:
    assert pins.read(WorkTree(str(tmp_path)), FILE) == (pins.over({}), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", ("lock-invalid", 1, 1)),
        ("version: 2\n", ("lock-invalid", 1, 10)),
        ("version: true\n", ("lock-invalid", 1, 10)),
        ("compiler: x\n", ("lock-invalid", 1, 1)),
        ("version: 1\nactions: 7\n", ("lock-invalid", 2, 10)),
        ("version: 1\nactions:\n  actions/checkout: v1 abc\n", ("lock-invalid", 3, 21)),
        ("version: 1\nactions:\n  checkout: v1 " + "0" * 40 + "\n", ("lock-invalid", 3, 13)),
        ("version: 1\nactions:\n  3: 4\n", ("lock-invalid", 3, 6)),
        ("<<<<<<< ours\nversion: 1\n=======\n", ("yaml-syntax", 2, 1)),
        (b"\xff\xfe\x00", ("not-utf8", 1, 1)),
    ],
)
def test_a_broken_lock_is_said_at_its_place_and_the_seed_answers(
    tmp_path: Path, text: str | bytes, said: tuple[str, int, int]
) -> None:
    known, found = _read(tmp_path, text)
    assert [code for code, _, _ in found] == [said[0]]
    if said[0] == "lock-invalid":
        assert found == [said]
    assert known == pins.over({})


def test_one_bad_pin_hides_no_other(tmp_path: Path) -> None:
    text = f"version: 1\nactions:\n  a/b: nothing\n  actions/checkout: {pins.line(OTHER)}\n  c/d: null\n"
    known, said = _read(tmp_path, text)
    assert known[OTHER.action] == OTHER
    assert said == [("lock-invalid", 3, 8), ("lock-invalid", 5, 8)]


def test_a_directory_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir(parents=True)
    known, said = pins.read(WorkTree(str(tmp_path)), FILE)
    assert [d.code for d in said] == ["lock-invalid"]
    assert known == pins.over({})


_pins = st.builds(
    Pin,
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}(/[A-Za-z0-9._-]{1,9}){1,3}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,9}", fullmatch=True),
    st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
)


@given(_pins)
def test_every_pin_survives_its_line(pin: Pin) -> None:
    assert pins.parse(pin.action, pins.line(pin)) == pin


@given(st.text(), st.text() | st.integers() | st.none())
def test_whatever_is_no_pin_is_none(action: str, text: object) -> None:
    pin = pins.parse(action, text)
    assert pin is None or (pin.action, pins.line(pin)) == (action, text)
