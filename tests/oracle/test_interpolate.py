"""`mlproject.interpolate` against DVC's own interpolation, over generated templates and contexts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlproject.interpolate import Refused, resolve

NAMES = st.sampled_from(["a", "b", "lr", "train", "x-y", "1", "true", "é"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "text", "two words", "it's", "\\${a}", "${a}", "*", "-x", "é", "a\nb", "$HOME"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
CONTEXTS = st.dictionaries(NAMES, VALUES, max_size=4)
STEPS = st.one_of(
    NAMES.map(lambda name: f".{name}"),
    st.integers(-1, 3).map(lambda index: f"[{index}]"),
    NAMES.map(lambda name: f"[{name}]"),
    NAMES.map(lambda name: f". {name} "),
)
EXPRESSIONS = st.tuples(NAMES, st.lists(STEPS, max_size=2).map("".join)).map("".join)
PIECES = st.one_of(
    EXPRESSIONS.map("${{{}}}".format),
    EXPRESSIONS.map("\\${{{}}}".format),
    st.sampled_from(["run ", "\\", "$", "{", "}", "${", "\n", "$HOME", "a.b", "[0]", " ", "\\\\", "$$", "é"]),
    st.sampled_from(["${}", "${ a }", "${.a}", "${a.}", "${a..b}", "${a b}", "${a[0}", "${a[]}", "${{a}"]),
)
TEMPLATES = st.lists(PIECES, max_size=5).map("".join)


def by_dvc(template: str, context: dict[str, Any], key: str | None) -> object:
    """What DVC makes of a text under `key` of a stage; Refused where it raises."""
    from dvc.exceptions import DvcException
    from dvc.parsing.context import Context
    from dvc.parsing.interpolate import check_expression

    loaded = Context(context)
    try:
        check_expression(template)
        return loaded.resolve_str(template, skip_interpolation_checks=True, key=key)
    except (DvcException, ValueError):
        return Refused("", "", "")


def same(one: object, other: object) -> bool:
    """Equal, and of one type all the way down: 1 is not true."""
    if isinstance(one, Refused) or isinstance(other, Refused):
        return isinstance(one, Refused) and isinstance(other, Refused)
    return repr(one) == repr(other)


@pytest.mark.parametrize("key", ["cmd", "deps", None])
@given(template=TEMPLATES, context=CONTEXTS)
@example("${a}", {"a": {"b": True, "c": "two words", "d": [1, "x y"], "e": {"f": None}}})
@example("x ${a}", {"a": {"b": True, "c": "two words", "d": [1, "x y"], "e": {"f": None}, "g": {}}})
@example("x ${a}", {"a": {"b": [], "c": False, "d": [[1]]}})
@example("x ${a[1]}", {"a": ["p", "q"]})
@example("x ${a[-1]}", {"a": ["p", "q"]})
@example("x ${a.0}y\\${a}", {"a": ["p", "q"]})
@example("x ${a}", {"a": {"b": ["x", {"c": 1}]}})
@example("x ${a}", {"a": {"b": ["x", {"c": 1}, [2]]}})
def test_a_text_resolves_as_in_dvc(key: str | None, template: str, context: dict[str, Any]) -> None:
    ours = resolve(template, context, command=key == "cmd", loop=key is None)
    theirs = by_dvc(template, context, key)
    assert same(ours, theirs), (ours, theirs)
