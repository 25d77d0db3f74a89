"""Native passages: what they add, what they may not change, and where findings point."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlproject.diagnostics import Path
from mlproject.targets import native
from mlproject.trees import Generated

AT: Path = ("native", "tool")
SOURCES: dict[Path, Path] = {("a",): ("spec", "a"), ("list",): ("spec", "list")}
TREE: dict[str, Any] = {"a": {"x": 1, "y": "two"}, "list": [1, {"name": "n", "v": 1}]}


def merged(passage: object) -> tuple[dict[str, Any], dict[Path, Path], list[tuple[str, Path]]]:
    tree, sources, found = native.merge(TREE, passage, AT, SOURCES)
    return cast("dict[str, Any]", tree), sources, [(d.code, d.site.path) for d in found if d.site]


def test_additions_stand_beside_ours_and_know_where_they_come_from() -> None:
    tree, sources, found = merged({"b": {"c": None}, "a": {"z": 3}, "list": [2, {"name": "m"}]})
    assert tree == {
        "a": {"x": 1, "y": "two", "z": 3},
        "list": [*TREE["list"], 2, {"name": "m"}],
        "b": {"c": None},
    }
    assert list(tree) == ["a", "list", "b"]
    assert found == []
    assert sources[("b",)] == (*AT, "b")
    assert sources[("a", "z")] == (*AT, "a", "z")
    assert sources[("list", 2)] == (*AT, "list", 0)
    assert sources[("a",)] == ("spec", "a")


def test_named_mappings_of_a_list_merge_by_name() -> None:
    tree, sources, found = merged({"list": [{"name": "n", "w": 2}]})
    assert tree["list"] == [1, {"name": "n", "v": 1, "w": 2}]
    assert sources[("list", 1, "w")] == (*AT, "list", 0, "w")
    assert merged({"list": [{"name": "n", "v": 2}]})[2] == [("native-conflict", (*AT, "list", 0, "v"))]
    assert found == []


@pytest.mark.parametrize(
    ("passage", "at"),
    [
        ({"a": {"x": 2}}, ("a", "x")),
        ({"a": {"x": True}}, ("a", "x")),
        ({"a": {"x": 1.0}}, ("a", "x")),
        ({"a": {"x": None}}, ("a", "x")),
        ({"a": [1]}, ("a",)),
        ({"list": "text"}, ("list",)),
    ],
)
def test_a_value_of_ours_stays_and_both_places_are_shown(passage: dict[str, object], at: Path) -> None:
    tree, _, found = native.merge(TREE, passage, AT, SOURCES)
    assert tree == TREE
    [conflict] = found
    assert conflict.code == "native-conflict"
    assert conflict.site is not None
    assert conflict.site.path == (*AT, *at)
    [related] = conflict.related
    assert related.site is not None
    assert related.site.path == ("spec", at[0])


def test_override_changes_and_moves_the_source() -> None:
    passage = {"b": 1, "override": {"a": {"x": 2}, "list": [3]}}
    tree, sources, found = merged(passage)
    assert tree == {"a": {"x": 2, "y": "two"}, "list": [3], "b": 1}
    assert found == []
    assert sources[("a", "x")] == (*AT, "override", "a", "x")
    assert native.origin(("list", 0), sources) == (*AT, "override", "list")


@pytest.mark.parametrize("passage", ["text", [1], None, {"override": [1]}])
def test_what_is_no_mapping(passage: object) -> None:
    tree, _, found = merged(passage)
    assert tree == TREE
    assert [code for code, _ in found] == ["native-invalid"]


def test_nothing_given_is_changed() -> None:
    before = repr((TREE, SOURCES))
    merged({"a": {"z": 1}, "list": [9], "override": {"a": {"x": 5}}})
    assert repr((TREE, SOURCES)) == before


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abxy"), inner, max_size=3)
    ),
    max_leaves=8,
)
TREES = st.dictionaries(st.sampled_from("abxy"), VALUES, max_size=4)


def leaves(value: object, place: Path = ()) -> list[tuple[Path, object]]:
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in leaves(part, (*place, key))]
    if isinstance(value, list):
        return [leaf for i, part in enumerate(value) for leaf in leaves(part, (*place, i))]
    return [(place, value)]


def at(tree: object, place: Path) -> object:
    for step in place:
        tree = cast("Any", tree)[step]
    return tree


@given(TREES, TREES)
def test_without_override_every_value_of_ours_is_still_there(
    tree: dict[str, object], passage: dict[str, object]
) -> None:
    merged, sources, _ = native.merge(tree, passage, AT, {(): ("spec",)})
    for place, value in leaves(tree):
        assert at(merged, place) == value
    for place, source in sources.items():
        if place:
            assert at(merged, place) == at(passage, source[len(AT) :])


@given(TREES, TREES)
def test_override_wins_everywhere(tree: dict[str, object], passage: dict[str, object]) -> None:
    merged, _, found = native.merge(tree, {"override": passage}, AT, {})
    assert found == ()
    for place, value in leaves(passage):
        assert at(merged, place) == value


class TestShape:
    def file(self, passage: object, tree: object = None) -> tuple[Generated, list[tuple[str, Path, str]]]:
        given = Generated("bentofile.yaml", "yaml", tree or {"service": "s.py:S"})
        file, found = native.into(given, passage, AT, "bentofile")
        return file, [(d.summary, d.site.path, d.site.part) for d in found if d.site]

    def test_an_unknown_key_is_shown_at_the_key(self) -> None:
        _, found = self.file({"docker": {"distroo": "debian"}})
        assert found == [("the tool knows no key `docker.distroo`", (*AT, "docker", "distroo"), "key")]

    def test_a_wrong_value_is_shown_at_the_value(self) -> None:
        _, [(summary, path, _)] = self.file({"override": {"python": {"packages": ["a", 3]}}})
        assert path == (*AT, "override", "python", "packages", 1)
        assert "must be a text, and is a number" in summary

    def test_every_finding_is_told(self) -> None:
        _, found = self.file({"x": 1, "docker": {"distro": "windows"}, "envs": [{"name": "A-B"}]})
        assert len(found) == 3

    def test_no_passage_is_no_work(self) -> None:
        file, found = self.file(None, {"anything": 1})
        assert (file.tree, found) == ({"anything": 1}, [])
