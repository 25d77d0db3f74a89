"""Presets: the documents that a spec extends, read and put in order."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, error
from mlproject.files import Source
from mlproject.load import Document, load_source
from mlproject.records import field, replace, slotted
from mlproject.resolve.merging import Mapping, as_mapping

REFUSED = {
    "absent": "does not exist",
    "outside": "lies outside the repository",
    "directory": "is a directory",
}

Layers = list[tuple[int, Mapping]]


@slotted
class Reading:
    """The documents read so far (the spec first), and what was wrong with them."""

    source: Source
    documents: list[Document]
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def presets(self, document: Document, chain: tuple[str, ...]) -> Layers:
        """The presets of a document as (number of the document, data), each after its own, the lowest first.

        `chain` are the files that led here, the document's own last.
        """
        layers: Layers = []
        for entry, path in _entries(document):
            layers += self._preset(entry, path, document, chain)
        return layers

    def _preset(self, entry: str, path: Path, document: Document, chain: tuple[str, ...]) -> Layers:
        file = normpath(join(dirname(document.file), entry))
        if file in chain:
            loop = " → ".join((*chain[chain.index(file) :], file))
            summary = f"presets that extend each other: {loop}"
            return self._refuse("extends-cycle", summary, "remove one `extends`", document, path)
        content = self.source.read(file)
        if isinstance(content, str):
            code = "outside-repository" if content == "outside" else "extends-missing"
            summary = f"the preset `{entry}` {REFUSED.get(content, f'is {content}')}"
            help = "paths are relative to the file that names them"
            if content == "outside":
                help = "name a file of this repository; symbolic links count as what they lead to"
            return self._refuse(code, summary, help, document, path)
        preset, found = load_source(self.source, file)
        self.diagnostics += found
        data = as_mapping(preset.data)
        if data is None:
            if not found:
                summary = f"the preset `{entry}` is not a mapping"
                self._refuse("not-a-mapping", summary, "a preset has the sections of a spec", document, path)
            return []
        number = len(self.documents)
        self.documents.append(preset)
        own = (number, {key: value for key, value in data.items() if key != "extends"})
        return [*self.presets(preset, (*chain, file)), own]

    def _refuse(self, code: str, summary: str, help: str, document: Document, path: Path) -> Layers:
        self.diagnostics.append(replace(error(code, summary, help=help), span=document.span(path)))
        return []


def _entries(document: Document) -> Iterator[tuple[str, Path]]:
    """The files that a document extends, and where it says so; what is no text is reported by validation."""
    extends = (as_mapping(document.data) or {}).get("extends")
    if isinstance(extends, str) and extends:
        yield extends, ("extends",)
    elif isinstance(extends, list):
        for index, entry in enumerate(cast("list[object]", extends)):
            if isinstance(entry, str) and entry:
                yield entry, ("extends", index)
