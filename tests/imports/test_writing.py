"""A spec as text: what is written is read back the same, comments and breaks included, and looks written by hand."""

from __future__ import annotations

import math
from typing import cast

import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlproject.diagnostics import Path
from mlproject.imports.notes import notes
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
