"""Files: where text is read from, and how it is written back.

Every path here is relative to the repository root, with `/`, whatever the platform. Reading is confined to the
repository, symbolic links resolved, like writing. The readers note every file they were asked for (absent ones too), so
that a cache can tell whether an answer still holds.
"""

from __future__ import annotations

import os
from posixpath import normpath
from typing import Literal, Protocol

from mlproject.gitfiles import tracked

Refusal = Literal["absent", "directory", "outside", "unreadable", "too-large"]
Kind = Literal["file", "directory", "absent", "outside"]

MAX_BYTES = 16 * 1024 * 1024


class Source(Protocol):
    """A tree of files: the working tree, or a Git revision."""

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        ...

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        ...

    def tracked(self) -> frozenset[str] | None:
        """The files that Git tracks; None where that cannot be known."""
        ...


class WorkTree:
    """The files of a repository as they are on disk.

    `seen` collects every path asked for, with the kind of question: the key of the cache.
    """

    __slots__ = ("_real", "root", "seen")

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self._real = os.path.realpath(self.root)
        self.seen: dict[str, None] = {}

    def path(self, file: str) -> str | None:
        """The absolute path of `file`, or None where it leaves the repository (by `..` or a symbolic link)."""
        clean = normpath(file.replace("\\", "/") if os.name == "nt" else file)
        if clean.startswith(("../", "/")) or clean == ".." or "\0" in clean:
            return None
        full = os.path.join(self.root, clean)
        real = os.path.realpath(full)
        if real != self._real and not real.startswith(self._real + os.sep):
            return None
        return full

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        self.seen[file] = None
        full = self.path(file)
        if full is None:
            return "outside"
        try:
            with open(full, "rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except IsADirectoryError:
            return "directory"
        except (OSError, ValueError):
            return "unreadable"
        return "too-large" if len(content) > MAX_BYTES else content

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        self.seen[file] = None
        full = self.path(file)
        if full is None:
            return "outside"
        if os.path.isdir(full):
            return "directory"
        return "file" if os.path.exists(full) else "absent"

    def tracked(self) -> frozenset[str] | None:
        """The files in Git's index (one process); None where there is no repository or no Git."""
        self.seen[".git/index"] = None
        return tracked(self.root)
