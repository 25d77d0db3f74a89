"""Whether a `dvc.yaml` has the shape that DVC accepts: everything that is wrong, each at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, error
from mlproject.files import Source
from mlproject.imports import oldforms
from mlproject.imports.pipelines.sections import Data, located
from mlproject.imports.taken import Native
from mlproject.load import load_source
from mlproject.records import replace
from mlproject.targets.native import check


def read(file: str, source: Source) -> tuple[Native, Data | None, list[Diagnostic]]:
    """The file as it was read, its content without old forms (None where DVC would refuse it), and what was found."""
    document, found = load_source(source, file)
    native = Native(file, document)
    said = [one for one in found if one.severity == "error"]
    content: object = document.data
    if content is None:
        return native, None if said else {}, said
    if not isinstance(content, dict):
        return native, None, [*said, located(native, error("not-a-mapping", f"`{file}` is no mapping", ()))]
    data, old = oldforms.without(cast("Mapping[object, object]", content))
    wrong = [_told(one) for one in check(data, "dvc", (), {(): ()})]
    said += [located(native, one) for one in (*old, *wrong)]
    return native, None if any(one.severity == "error" for one in said) else cast("Data", data), said


def _told(found: Diagnostic) -> Diagnostic:
    """The same finding about a file of the user's own."""
    code = "unknown-key" if found.summary.startswith("the tool knows") else "wrong-type"
    return replace(found, code=code, summary=found.summary.replace("the tool knows", "DVC knows"))
