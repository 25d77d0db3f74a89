"""What we wrote last, in the project's ignored cache: digests of the texts of each file of ours.

A file that still has such a text has not been edited since, whatever the spec says now. The record is written before
the files: killed in between, it knows the old texts and the new ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import cast

from mlproject.cache import FOLDER, prepare
from mlproject.emit.upgrade import Upgrade

_NAME = "written.json"
# The text before the last is there because the last may not have been written.
_KEPT = 3

Digests = Mapping[str, tuple[str, ...]]


def digest_of(text: str) -> str:
    """The digest of a text with `\\n` line breaks."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_record(project: str) -> Digests:
    """The digests by file, the newest first; empty where there is no record, or one that is damaged.

    `project` is the project's directory, absolute.
    """
    try:
        with open(os.path.join(project, FOLDER, _NAME), encoding="utf-8") as stream:
            found: object = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return {}
    files = cast(dict[str, object], found) if isinstance(found, dict) else {}
    return {file: _texts(value) for file, value in files.items()}


def _texts(value: object) -> tuple[str, ...]:
    items = cast(list[object], value) if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def write_record(project: str, before: Digests, texts: Mapping[str, str]) -> None:
    """Record the texts that files get now (those without a text are forgotten), in front of what was there.

    A record that cannot be written costs a later run its certainty, never this one its result.
    """
    after: dict[str, list[str]] = {}
    for file, text in sorted(texts.items()):
        new = digest_of(text)
        after[file] = [new, *(old for old in before.get(file, ()) if old != new)][:_KEPT]
    if after == {file: list(digests) for file, digests in before.items()}:
        return
    with suppress(OSError):
        place = os.path.join(prepare(project), _NAME)
        temporary = f"{place}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8") as stream:
            json.dump(after, stream, indent=1)
        os.replace(temporary, place)


class Previous:
    """The texts that files of ours may have without having been edited: those of the record, and what the spec of
    earlier revisions compiles to. The latter cost a compilation each, so they are asked for, in turn, only where
    nothing before them knows the text.

    A revision gives the texts by file (of a file of the user, our block alone), or None where it has no such spec.
    `upgrade` knows what another compiler made.
    """

    __slots__ = ("_known", "_revisions", "_upgrade", "asked", "written")

    def __init__(
        self,
        written: Digests,
        revisions: Iterable[Callable[[], Mapping[str, str] | None]] = (),
        upgrade: Upgrade | None = None,
    ) -> None:
        self.written = written
        self._upgrade = upgrade
        self._revisions = iter(revisions)
        self._known: list[Mapping[str, str]] = []
        self.asked = False
        """Whether a revision was asked for: then the verdict depends on Git, and no cache may keep it."""

    def wrote(self, file: str, text: str) -> bool:
        """Whether a text (with `\n` line breaks) is one that we wrote."""
        if digest_of(text) in self.written.get(file, ()):
            return True
        return any(known.get(file) == text for known in self._texts())

    def made_by(self, file: str, same: Callable[[bytes], bool]) -> str:
        """The version of another compiler, where that made the file as it is committed, and it is the same still; ''
        where nobody knows."""
        if self._upgrade is None:
            return ""
        self.asked = True
        content = self._upgrade.committed(file)
        return self._upgrade.version if content is not None and same(content) else ""

    def _texts(self) -> Iterator[Mapping[str, str]]:
        yield from self._known
        for revision in self._revisions:
            self.asked = True
            known = revision() or {}
            self._known.append(known)
            yield known

    def files(self) -> list[str]:
        """The files that the record and the revisions asked so far know."""
        return sorted({*self.written, *(file for known in self._known for file in known)})
