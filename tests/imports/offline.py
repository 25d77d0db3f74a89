"""Storage that DVC names by URL, in the memory of this process: nothing of a test leaves the machine.

DVC needs a package for each kind of storage and asks the network whether a file is there. Here every kind is known and
every file is missing, so that pipelines with `s3://` paths load, and their status is an answer.
"""

from __future__ import annotations

import importlib
from typing import Any

SCHEMES = ("s3", "gs", "azure", "gdrive", "hdfs", "http", "https", "oss", "ssh", "webdav", "webdavs")


def take_storage_offline() -> None:
    """From now on, in this process, DVC finds storage of any kind empty. Done twice is done once."""
    filesystems = importlib.import_module("dvc_objects.fs")
    for scheme in SCHEMES:
        globals().setdefault(f"Empty_{scheme}", _empty(scheme))
        filesystems.known_implementations[scheme] = {"class": f"{__name__}.Empty_{scheme}", "err": ""}


def _empty(scheme: str) -> type:
    memory: Any = importlib.import_module("dvc_objects.fs.memory")

    def start(self: Any, **_options: object) -> None:
        memory.MemoryFileSystem.__init__(self, global_store=False)

    def bare(_cls: type, path: str) -> str:
        return path.partition("://")[2]

    def full(self: Any, path: str) -> str:
        return f"{self.protocol}://{path}"

    members = {
        "protocol": scheme,
        "__init__": start,
        "_strip_protocol": classmethod(bare),
        "unstrip_protocol": full,
    }
    return type(f"Empty_{scheme}", (memory.MemoryFileSystem,), members)
