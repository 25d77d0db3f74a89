"""The terminal's report: exact text with carets, and nothing hostile gets through."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import Diagnostic, Fix, Related, Site, Span
from mlproject.report.terminal import count, render
from mlproject.report.visible import visible

SPEC = """\
name: demo
stages:
  train:
    cmd: python train.py
    dep: [train.py]
  evaluate:
    cmd: python evaluate.py
  train:
    cmd: python other.py
"""


def show(*diagnostics: Diagnostic, text: str | None = SPEC, width: int = 80, color: bool = False) -> str:
    return render(diagnostics, lambda _: text, color, width)


def at(line: int, column: int, end_column: int, *, end_line: int = 0, file: str = "mlproject.yaml") -> Span:
    return Span(file, line, column, end_line or line, end_column)


def marked(span: Span, text: str, width: int = 80) -> tuple[str, str]:
    """The source row and the row of its marks, without the frame."""
    rows = show(Diagnostic("bad-value", "error", "no", span=span), text=text, width=width).split("\n")
    return rows[3].partition("|")[2][1:], rows[4].partition("|")[2][1:]


def test_a_diagnostic_with_its_place_help_and_related_places() -> None:
    unknown = Diagnostic(
        "unknown-key",
        "error",
        "a stage has no `dep`",
        Site(("stages", "train", "dep"), "key"),
        at(5, 5, 8),
        help="did you mean `deps`?",
        fix=Fix("replace `dep` by `deps`", "deps"),
    )
    twice = Diagnostic(
        "duplicate-key",
        "error",
        "`train` stands twice in this mapping",
        span=at(8, 3, 8),
        related=(Related("first here", span=at(3, 3, 8)), Related("both would write models")),
    )
    unused = Diagnostic("unused-param", "warning", "no stage uses `lr`")
    assert (
        show(unknown, twice, unused)
        == """\
error[unknown-key]: a stage has no `dep`
 --> mlproject.yaml:5:5
  |
5 |     dep: [train.py]
  |     ^^^
  |
  = help: did you mean `deps`?
  = fix: replace `dep` by `deps`

error[duplicate-key]: `train` stands twice in this mapping
 --> mlproject.yaml:8:3
  |
8 |   train:
  |   ^^^^^
  |
 ::: mlproject.yaml:3:3
  |
3 |   train:
  |   ----- first here
  = note: both would write models

warning[unused-param]: no stage uses `lr`

