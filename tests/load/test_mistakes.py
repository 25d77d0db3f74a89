"""Mistakes in a file: their code, their place, and words that a user understands."""

from __future__ import annotations

import pytest

from mlproject.diagnostics import Diagnostic
from mlproject.load import Document, load


def one(text: str | bytes) -> tuple[Document, Diagnostic]:
    """The document and its only diagnostic."""
    document, found = load("m.yaml", text if isinstance(text, bytes) else text.encode())
    assert len(found) == 1, found
    return document, found[0]


def place(diagnostic: Diagnostic) -> tuple[int, int]:
    assert diagnostic.span is not None
    return diagnostic.span.line, diagnostic.span.column


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a:\n\tb: 1\n", (2, 1), "a tab stands where only spaces may indent"),
        ("a: b: c\n", (1, 5), "a `:` that cannot begin a value here"),
        ('a: 1\nb: "x\nc: 2\n', (2, 4), "a quote that is never closed"),
        ('a: "x" y\n', (1, 8), "text after the end of a value"),
        ("a: [1, 2\nb: 3\n", (1, 4), "a `[` that is never closed"),
        ("a: {b: 1", (1, 4), "a `{` that is never closed"),
        ("a: {b: 1 c: 2}\n", (1, 11), "a `,` or the closing `}` is missing before this"),
        ("a: @x\n", (1, 4), "no text may begin with `@`"),
        ("a: *.csv\n", (1, 4), "`*` begins an alias, and no name follows"),
        ('a: "\\q"\n', (1, 5), "no such escape in a text in double quotes"),
        ("a: |x\n b\n", (1, 5), "text after `|` or `>`"),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "this line does not fit into the mapping that it is indented under"),
        ("a:\n  - 1\n  b: 2\n", (3, 3), "this line does not fit into the list that it is indented under"),
        ("a: 1\nb\nc: 2\n", (2, 1), "a line that is neither `key: value` nor part of a text"),
        ("a: - b\n", (1, 4), "a list cannot begin on this line"),
        ("a: ]\n", (1, 4), "`]` stands where a value belongs"),
        ("a: [\n\n", (1, 5), "the file ends where a value belongs"),
    ],
)
def test_what_is_no_yaml_is_said_in_plain_words_at_its_place(
    text: str, where: tuple[int, int], words: str
) -> None:
    document, found = one(text)
    assert document.data is None
    assert (found.code, found.severity) == ("yaml-syntax", "error")
    assert found.summary == words
    assert found.help
    assert place(found) == where


def test_an_apostrophe_in_single_quotes_is_explained() -> None:
    assert one("a: 'it's'\n")[1].help == "an apostrophe inside single quotes is written twice"


def test_the_place_where_a_bracket_opened_is_told() -> None:
    _, found = one("a: [1,\n  {b: 2} 3]\n")
    assert [(r.message, r.span.line, r.span.column) for r in found.related if r.span] == [
        ("the list opened here", 1, 4)
    ]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("a: [data/${item}/]\n", "data/${item}/"),
        ("a: {b: ${x}}\n", "${x}"),
        ("a: {p: out/${item}.csv, cache: false}\n", "out/${item}.csv"),
        ("a: [x, ${stages.S[item].N}/sub dir , y]  # c\n", "${stages.S[item].N}/sub dir"),
        ("a: [${a}/${b}]\n", "${a}/${b}"),
        ("a: {${x}: 1}\n", "${x}"),
        ("a: [\n  ${x}\n]\n", "${x}"),
    ],
)
def test_a_reference_without_quotes_in_brackets_is_mended(text: str, item: str) -> None:
    document, found = one(text)
    assert found.code == "yaml-syntax"
    assert found.help == f'quote it: `"{item}"`'
    span, fix = found.span, found.fix
    assert span is not None
    assert fix is not None
    lines = text.split("\n")
    line = lines[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == item
    lines[span.line - 1] = line[: span.column - 1] + fix.text + line[span.end_column - 1 :]
    # What is read in spite of the mistake is what the fix gives, at the same places.
    mended, rest = load("m.yaml", "\n".join(lines).encode())
    assert rest == ()
    assert document.data == mended.data


def test_every_reference_without_quotes_is_reported_and_so_is_all_else() -> None:
    text = "a: [${x}, ${y}]\nb: {c: ${z}}\nd: 1\nd: 2\ne: ${ok}\n"
    document, found = load("m.yaml", text.encode())
    assert [(d.code, *place(d)) for d in found] == [
        ("yaml-syntax", 1, 5),
        ("yaml-syntax", 1, 11),
        ("yaml-syntax", 2, 8),
        ("duplicate-key", 4, 1),
    ]
    assert document.data == {"a": ["${x}", "${y}"], "b": {"c": "${z}"}, "d": 1, "e": "${ok}"}


def test_the_stand_ins_of_a_repair_are_not_taken_from_the_user_s_own_text() -> None:
    document, found = load("m.yaml", "a: '\ue000'\nb: [${x}]\n".encode())
    assert document.data is None
    assert [d.code for d in found] == ["yaml-syntax"]


def test_a_duplicate_key_keeps_the_first_and_reading_goes_on() -> None:
    document, found = load("m.yaml", b"a: {x: 1}\nb: 2\n'a': [3]\nc: {d: 1, d: 2, d: 3}\n")
    assert document.data == {"a": {"x": 1}, "b": 2, "c": {"d": 1}}
    assert [(d.code, *place(d)) for d in found] == [
        ("duplicate-key", 3, 1),
        ("duplicate-key", 4, 11),
        ("duplicate-key", 4, 17),
    ]
    (first,) = found[0].related
    assert first.message == "first declared here"
    assert first.span is not None
    assert (first.span.line, first.span.column, first.span.end_column) == (1, 1, 2)
    assert document.span(("a", "x")).line == 1


def test_a_collection_as_a_key_is_an_error_and_foreign_templates_are_recognised() -> None:
    document, found = one("? [a]\n: 1\nb: 2\n")
    assert document.data == {"b": 2}
    assert (found.code, found.summary) == ("yaml-syntax", "a list or mapping stands where a key belongs")
    assert "${…}" in one("a: {{ x }}\n")[1].help


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!Foo", "!!binary", "!!timestamp", "!<x:y>"]
)
def test_a_tag_beyond_the_core_schema_is_an_error_and_builds_nothing(tag: str) -> None:
    document, found = one(f"a: {tag} text\n")
    assert document.data == {"a": "text"}
    assert (found.code, place(found)) == ("yaml-tag", (1, 4))
    assert one(f"a: {tag} [ls]\n")[0].data == {"a": ["ls"]}


