"""Where values stand, aliases and merges."""

from __future__ import annotations

import gc
from pathlib import Path

from mlproject.diagnostics import Span
from mlproject.files import WorkTree
from mlproject.load import Document, load, load_source

SPEC = """\
# a comment
name: "demo"   # another
stages:
  train:
    cmd: python train.py ${data.raw} \\
      --fast
    deps: [a.py, 'b c.py']
    outs:
    - model.pkl
    desc: |
      one
      two

  empty:
last: {a: {b: 1}, c: }
"""


def read(text: str) -> Document:
    """The document, which must be without errors."""
    document, found = load("dir/m.yaml", text.encode())
    assert found == ()
    return document


def cut(document: Document, span: Span) -> str:
    """The text that a span covers."""
    lines = document.text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def test_values_and_keys_are_covered_exactly() -> None:
    document = read(SPEC)
    train = ("stages", "train")
    expected = {
        ("name",): '"demo"',
        (*train, "cmd"): "python train.py ${data.raw} \\\n      --fast",
        (*train, "deps"): "[a.py, 'b c.py']",
        (*train, "deps", 1): "'b c.py'",
        (*train, "outs", 0): "model.pkl",
        (*train, "outs"): "- model.pkl",
        (*train, "desc"): "|\n      one\n      two",
        ("stages", "empty"): "",
        ("last", "a"): "{b: 1}",
        ("last", "c"): "",
    }
    assert {path: cut(document, document.span(path)) for path in expected} == expected
    assert cut(document, document.span((*train, "deps"), "key")) == "deps"
    assert document.span(("name",)) == Span("dir/m.yaml", 2, 7, 2, 13)
    # A block's span ends with its last value, not where the next line begins.
    assert document.span(train).end_line == 12
    assert document.span(()).end_line == 15


def test_text_inside_a_value_narrows_its_span() -> None:
    document = read(SPEC)
    cmd = ("stages", "train", "cmd")
    assert cut(document, document.span(cmd, text="${data.raw}")) == "${data.raw}"
    assert document.span(cmd, text="--fast") == Span("dir/m.yaml", 6, 7, 6, 13)
    assert document.span(cmd, text="nowhere") == document.span(cmd)
    # Text that stands only outside the value isn't found.
    assert document.span(("name",), text="another") == document.span(("name",))


def test_a_path_without_a_place_is_told_by_its_nearest_ancestor() -> None:
    document = read(SPEC)
    assert document.span(("stages", "train", "wdir")) == document.span(("stages", "train"))
    assert document.span(("stages", "train", "nope", 3), "key") == document.span(("stages", "train"), "key")
    assert document.span(("stages", "train", "deps", 9)) == document.span(("stages", "train", "deps"))
    assert Document("x.yaml", None, "").span(("a",)) == Span("x.yaml", 1, 1, 1, 1)


def test_all_places_can_be_had_under_their_paths() -> None:
    document = read("a: [1, {b: c}]\n2: d\n")
    assert document.values == {
        (): (0, 0, 1, 4),
        ("a",): (0, 3, 0, 14),
        ("a", 0): (0, 4, 0, 5),
        ("a", 1): (0, 7, 0, 13),
        ("a", 1, "b"): (0, 11, 0, 12),
        (2,): (1, 3, 1, 4),
    }
    assert document.keys == {("a",): (0, 0, 0, 1), ("a", 1, "b"): (0, 8, 0, 9), (2,): (1, 0, 1, 1)}


def test_columns_count_characters_and_every_line_break_counts() -> None:
    for line_break in ("\n", "\r\n", "\r"):
        document = read(f"x: 'äöü🙂'{line_break}näme: 1{line_break}b: 'üü${{y}}'{line_break}")
        assert document.span(("näme",)) == Span("dir/m.yaml", 2, 7, 2, 8)
        assert document.span(("b",), text="${y}") == Span("dir/m.yaml", 3, 7, 3, 11)


def test_a_byte_order_mark_is_no_text() -> None:
    document, found = load("m.yaml", b"\xef\xbb\xbfa: 1\n")
    assert (document.data, found) == ({"a": 1}, ())
    assert document.span(("a",), "key") == Span("m.yaml", 1, 1, 1, 2)


def test_nothing_is_read_from_nothing() -> None:
    for text in ("", "\n\n", "# only a comment\n", "---\n", "--- # c\n...\n"):
        document = read(text)
        assert document.data is None


def test_keys_keep_their_type() -> None:
    document = read("2: a\nfalse: b\n1.5: c\nnull: d\n'2': e\n")
    assert document.data == {2: "a", False: "b", 1.5: "c", None: "d", "2": "e"}


def test_an_alias_is_a_copy_that_stands_at_the_alias_and_whose_inside_stands_at_the_anchor() -> None:
    document = read("a: &x {k: [1]}\nb: *x\nc: &s text\nd: *s\n*s : e\n")
    data = document.data
    assert data == {"a": {"k": [1]}, "b": {"k": [1]}, "c": "text", "d": "text", "text": "e"}
    assert isinstance(data, dict)
    assert data["a"] is not data["b"]
    assert data["a"]["k"] is not data["b"]["k"]
    assert cut(document, document.span(("b",))) == "*x"
    assert document.span(("b", "k", 0)) == document.span(("a", "k", 0))


def test_an_anchor_may_be_given_again() -> None:
    assert read("- &x [1]\n- *x\n- &x [2, 3]\n- *x\n- *x\n").data == [[1], [1], [2, 3], [2, 3], [2, 3]]


def test_a_merge_gives_entries_that_the_mapping_s_own_override() -> None:
    document = read("b: &b {x: 1, y: 2}\nc: &c {y: 9, z: 3}\nd:\n  y: 5\n  <<: [*b, *c]\n  w: 6\n")
    data = document.data
    assert isinstance(data, dict)
    assert data["d"] == {"x": 1, "y": 5, "z": 3, "w": 6}
    assert list(data["d"]) == ["y", "z", "x", "w"]  # the order in which DVC has them
    assert document.span(("d", "x")) == document.span(("b", "x"))
    assert document.span(("d", "y")) == Span("dir/m.yaml", 4, 6, 4, 7)


def test_a_quoted_merge_key_is_a_key() -> None:
    assert read('"<<": {a: 1}\n').data == {"<<": {"a": 1}}


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    load("m.yaml", b"a: [")
    assert gc.isenabled()
    gc.disable()
    try:
        load("m.yaml", b"a: 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_source_that_gives_no_file_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("a: 1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "big.yaml").write_bytes(b"#" * (16 * 2**20 + 1))
    source = WorkTree(str(tmp_path))
    assert load_source(source, "m.yaml")[0].data == {"a": 1}
    codes = {
        name: load_source(source, name)[1][0].code
        for name in ("absent.yaml", "folder", "../m.yaml", "big.yaml")
    }
    assert codes == {
        "absent.yaml": "file-unreadable",
        "folder": "file-unreadable",
        "../m.yaml": "outside-repository",
        "big.yaml": "yaml-limit",
    }
