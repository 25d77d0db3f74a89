"""Comments beside an emitted tree: where they stand, and that they change nothing."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import Path
from mlproject.emit.comments import annotate
from mlproject.emit.yamltext import write

TREE: dict[str, object] = {
    "uses": "a@b",
    "permissions": {},
    "steps": [{"name": "x", "run": "one\ntwo\n"}, "plain"],
    "jobs": {"a": {"needs": ["b"]}},
}


def _text(comments: dict[Path, str]) -> str:
    text, places = write(TREE)
    text, places = annotate(text, places, TREE, comments)
    assert len(text.splitlines()) == len(places)
    return text


def test_behind_a_scalar_and_above_a_collection() -> None:
    text = _text(
        {
            ("uses",): "v1",
            ("permissions",): "none",
            ("steps", 0): "the first",
            ("steps", 0, "run"): "a script",
            ("steps", 1): "item",
            ("jobs", "a"): "the job",
        }
    )
    assert (
        text
        == """\
uses: a@b  # v1
permissions: {}  # none

steps:
  # the first
  - name: x
    run: |  # a script
      one
      two
  - plain  # item

jobs:
  # the job
  a:
    needs:
      - b
"""
    )


def test_a_place_that_is_gone_has_no_comment() -> None:
    assert _text({("gone",): "x", ("steps", 7): "y", ("uses", "deep"): "z"}) == write(TREE)[0]


_leaves = st.none() | st.booleans() | st.integers() | st.text()
_trees = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _places(tree: object, path: Path = ()) -> list[Path]:
    inner: list[Path] = [path]
    if isinstance(tree, dict):
        inner += [place for key, value in tree.items() for place in _places(value, (*path, key))]
    if isinstance(tree, list):
        inner += [place for index, value in enumerate(tree) for place in _places(value, (*path, index))]
    return inner


@given(_trees, st.data())
def test_comments_mean_nothing(tree: object, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(_places(tree)), unique=True))
    text, places = write(tree)
    commented, moved = annotate(text, places, tree, dict.fromkeys(chosen, "a: [b] # 'c'"))
    assert yaml.safe_load(commented) == yaml.safe_load(text)
    assert commented.count("# 'c'") >= len(chosen)
    assert [
        place
        for place, line in zip(moved, commented.split("\n"), strict=False)
        if not line.lstrip().startswith("# ")
    ] == [
        place
        for place, line in zip(places, text.split("\n"), strict=False)
        if not line.lstrip().startswith("# ")
    ]
