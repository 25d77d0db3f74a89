"""The answer of an unchanged run, kept in an ignored file beside the project.

A run is keyed by what was asked (the arguments that matter), the compiler (its files, its libraries, the Python) and
what it learnt of the file system: every file it read, every path it asked about, absent ones too, every directory it
listed. Where all of that still holds, the answer does. Any doubt is a miss: a miss costs a run, a wrong hit a lie.

    fact     what was asked about a path and what was there: question, kind, mtime_ns, size, inode, mode, digest.
             `read`: the content mattered; `kind`: only whether a file or a directory stands there; `list`: its names
    answer   an exit code and a text that is the caller's own

Freshness is decided as Git does it for its index: a file whose time, size, inode and mode are those noted is
unchanged, unless it was written so shortly before the cache that a later write may have got the same time; such a file,
and one of which all but the size differs (a checkout, a copy), is compared by content.

An answer holds only for the directory in which it was written: each names the inode and the change time of the cache's
own `.gitignore`, which no commit can foresee, so that nobody can have `compile --check` pass by committing a cache.

This module is on the path of every unchanged run, which may cost a few bare starts of Python: it imports nothing that
the interpreter has not loaded already or compiled in. (`hashlib` would be 3 ms, `json` 8, `re` 6.)
"""

from __future__ import annotations

import os
import sys
from _blake2 import blake2b
from stat import S_ISDIR, S_ISREG

from mlproject import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Fact = tuple[str, str, int, int, int, int, str]
Answer = tuple[int, str]

FOLDER = ".mlproject/cache"

_FORMAT = "mlproject answer 1"
_END = "end"
_FIELDS = 8
# Written this long before the cache, a file may have been written again without a new time. Kernels count file times
# in ticks of at most 10 ms; a time without a fraction of a second tells of a file system that counts in seconds.
_TICK_NS = 20_000_000
_COARSE_NS = 2_000_000_000
# One answer for each set of arguments; the oldest goes.
_KEPT = 16
# Answers beyond this are not worth keeping: the file that holds them would be the slowest of all to read.
_LARGEST = 64 * 1024 * 1024


def digest(content: bytes) -> str:
    """The content's digest, as facts hold it."""
    return blake2b(content, digest_size=16).hexdigest()


def digest_of_names(names: Sequence[str]) -> str:
    """The digest of a directory's names, in any order."""
    return digest("\0".join(sorted(names)).encode("utf-8", "surrogateescape"))


def lookup(root: str, project: str, key: Sequence[str]) -> Answer | None:
    """The answer that an earlier run with this key stored, where everything it saw is still so.

    `root` is the repository, `project` the project's directory (both absolute), `key` the arguments that matter: verb,
    options, the spec's path, the working directory where the answer names paths relative to it.
    """
    place = _place(project, key)
    try:
        with open(place, "rb") as stream:
            noted_ns = os.fstat(stream.fileno()).st_mtime_ns
            content = stream.read(_LARGEST)
        fields = _unseal(content)
        head, facts, answer = _parse(fields)
        if head != _head(project, key):
            return None
    except (OSError, ValueError, IndexError):
        return None
    renewed = _renew(root, facts, noted_ns)
    if renewed is None:
        return None
    if renewed is not facts:
        _save(place, head, renewed, answer)
    return answer


def store(root: str, project: str, key: Sequence[str], facts: Mapping[str, Fact], answer: Answer) -> bool:
    """Keep the answer of a run; whether it could be kept.

    `facts` are by path, relative to `root` (an absolute one stands for itself; a listed directory ends in `/`).
    Files that the run itself wrote have to be among them as `written` gives them. A run that met a file it could not
    read, or that leaves the repository, is not kept; nor is one whose answer a second run would not give.
    """
    if any(fact[1] not in ("file", "directory", "absent") for fact in facts.values()):
        return False
    place = _place(project, key)
    try:
        prepare(project)
        head = _head(project, key)
        # Listed anew: the run's own files are among the names now.
        listed = {
            path: _names(_full(root, path)) if fact[0] == "list" else fact for path, fact in facts.items()
        }
        _prune(os.path.dirname(place))
    except OSError:
        return False
    return _save(place, head, listed, answer)


def written(full: str, content: bytes) -> Fact:
    """The fact of a file that this run wrote, or found to be what it would have written."""
    status = os.stat(full)
    return (
        "read",
        "file",
        status.st_mtime_ns,
        status.st_size,
        status.st_ino,
        status.st_mode,
        digest(content),
    )


def prepare(project: str) -> str:
    """Make the cache's folder, ignored by itself, and return it. An OSError where it cannot be, or is a link."""
    folder = os.path.join(project, FOLDER)
    if os.path.realpath(folder) != os.path.join(os.path.realpath(project), *FOLDER.split("/")):
        raise OSError(f"{folder} is reached through a symbolic link")
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignore):
        os.makedirs(folder, exist_ok=True)
        with open(ignore, "w", encoding="ascii") as stream:
            stream.write("*\n")
    return folder


# --- the key -----------------------------------------------------------------------------------------------------


def _place(project: str, key: Sequence[str]) -> str:
    name = digest("\0".join(key).encode("utf-8", "surrogateescape"))
    return os.path.join(project, FOLDER, f"answer-{name}")


def _head(project: str, key: Sequence[str]) -> list[str]:
    """What has to be equal: the form of the file, the compiler, this very folder, the arguments."""
    here = os.stat(os.path.join(project, FOLDER, ".gitignore"))
    return [_FORMAT, _compiler(), f"{here.st_ino} {here.st_ctime_ns}", str(len(key)), *key]


