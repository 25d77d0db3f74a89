"""Laws of `fmt`: a spec means the same, no comment and no line is lost, and what is canonical stays as it is."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import has_errors
from mlproject.load import load
from mlproject.rewrite.canonical import canonical
from mlproject.rewrite.order import Shape, same, spec

_BARE = r"(?<!\r)\n"
_NAMES = ["a", "b", "train", "x-1"]
_WORDS = st.sampled_from(
    ["python a.py", "${vars.x}", "3", "'# no comment'", '"a: b"', "null", "x y", "[1, 2]"]
)


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """A block scalar, with lines that look like comments, and blank lines behind it."""
    head = draw(st.sampled_from(["|", ">"])) + draw(st.sampled_from(["", "-", "+"]))
    body = draw(st.lists(st.sampled_from(["text", "# text", "", "a: b", "  more"]), max_size=3))
    return "\n".join([head, "first", *body, *[""] * draw(st.integers(0, 2))])


@st.composite
def trees(draw: st.DrawFn, shape: Shape | None, depth: int = 0) -> Any:  # noqa: ANN401 - any tree
    """Data in the shape of a spec, with keys in any order, some unknown: ("map"|"flow", entries), ("list", items)."""
    if shape is None or depth > 6:
        return draw(_WORDS | blocks())
    if shape.fields:
        known = draw(st.lists(st.sampled_from(list(shape.fields)), max_size=5, unique=True))
        entries = [(key, draw(trees(shape.fields[key], depth + 1))) for key in known]
        if draw(st.booleans()):
            entries.append(("unknown", draw(_WORDS)))
        if draw(st.booleans()) and known:
            entries.append((f"{known[0]}+", "[x]"))
        entries = draw(st.permutations(entries))
        return (draw(st.sampled_from(["map", "map", "flow"])), entries) if entries else "{}"
    if shape.each is not None and (shape.item is None or draw(st.booleans())):
        names = draw(st.lists(st.sampled_from(_NAMES), max_size=3, unique=True))
        made = [(name, draw(trees(shape.each, depth + 1))) for name in names]
        return ("map", made) if made else draw(_WORDS)
    items = draw(st.lists(trees(shape.item, depth + 1), max_size=3))
    return ("list", items) if items else "[]"


def _in_flow(tree: Any) -> str:  # noqa: ANN401 - a tree of `trees`
    if isinstance(tree, str):
        return '"text"' if tree[:1] in "|>" or "${" in tree else tree
    kind, parts = tree
    if kind == "list":
        return "[" + ", ".join(map(_in_flow, parts)) + "]"
    return "{" + ", ".join(f"{key}: {_in_flow(value)}" for key, value in parts) + "}"


class Writer:
    """A tree as YAML text, with comments, blank lines and anchors wherever they may stand."""

    def __init__(self, noise: random.Random) -> None:
        self.noise = noise
        self.anchors = 0
        self.comments = 0

    def comment(self) -> str:
        self.comments += 1
        return f"# comment {self.comments}"

    def above(self, indent: int) -> list[str]:
        """Lines above an entry."""
        out: list[str] = []
        while self.noise.random() < 0.35:
            depth = self.noise.choice([indent, indent, indent, 0, indent + 1, indent + 4])
            out.append(self.noise.choice(["", "", "   ", " " * depth + self.comment()]))
        return out

    def trailing(self) -> str:
        return f"  {self.comment()}  " if self.noise.random() < 0.2 else self.noise.choice(["", "", " "])

    def anchored(self) -> str:
        if self.noise.random() < 0.1:
            self.anchors += 1
            return f" &a{self.anchors}"
        return ""

    def value(self, tree: Any, indent: int) -> list[str]:  # noqa: ANN401 - a tree of `trees`
        """What follows a key or a dash: the rest of that line, and more lines."""
        if isinstance(tree, str) and tree[:1] in "|>":
            head, *body = tree.split("\n")
            return [
                f"{self.anchored()} {head}",
                *[" " * (indent + 3) + line if line else "" for line in body],
            ]
        if isinstance(tree, str) and self.anchors and self.noise.random() < 0.15:
            return [f" *a{self.noise.randint(1, self.anchors)}"]
        if isinstance(tree, str) or tree[0] == "flow":
            return [f"{self.anchored()} {_in_flow(tree)}{self.trailing()}"]
        step = self.noise.choice([2, 4, 0] if tree[0] == "list" else [2, 4])
        return [f"{self.anchored()}{self.trailing()}", *self.lines(tree, indent + step)]

    def lines(self, tree: Any, indent: int) -> list[str]:  # noqa: ANN401 - a tree of `trees`
        kind, parts = tree
        out: list[str] = []
        for part in parts:
            out += self.above(indent)
            if kind == "list":
                if not isinstance(part, str) and part[0] == "map" and self.noise.random() < 0.7:
                    first, *rest = self.lines(part, indent + 2)
                    while first.lstrip()[:1] in ("#", ""):  # the first entry stands on the line of the dash
                        first, *rest = rest
                    out += [" " * indent + "- " + first.lstrip(), *rest]
                else:
                    first, *rest = self.value(part, indent)
                    out += [" " * indent + "-" + first, *rest]
            else:
                first, *rest = self.value(part[1], indent)
                out += [" " * indent + part[0] + ":" + first, *rest]
        return out + [line for line in self.above(indent) if line.strip() or self.noise.random() < 0.5]

    def text(self, tree: Any) -> str:  # noqa: ANN401 - a tree of `trees`
        if tree[0] == "flow":
            return _in_flow(tree) + "\n"
        lines = self.above(0) + self.lines(tree, 0)
        if self.noise.random() < 0.2:
            lines.insert(0, "---")
        whole = self.noise.choice(["\n", "\n", "\r\n"]).join(lines)
        return whole + ("" if self.noise.random() < 0.2 else "\n")


def holds(text: str) -> None:
    """The law for a text that can be read."""
    content = text.encode()
    document, _ = load("m.yaml", content)
    done, said = canonical("m.yaml", content)
    assert done is not None, said
    after = done.after.decode()
    again, _ = canonical("m.yaml", done.after)
    assert again is not None
    assert again.after == done.after, "a second time changes nothing"
    assert same(document.data, load("m.yaml", done.after)[0].data, spec())
    assert _comments(text) == _comments(after)
    assert Counter("".join(text.split())) == Counter("".join(after.split()))
    for one in ("\r\n", "\n"):  # a file of one kind of line breaks stays that
        other = _BARE if one == "\r\n" else "\r\n"
        assert not re.search(other, after) or re.search(other, text)


def _comments(text: str) -> Counter[str]:
    found = [line[line.index("# comment") :].strip() for line in text.splitlines() if "# comment" in line]
    return Counter(found)


@given(trees(spec()), st.integers(0, 2**32))
def test_a_random_spec_means_the_same_and_keeps_every_comment(tree: Any, seed: int) -> None:  # noqa: ANN401
    if isinstance(tree, str):
        return
    text = Writer(random.Random(seed)).text(tree)
    if not has_errors(list(load("m.yaml", text.encode())[1])):
        holds(text)


def test_most_of_the_random_specs_can_be_read() -> None:
    """The law above is about something: what the writer writes is YAML."""
    read = 0
    for seed in range(200):
        noise = random.Random(seed)
        keys = noise.sample(list(spec().fields), 4)
        tree = (
            "map",
            [(key, ("map", [("a", noise.choice(["1", "|\ntext\n# text"])), ("b", "x")])) for key in keys],
        )
        text = Writer(noise).text(tree)
        if not has_errors(list(load("m.yaml", text.encode())[1])):
            read += 1
            holds(text)
    assert read > 150


@given(st.text(" \n:-[]{},&*#?|>'\"!$a1<x", max_size=40))
def test_text_of_punctuation_is_refused_or_keeps_its_meaning(text: str) -> None:
    for head in ("", "name: x\nstages:\n  a:\n    "):
        done, said = canonical("m.yaml", (head + text).encode())
        assert (done is None) == bool(said)
        if done is not None:
            holds(head + text)