def test_a_tag_of_the_core_schema_must_be_true() -> None:
    assert load("m.yaml", b"a: !!map {b: !!seq [!!str c, !!bool true]}\n")[1] == ()
    document, found = one("a: !!int many\n")
    assert document.data == {"a": "many"}
    assert found.code == "yaml-tag"


def test_a_second_document_is_an_error_and_the_first_is_read() -> None:
    document, found = one("a: 1\n---\nb: 2\n")
    assert document.data == {"a": 1}
    assert (found.code, place(found)) == ("yaml-syntax", (2, 1))


def test_a_version_that_asks_for_other_rules_is_an_error() -> None:
    assert "1.1" in one("%YAML 1.1\n---\na: 1\n")[1].summary
    assert load("m.yaml", b"%YAML 1.2\n---\na: 1\n")[1] == ()


def test_an_alias_to_nothing_keeps_its_text() -> None:
    document, found = one("a: *train\nb: 1\n")
    assert document.data == {"a": "*train", "b": 1}
    assert (found.code, place(found)) == ("yaml-syntax", (1, 4))
    assert "quote" in found.help


def test_only_mappings_can_be_merged() -> None:
    document, found = one("a: &a [1]\nb:\n  <<: *a\n  c: 1\n")
    assert document.data == {"a": [1], "b": {"c": 1}}
    assert found.code == "yaml-syntax"
    assert place(found) == (1, 8)


def test_two_merges_in_one_mapping_are_a_duplicate() -> None:
    document, found = one("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n")
    assert isinstance(document.data, dict)
    assert document.data["c"] == {"x": 1}
    assert found.code == "duplicate-key"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"a: 1\nb: \xff\n", (2, 4)),
        ("a: 1\nbü: ".encode() + b"\xe9\n", (2, 5)),
        ("a: 1".encode("utf-16"), (1, 1)),
        ("a: 1".encode("utf-16-be"), (1, 1)),
        (b"\xff\xfe\x00\x00", (1, 1)),
    ],
)
def test_what_is_not_utf_8_is_an_error_at_its_place(content: bytes, where: tuple[int, int]) -> None:
    document, found = one(content)
    assert document.data is None
    assert place(found) == where
    # UTF-16 without a byte order mark is valid UTF-8 full of NULs.
    assert found.code == ("yaml-syntax" if b"\0a" in content[:2] else "not-utf8")


@pytest.mark.parametrize("character", ["\0", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"])
def test_a_character_that_readers_take_differently_is_refused_even_in_a_comment(character: str) -> None:
    document, found = one(f"a: 1\n# x{character}b: 2\n")
    assert document.data is None
    assert (found.code, place(found)) == ("yaml-syntax", (2, 4))
    assert f"U+{ord(character):04X}" in found.summary