def _compiler() -> str:
    """The compiler's identity: version, Python, and times and sizes of its files and of the folders of libraries.

    A checkout has no version that changes with each edit, so the files themselves are looked at (a hundred stats are
    less than a millisecond).
    """
    package = os.path.dirname(os.path.abspath(__file__))
    parts = [__version__, sys.version]
    folders = [package]
    if not os.path.isdir(os.path.join(package, "_data")):
        checkout = os.path.dirname(os.path.dirname(package))
        folders += [os.path.join(checkout, "templates"), os.path.join(checkout, "schemas")]
    for folder in folders:
        parts += sorted(_stamps(folder))
    parts += [_stamp(folder) for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    return digest("\0".join(parts).encode("utf-8", "surrogateescape"))


def _stamps(folder: str) -> Iterator[str]:
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            if entry.is_dir():
                yield from _stamps(entry.path)
            else:
                status = entry.stat()
                yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"


def _stamp(folder: str) -> str:
    try:
        return f"{folder} {os.stat(folder).st_mtime_ns}"
    except OSError:
        return folder


# --- the facts ---------------------------------------------------------------------------------------------------


def _renew(root: str, facts: Mapping[str, Fact], noted_ns: int) -> Mapping[str, Fact] | None:
    """The facts as they are now, the same object where looking at times was enough; None where one no longer holds."""
    renewed: dict[str, Fact] = {}
    for path, fact in facts.items():
        now = _now(root, path, fact, noted_ns)
        if now is None:
            return None
        if now is not fact:
            renewed[path] = now
    return {**facts, **renewed} if renewed else facts


def _now(root: str, path: str, fact: Fact, noted_ns: int) -> Fact | None:
    """The fact as it is now: the very same object where its times say so, a new one where its content does, or None."""
    question, kind, mtime_ns, size, inode, mode, noted = fact
    full = _full(root, path)
    if question == "list":
        return fact if _names(full)[6] == noted else None
    try:
        status = os.stat(full)
    except (FileNotFoundError, NotADirectoryError):
        return fact if kind == "absent" else None
    except (OSError, ValueError):
        return None
    if kind != _kind(status.st_mode):
        return None
    if question == "kind" or kind == "directory":
        return fact
    tick = _TICK_NS if mtime_ns % 1_000_000_000 else _COARSE_NS
    if (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode) == (mtime_ns, size, inode, mode):
        if mtime_ns + tick < noted_ns:
            return fact
    elif status.st_size != size or not _inside(root, path, full):
        return None
    return _compared(full, noted)


def _compared(full: str, noted: str) -> Fact | None:
    """The fact of a file that still has the content noted."""
    try:
        with open(full, "rb") as stream:
            status = os.fstat(stream.fileno())
            found = digest(stream.read())
    except OSError:
        return None
    if found != noted:
        return None
    return ("read", "file", status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode, found)


def _full(root: str, path: str) -> str:
    return os.path.join(root, path.rstrip("/") if len(path) > 1 else path.replace("/", ""))


def _kind(mode: int) -> str:
    return "directory" if S_ISDIR(mode) else "file" if S_ISREG(mode) else "other"


def _inside(root: str, path: str, full: str) -> bool:
    """Whether a file that is no longer the same one still lies in the repository, links resolved."""
    return os.path.isabs(path) or os.path.realpath(full).startswith(os.path.realpath(root) + os.sep)


def _names(full: str) -> Fact:
    try:
        return ("list", "directory", 0, 0, 0, 0, digest_of_names(os.listdir(full)))
    except (FileNotFoundError, NotADirectoryError):
        return ("list", "absent", 0, 0, 0, 0, "")


# --- the file: texts with a null between them, then a digest of it all ---------------------------------------------


def _save(place: str, head: Sequence[str], facts: Mapping[str, Fact], answer: Answer) -> bool:
    fields = [*head, str(len(facts))]
    for path, fact in facts.items():
        fields.append(path)
        fields += map(str, fact)
    if "\0" in answer[1]:
        return False
    fields += [str(answer[0]), answer[1], _END]
    body = "\0".join(fields).encode("utf-8", "surrogatepass")
    if len(body) > _LARGEST - 64:
        return False
    temporary = f"{place}.{os.getpid()}"
    try:
        with open(temporary, "wb") as stream:
            stream.write(digest(body).encode("ascii") + body)
        os.replace(temporary, place)
    except OSError:
        return False
    return True


def _unseal(content: bytes) -> list[str]:
    """The fields of a whole, unharmed file; a ValueError for any other."""
    sealed, body = content[:32], content[32:]
    if sealed != digest(body).encode("ascii"):
        raise ValueError("not what was written")
    return body.decode("utf-8", "surrogatepass").split("\0")


def _parse(fields: list[str]) -> tuple[list[str], dict[str, Fact], Answer]:
    """Head, facts and answer; a ValueError where the form is another."""
    if fields[0] != _FORMAT or fields[-1] != _END:
        raise ValueError("another form")
    start = 4 + int(fields[3])
    end = start + 1 + _FIELDS * int(fields[start])
    if end + 3 != len(fields):
        raise ValueError("another length")
    facts: dict[str, Fact] = {}
    for i in range(start + 1, end, _FIELDS):
        path, question, kind, mtime_ns, size, inode, mode, noted = fields[i : i + _FIELDS]
        facts[path] = (question, kind, int(mtime_ns), int(size), int(inode), int(mode), noted)
    return fields[:start], facts, (int(fields[end]), fields[end + 1])


def _prune(folder: str) -> None:
    """Drop the oldest answers, so that one more leaves no more than are kept."""
    with os.scandir(folder) as entries:
        answers = sorted((e.stat().st_mtime_ns, e.path) for e in entries if e.name.startswith("answer-"))
    for _, path in answers[: max(0, len(answers) - _KEPT + 1)]:
        os.unlink(path)
