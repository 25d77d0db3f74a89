"""A spec as text: what is written is read back the same, comments and breaks included, and looks written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path as File
from typing import cast

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlproject.diagnostics import Path
from mlproject.imports.notes import notes
from mlproject.imports.settling import settled
from mlproject.imports.taken import Comment
from mlproject.imports.writing import write
from mlproject.load import load


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


def rewritten(text: str) -> str:
    document, found = load("x", text.encode())
    assert [d for d in found if d.severity == "error"] == []
    known = notes(document)
    return write(cast("dict[str, object]", document.data), known.comments, known.breaks)


unicode = st.characters(exclude_categories=["Cs"])
texts = st.one_of(
    st.text(unicode),
    st.text(alphabet="ab01 .:-#_e+\n\t\"'\\{}[],&*!|>%@`~=<?/$"),
    st.text(alphabet="0123456789._-+eExob:TZ/ynYN"),
    st.lists(
        st.sampled_from(["a", "--opt", "-x", "${a b}", "é😀", "x" * 60, "#c", "a:", "- ", ""]), max_size=40
    ).map(" ".join),
    st.lists(st.sampled_from(["a", "word", "--opt"]), min_size=20, max_size=40).map(
        lambda w: " ".join(w) + "\n"
    ),
)
integers = st.one_of(st.integers(), st.integers(-(10**300), 10**300))
scalars = st.one_of(texts, integers, st.floats(), st.booleans(), st.none())
keys = st.one_of(
    st.sampled_from("ab"), texts, st.integers(), st.booleans(), st.floats(allow_nan=False), st.none()
)


def mappings(sub: st.SearchStrategy[object]) -> st.SearchStrategy[dict[object, object]]:
    return st.dictionaries(keys, sub, max_size=4)


trees = st.recursive(scalars, lambda sub: st.lists(sub, max_size=4) | mappings(sub), max_leaves=14)
specs = mappings(trees)


def places(tree: object, path: Path = ()) -> list[Path]:
    found = [path]
    if isinstance(tree, dict):
        for key, value in tree.items():
            found += places(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            found += places(value, (*path, index))
    return found


@st.composite
def commented(
    draw: st.DrawFn,
) -> tuple[dict[object, object], dict[Path, Comment], dict[Path, tuple[int, ...]]]:
    """A spec with comments that are all different, at any of its places, and breaks that may fit or not."""
    tree = draw(specs)
    everywhere = places(tree)
    chosen = draw(st.lists(st.sampled_from(everywhere), max_size=5, unique_by=repr))
    comments: dict[Path, Comment] = {}
    for number, path in enumerate(chosen):
        above, beside, below = draw(
            st.tuples(*[st.sampled_from(["", "x", "# y", "  deps: [a]  # z", "#"])] * 3)
        )
        shape = draw(st.integers(1, 15))
        lines = (f"{above} {number}a", "", f"{number}b") if shape & 8 else (f"{above} {number}a",)
        comments[path] = Comment(
            lines if shape & 1 else (),
            f"{beside} {number}c" if shape & 2 else "",
            (f"{below} {number}d",) if shape & 4 else (),
        )
    breaks = draw(
        st.dictionaries(
            st.sampled_from(everywhere), st.lists(st.integers(1, 20), max_size=3).map(tuple), max_size=2
        )
    )
    return tree, comments, breaks


@given(specs)
@example({"stages": {"a": {"cmd": "x" * 3000, "y" * 3000: {"c": ["d"]}}}})
@example({"a": [1e-05, 1e-7, 1e16, 1.5e-7, 1e300, 5e-324, -0.0, math.inf, -math.inf, math.nan, True, 1, 1.0]})
@example(
    {"a": ["10m", "1e3", "0x1f", "12:30", "1_000", "2024-01-01", "1.2.3", "0o7", "y", "no", "1e", "0b1"]}
)
@example({"a": {"": {}, None: [], True: [[]], 2: {"x": None}, 1.5: "\x00\x85\u2028\ufeff"}})
@example({"a": [[["a b\n"]], ["\n a\nb", "a\n\n"]]})
def test_what_is_written_is_read_back_without_a_remark(tree: dict[str, object]) -> None:
    text = write(tree, {}, {})
    document, found = load("x", text.encode())
    assert found == ()
    assert same(document.data, tree)
    assert write(tree, {}, {}) == text


@given(specs)
@example(
    {"a": ["10m", "1e3", "0x1f", "12:30", "1_000", "2024-01-01", "1.2.3", "0o7", "y", "no", "1e", "0b1"]}
)
def test_readers_of_yaml_1_1_and_1_2_read_the_same(tree: dict[str, object]) -> None:
    text = write(tree, {}, {})
    assert same(yaml.safe_load(text), tree)
    assert same(yaml.load(text, Loader=yaml.CSafeLoader), tree)
    assert same(YAML(typ="safe", pure=True).load(text), tree)


@given(commented())
def test_comments_and_breaks_stay_and_writing_again_changes_nothing(
    given: tuple[dict[str, object], dict[Path, Comment], dict[Path, tuple[int, ...]]],
) -> None:
    tree, comments, breaks = given
    text = write(tree, comments, breaks)
    document, found = load("x", text.encode())
    assert found == ()
    assert same(document.data, tree)
    assert rewritten(text) == text
    told = [
        line for c in notes(document).comments.values() for line in (*c.above, c.beside, *c.below) if line
    ]
    meant = [line for c in comments.values() for line in (*c.above, c.beside, *c.below) if line]
    assert sorted(line.strip() for line in told) == sorted(line.strip() for line in meant)
    # The head of a file and its first key share their paragraphs; every other place has exactly its own.
    found_there, meant_there = dict(notes(document).comments), settled(tree, comments)
    for path in ((), *[(key,) for key in list(tree)[:1]]):
        found_there.pop(path, None)
        meant_there.pop(path, None)
    assert found_there == meant_there


REALISTIC: dict[str, object] = {
    "version": 1,
    "name": "flats",
    "description": "Preise von Wohnungen in Köln 🏠, täglich neu.",
    "owners": ["ml@example.com"],
    "python": {"version": "3.11", "requirements": "requirements.txt"},
    "params": {
        "prepare": {"share": 0.001, "seed": 42, "tiny": 1e-9, "rates": [1e-5, 0.1, 1.0]},
        "train": {"trees": 200, "depth": None, "features": ["rooms", "area", "year", "storey", "balcony"]},
        "note": "first line\nsecond: line # no comment\n",
    },
    "data": {"raw": {"path": "data/raw.csv", "track": "git"}},
    "stages": {
        "prepare": {
            "cmd": "python src/prepare.py ${data.raw} ${outs.train} ${outs.test} --share ${params.prepare.share} "
            "--seed ${params.prepare.seed} --verbose -o out",
            "deps": ["src/prepare.py"],
            "params": ["prepare"],
            "outs": {"train": "data/train.csv", "test": "data/test.csv"},
        },
        "train": {
            "cmd": ['echo "it is" #1', "python src/train.py"],
            "deps": ["${stages.prepare.train}", "src/train.py"],
            "outs": {"model": {"path": "models/m.joblib", "cache": False}},
            "metrics": ["${vars.a}", "${vars.b}"],
            "timeout": "10m",
            "frozen": True,
        },
        "each": {"foreach": ["de", "at"], "do": {"cmd": "make ${item}"}},
        "report": {
            "cmd": "one two three\n",
            "plots": [{"roc.csv": {"x": "fpr", "y": "tpr"}}, "loss.csv", {"path": "a.csv", "cache": False}],
            "meta": {},
        },
    },
    "tracking": {"experiment": "flats", "tags": {"team": "homes"}},
    "ci": {"provider": "github", "retrain": {"schedule": "0 3 * * 1"}, "legacy": None},
    "native": {"dvc": {"vars": [{"a": 1, "b": "no"}]}},
}
COMMENTS: dict[Path, Comment] = {
    (): Comment(("Made by the homes team.", "", "See the wiki."), "", ("the end",)),
    ("version",): Comment(("first key",)),
    ("params", "prepare"): Comment((), "never change"),
    ("params", "train", "depth"): Comment(("no limit",)),
    ("stages", "train"): Comment(("The slow one.", " ", "  --gpu: later"), "hours", ("deps:", "  - old.py")),
    ("stages", "train", "outs"): Comment((), "small"),
    ("stages", "report", "plots", 0, "roc.csv"): Comment(("for the board",)),
    ("ci", "legacy"): Comment((), "", ("on: push",)),
    ("tracking", "gone", "x"): Comment(("what moved",), "along"),
}
BREAKS: dict[Path, tuple[int, ...]] = {
    ("stages", "report", "cmd"): (1, 2),
    ("description",): (2, 9),
    ("gone",): (1, 1),
}


def test_a_realistic_spec(golden: Callable[[File, str], None]) -> None:
    text = write(REALISTIC, COMMENTS, BREAKS, schema="../mlproject.schema.json")
    golden(File(__file__).parent / "written.yaml", text)
    assert load("x", text.encode()) == (load("x", text.encode())[0], ())
    assert load("x", text.encode())[0].data == REALISTIC
    assert rewritten(text) == text


def test_the_example_project_is_nearly_what_would_be_written(root: File) -> None:
    text = (root / "projects" / "breast-cancer" / "mlproject.yaml").read_text()
    kept = set(rewritten(text).splitlines())
    lines = text.splitlines()
    assert sum(line in kept for line in lines) > len(lines) - 4


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.001, "0.001"),
        (1e-05, "0.00001"),
        (1.5e-06, "0.0000015"),
        (1e-07, "1.0e-7"),
        (1e16, "1.0e+16"),
        (-0.0, "-0.0"),
        (True, "true"),
        (None, "null"),
        ("10m", "10m"),
        ("512Mi", "512Mi"),
        ("1.2.3", "1.2.3"),
        ("y", "y"),
        ("no", '"no"'),
        ("3.11", '"3.11"'),
        ("1e3", '"1e3"'),
        ("1_000", '"1_000"'),
        ("12:30", '"12:30"'),
        ("0 6 * * *", '"0 6 * * *"'),
        ("2024-01-01", '"2024-01-01"'),
        ('"quoted" text', "'\"quoted\" text'"),
        ("Köln 🏠", "Köln 🏠"),
        ("a\u202eb", '"a\\u202eb"'),
        ([], "[]"),
        ({}, "{}"),
        (["a", "b/c"], "[a, b/c]"),
        (["${a}", "b"], '["${a}", b]'),
        (["${a}", "${b}"], "\n  - ${a}\n  - ${b}"),
        (["ls -l", "b"], "\n  - ls -l\n  - b"),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
        ([{"a": 1}], "\n  - a: 1"),
        ([{"a": 1, "b": 2}], "\n  - {a: 1, b: 2}"),
        ({"a": {"b": [1]}}, "\n  a: {b: [1]}"),
        ("a\nb", "|-\n  a\n  b"),
        ("a \nb", '"a \\nb"'),
        ("word " * 30 + "end", ">-\n  " + "word " * 18 + "word\n  " + "word " * 11 + "end"),
        ("word  " * 30 + "end", "word  " * 30 + "end"),
    ],
)
def test_how_a_value_looks(value: object, written: str) -> None:
    assert write({"key": value}, {}, {}).removeprefix("key:").removeprefix(" ") == f"{written}\n"


def test_a_command_breaks_before_its_options_and_never_inside_a_reference() -> None:
    command = "python train.py " + "--option ${stages.prep[a=1, b=2].out} " * 4 + "-x last"
    lines = write({"cmd": command}, {}, {}).splitlines()[1:]
    assert " ".join(line.strip() for line in lines) == command
    assert all(line.lstrip().startswith(("python", "-")) and len(line) <= 96 for line in lines)


def test_sections_of_one_line_stay_together() -> None:
    tree = {"a": 1, "b": [1], "c": {"d": {"e": 1}}, "f": 1, "g": 2}
    text = write(tree, {("g",): Comment(("why",))}, {})
    assert text == "a: 1\nb: [1]\n\nc:\n  d: {e: 1}\n\nf: 1\n\n# why\ng: 2\n"
