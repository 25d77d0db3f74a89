"""The files beside the spec, as the rules ask for them: by paths relative to the project, each looked at once."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from posixpath import join, normpath

from mlproject.files import Kind, Refusal, Source
from mlproject.lower.paths import ancestors


class Beside:
    """A source seen from the directory `root` of the repository, with the answers remembered."""

    __slots__ = ("_kinds", "_source", "root")

    def __init__(self, source: Source, root: str) -> None:
        self._source = source
        self._kinds: dict[str, Kind] = {}
        self.root = root

    def place(self, file: str) -> str:
        """The path of a project's file in the repository."""
        return normpath(join(self.root, file)) if self.root else file

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        found = self._kinds.get(file)
        if found is None:
            found = self._kinds[file] = self._source.kind(self.place(file))
        return found

    def is_file(self, file: str) -> bool:
        """Whether a file stands at a path."""
        return self.kind(file) == "file"

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        return self._source.read(self.place(file))


def covered(file: str, paths: AbstractSet[str]) -> bool:
    """Whether a file is one of the paths, or lies in a directory that is."""
    if file in paths or ("." in paths and not file.startswith("../")):
        return True
    return any(directory in paths for directory in ancestors(file))
