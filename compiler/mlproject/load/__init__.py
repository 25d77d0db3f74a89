"""YAML into plain data with places, or diagnostics; never an exception, whatever the bytes.

The dialect is YAML 1.2's core schema (`yes` is text, `012` is twelve, a date is text), with anchors, aliases and the
merge key `<<`, which DVC reads too. One document a file. Nothing is ever built but text, numbers, truth values, null,
lists and dictionaries.

Files: `content` bytes → text; `tree` text → data and places; `scalars` what a word means; `remarks` and `syntax` what
is said about mistakes; `flow` the one mistake that is mended while reading; `document` the result.
"""

from __future__ import annotations

import gc

from mlproject.diagnostics import Diagnostic, Span
from mlproject.files import MAX_BYTES, Refusal, Source
from mlproject.load.content import decode
from mlproject.load.document import Document

__all__ = ["Document", "load", "load_source"]

# Each unquoted `${…}` in brackets costs another reading of the text: this many, within this many characters in all.
_REPAIRS = 50
_REREAD = 4_000_000


def load(file: str, content: bytes) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in `content`. `file` is how places call it.

    `data` is None where the file is empty (then there are no diagnostics), where it is not YAML, or beyond a limit.
    A duplicate key keeps its first value, an unknown tag leaves its text, and reading goes on. Diagnostics have spans.
    """
    text = decode(file, content)
    if isinstance(text, Diagnostic):
        return Document(file, None, ""), (text,)
    # A tree of many small containers and no garbage: the collector would walk it over and over.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _read(file, text)
    finally:
        if collecting:
            gc.enable()


def load_source(source: Source, file: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a file of `source`; a file that cannot be read is a diagnostic like any other."""
    content = source.read(file)
    if isinstance(content, bytes):
        return load(file, content)
    code, summary, help = _refused(content, file)
    found = Diagnostic(code, "error", summary, None, Span(file, 1, 1, 1, 1), (), help)
    return Document(file, None, ""), (found,)


def _read(file: str, text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a text, read again for each repair."""
    from yaml import MarkedYAMLError

    from mlproject.load.flow import RESTORE, repair
    from mlproject.load.remarks import Refused, Remarks
    from mlproject.load.syntax import explain
    from mlproject.load.tree import build

    repaired: list[Diagnostic] = []
    reading = text
    while True:
        remarks = Remarks(file, text)
        try:
            data, place = build(reading, remarks, RESTORE if repaired else None)
        except Refused as refused:
            final = [refused.diagnostic]
        except MarkedYAMLError as problem:
            index = problem.problem_mark.index if problem.problem_mark is not None else 0
            mended = repair(reading, text, index, file)
            if mended is None:
                final = [explain(problem, text, file)]
            else:
                final = []
                repaired.append(mended.diagnostic)
                if len(repaired) < _REPAIRS and len(repaired) * len(text) < _REREAD:
                    reading = mended.text
                    continue
        else:
            return Document(file, data, text, place), (*repaired, *remarks.found)
        return Document(file, None, text), (*repaired, *remarks.found, *final)


def _refused(why: Refusal, file: str) -> tuple[str, str, str]:
    """Code, summary and help for a file that was not read."""
    if why == "outside":
        return "outside-repository", f"`{file}` lies outside the repository", "name a file inside it"
    if why == "too-large":
        return "yaml-limit", f"`{file}` is larger than {MAX_BYTES // 2**20} MB", "split it by `extends`"
    if why == "absent":
        return (
            "file-unreadable",
            f"`{file}` does not exist",
            "check the path; `mlproject init` writes a first spec",
        )
    if why == "directory":
        return "file-unreadable", f"`{file}` is a directory", "name a file in it"
    return "file-unreadable", f"`{file}` cannot be read", "check its permissions"
