"""Runs `mlproject ARGUMENTS` in this process and writes down what it did: `python probe.py OUT ARGUMENTS`.

OUT gets one JSON object: the exit code, the modules imported beyond those of a bare start, and Python's own audit events
(open, exec, subprocess, socket, …), as far as they are about more than the interpreter's own files.
"""

import os
import sys

BARE = frozenset(sys.modules)
OUT, ARGUMENTS = sys.argv[1], sys.argv[2:]
SEEN: list[tuple[str, str, str]] = []
PROCESSES = (
    "subprocess.Popen",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.exec",
    "os.spawn",
    "os.system",
    "pty.spawn",
)
CHANGES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
)


def hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        SEEN.append(("write" if writes else "read", _text(path), str(mode)))
    elif event in {"os.listdir", "os.scandir"}:
        SEEN.append(("list", _text(arguments[0]), ""))
    elif event in {"exec", "compile"}:
        code = arguments[-1] if event == "compile" else getattr(arguments[0], "co_filename", "")
        SEEN.append(("run", _text(code), event))
    elif event in PROCESSES:
        SEEN.append(("process", _text(arguments[1] if event == "subprocess.Popen" else arguments[0]), event))
    elif event in CHANGES:
        SEEN.append(("change", _text(arguments[-2] if event == "os.rename" else arguments[0]), event))
    elif event.startswith("socket."):
        SEEN.append(("network", _text(arguments), event))


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


sys.addaudithook(hook)
sys.argv = ["mlproject", *ARGUMENTS]
code: object = None
try:
    from mlproject.cli import main

    main()
except SystemExit as end:
    code = end.code
done, loaded = list(SEEN), sorted(set(sys.modules) - BARE)

import json  # noqa: E402 -- after the count

with open(OUT, "w", encoding="utf-8") as stream:
    json.dump({"code": code, "modules": loaded, "events": done, "here": os.getcwd()}, stream)
