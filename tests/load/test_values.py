"""What words mean: the core schema, and where DVC's reader and YAML 1.1 differ, checked against those readers."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mlproject.load import load
from mlproject.load.scalars import HINTS, Other, core, dvc, old, plain, read, shown


def value(text: str) -> object:
    """The value of `v` in a mapping."""
    document, found = load("m.yaml", f"v: {text}\n".encode())
    assert not [d for d in found if d.severity == "error"], found
    assert isinstance(document.data, dict)
    return document.data["v"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("012", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("1.5e-3", 0.0015),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!float 3", 3.0),
        ("!!null ''", None),
    ],
)
def test_scalars_are_read_by_the_core_schema(text: str, expected: object) -> None:
    found = value(text)
    assert type(found) is type(expected)
    assert found == expected


def test_nan_is_a_number() -> None:
    found = value(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


def test_a_number_without_end_stays_text_and_is_refused_in_words() -> None:
    document, found = load("m.yaml", b"v: " + b"9" * 100_000)
    assert document.data == {"v": "9" * 100_000}
    assert [(d.code, d.severity) for d in found] == [("yaml-limit", "error")]


def test_a_number_too_large_for_a_float_is_said() -> None:
    document, found = load("m.yaml", b"v: 1e999")
    assert document.data == {"v": math.inf}
    assert [(d.code, d.severity) for d in found] == [("yaml-limit", "error")]


@pytest.mark.parametrize(
    "text",
    ["yes", "Off", "1e-3", "1_000", "012", "0o17", "-.5", "1.5e3", "12:30", "2024-01-01", "0b1", "=", "<<"],
)
def test_a_scalar_that_others_read_differently_is_a_warning_with_a_fix_that_all_agree_on(text: str) -> None:
    document, found = load("m.yaml", f"- {text}\n".encode())
    assert [(d.code, d.severity) for d in found] == [("ambiguous-scalar", "warning")]
    assert found[0].span == document.span((0,))
    assert found[0].fix is not None
    mended, rest = load("m.yaml", f"- {found[0].fix.text}\n".encode())
    assert rest == ()
    assert mended.data == document.data


@pytest.mark.parametrize(
    "text", ["1", "-3", "0.5", "1.0e+3", "true", "null", "~", "", ".inf", "0x1F", "no-op", "'yes'", "v1"]
)
def test_what_all_read_alike_is_no_warning(text: str) -> None:
    assert load("m.yaml", f"v: {text}\n".encode())[1] == ()


def test_a_key_is_warned_about_unless_it_is_github_s() -> None:
    _, found = load("m.yaml", b"on: 1\nno: 2\n012: 3\n")
    assert [d.span.line for d in found if d.span] == [2, 3]


# Text that looks like a number, a date or a word of either reader.
_LOOKS = st.text("0012789+-._eE:xobTZa", min_size=1, max_size=9) | st.sampled_from(
    [
        "yes",
        "No",
        "ON",
        "off",
        "null",
        "~",
        "true",
        "False",
        "=",
        "2001-12-14t21:59:43.10-05:00",
        "2002-1-1 1:02:03",
    ]
)


def _as_plain(text: str) -> bool:
    return text[0] in HINTS and not text.endswith(":") and text not in ("-", "--", "---") and text != "..."


@given(_LOOKS)
def test_dvc_s_reader_is_known(text: str) -> None:
    ruamel = pytest.importorskip("ruamel.yaml", reason="DVC's YAML reader comes with the extra `run`")
    assume(_as_plain(text))
    _same_reading(dvc(text), _elsewhere(ruamel.YAML(typ="safe", pure=True).load, text))


@given(_LOOKS)
def test_the_yaml_1_1_reader_is_known(text: str) -> None:
    assume(_as_plain(text))
    _same_reading(old(text), _elsewhere(yaml.safe_load, text))


def _elsewhere(reader: Any, text: str) -> object:  # noqa: ANN401 - either of two libraries
    try:
        found = reader(f"- {text}\n")[0]
    except Exception:  # noqa: BLE001 - DVC's reader fails on some texts in ways of every kind
        return Other.REFUSED
    return Other.DATE if isinstance(found, dt.date) else found


def _same_reading(ours: object, theirs: object) -> None:
    if ours is Other.DATE and theirs is Other.REFUSED:
        return  # a month 13: it looks like a date, and is refused for being none
    assert shown(ours) == shown(theirs)
    if isinstance(theirs, str):
        assert ours == theirs


@given(_LOOKS)
def test_a_scalar_without_a_warning_is_the_same_to_all(text: str) -> None:
    assume(_as_plain(text))
    found, note = read(text)
    agreed = shown(core(text)) == shown(dvc(text)) == shown(old(text))
    assert shown(found) == shown(core(text))
    assert (note != "") != agreed


@given(st.floats() | st.integers(-(10**30), 10**30))
def test_a_number_can_be_spelled_so_that_all_agree(number: float) -> None:
    text = plain(number)
    assert shown(core(text)) == shown(dvc(text)) == shown(old(text)) == shown(number)
