"""A Git revision as a tree of files: everything read through one `git cat-file --batch`.

A revision is data: every call ends its options before it, and no configuration of the repository starts a program.
"""

from __future__ import annotations

import os
import subprocess
from posixpath import normpath

from mlproject.files import MAX_BYTES, Kind, Refusal
from mlproject.gitfiles import TIMEOUT_SECONDS, answer, environment, git

_LINK = "120000"


class Revision:
    """The files of the repository at `root` as a commit has them. Made by `open_revision`.

    Symbolic links in a revision are not followed: what stands behind one is refused as `outside`.
    """

    __slots__ = ("_entries", "_folders", "_process", "commit", "root")

    def __init__(self, root: str, commit: str, entries: dict[str, tuple[str, str]]) -> None:
        self.root = root
        self.commit = commit
        self._entries = entries
        self._folders = {file[:cut] for file in entries for cut, char in enumerate(file) if char == "/"}
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        kind = self.kind(file)
        if kind != "file":
            return kind
        _, blob = self._entries[normpath(file)]
        return self._blob(blob)

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        clean = normpath(file)
        if clean.startswith(("../", "/")) or clean == "..":
            return "outside"
        entry = self._entries.get(clean)
        if entry is not None:
            return "outside" if entry[0] == _LINK else "file"
        return "directory" if clean == "." or clean in self._folders else "absent"

    def tracked(self) -> frozenset[str] | None:
        """Every file of the revision: all are tracked."""
        return frozenset(self._entries)

    def close(self) -> None:
        """Ends the reading process."""
        if self._process is not None:
            self._process.stdin.close()  # type: ignore[union-attr]
            self._process.wait(TIMEOUT_SECONDS)
            self._process = None

    def _blob(self, name: str) -> bytes | Refusal:
        if self._process is None:
            command = [*git(self.root), "cat-file", "--batch"]
            self._process = subprocess.Popen(
                command,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        to.write(name.encode() + b"\n")
        to.flush()
        head = back.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            return "unreadable"
        content = back.read(int(head[2]))
        back.read(1)
        return "too-large" if len(content) > MAX_BYTES else content


def open_revision(root: str, name: str) -> Revision | None:
    """The revision that a name means, or None where Git knows none (or there is no Git)."""
    commit = answer(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"])
    if commit is None:
        return None
    listed = answer(root, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit.decode().strip()])
    if listed is None:
        return None
    entries: dict[str, tuple[str, str]] = {}
    for line in listed.split(b"\0"):
        if line:
            head, _, file = line.partition(b"\t")
            mode, kind, blob = head.decode().split()
            if kind == "blob":
                entries[os.fsdecode(file)] = (mode, blob)
    return Revision(root, commit.decode().strip(), entries)


def commits_of(root: str, file: str, most: int) -> list[str]:
    """The commits that changed a file, newest first; none where there is no Git, or no history."""
    listed = answer(root, ["log", f"-{most}", "--format=%H", "--end-of-options", "HEAD", "--", file])
    return listed.decode().split() if listed else []
