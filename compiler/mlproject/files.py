"""Files: where text is read from, and how it is written back.

Every path here is relative to the repository root, with `/`, whatever the platform. Reading is confined to the
repository, symbolic links resolved; writing never follows one at all. The working tree notes everything it was asked
for (absent files too) as facts, so that a cache can tell whether an answer still holds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from posixpath import normpath
from stat import S_IMODE, S_ISDIR, S_ISLNK, S_ISREG
from typing import Literal, Protocol

from mlproject.cache import Fact, digest, digest_of_names
from mlproject.diagnostics import Diagnostic, error
from mlproject.gitfiles import tracked

Refusal = Literal["absent", "directory", "outside", "unreadable", "too-large"]
Kind = Literal["file", "directory", "absent", "outside"]
Obstacle = Literal["outside", "link", "directory", "other"]

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

    `seen` has a fact for every path asked about, as `mlproject.cache` keeps them. A file whose content mattered keeps
    that fact when only its kind is asked later, and a file that changed between two reads is `unstable`: no answer that
    used it is worth keeping.
    """

    __slots__ = ("_inside", "_real", "root", "seen")

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self._real = os.path.realpath(self.root)
        self._inside: dict[str, bool] = {}
        self.seen: dict[str, Fact] = {}

    def path(self, file: str) -> str | None:
        """The absolute path of `file`, or None where it leaves the repository (by `..` or a symbolic link)."""
        clean = normpath(file.replace("\\", "/") if os.name == "nt" else file)
        if clean.startswith(("../", "/")) or clean == ".." or "\0" in clean:
            return None
        full = os.path.join(self.root, clean)
        above = os.path.dirname(full)
        inside = self._inside.get(above)
        if inside is None:
            inside = self._inside[above] = self._within(above)
        # Of the files in one directory only a link has to be followed anew.
        return full if inside and (not os.path.islink(full) or self._within(full)) else None

    def _within(self, full: str) -> bool:
        """Whether a path, links resolved, is the root or something inside it."""
        real = os.path.realpath(full)
        return real == self._real or real.startswith(self._real + os.sep)

    def read(self, file: str) -> bytes | Refusal:
        """The content of a file, or why there is none."""
        full = self.path(file)
        content = "outside" if full is None else self._content(file, full)
        if isinstance(content, str):
            self._note(file, "read", content)
        return content

    def _content(self, file: str, full: str) -> bytes | Refusal:
        try:
            with open(full, "rb") as stream:
                # Before the content: of a file that is written meanwhile, the cache then knows an older time.
                status = os.fstat(stream.fileno())
                content = stream.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except IsADirectoryError:
            return "directory"
        except (OSError, ValueError):
            return "unreadable"
        if len(content) > MAX_BYTES:
            return "too-large"
        self._note(file, "read", "file", status, digest(content))
        return content

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        full = self.path(file)
        found: Kind = "outside"
        if full is not None:
            try:
                found = "directory" if S_ISDIR(os.stat(full).st_mode) else "file"
            except (OSError, ValueError):
                found = "absent"
        self._note(file, "kind", found)
        return found

    def names(self, directory: str) -> tuple[str, ...]:
        """The names in a directory, sorted; none where there is no directory. The root is ''."""
        full = self.path(directory or ".")
        try:
            found = sorted(os.listdir(full)) if full is not None else []
        except OSError:
            self._note(f"{directory}/", "list", "absent")
            return ()
        self.seen[f"{directory}/"] = ("list", "directory", 0, 0, 0, 0, digest_of_names(found))
        return tuple(found)

    def tracked(self) -> frozenset[str] | None:
        """The files in Git's index (one process); None where there is no repository or no Git."""
        self._note_outside(self._index())
        return tracked(self.root)

    def _index(self) -> str:
        """The absolute path of Git's index; in a linked working tree `.git` is a file that says where to look."""
        place = os.path.join(self.root, ".git")
        with suppress(OSError, UnicodeDecodeError), open(place, encoding="utf-8") as stream:
            self._note_outside(place)
            place = os.path.join(self.root, stream.read().removeprefix("gitdir:").strip())
        return os.path.join(place, "index")

    def _note_outside(self, full: str) -> None:
        try:
            with open(full, "rb") as stream:
                status = os.fstat(stream.fileno())
                self._note(full, "read", "file", status, digest(stream.read()))
        except OSError:
            self._note(full, "read", "absent")

    def _note(
        self, path: str, question: str, kind: str, status: os.stat_result | None = None, content: str = ""
    ) -> None:
        earlier = self.seen.get(path)
        if (
            earlier is not None
            and earlier[0] == question == "read"
            and (earlier[1], earlier[6]) != (kind, content)
        ):
            kind = "unstable"
        elif earlier is not None and earlier[0] == "read":
            return
        if status is None:
            self.seen[path] = (question, kind, 0, 0, 0, 0, content)
        else:
            self.seen[path] = (
                question, kind, status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode, content
            )  # fmt: skip

    def obstacle(self, file: str) -> Obstacle | None:
        """Why a file may not be written: it would leave the repository or change Git's own files (`outside`), is or
        lies behind a symbolic link (`link`), or something that is no file is in the way (`directory`, `other`)."""
        if file != normpath(file) or file.startswith(("../", "/")) or file in ("..", ".") or "\0" in file:
            return "outside"
        names = file.split("/")
        if any(name.lower() == ".git" for name in names):
            return "outside"
        place = self._real
        for index, name in enumerate(names):
            place = os.path.join(place, name)
            try:
                mode = os.lstat(place).st_mode
            except FileNotFoundError:
                return None
            except OSError:
                return "other"
            last = index == len(names) - 1
            if S_ISLNK(mode):
                return "link"
            if not (S_ISREG(mode) if last else S_ISDIR(mode)):
                return "directory" if last and S_ISDIR(mode) else "other"
        return None

    def write(self, changes: Mapping[str, bytes | None]) -> list[Diagnostic]:
        """Give files a new content (None deletes one), each whole or not at all.

        Everything is written beside its file first and renamed only when all of it is there, so that a full disk or a
        directory that may not be written leaves every file as it was. Permissions stay; directories are made, and gone
        when their last file is deleted. Nothing is flushed to the disk on purpose: what we write can be compiled again.
        The caller has asked for each file's `obstacle`.
        """
        staged: dict[str, str] = {}
        made: list[str] = []
        try:
            for file, content in changes.items():
                if content is not None:
                    try:
                        staged[file] = _stage(os.path.join(self._real, file), content, made)
                    except OSError as why:
                        return [
                            _unwritable(file, why, "nothing was written; compile again when it is mended")
                        ]
            for file in changes:
                try:
                    self._replace(file, staged)
                except OSError as why:
                    return [
                        _unwritable(
                            file, why, "some files are new and some old; compile again when it is mended"
                        )
                    ]
            made.clear()
            return []
        finally:
            for left in staged.values():
                with suppress(OSError):
                    os.unlink(left)
            for directory in reversed(made):
                with suppress(OSError):
                    os.rmdir(directory)

    def _replace(self, file: str, staged: dict[str, str]) -> None:
        full = os.path.join(self._real, file)
        if file in staged:
            os.replace(staged[file], full)
            del staged[file]
            return
        with suppress(FileNotFoundError):
            os.unlink(full)
        above = os.path.dirname(full)
        with suppress(OSError):
            while above != self._real:
                os.rmdir(above)
                above = os.path.dirname(above)


def _stage(full: str, content: bytes, made: list[str]) -> str:
    """Write the content to a new file beside `full`, with the permissions that `full` has; the directories made on the
    way are added to `made`."""
    directory = os.path.dirname(full)
    _make(directory, made)
    temporary = os.path.join(directory, f".mlproject-{os.urandom(6).hex()}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with open(handle, "wb") as stream:
            stream.write(content)
        with suppress(FileNotFoundError):
            os.chmod(temporary, S_IMODE(os.stat(full).st_mode))
    except OSError:
        os.unlink(temporary)
        raise
    return temporary


def _make(directory: str, made: list[str]) -> None:
    if not os.path.isdir(directory):
        _make(os.path.dirname(directory), made)
        os.mkdir(directory)
        made.append(directory)


def _unwritable(file: str, why: OSError, help: str) -> Diagnostic:
    reason = (why.strerror or str(why)).lower()
    return error("file-unwritable", f"`{file}` cannot be written: {reason}", help=help)
