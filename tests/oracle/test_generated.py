"""Generated pipelines: what we accept, DVC accepts, and resolves to exactly what our graph says."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import event, given, settings

from oracle.compiling import checked, errors, for_dvc, place, said
from oracle.resolving import by_dvc, by_us, prepare
from oracle.specs import Spec, specs


@given(spec=specs())
@settings(max_examples=settings().max_examples * 2)
def test_what_is_accepted_means_the_same_to_dvc(spec: Spec) -> None:
    with tempfile.TemporaryDirectory() as name:
        # A project inside its repository: `..` may leave the one and not the other.
        directory, root = Path(name), "project"
        prepare(directory)
        place(directory, {f"{root}/mlproject.yaml": json.dumps(spec, ensure_ascii=False)})
        for base in ("", "w/", "w/x/", "deep/er/", "books/", "w1/y/"):
            place(directory, {f"{root}/{base}conf/o.yaml": "a: {b: 1}\n"})
        result = checked(directory, f"{root}/mlproject.yaml")
        wrong = errors(result.diagnostics)
        event("refused: " + wrong[0].split(":")[1].split()[1] if wrong else "accepted")
        if wrong:
            return
        project, _ = for_dvc(directory, f"{root}/mlproject.yaml")
        seen, meant = by_dvc(directory, root), by_us(project)
        assert seen == meant, said(result.diagnostics)
