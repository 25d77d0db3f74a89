"""The generator: DVC takes nearly all that it makes, and it is broad."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.dvc_files import Checkout, checkouts
from imports.dvc_forms import EXPECTED, forms
from imports.round_trip import RefusedError, see
from imports.yaml_style import yaml_text
from oracle.compiling import place
from oracle.resolving import prepare


def test_every_key_and_form_of_the_schema_is_generated() -> None:
    seen: Counter[str] = Counter()

    @given(checkouts())
    @settings(max_examples=300, derandomize=True, database=None)
    def look(checkout: Checkout) -> None:
        seen.update(forms(checkout))

    look()
    assert sorted(EXPECTED - set(seen)) == [], seen


def test_dvc_takes_nearly_all_of_it() -> None:
    refused: list[str] = []
    taken: list[int] = []

    @given(checkouts())
    @settings(max_examples=40, derandomize=True, database=None)
    def look(checkout: Checkout) -> None:
        with tempfile.TemporaryDirectory() as name:
            place(Path(name), checkout.files)
            prepare(Path(name))
            try:
                taken.append(len(see(Path(name)).stages))
            except RefusedError as error:
                refused.append(str(error))

    look()
    assert len(refused) <= len(taken) / 10, refused
    assert sum(taken) > len(taken), "stages on average"


DATA = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-9, 999),
        st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12),
        st.sampled_from(
            [
                "a b c d e",
                "x\ny\n",
                "a: b",
                "- a",
                "&x",
                "*x",
                "yes",
                "012",
                "1e3",
                " a",
                "a ",
                "a\n\n",
                "\na",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab: #", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(data=DATA, random=st.randoms(use_true_random=False))
def test_any_style_means_the_data(data: object, random: Random) -> None:
    text = yaml_text({"top": data}, random)
    assert json.dumps(_of_dvc(text)) == json.dumps({"top": data}), text


def test_what_is_there_twice_is_an_anchor_and_an_alias() -> None:
    shared = {"a": [1, 2], "b": "x"}
    text = yaml_text(
        {"one": shared, "two": {"<<": shared, "c": 3}, "three": [shared]}, Random(1), comments=False
    )
    assert (text.count("&"), text.count("*"), text.count("<<")) == (1, 2, 1)
    assert yaml.safe_load(text)["two"] == {"a": [1, 2], "b": "x", "c": 3}
    assert _of_dvc(text) == yaml.safe_load(text)


def _of_dvc(text: str) -> object:
    from dvc.utils.serialize import parse_yaml

    parsed: object = parse_yaml(text, "a text")
    return parsed
