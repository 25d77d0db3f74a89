"""The comments in a YAML text, and where its brackets, dashes, keys and long scalars stand, off libyaml's tokens.

A `#` begins a comment wherever it is not inside a token. So nothing here judges what is a comment: libyaml does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from mlproject.load.content import LINE_BREAK
from mlproject.records import field, frozen

_COMMENT = re.compile(r"#[^\r\n]*")


@frozen
class Remark:
    """A comment: its text without `#` and the blank behind it, whether something stands before it on its line (0-based)
    and where the innermost bracket around it opened (-1: there is none)."""

    index: int
    line: int
    column: int
    text: str
    inline: bool
    flow: int


@frozen
class Scan:
    """`starts` is where lines begin, `keys` and `dashes` where entries do. `spread` has, by their ends, the scalars of
    several lines that YAML folds, from the first word on. `content` is where the first token stands."""

    text: str
    starts: list[int]
    remarks: list[Remark] = field(default_factory=list[Remark])
    keys: list[int] = field(default_factory=list[int])
    dashes: list[int] = field(default_factory=list[int])
    spread: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    content: int = 0

    def position(self, index: int) -> tuple[int, int]:
        """Line and column of a character, both 0-based."""
        line = bisect_right(self.starts, index) - 1
        return line, index - self.starts[line]

    def line(self, number: int) -> str:
        """One line, with its break."""
        stop = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : stop]


def scan(text: str) -> Scan:
    """The scan of a text that was loaded.

    Where a reference without quotes was mended while loading, tokens may end early: so do the comments.
    """
    import yaml

    found = Scan(text, [0, *(match.end() for match in LINE_BREAK.finditer(text))])
    flows: list[int] = []
    done, content = 0, -1
    try:
        for token in yaml.scan(text, Loader=yaml.CLoader):
            start, end = token.start_mark.index, token.end_mark.index
            if start > done:
                _gap(found, done, start, flows)
            done = max(done, end)
            if content < 0 and end > start:
                content = start
            if isinstance(token, yaml.ScalarToken):
                done = max(_scalar(found, token, flows), done)
            elif isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                flows.append(start)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                del flows[-1:]
            elif isinstance(token, yaml.KeyToken):
                found.keys.append(start)
            elif isinstance(token, yaml.BlockEntryToken):
                found.dashes.append(start)
    except yaml.YAMLError:
        pass
    _gap(found, done, len(text), flows)
    return Scan(
        text,
        found.starts,
        found.remarks,
        found.keys,
        found.dashes,
        found.spread,
        len(text) if content < 0 else content,
    )


def _scalar(found: Scan, token: Any, flows: list[int]) -> int:  # noqa: ANN401 - PyYAML's tokens have no types
    """Note a scalar of several lines, and the comment behind `|` or `>`; where the scalar ends."""
    start, end = token.start_mark.index, token.end_mark.index
    if token.style in ("|", ">"):
        header = min(bisect_right(found.starts, start), len(found.starts) - 1)
        body = min(max(found.starts[header], start), end)
        _gap(found, start, body, flows)
        if token.style == ">":
            found.spread[end] = (body, end)
    elif token.end_mark.line > token.start_mark.line:
        found.spread[end] = (start, end)
    return int(end)


def _gap(found: Scan, start: int, stop: int, flows: list[int]) -> None:
    """The comments between two tokens."""
    for match in _COMMENT.finditer(found.text, start, max(start, stop)):
        line, column = found.position(match.start())
        text = match[0][1:].removeprefix(" ").rstrip()
        inline = bool(found.text[found.starts[line] : match.start()].strip())
        if text or not inline:
            found.remarks.append(
                Remark(match.start(), line, column, text, inline, flows[-1] if flows else -1)
            )
