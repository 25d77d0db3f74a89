"""The reference of the language: its whole specs are valid, and every section of the language is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlproject.model import Spec
from mlproject.model.pipeline import StageEntry
from oracle.compiling import errors, for_dvc, place
from oracle.resolving import by_dvc, by_us, prepare

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "language.md").read_text("utf-8")
SPECS = {
    re.search(r"name: (\S+)", text).group(1): text  # type: ignore[union-attr]
    for text in re.findall(r"```yaml\n(name:.*?)```", PAGE, re.DOTALL)
}


@pytest.mark.parametrize("name", SPECS)
def test_every_whole_example_compiles_and_loads(name: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    place(tmp_path, {"mlproject.yaml": SPECS[name]})
    project, _ = for_dvc(tmp_path)
    assert by_dvc(tmp_path) == by_us(project)


def test_every_key_is_on_the_page() -> None:
    known = [*Spec.model_fields, *StageEntry.model_fields]
    assert [key for key in known if f"`{key}`" not in PAGE and f"`{key}:" not in PAGE] == []


def test_an_undeclared_variable_is_the_error_that_the_page_says(tmp_path: Path) -> None:
    from oracle.compiling import checked

    text = SPECS["environments"].replace("env: [MLFLOW_TRACKING_URI]", "env: []")
    place(tmp_path, {"mlproject.yaml": text})
    assert "env-not-allowed" in errors(checked(tmp_path).diagnostics)[0]
