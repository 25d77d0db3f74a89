"""The YAML writer: what it writes is read alike by a YAML 1.1 and a 1.2 reader, and reads well in a diff."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlproject.emit.yamltext import scalar, write

TRICKY = [
    *(
        "1e3",
        "0o17",
        "010",
        "12:30",
        "1:2:3",
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "true",
        "Null",
        "~",
        "=",
        "<<",
    ),
    *(
        "2024-01-01",
        "2001-12-14 21:59:43.10 -5",
        "1_000",
        "0x1f",
        "0b11",
        "1.",
        ".5",
        "._",
        "+1",
        "-",
        "--",
        "---",
        "...",
    ),
    *(
        "- x",
        "a: b",
        "a:",
        ": a",
        "x #y",
        "#x",
        "x#y",
        "",
        " ",
        " a",
        "a ",
        "a  b",
        "\t",
        "a\tb",
        "!t",
        "&a",
        "*a",
        "|",
    ),
    *(
        ">",
        "%x",
        "@x",
        "`x",
        "{",
        "}",
        "[",
        "]",
        ",",
        "?",
        "? a",
        "'",
        '"',
        "a'b",
        'a"b',
        "\\",
        "a\\nb",
        "http://h:80/p",
    ),
    *(
        ".inf",
        "-.inf",
        ".NaN",
        "inf",
        "nan",
        "1/2",
        "2024/01/x.csv",
        "../a",
        "./a",
        ".a",
        "..",
        "/",
        "a::b",
        "a :b",
    ),
    *(
        "\x85",
        "\u2028",
        "\u2029",
        "\ufeff",
        "a\ufeffb",
        "\xa0",
        "\u200b",
        "\u202e",
        "\x7f",
        "\0",
        "\x1b",
        "\r",
        "a\r\nb",
    ),
    *(
        "é",
        "😀",
        "\U0010ffff",
        "\ufffe",
        "\ue000",
        "a\n",
        "a\nb",
        "a\nb\n",
        "a\nb\n\n",
        "\na",
        "\n",
        " a\nb",
        "\n a\nb",
    ),
    *(
        "a\n b",
        "a \nb",
        "a\n\nb\n",
        "\ta\nb",
        "a\n\tb",
        "a\n#b\n",
        "#a\nb",
        "---\na\n",
        "a\n...\n",
        "%a\nb",
        "- a\n- b\n",
    ),
    *(
        "x" * 2000,
        "x y " * 500,
        "${a.b} [c] {d}",
        "python t.py --lr ${lr} '--x=1' \"y\" \\$HOME | tee log && echo a: b",
    ),
]


def readers(text: str, *, surrogates: bool = False) -> list[object]:
    """What each reader makes of a text. libyaml refuses a lone surrogate even as an escape."""
    safe = YAML(typ="safe", pure=True).load(text)
    seen = [yaml.safe_load(text), safe]
    return seen if surrogates else [*seen, yaml.load(text, Loader=yaml.CSafeLoader)]


def same(a: object, b: object) -> bool:
    """Equal with the same types all the way down; NaN is itself, and the order of keys counts."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            same(k, m) and same(v, w) for (k, v), (m, w) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a == b


texts = st.one_of(
    st.text(),
    st.text(alphabet="ab01 .:-#_e+\n\t\"'\\{}[],&*!|>%@`~=<?/$"),
    st.sampled_from(TRICKY),
)
scalars = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())
keys = st.one_of(texts, st.integers(), st.booleans(), st.floats(allow_nan=False), st.none())
trees = st.recursive(
    scalars, lambda sub: st.lists(sub, max_size=4) | st.dictionaries(keys, sub, max_size=4), max_leaves=12
)


@pytest.mark.parametrize("text", TRICKY)
def test_a_tricky_string_survives_wherever_it_stands(text: str) -> None:
    tree = {"value": text, text: {"in": [text, [text], {text: text}]}, "last": text}
    for read in readers(write(tree)[0]):
        assert same(read, tree)


@given(trees)
@example({"a": "x" * 3000, "b" * 3000: {"c": ["d"]}, "e" * 1200: "f\ng\n"})
@example([1e-05, 1e16, 1.5e-7, 1e300, -0.0, math.inf, -math.inf, math.nan, 10**30, -5])
def test_any_tree_survives_both_readers(tree: object) -> None:
    text, _ = write(tree)
    for read in readers(text):
        assert same(read, tree)


