"""Generated repositories of DVC: imported and compiled, they mean the same to DVC, and nothing reruns."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from imports.dvc_files import Checkout, checkouts
from imports.dvc_state import work_in
from imports.importing import imported
from imports.round_trip import RefusedError, compared, see
from oracle.compiling import place
from oracle.resolving import prepare

FEWER = max(settings().max_examples * 2 // 3, 1)


@given(checkout=checkouts(stages=5), seed=st.integers(0, 99))
@settings(max_examples=FEWER)
def test_what_is_imported_means_the_same_to_dvc(checkout: Checkout, seed: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name, "before"), Path(name, "after")
        place(before, checkout.files)
        prepare(before)
        assume(_is_taken(before))
        event(f"{len(checkout.pipelines)} folders")
        work_in(before, Random(seed))
        result = imported(before, after)
        assert result.refused == ""
        assume("[import-changed]" not in result.said)  # instances named `True`, which no spec can name
        assert compared(before, after) == [], "\n".join(spec.read_text("utf-8") for spec in result.specs)


def _is_taken(directory: Path) -> bool:
    try:
        see(directory)
    except RefusedError:
        return False
    return True
