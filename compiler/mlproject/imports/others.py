"""The files of the tools beside DVC, each read by its reader."""

from __future__ import annotations

from collections.abc import Callable
from posixpath import dirname

from mlproject.diagnostics import Diagnostic
from mlproject.files import Source
from mlproject.imports import bentofile, mlflow, workflow
from mlproject.imports.find import Found
from mlproject.imports.taken import Native, Taken
from mlproject.load import Document, load_source

Reader = Callable[[Native, Source], Taken]
Files = Callable[[Found], list[str]]


def _mlprojects(found: Found) -> list[str]:
    return found.mlprojects


def _bentofiles(found: Found) -> list[str]:
    """The build files: a `pyproject.toml` only where there is no other beside it, which BentoML would take."""
    folders = {dirname(file) for file in found.bentofiles}
    return [*found.bentofiles, *(file for file in found.pyprojects if dirname(file) not in folders)]


# Which files, and who reads them.
READERS: tuple[tuple[Files, Reader], ...] = ((_mlprojects, mlflow.read), (_bentofiles, bentofile.read))


def read(found: Found, source: Source) -> tuple[list[tuple[Native, Taken]], list[Diagnostic]]:
    """What each file says, and what is wrong with their YAML."""
    taken: list[tuple[Native, Taken]] = []
    said: list[Diagnostic] = []
    for files, reader in READERS:
        for file in files(found):
            document, wrong = _toml(source, file) if file.endswith(".toml") else load_source(source, file)
            said += wrong
            native = Native(file, document)
            made = reader(native, source)
            if made.sections or made.diagnostics:
                taken.append((native, made))
    return taken, said


def workflows(found: Found, source: Source) -> list[tuple[Native, Taken]]:
    """What the workflows of the repository say. They stay the user's, so what is wrong with one is not told."""
    natives = [Native(file, load_source(source, file)[0]) for file in found.workflows]
    return [(native, made) for native in natives if (made := workflow.read(native)) is not None]


def _toml(source: Source, file: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The text of a file that is no YAML, which its reader parses itself."""
    content = source.read(file)
    text = content.decode(errors="replace") if isinstance(content, bytes) else ""
    return Document(file, None, text), ()
