"""Laws of the front end: the same data as DVC's own reader, and never an exception, whatever the bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import Diagnostic, Span
from mlproject.load import Document, load

_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"),
    max_size=12,
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False)
    | _TEXT
    | st.sampled_from(
        ["yes", "012", "1e3", "0o17", "1_000", "12:30", "2024-01-01", "~", "${x}", "a: b", "- a", "<<", "="]
    )
    | st.sampled_from(["two\nlines", " lead", "trail \n", "\ttab", "a #b", "'", '"', "\\", "x" * 200])
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT | st.integers(), inner, max_size=4),
    max_leaves=25,
)

SPEC = (Path(__file__).resolve().parents[2] / "projects" / "breast-cancer" / "mlproject.yaml").read_text(
    encoding="utf-8"
)


def lies_inside(span: Span, text: str) -> bool:
    """Whether a span is a forward stretch of a text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ordered = (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
    within = span.end_line <= len(lines) and span.end_column <= len(lines[span.end_line - 1]) + 1
    return ordered and within and span.column <= len(lines[span.line - 1]) + 1


def all_spans(document: Document, found: tuple[Diagnostic, ...]) -> list[Span]:
    spans = [d.span for d in found] + [r.span for d in found for r in d.related]
    paths = [document.span(path, part) for path in document.values for part in ("value", "key")]
    return [*(s for s in spans if s is not None), *paths]


def plain_data(value: object) -> bool:
    if isinstance(value, dict):
        return all(key is None or isinstance(key, str | int | float) for key in value) and all(
            map(plain_data, value.values())
        )
    if isinstance(value, list):
        return all(map(plain_data, value))
    return value is None or isinstance(value, str | int | float)


def holds(content: bytes) -> None:
    """The law for any bytes at all."""
    document, found = load("m.yaml", content)
    assert plain_data(document.data)
    assert all(d.span is not None for d in found)
    text = content.decode("utf-8-sig", errors="replace")
    for span in all_spans(document, found):
        assert lies_inside(span, text), (span, text)


@given(_TREES, st.booleans())
def test_what_pyyaml_writes_is_read_back(tree: Any, flow: bool) -> None:  # noqa: ANN401 - any data
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow or None, sort_keys=False)
    document, found = load("m.yaml", text.encode())
    # PyYAML writes the text `1e3` without quotes, because to YAML 1.1 it is no number.
    if not any(d.code == "ambiguous-scalar" for d in found):
        assert found == ()
        assert document.data == tree


@given(_TREES)
def test_dvc_s_reader_reads_the_same(tree: Any) -> None:  # noqa: ANN401 - any data
    ruamel = pytest.importorskip("ruamel.yaml", reason="DVC's YAML reader comes with the extra `run`")
    writer = ruamel.YAML(typ="safe", pure=True)
    writer.default_flow_style = (
        False  # libyaml wants quotes around `:x` and `?x` in brackets, DVC's reader does not
    )
    written = io.StringIO()
    writer.dump(tree, written)
    document, found = load("m.yaml", written.getvalue().encode())
    if not any(d.code == "ambiguous-scalar" for d in found):
        assert found == ()
        assert document.data == ruamel.YAML(typ="safe", pure=True).load(written.getvalue())


@given(st.integers(0, len(SPEC)))
def test_a_truncated_spec_gives_a_document_or_diagnostics(length: int) -> None:
    holds(SPEC[:length].encode())


@given(
    st.integers(0, len(SPEC) - 1),
    st.integers(0, 6),
    st.text("\t\n\r :-[]{},&*#?|>%@`'\"!$\\0ae\x00\x85ü\ue000", max_size=4),
)
def test_a_mutated_spec_gives_a_document_or_diagnostics(at: int, cut: int, put: str) -> None:
    holds((SPEC[:at] + put + SPEC[at + cut :]).encode())


@given(st.text(" \n:-[]{},&*#?|>'\"!$a1<x", max_size=30))
def test_text_of_punctuation_gives_a_document_or_diagnostics(text: str) -> None:
    holds(text.encode())


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_diagnostics(content: bytes) -> None:
    holds(content)


def test_real_files_are_read_as_dvc_reads_them(corpus: Path) -> None:
    ruamel = pytest.importorskip("ruamel.yaml", reason="DVC's YAML reader comes with the extra `run`")
    # DVC's reader takes minutes for a lock file of megabytes.
    files = [
        p
        for p in sorted(corpus.rglob("*"))
        if p.is_file() and p.suffix != ".tsv" and p.stat().st_size < 100_000
    ]
    compared = 0
    for file in files:
        content = file.read_bytes()
        document, found = load(file.name, content)
        holds(content)
        try:
            expected = ruamel.YAML(typ="safe", pure=True).load(content.decode())
        except (ruamel.YAMLError, UnicodeDecodeError):
            assert any(d.severity == "error" for d in found), file
            continue
        if not found:
            assert document.data == expected, file
            compared += 1
    assert compared > len(files) // 2
