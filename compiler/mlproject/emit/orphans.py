"""Files and blocks of ours that nothing produces any more.

Nothing committed lists what we generate, so they are looked for: where the record and HEAD say that we wrote, and where
targets can write. What names our spec in its header and is not emitted any more is an orphan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from posixpath import basename, join

from mlproject.emit.header import Found, find_block, put_block, spec_of, text_of_block
from mlproject.emit.own import Standing, bytes_of, text_of
from mlproject.emit.record import Previous
from mlproject.files import WorkTree

# Folders that targets write to, and how deep.
_IN_PROJECT = (("", 0), ("services", 1), ("deploy", 2))
_IN_REPOSITORY = ((".github/workflows", 0), (".gitlab", 0))
_ENDINGS = (".yaml", ".yml", ".py")
_NAMES = ("MLproject",)
# Files of the user that may hold a block of ours, in the project and at the top.
_BLOCKS = (".gitattributes", ".dvcignore", ".dvc/config", ".gitlab-ci.yml")


def orphans(
    tree: WorkTree, spec: str, emitted: Collection[str], previous: Previous, folders: Iterable[str] = ()
) -> list[tuple[Standing, bool]]:
    """The orphans of a spec, and of each whether it is byte for byte ours, so that deleting it loses nothing.

    `emitted` are the files written now; `folders` are further ones where targets write (of stages), like all paths
    relative to the repository.
    """
    project = spec.rpartition("/")[0]
    found: list[tuple[Standing, bool]] = []
    files = [*previous.files(), *_candidates(tree, project, folders), *_with_blocks(project)]
    for file in dict.fromkeys(files):
        if file in emitted or file == spec or tree.obstacle(file) is not None:
            continue
        content = tree.read(file)
        if isinstance(content, str):
            continue
        ours = _ours(file, spec, text_of(content))
        if ours is not None:
            found.append((Standing(file, "orphaned", content, ours), previous.wrote(file, ours)))
    return found


def _ours(file: str, spec: str, text: str) -> str | None:
    """The text in a file that names our spec as its source: all of it, or a block; None where there is none."""
    if spec_of(file, text) == spec:
        return text.replace("\r\n", "\n")
    block = find_block(file, spec, text)
    return text_of_block(text, block) if block.end else None


def without(file: str, spec: str, before: bytes) -> bytes | None:
    """What is left of a file when the orphan in it goes: nothing, or the user's file without our block."""
    text = text_of(before)
    block = find_block(file, spec, text)
    return bytes_of(put_block(text, block, "")) if block != Found() else None


def _candidates(tree: WorkTree, project: str, folders: Iterable[str]) -> Iterator[str]:
    places = [(join(project, folder), depth) for folder, depth in _IN_PROJECT]
    for folder, depth in dict.fromkeys([*places, *_IN_REPOSITORY, *((folder, 0) for folder in folders)]):
        yield from _below(tree, folder.rstrip("/"), depth)


def _below(tree: WorkTree, folder: str, depth: int) -> Iterator[str]:
    for name in tree.names(folder):
        file = join(folder, name)
        if name.endswith(_ENDINGS) or basename(file) in _NAMES:
            yield file
        elif depth and tree.kind(file) == "directory":
            yield from _below(tree, file, depth - 1)


def _with_blocks(project: str) -> Iterator[str]:
    for name in _BLOCKS:
        yield name
        yield join(project, name)
