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
    """The file as it was read, what is sound of its content, without old forms (None where it is no YAML), and what was
    found."""
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
    return native, cast("Data", _sound(data, wrong)), said


def _sound(data: Mapping[object, object], wrong: list[Diagnostic]) -> dict[object, object]:
    """The content without the stages and sections that something is wrong with: the rest is looked at, too."""
    sound = dict(data)
    for one in wrong:
        path = one.site.path if one.site is not None else ()
        stages = sound.get("stages")
        if path[:1] == ("stages",) and len(path) > 1 and isinstance(stages, dict):
            left = cast("dict[object, object]", stages)
            sound["stages"] = {name: stage for name, stage in left.items() if name != path[1]}
        elif path:
            sound.pop(path[0], None)
    return sound


def _told(found: Diagnostic) -> Diagnostic:
    """The same finding about a file of the user's own."""
    code = "unknown-key" if found.summary.startswith("the tool knows") else "wrong-type"
    return replace(found, code=code, summary=found.summary.replace("the tool knows", "DVC knows"))
