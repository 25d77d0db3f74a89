"""A malformed `dvc.yaml`: every mistake has a diagnostic at its place, all are told at once, and nothing is written."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.dvc_files import Checkout, checkouts
from imports.dvc_mistakes import FILES, PARAMS, SECTIONS, STAGES, marked, with_section, with_stages
from imports.importing import run
from imports.round_trip import RefusedError, see
from oracle.compiling import place
from oracle.resolving import prepare

CASES = {
    **{f"stage: {name}": with_stages([name]) for name in STAGES},
    **{f"section: {name}": with_section(name) for name in SECTIONS},
    **{f"file: {name}": text for name, text in FILES.items()},
}


def told(directory: Path, text: str) -> set[int]:
    """The lines of `dvc.yaml` that errors of an import stand at, after making sure of all that holds for any."""
    place(directory, {"dvc.yaml": text, "params.yaml": PARAMS})
    before = sorted(directory.rglob("*"))
    ran = run(directory, "import", ".", "--format", "json")
    assert ran.code == 1, ran.said
    assert sorted(directory.rglob("*")) == before, "nothing is written"
    errors = [one for one in json.loads(ran.said)["diagnostics"] if one["severity"] == "error"]
    lines = text.split("\n")
    for one in errors:
        span = one["span"]
        assert span is not None, one
        assert span["file"] == "dvc.yaml", one
        assert 1 <= span["line"] <= len(lines), one
        assert 1 <= span["column"] <= len(lines[span["line"] - 1]) + 1, one
    return {one["span"]["line"] for one in errors}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    assert set(marked(CASES[name])) <= told(tmp_path, CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_dvc_refuses_each(name: str, tmp_path: Path) -> None:
    place(tmp_path, {"dvc.yaml": CASES[name], "params.yaml": PARAMS})
    prepare(tmp_path)
    with pytest.raises(RefusedError):
        see(tmp_path)


@given(names=st.lists(st.sampled_from(list(STAGES)), min_size=2, max_size=5, unique=True))
def test_one_mistake_never_hides_another(names: list[str]) -> None:
    text = with_stages(names)
    with tempfile.TemporaryDirectory() as name:
        lines = told(Path(name), text)
    assert [line for line in marked(text) if line not in lines] == [], text


@given(checkout=checkouts(stages=3), data=st.data())
@settings(max_examples=settings().max_examples * 2)
def test_any_damage_is_imported_or_told(checkout: Checkout, data: st.DataObject) -> None:
    """Text cut, doubled or overwritten anywhere: the command ends with a spec or with diagnostics that have places."""
    file = data.draw(st.sampled_from([name for name in checkout.files if name != ".dvc/config"]))
    text = checkout.files[file]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    put = data.draw(
        st.sampled_from(
            ["", "\t", "${", "}", ":", "- ", "[", "'", "\n", "~", "3", text[start:end] * 2, "\x00"]
        )
    )
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        place(directory, {**checkout.files, file: text[:start] + put + text[end:]})
        before = sorted(directory.rglob("*"))
        ran = run(directory, "import", ".", "--format", "json")
        assert ran.code in (0, 1)
        found = json.loads(ran.said.partition("\n}\n")[0] + "\n}")["diagnostics"]
        errors = [one for one in found if one["severity"] == "error"]
        assert bool(errors) == (ran.code == 1)
        assert all(one["span"] for one in errors), errors
        if ran.code:
            assert sorted(directory.rglob("*")) == before