@given(st.text(alphabet=st.characters(max_codepoint=0x10FFFF)))
@example("\ud800")
@example("a\n\udfff b")
def test_any_code_point_survives_the_pure_readers_and_can_be_encoded(text: str) -> None:
    written, _ = write({text: [text]})
    written.encode("utf-8")
    for read in readers(written, surrogates=True):
        assert read == {text: [text]}


@given(trees)
def test_round_trip_editor_of_dvc_reads_the_same_scalars(tree: object) -> None:
    # `dvc exp run -S` loads with ruamel's round-trip loader, which keeps types of its own.
    text, _ = write({"tree": tree})
    read = YAML().load(text)["tree"]
    if isinstance(tree, str):
        assert str(read) == tree
    elif isinstance(tree, float) and not math.isnan(tree):
        assert float(read) == tree
    elif isinstance(tree, list):
        assert len(read) == len(tree)


@given(trees)
def test_every_line_has_the_place_that_it_writes(tree: object) -> None:
    text, places = write(tree)
    lines = text.split("\n")[:-1]
    assert len(lines) == len(places)
    for line, place in zip(lines, places, strict=True):
        node = tree
        for key in place:
            node = node[key]  # type: ignore[index]
        if (
            isinstance(node, str | int | float)
            and not isinstance(node, bool)
            and "\n" not in str(node)
            and "?" not in line
        ):
            assert line.endswith(scalar(node))


def test_lines_and_places_of_an_example() -> None:
    text, places = write(
        {"stages": {"a": {"cmd": "one\ntwo\n", "deps": ["x", {"z": {"cache": False}}]}, "b": {"cmd": "z"}}}
    )
    assert text == (
        "stages:\n  a:\n    cmd: |\n      one\n      two\n    deps:\n      - x\n      - z:\n          cache: false\n"
        "\n  b:\n    cmd: z\n"
    )
    a = ("stages", "a")
    assert places == [
        ("stages",),
        a,
        *[(*a, "cmd")] * 3,
        (*a, "deps"),
        (*a, "deps", 0),
        (*a, "deps", 1, "z"),
        (*a, "deps", 1, "z", "cache"),
        ("stages",),
        ("stages", "b"),
        ("stages", "b", "cmd"),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (
            "python src/train.py --lr ${train.lr} | tee a.log",
            "python src/train.py --lr ${train.lr} | tee a.log",
        ),
        ("../params.yaml", "../params.yaml"),
        ("2024/data.csv", "2024/data.csv"),
        ("no", '"no"'),
        ("3.11", '"3.11"'),
        ("0 6 * * *", '"0 6 * * *"'),
        ("a\u202eb", '"a\\u202eb"'),
        (1e-05, "1.0e-05"),
        (1e16, "1.0e+16"),
        (0.1, "0.1"),
        (math.inf, ".inf"),
        (-math.inf, "-.inf"),
        (math.nan, ".nan"),
        (True, "true"),
        (None, "null"),
        (3, "3"),
    ],
)
def test_how_a_scalar_looks(value: object, written: str) -> None:
    assert scalar(value) == written


def test_long_lines_are_not_folded_and_shared_objects_get_no_anchor() -> None:
    shared = {"k": ["word " * 200 + "end"]}
    text, _ = write({"a": shared, "b": shared})
    assert text.count("\n") == 7
    assert not re.search(r"[&*]\w", text)


def test_an_integer_too_long_for_decimal_is_written_and_read() -> None:
    value = 7**9000
    assert yaml.safe_load(write({"n": value})[0]) == {"n": value}


def test_a_value_that_is_no_plain_data_is_our_bug() -> None:
    with pytest.raises(TypeError, match="not plain data: set"):
        write({"a": {1}})


def test_blank_lines_depend_on_the_two_neighbours_only() -> None:
    base = {"a": {"x": {"v": 1}, "w": {"v": 2}}, "b": 1, "c": 2, "d": [1]}
    text, _ = write(base)
    assert text == "a:\n  x:\n    v: 1\n\n  w:\n    v: 2\n\nb: 1\nc: 2\n\nd:\n  - 1\n"
    longer, _ = write({**base, "a": {**base["a"], "z": 5}})  # type: ignore[dict-item]
    assert longer == text.replace("v: 2\n", "v: 2\n  z: 5\n")


def test_same_bytes_under_any_hash_seed() -> None:
    code = (
        "from mlproject.emit.yamltext import write\n"
        "print(ascii(write({k: [k, {k: {'s': 1.5e-9, k + 'x': None}}] for k in 'pqrstuvw'})))"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outs) == 1
