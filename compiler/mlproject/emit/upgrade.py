"""Files that another version of the compiler made: told from edited ones by Git's history, where that can tell.

Their text is in no record of a fresh clone, and this compiler gives another one for every commit. What can be known:
the file is what HEAD holds; HEAD's lock names another compiler; and the last commit that changed the file changed the
spec or the lock as well, as a commit of compiled files does. A file that was changed alone was edited, as was one that
differs from HEAD. In a shallow clone the last change of a file is not there, and nothing is known.
"""

from __future__ import annotations

import re
from posixpath import dirname, join

from mlproject import __version__, pins
from mlproject.gitfiles import answer
from mlproject.revision import Revision, commits_of, open_revision


class Upgrade:
    """What another compiler made of the spec `spec` (relative) in HEAD of the repository at `root`. Git is asked only
    when something is wanted."""

    __slots__ = ("_head", "_lock", "_root", "_spec", "_version")

    def __init__(self, root: str, spec: str) -> None:
        self._root = root
        self._spec = spec
        self._lock = join(dirname(spec), pins.FILE)
        self._head: Revision | None = None
        self._version: str | None = None

    @property
    def version(self) -> str:
        """The compiler that made what HEAD holds; '' where it is this one, or nobody knows."""
        known = self._version
        if known is None:
            self._head = open_revision(self._root, "HEAD")
            found = re.search(rb"^compiler: [\"']?([^\s\"']+)", self._read(self._lock) or b"", re.MULTILINE)
            version = found[1].decode("utf-8", "replace") if found else ""
            known = self._version = version if version != __version__ and not self._shallow() else ""
        return known

    def committed(self, file: str) -> bytes | None:
        """The content of a file in HEAD, where another compiler made it; else None."""
        return self._read(file) if self.version and self._was_compiled(file) else None

    def _read(self, file: str) -> bytes | None:
        """The content of a file in HEAD."""
        if self._head is None:
            return None
        content = self._head.read(file)
        self._head.close()
        return content if isinstance(content, bytes) else None

    def _shallow(self) -> bool:
        return answer(self._root, ["rev-parse", "--is-shallow-repository"]) != b"false\n"

    def _was_compiled(self, file: str) -> bool:
        """Whether the last commit that changed a file changed the spec or the lock with it."""
        for commit in commits_of(self._root, file, 1):
            options = ["--no-commit-id", "--name-only", "-r", "-z", "--root", "--end-of-options", commit]
            changed = (answer(self._root, ["diff-tree", *options]) or b"").split(b"\0")
            return any(name.encode() in changed for name in (self._spec, self._lock))
        return False
