"""From a document to one plain tree: presets merged, environments spread out, values substituted.

Path references (`data`, `stages`, `outs`) stay text: `lower` knows the graph. The tree is not yet validated; nothing
here assumes a shape without looking.
"""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, error
from mlproject.files import Source
from mlproject.load import Document
from mlproject.places import Places
from mlproject.records import frozen
from mlproject.resolve import paramfiles
from mlproject.resolve.merging import (
    Layer,
    appended,
    as_mapping,
    layer_of,
    merge_over,
    shifted,
    with_environments,
    without_nulls,
)
from mlproject.resolve.presets import Reading
from mlproject.resolve.substitute import Values, substitute

Mapping = dict[object, object]


@frozen
class ParamSource:
    """A params file of the user's: as named, relative to the repository, and its values (None: unknown)."""

    text: str
    file: str
    values: Mapping | None
    path: Path


@frozen
class Resolved:
    """The merged tree. `broken` are paths whose value could not be resolved, which has been said; `unknown` are the
    references to parameters in files that could not be read: `lower` knows whether a stage writes those.
    """

    data: Mapping
    places: Places
    param_files: tuple[ParamSource, ...]
    used_params: frozenset[tuple[str, ...]]
    broken: frozenset[Path]
    unknown: tuple[Site, ...] = ()


def resolve(document: Document, source: Source) -> tuple[Resolved, list[Diagnostic]]:
    """The spec in `document`, with what it extends read through `source`."""
    root = as_mapping(document.data)
    if root is None:
        summary = "the spec is empty" if document.data is None else "the spec is not a mapping"
        help = "a spec with a `name` and one stage is complete; `mlproject init` writes one"
        found = [error("not-a-mapping", summary, (), help=help)]
        return Resolved({}, Places((document,), {}), (), frozenset(), frozenset({()})), found
    reading = Reading(source, [document])
    layer = _merged(root, document, reading.presets(document, (document.file,)))
    diagnostics = reading.diagnostics
    layer.data = without_nulls(layer.data)
    layer = with_environments(layer)
    files = _param_files(layer.data, source, dirname(document.file), diagnostics)
    known = [f.values for f in files if f.values is not None]
    owned = as_mapping(layer.data.get("params"))
    params = owned if owned is not None else _together(known) if len(known) == len(files) else None
    values = Values(as_mapping(layer.data.get("vars")) or {}, params)
    named = any("vars" in document.text for document in reading.documents)
    data = substitute(layer.data, values, named=named)
    places = Places(tuple(reading.documents), shifted(layer, values.moved))
    diagnostics += layer.diagnostics + values.diagnostics
    broken = frozenset(values.broken | layer.broken)
    resolved = Resolved(data, places, files, frozenset(values.used_params), broken, tuple(values.unknown))
    return resolved, diagnostics


def _merged(root: Mapping, document: Document, presets: list[tuple[int, Mapping]]) -> Layer:
    if not presets:
        # An append key needs a merge; the check spares every other spec the copy.
        return (
            appended(root)
            if "+:" in document.text or "+'" in document.text or '+"' in document.text
            else Layer(root)
        )
    number, first = presets[0]
    layer = layer_of(first, number)
    for number, preset in presets[1:]:
        layer = merge_over(layer, preset, number)
    return merge_over(layer, root, 0)


def _param_files(
    data: Mapping, source: Source, folder: str, diagnostics: list[Diagnostic]
) -> tuple[ParamSource, ...]:
    """The params files that the spec names; `params.yaml` beside a spec that names none is one (DVC reads it)."""
    named = data.get("params")
    if isinstance(named, dict):
        return ()
    entries: list[tuple[str, Path]] = []
    if isinstance(named, str):
        entries = [(named, ("params",))]
    elif isinstance(named, list):
        items = cast("list[object]", named)
        entries = [(item, ("params", i)) for i, item in enumerate(items) if isinstance(item, str)]
    files: list[ParamSource] = []
    for text, path in entries:
        file = normpath(join(folder, text))
        values, found = paramfiles.read(source, file, text, path)
        diagnostics += found
        files.append(ParamSource(text, file, values, path))
    return tuple(files)


def _together(mappings: list[Mapping]) -> Mapping:
    merged: Mapping = {}
    for mapping in mappings:
        for key, value in mapping.items():
            old, new = as_mapping(merged.get(key)), as_mapping(value)
            merged[key] = _together([old, new]) if old is not None and new is not None else value
    return merged
