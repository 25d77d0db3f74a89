"""Files that are too much, on purpose or by accident, are refused with a place, and quickly."""

from __future__ import annotations

import pytest

from mlproject.load import load, tree


def code(text: str | bytes) -> list[str]:
    document, found = load("m.yaml", text if isinstance(text, bytes) else text.encode())
    assert document.data is None
    assert all(d.span for d in found)
    return [d.code for d in found]


def test_a_file_that_is_too_large_is_refused() -> None:
    assert code(b"a" * 50_000_000) == ["yaml-limit"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_depth_has_a_limit(opening: str) -> None:
    assert code(opening * 100_000) == ["yaml-limit"]


def test_a_hundred_levels_are_read() -> None:
    document, found = load("m.yaml", b"[" * 100 + b"]" * 100)
    assert found == ()
    assert document.span((0,) * 99).column == 100


def test_the_number_of_values_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_EVENTS", 1000)
    assert load("m.yaml", b"- a\n" * 990)[1] == ()
    assert code("- a\n" * 1010) == ["yaml-limit"]


def test_aliases_of_aliases_are_refused_before_they_are_written_out() -> None:
    levels = (f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 40))
    assert code("a0: &a0 [x, x]\n" + "".join(levels)) == ["yaml-limit"]


def test_merges_of_aliases_are_refused_too() -> None:
    levels = (f"a{i}: &a{i} {{<<: *a{i - 1}, b{i}: *a{i - 1}, c{i}: *a{i - 1}}}\n" for i in range(1, 60))
    assert code("a0: &a0 {k: 1}\n" + "".join(levels)) == ["yaml-limit"]


def test_aliases_cannot_get_around_the_limit_of_depth() -> None:
    levels = (f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 200))
    assert code("a0: &a0 [x]\n" + "".join(levels)) == ["yaml-limit"]


def test_a_long_file_may_repeat_a_mapping_many_times() -> None:
    stages = "".join(f"stage{i}:\n  <<: *defaults\n  cmd: python stage.py {i}\n" for i in range(5000))
    document, found = load("m.yaml", f"base: &defaults {{a: 1, b: [2, 3]}}\n{stages}".encode())
    assert found == ()
    assert isinstance(document.data, dict)
    assert document.data["stage4999"] == {"a": 1, "b": [2, 3], "cmd": "python stage.py 4999"}


def test_an_alias_inside_its_own_anchor_is_refused_in_words() -> None:
    document, found = load("m.yaml", b"a: &a [*a]\nb: 1\n")
    assert document.data == {"a": [None], "b": 1}
    assert [(d.code, d.summary) for d in found] == [
        ("yaml-limit", "`*a` stands inside the very thing that it names")
    ]
