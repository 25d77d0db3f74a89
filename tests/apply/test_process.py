"""Nothing that apply starts outlives it, whatever happens to either."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlproject.apply.process import Deadline, OutOfTimeError, lines, running

# Starts a child of its own in a new session, deaf to SIGTERM; both write their ids.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time, os; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(99)"
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
print(os.getpid(), flush=True)
time.sleep({seconds})
"""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets orphans be adopted")


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def two_ids(source: object) -> list[int]:
    return [int(line) for _, line in zip(range(2), source, strict=False)]  # type: ignore[call-overload]


def test_lines_come_as_they_are_written(tmp_path: Path) -> None:
    script = r"import sys; sys.stdout.write('a\r50 %\r100 %\nb\r\nlast'); sys.stderr.write('!'); sys.exit(7)"
    with running([sys.executable, "-u", "-c", script], tmp_path, os.environ) as child:
        assert list(lines(child, Deadline())) == ["a", "50 %", "100 %", "b", "last!"]
        assert child.wait() == 7


def test_a_signal_is_an_exit_code(tmp_path: Path) -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with running([sys.executable, "-c", script], tmp_path, os.environ) as child:
        assert child.wait() == 128 + signal.SIGKILL


def test_a_deadline_ends_the_waiting(tmp_path: Path) -> None:
    deadline = Deadline()
    deadline.after(0.2)
    with running(["sleep", "60"], tmp_path, os.environ) as child, pytest.raises(OutOfTimeError):
        list(lines(child, deadline))


@linux
def test_what_a_command_leaves_running_is_ended(tmp_path: Path) -> None:
    with running([sys.executable, "-c", STUBBORN.format(seconds=0)], tmp_path, os.environ) as child:
        ids = two_ids(lines(child, Deadline()))
        assert child.wait() == 0
        assert not any(map(alive, ids))


@linux
def test_leaving_the_block_ends_even_the_stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlproject.apply.process.GRACE_SECONDS", 0.3)
    with running([sys.executable, "-c", STUBBORN.format(seconds=99)], tmp_path, os.environ) as child:
        ids = two_ids(lines(child, Deadline()))
        assert all(map(alive, ids))
    assert not any(map(alive, ids))


@linux
def test_a_killed_starter_takes_everything_along(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from mlproject.apply import process
process.GRACE_SECONDS = 0.3
with process.running([sys.executable, "-c", {STUBBORN.format(seconds=99)!r}], Path({str(tmp_path)!r}), os.environ) as child:
    for line in process.lines(child, process.Deadline()):
        print(line, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        ids = two_ids(starter.stdout)
        starter.kill()
    for _ in range(200):
        if not any(map(alive, ids)):
            break
        time.sleep(0.05)
    assert not any(map(alive, ids))
