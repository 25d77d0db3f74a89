"""libyaml's complaints in plain words, at the place where the mistake was made rather than where it was noticed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlproject.diagnostics import Diagnostic, Related, Span
from mlproject.load.content import LINE_BREAK

if TYPE_CHECKING:
    from yaml import Mark, MarkedYAMLError
    from yaml._yaml import Mark as CMark

_TAB = ("a tab stands where only spaces may indent", "indent with spaces")

# By libyaml's words for the problem: ours, and the way out.
_WORDS: dict[str, tuple[str, str]] = {
    "mapping values are not allowed in this context": (
        "a `:` that cannot begin a value here",
        "quote text that has `: ` in it; check the indentation of this line and the one before",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin on this line",
        "put `- ` on a line of its own, or quote text that begins with `- `",
    ),
    "found unknown escape character": (
        "no such escape in a text in double quotes",
        "double the backslash, or use single quotes, in which it is an ordinary character",
    ),
    "did not find expected hexdecimal number": (
        "an escape that lacks its hexadecimal digits",
        "`\\x` takes two digits, `\\u` four, `\\U` eight; or use single quotes",
    ),
    "did not find expected comment or line break": (
        "text after `|` or `>`",
        "begin the text on the next line, or quote it if it begins with `|` or `>`",
    ),
    "found a tab character where an indentation space is expected": _TAB,
    "found incompatible YAML document": (
        "a `%YAML` directive for a version that nobody reads",
        "remove the directive",
    ),
    "found unknown directive name": ("a line that begins with `%` is a directive", "quote it if it is text"),
    "could not find expected directive name": (
        "a line that begins with `%` is a directive",
        "quote it if it is text",
    ),
    "found undefined tag handle": (
        "a tag of a family that is not declared",
        "quote text that begins with `!`",
    ),
    "did not find the expected '>'": ("a tag that is not closed", "quote text that begins with `!`"),
    "did not find expected <document start>": (
        "something stands after the end of the document",
        "remove the `...` before it, or what follows",
    ),
}

_NAMELESS = {
    "while scanning an alias": (
        "`*` begins an alias, and no name follows",
        "quote text that begins with `*`",
    ),
    "while scanning an anchor": (
        "`&` begins an anchor, and no name follows",
        "quote text that begins with `&`",
    ),
}

# What Git leaves in a file where two sides of a merge disagree: the line that opens the first, and that ends the last.
_CONFLICT = re.compile(r"^<{7}(?: [^\r\n]*)?$(?=.*^>{7}(?: [^\r\n]*)?$)", re.MULTILINE | re.DOTALL)

_APOSTROPHE = "an apostrophe inside single quotes is written twice"
_CLOSING = {"[": "]", "{": "}"}

_EXPECTED = {
    "did not find expected ',' or ']'": (
        "a `,` or the closing `]` is missing before this",
        "the list opened here",
    ),
    "did not find expected ',' or '}'": (
        "a `,` or the closing `}` is missing before this",
        "the mapping opened here",
    ),
}


def explain(problem: MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """The diagnostic for an error of libyaml's scanner or parser in `text`."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        return _conflict(text, conflict, file)
    words = problem.problem or "this is not YAML"
    found, opened = problem.problem_mark, problem.context_mark
    index = found.index if found is not None else 0
    span = _at(file, text, found)
    before = _at(file, text, opened)
    if words == "found unexpected end of stream":
        return _error("a quote that is never closed", before, "close it with the same quote; " + _APOSTROPHE)
    if words == "could not find expected ':'":
        help = "add the `:`, or indent it more than the text that it continues"
        return _error("a line that is neither `key: value` nor part of a text", before, help)
    if words in _EXPECTED and opened is not None:
        bracket = text[opened.index : opened.index + 1]
        if _left_open(text, opened.index, index):
            return _error(
                f"a `{bracket}` that is never closed", before, f"add the `{_CLOSING.get(bracket, '')}`"
            )
        summary, related = _EXPECTED[words]
        help = "text with any of `[ ] { } ,` in it needs quotes inside brackets"
        return _error(summary, span, help, Related(related, span=before))
    if words in ("did not find expected key", "did not find expected '-' indicator"):
        what = "list" if "'-'" in words else "mapping"
        return _misfit(text, index, span, what, Related(f"the {what} begins here", span=before))
    context = problem.context or ""
    summary, help = _plain_words(context, words, text[index : index + 1])
    return _error(summary, before if context in _NAMELESS else span, help)


def _conflict(text: str, mark: re.Match[str], file: str) -> Diagnostic:
    """Git's marks of a conflict, at the line that opens it."""
    line, width = text.count("\n", 0, mark.start()) + 1, len(mark[0])
    help = "keep what is right of the two sides and remove the lines of marks; a generated file is compiled again"
    return _error("a merge left a conflict here", Span(file, line, 1, line, width + 1), help)


def _left_open(text: str, opened: int, noticed: int) -> bool:
    """Whether a bracket was forgotten rather than a comma: the file ends, or a line begins that is no part of it."""
    if not text[noticed:].strip():
        return True
    outer, inner = _line_start(text, opened), _line_start(text, noticed)
    return inner > opened and _indent(text, inner) <= _indent(text, outer)


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _indent(text: str, start: int) -> int:
    """How many spaces a line begins with."""
    return len(text[start:]) - len(text[start:].lstrip(" ")) if start < len(text) else 0


def _plain_words(context: str, words: str, character: str) -> tuple[str, str]:
    """Summary and help for a problem that is told by libyaml's words and the character where it arose."""
    if words == "found character that cannot start any token":
        if character == "\t":
            return _TAB
        return "no text may begin with " + (
            "a backtick" if character == "`" else f"`{character}`"
        ), "quote it"
    if words == "did not find expected node content":
        if not character:
            return "the file ends where a value belongs", "close the brackets"
        return f"`{character}` stands where a value belongs", f"quote text that begins with `{character}`"
    if words == "did not find expected alphabetic or numeric character" and context in _NAMELESS:
        return _NAMELESS[context]
    return _WORDS.get(words, (words, "check the quotes and the indentation near here"))


def _misfit(text: str, index: int, span: Span, what: str, begun: Related) -> Diagnostic:
    """Something that is no entry of the block it stands in: text after a value, or a line indented amiss."""
    before = text[_line_start(text, index) : index].rstrip()
    if before.strip(" -?"):
        help = _APOSTROPHE if before.endswith("'") else "quote the whole value, or put a `#` before a comment"
        return _error("text after the end of a value", span, help)
    summary = f"this line does not fit into the {what} that it is indented under"
    help = f"entries of one {what} begin in the same column" + (", each with `- `" if what == "list" else "")
    return _error(summary, span, help, begun)


def _at(file: str, text: str, mark: Mark | CMark | None) -> Span:
    """The character at a mark of libyaml's; a mark behind all text is drawn back to its end."""
    if mark is None:
        return Span(file, 1, 1, 1, 1)
    filled = text.rstrip()
    if mark.index < len(filled):
        width = 0 if filled[mark.index] in "\r\n" else 1
        return Span(file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 1 + width)
    lines = LINE_BREAK.split(filled)
    return Span(file, len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 1)


def _error(summary: str, span: Span, help: str, related: Related | None = None) -> Diagnostic:
    return Diagnostic(
        "yaml-syntax", "error", summary, None, span, (related,) if related is not None else (), help
    )