2 errors, 1 warning
"""
    )


def test_nothing_to_say_is_empty() -> None:
    assert show() == ""


def test_counts_name_each_severity_once() -> None:
    def some(severity: str, number: int) -> list[Diagnostic]:
        return [Diagnostic("stale", severity, "x")] * number  # type: ignore[arg-type]

    assert count(some("info", 1) + some("error", 1) + some("warning", 12)) == "1 error, 12 warnings, 1 note"


def test_colour_changes_no_text() -> None:
    diagnostic = Diagnostic(
        "bad-value", "error", "no", span=at(3, 3, 8), related=(Related("see", span=at(4, 5, 8)),)
    )
    plain, coloured = show(diagnostic), show(diagnostic, color=True)
    assert "\x1b[1;31merror[bad-value]\x1b[0m" in coloured
    assert "\x1b" not in plain
    for style in ("0", "1", "1;31", "1;34"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == plain


def test_line_numbers_of_all_places_share_a_margin() -> None:
    text = "\n" * 8 + "a: 1\nb: 2\n"
    shown = show(
        Diagnostic("stale", "error", "x", span=at(10, 1, 2), related=(Related("y", span=at(9, 1, 2)),)),
        text=text,
    )
    assert "\n10 | b: 2\n   | ^\n" in shown
    assert "\n 9 | a: 1\n   | - y\n" in shown


def test_a_tab_is_four_cells() -> None:
    assert marked(at(1, 4, 7), "\tx: bad") == ("    x: bad", "      ^^^")


def test_wide_and_combining_characters_keep_the_caret_in_place() -> None:
    source, marks = marked(at(1, 9, 11), "名前: 東京, 大阪\n")
    assert source == "名前: 東京, 大阪"
    assert marks == " " * 12 + "^^^^"
    assert marked(at(1, 4, 5), "e\u0301: x") == ("e\u0301: x", "  ^")  # the accent takes no cell of its own


def test_a_very_long_line_is_cut_around_the_place() -> None:
    line = "key: [" + "a, " * 500_000 + "here, " + "b, " * 500_000 + "]"
    column = line.index("here") + 1
    source, marks = marked(at(1, column, column + 4), line, width=80)
    assert len(source) <= 76
    assert source.startswith("…")
    assert source.endswith("…")
    assert source[marks.index("^") : marks.index("^") + 4] == "here"
    assert marks.strip() == "^^^^"


def test_a_mark_longer_than_the_line_stays_inside_the_terminal() -> None:
    source, marks = marked(at(1, 1, 100_001), "x" * 100_000, width=60)
    assert len(source) <= 56
    assert len(marks) <= 56
    assert marks.startswith("^^^^")


def test_several_lines_are_shown_by_their_first_and_last() -> None:
    shown = show(Diagnostic("bad-value", "error", "no", span=at(3, 3, 1, end_line=6)))
    assert "3 |   train:\n  |   ^^^^^^\n" in shown
    assert "4 |     cmd: python train.py\n  |     ^^^" in shown
    assert "5 |     dep: [train.py]\n  |     ^^^^^^^^^^^^^^^\n" in shown
    assert "evaluate" not in shown  # the span ends before the first character of that line
    longer = show(Diagnostic("bad-value", "error", "no", span=at(3, 3, 8, end_line=8)))
    assert "\n...\n8 |   train:\n" in longer


def test_a_place_that_the_file_does_not_have_is_named_without_an_excerpt() -> None:
    for text in (None, "", "a: 1\n"):
        shown = show(Diagnostic("stale", "error", "x", span=at(9, 70, 80)), text=text)
        assert " --> mlproject.yaml:9:70\n" in shown
    related = (Related("first here", span=at(9, 1, 2)),)
    assert "= note: first here (mlproject.yaml:9)" in show(
        Diagnostic("stale", "error", "x", related=related), text=None
    )


def test_an_empty_span_at_the_end_of_a_line_has_one_caret() -> None:
    assert marked(at(1, 6, 6), "name:\n") == ("name:", "     ^")


def test_escape_sequences_and_line_breaks_are_spelled_out() -> None:
    evil = "\x1b]0;owned\x07\r\nerror[fake]: forged\u202e\x9b2J\x85\u2028"
    diagnostic = Diagnostic(
        "bad-name",
        "error",
        evil,
        span=at(1, 1, 5, file="a\nb\x1b.yaml"),
        help=evil,
        related=(Related(evil),),
        fix=Fix(evil, ""),
    )
    shown = show(diagnostic, text=f"x: \x1b[2J{evil}")
    assert "\\x1b]0;owned\\x07\\r\\nerror[fake]: forged\\u202e\\x9b2J\\x85\\u2028" in shown
    assert "a\\nb\\x1b.yaml:1:1" in shown
    assert not [line for line in shown.split("\n") if line.startswith("error[fake]")]
    assert all(char.isprintable() for char in shown.replace("\n", ""))


def test_line_ends_and_byte_order_mark_are_no_part_of_a_line() -> None:
    for text in ("\ufeffa: 1\r\nb: 2\r\n", "\ufeffa: 1\rb: 2\r"):
        assert marked(at(1, 1, 2), text) == ("a: 1", "^")
        assert marked(at(2, 4, 5), text) == ("b: 2", "   ^")


@given(st.text())
def test_visible_text_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()
    if text.isprintable():
        assert visible(text) == text


@given(
    text=st.text(max_size=300),
    numbers=st.tuples(*[st.integers(1, 400)] * 4),
    width=st.integers(0, 200),
)
def test_any_text_and_span_give_rows_within_the_width(
    text: str, numbers: tuple[int, int, int, int], width: int
) -> None:
    line, column, end_line, end_column = numbers
    span = Span("f", line % 5 + 1, column, line % 5 + 1 + end_line % 4, end_column)
    shown = show(Diagnostic("stale", "error", "x", span=span), text=text, width=width)
    for row in shown.split("\n"):
        assert row.isprintable()
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in row)
        assert len(row) + wide <= max(40, width)


def test_no_module_of_styles_is_imported() -> None:
    import subprocess

    code = (
        "import sys; from mlproject.diagnostics import Diagnostic; from mlproject.report import FORMATS;"
        "FORMATS['text']([Diagnostic('stale', 'error', 'x')], lambda f: None, True, 80);"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in"
        " {'rich', 'textwrap', 'json', 'hashlib', 'unicodedata', 'click', 'pydantic', 'yaml'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []
