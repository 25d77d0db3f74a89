"""The command `mlproject` run inside this process, as from a shell without a terminal."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from mlproject.cli import main

# A small valid spec.
SPEC = (
    b"name: demo\nparams: {lr: 0.1}\nstages:\n  train: {cmd: make model, params: [lr], outs: [model.bin]}\n"
)
PLAIN = {"COLUMNS": "100"}
UNSET = ("NO_COLOR", "FORCE_COLOR", "TERM", "MLFLOW_TRACKING_URI")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


def run(
    *arguments: str, at: Path, stdin: bytes = b"", env: Mapping[str, str] = PLAIN, terminal: bool = False
) -> Done:
    """`mlproject ARGUMENTS` in the directory `at`; with `terminal` standard output says that it is one."""
    streams = [_Stream(content, terminal=terminal) for content in (b"", b"", stdin)]
    out, err, read = streams
    collecting = gc.isenabled()
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, {**inherited, **env}, clear=True))
        stack.enter_context(patch.object(sys, "argv", ["mlproject", *arguments]))
        stack.enter_context(patch.object(sys, "stdin", read))
        stack.enter_context(chdir(at))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        try:
            main()
            code: object = None
        except SystemExit as end:
            code = end.code
        finally:
            if collecting:
                gc.enable()
    assert isinstance(code, int), "a command ends by an exit code"
    return Done(code, out.text(), err.text())


class _Stream(io.TextIOWrapper):
    """A standard stream in memory."""

    def __init__(self, content: bytes, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8", newline="\n", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        """What was written."""
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode()
