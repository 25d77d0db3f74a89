"""The files of the tools beside DVC, each read by its reader."""

from __future__ import annotations

from collections.abc import Callable

from mlproject.diagnostics import Diagnostic
from mlproject.files import Source
from mlproject.imports import mlflow
from mlproject.imports.find import Found
from mlproject.imports.taken import Native, Taken
from mlproject.load import load_source

Reader = Callable[[Native, Source], Taken]
Files = Callable[[Found], list[str]]


def _mlprojects(found: Found) -> list[str]:
    return found.mlprojects


# Which files, and who reads them.
READERS: tuple[tuple[Files, Reader], ...] = ((_mlprojects, mlflow.read),)


def read(found: Found, source: Source) -> tuple[list[tuple[Native, Taken]], list[Diagnostic]]:
    """What each file says, and what is wrong with their YAML."""
    taken: list[tuple[Native, Taken]] = []
    said: list[Diagnostic] = []
    for files, reader in READERS:
        for file in files(found):
            document, wrong = load_source(source, file)
            said += wrong
            native = Native(file, document)
            taken.append((native, reader(native, source)))
    return taken, said
