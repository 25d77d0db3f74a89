"""Comments and line breaks of a YAML text: all are found, none is invented, and each has its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path as File
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import Path
from mlproject.imports.carry import carried, carried_breaks, joined
from mlproject.imports.notes import Notes, notes
from mlproject.imports.taken import Comment
from mlproject.imports.writing import write
from mlproject.load import load


def read(text: str) -> Notes:
    return notes(load("x.yaml", text.encode())[0])


def told(comments: Iterable[Comment]) -> list[str]:
    """Every comment that says something."""
    lines = [line for c in comments for line in (*c.above, c.beside, *c.below)]
    return sorted(line.strip() for line in lines if line.strip())


def spied(text: str) -> list[str]:
    """The comments that PyYAML's own scanner (not libyaml's) skips on its way through a text."""
    skipped: list[str] = []

    def spy(name: str) -> Callable[..., object]:
        def skip(self: yaml.SafeLoader, *arguments: object) -> object:
            start = self.index
            result = getattr(yaml.SafeLoader, name)(self, *arguments)
            skipped.extend(re.findall("#([^\n]*)", text[start : self.index]))
            return result

        return skip

    names = ("scan_to_next_token", "scan_block_scalar_ignored_line")
    spying: Any = type("Spying", (yaml.SafeLoader,), {name: spy(name) for name in names})
    list(yaml.scan(text, Loader=spying))
    return sorted(comment.strip() for comment in skipped if comment.strip())


SCALARS = [
    '"a # b"',
    "'# c'",
    "a#b",
    "1",
    "",
    "~",
    "[]",
    "{}",
    "&x y",
    "!!str z",
    "*base",
    "a: b".replace(": ", ":"),
]


class Author:
    """Writes a random file, with comments that are numbered, wherever YAML lets one stand."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0

    def remark(self) -> str:
        self.count += 1
        return self.draw(st.sampled_from(["# ", "#", "## ", "#  - "])) + f"c{self.count}"

    def beside(self) -> str:
        return f" {self.remark()}" if self.draw(st.integers(0, 3)) == 0 else ""

    def above(self, pad: str) -> list[str]:
        lines: list[str] = []
        for kind in self.draw(st.lists(st.integers(0, 9), max_size=3)):
            more = {0: "", 1: "  ", 2: "   "}.get(kind, pad)
            lines += [""] if kind == 9 else ["#"] if kind == 8 else [f"{more}{self.remark()}"]
        return lines

    def block(self, pad: str, depth: int) -> list[str]:
        is_list = depth > 0 and self.draw(st.booleans())
        lines: list[str] = []
        for index in range(self.draw(st.integers(1, 3))):
            lines += self.above(pad)
            lines += self.value(f"{pad}-" if is_list else f"{pad}k{index}:", pad, depth)
        return lines

    def value(self, lead: str, pad: str, depth: int) -> list[str]:
        kind = self.draw(st.integers(0, 7 if depth < 3 else 5))
        inner = f"{pad}  "
        if kind < 3:
            return [f"{lead} {self.draw(st.sampled_from(SCALARS))}{self.beside()}"]
        if kind == 3:
            header = self.draw(st.sampled_from(["|", ">-", "|+", ">"]))
            return [
                f"{lead} {header}{self.beside()}",
                f"{inner}  # no comment",
                f"{inner}    a # b",
                "",
                f"{inner}  end",
            ]
        if kind == 4:
            quote = self.draw(st.sampled_from(["", '"', "'"]))
            return [f"{lead} {quote}one two", f"{inner}three{quote and ' # no'}{quote}{self.beside()}"]
        if kind == 5:
            items = [line for _ in range(2) for line in (*self.above(inner), f"{inner}a,{self.beside()}")]
            return [f"{lead} [{self.beside()}", *items, *self.above(inner), f"{inner}]{self.beside()}"]
        return [f"{lead}{self.beside()}", *self.block(inner, depth + 1)]


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    author = Author(draw)
    head = author.above("")
    lines = [*head, "base: &base {p: 1}", *author.block("", 0), *author.above("")]
    comments = sorted(f"c{number + 1}" for number in range(author.count))
    return "\n".join(lines) + "\n", comments


def core(comments: list[str]) -> list[str]:
    return sorted(re.sub(r"^[#\s-]*", "", comment) for comment in comments)


@given(files())
def test_all_comments_are_found_and_none_is_invented(file: tuple[str, list[str]]) -> None:
    text, comments = file
    document, found = load("x.yaml", text.encode())
    assert [d for d in found if d.code == "yaml-syntax"] == []
    known = notes(document)
    assert core(told(known.comments.values())) == comments
    assert core([line for line in spied(text) if line.strip("# ")]) == comments


@given(files())
def test_a_file_written_again_says_the_same(file: tuple[str, list[str]]) -> None:
    document, _ = load("x.yaml", file[0].encode())
    known = notes(document)
    text = write(cast("dict[str, object]", document.data), known.comments, known.breaks)
    again, found = load("x.yaml", text.encode())
    assert found == ()
    assert again.data == document.data
    assert core(told(notes(again).comments.values())) == file[1]
    second = notes(again)
    assert write(cast("dict[str, object]", again.data), second.comments, second.breaks) == text


