"""Starting tools so that none is ever left behind: each runs below a supervisor that ends it when we go away."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

GRACE_SECONDS = 5.0
SUPERVISOR = Path(__file__).with_name("supervise.py")
CHUNK = 65536


class OutOfTimeError(Exception):
    """The time that a caller allowed is over."""


class Child:
    """A running command. Made by `running`, which also ends it."""

    __slots__ = ("_lifeline", "_process", "output")

    def __init__(self, process: subprocess.Popen[bytes], lifeline: int) -> None:
        self._process = process
        self._lifeline: int | None = lifeline
        self.output = process.stdout

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """The exit code, when it has ended."""
        return self._process.wait()

    def stop(self) -> None:
        """End the command and everything that it started; returns when all of it is gone."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        try:
            self._process.wait(GRACE_SECONDS * 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self.output is not None:
            self.output.close()


@contextmanager
def running(
    command: Sequence[str], cwd: Path, environ: Mapping[str, str], log: IO[bytes] | None = None
) -> Generator[Child]:
    """Start a command; end it, with all its descendants, when the block is left in whatever way.

    Both output streams go to `log`, or, without one, to the child's `output`.
    """
    reader, writer = os.pipe()
    os.set_inheritable(writer, False)
    try:
        process = subprocess.Popen(
            # -I -S: the supervisor needs nothing but the standard library, and must not meet the project's modules.
            [sys.executable, "-I", "-S", str(SUPERVISOR), str(GRACE_SECONDS), *command],
            cwd=cwd,
            env=dict(environ),
            stdin=reader,
            stdout=log if log is not None else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except BaseException:
        os.close(writer)
        raise
    finally:
        os.close(reader)
    child = Child(process, writer)
    try:
        yield child
    finally:
        child.stop()


def lines(child: Child, deadline: Deadline) -> Iterator[str]:
    """The child's output, line by line as it comes, until it closes its end.

    A carriage return ends a line too, so that a progress bar is seen while it grows. Raises OutOfTimeError when the
    deadline passes; the deadline may be moved between two lines.
    """
    assert child.output is not None
    source = child.output.fileno()
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(source, selectors.EVENT_READ)
        while True:
            left = deadline.left()
            if left is not None and left <= 0:
                raise OutOfTimeError
            if not waiting.select(left):
                continue
            chunk = os.read(source, CHUNK)
            if not chunk:
                break
            *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            for line in whole:
                yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


class Deadline:
    """An instant that can be set again; none at first."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at: float | None = None

    def after(self, seconds: float | None) -> None:
        """Move it to that many seconds from now, or take it away."""
        self._at = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Seconds left, or None without a deadline."""
        return None if self._at is None else self._at - time.monotonic()


def tail(file: Path, count: int = 20) -> list[str]:
    """The last lines of a log, blank ones left out."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return [line.rstrip() for line in text.splitlines() if line.strip()][-count:]