@given(st.text(alphabet="ab#:-[]{},&*!|>'\"\n ", max_size=40))
def test_any_text_has_the_comments_that_another_scanner_finds(text: str) -> None:
    document, found = load("x.yaml", text.encode())
    if found or document.data is None:
        return
    try:
        expected = spied(text)
    except yaml.YAMLError:
        return
    assert told(notes(document).comments.values()) == expected


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("# top\n\n# first\na: 1\n", {(): Comment(("top",)), ("a",): Comment(("first",))}),
        ("a: 1  # x\nb: 'a # b' #y\n", {("a",): Comment((), "x"), ("b",): Comment((), "y")}),
        ("a: 1\n\n# end\n", {(): Comment((), "", ("end",))}),
        ("# only this\n", {(): Comment(("only this",))}),
        ("a:\n  # b: 2\n\n  #   c: 3\nd: 1\n", {("a",): Comment((), "", ("b: 2", "", "  c: 3"))}),
        ("a: [\n  # none\n]\n", {("a",): Comment((), "", ("none",))}),
        ("a:\n  # x\n  - b: 1  # y\n", {("a", 0): Comment(("x",), "y")}),
        ("a:\n# x\n- - 1\n  # y\n  - 2\n", {("a", 0): Comment(("x",)), ("a", 0, 1): Comment(("y",))}),
        ("a: [1,  # x\n  # y\n  2]  # z\n", {("a",): Comment((), "x"), ("a", 1): Comment(("y",), "z")}),
        ("a:\n  b: 1\n  # c: 2\n# d\ne: 1\n", {("a",): Comment((), "", ("c: 2",)), ("e",): Comment(("d",))}),
        ("a: |  # x\n  # y\n# z\nb: 1\n", {("a",): Comment((), "x"), ("b",): Comment(("z",))}),
        (
            "a: &a {b: 1}  # x\nc:\n  # y\n  <<: *a  # z\n  d: 1\n",
            {("a",): Comment((), "x"), ("c",): Comment((), "z"), ("c", "d"): Comment(("y",))},
        ),
        ("a: 1\n# x\n#\n# y\nb: 1\n", {("b",): Comment(("x", " ", "y"))}),
        (
            "%YAML 1.2 # v\n---  # start\na: 1\n... # end\n",
            {("a",): Comment(("v", "start")), (): Comment((), "", ("end",))},
        ),
    ],
)
def test_where_a_comment_belongs(text: str, comments: dict[Path, Comment]) -> None:
    assert read(text).comments == comments


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("a: one two\n  three\n", (2, 1)),
        ("a: >-\n  one\n  two three\n", (1, 2)),
        ("a: >  # why\n  one\n  two three\n", (1, 2)),
        ("a: 'one two\n  three'\n", (2, 1)),
        ('a: "one two\n  three"\n', (2, 1)),
        ("a: |\n  one\n  two\n", None),
        ("a: one  two\n  three\n", None),
        ("a: >-\n  one\n\n  two\n", None),
        ('a: "one t\\\n  wo three"\n', None),
        ("a: one two three\n", None),
    ],
)
def test_where_a_long_text_breaks(text: str, breaks: tuple[int, ...] | None) -> None:
    assert read(text).breaks == ({("a",): breaks} if breaks else {})


def test_comments_go_along_with_their_values_or_to_what_is_around_them() -> None:
    text = "# top\n\n# s\nstages:\n  # t\n  a:  # beside\n    # c\n    cmd: x\n      y  # d\n    # e\nvars: 1  # gone\n"
    origins: dict[Path, tuple[str, Path]] = {
        ("stages",): ("dvc.yaml", ("stages",)),
        ("stages", "b"): ("dvc.yaml", ("stages", "a")),
        ("stages", "b", "cmd"): ("dvc.yaml", ("stages", "a", "cmd")),
        ("stages", "copy"): ("dvc.yaml", ("stages", "a")),
        ("params",): ("params.yaml", ("stages",)),
    }
    assert carried(read(text), origins, "dvc.yaml") == {
        (): Comment(("top", "", "gone")),
        ("stages",): Comment(("s",)),
        ("stages", "b"): Comment(("t",), "beside", ("e",)),
        ("stages", "b", "cmd"): Comment(("c",), "d"),
    }
    del origins["stages", "b", "cmd"]
    assert carried(read(text), origins, "dvc.yaml")["stages", "b"] == Comment(
        ("t", "c", "d"), "beside", ("e",)
    )
    assert carried_breaks(read(text), {("x",): ("dvc.yaml", ("stages", "a", "cmd"))}, "dvc.yaml") == {
        ("x",): (1, 1)
    }


def test_comments_of_several_files_are_those_of_one_spec() -> None:
    first: dict[Path, Comment] = {(): Comment(("a",)), ("x",): Comment((), "b")}
    second: dict[Path, Comment] = {(): Comment(("c",), "", ("d",)), ("x",): Comment((), "e")}
    assert joined([first, second]) == {(): Comment(("a", "", "c"), "", ("d",)), ("x",): Comment(("e",), "b")}


def test_real_files_keep_their_data_and_comments(corpus: File) -> None:
    seen = 0
    for file in sorted(corpus.rglob("*")):
        if file.suffix not in {".yaml", ".yml", ".dvc"} or not file.is_file():
            continue
        document, _ = load(file.name, file.read_bytes())
        if not isinstance(document.data, dict):
            continue
        seen += 1
        known = notes(document)
        text = write(document.data, known.comments, known.breaks)
        again, found = load(file.name, text.encode())
        assert (found, again.data) == ((), document.data), file
        assert told(notes(again).comments.values()) == told(known.comments.values()), file
        assert told(known.comments.values()) == spied(document.text), file
    assert seen
