"""A program of its own: run a command and end it, with everything that it started, when our starter goes away.

    python supervise.py GRACE COMMAND [ARGUMENT …]

Standard input is the lifeline: it holds a pipe whose other end the starter keeps open. When that end is closed, by the
starter on purpose or because it was killed, the command gets SIGTERM, and after GRACE seconds whatever is left gets
SIGKILL. On Linux this reaches also processes that left the command's group, because orphans become our children.
The exit code is the command's (128 + the signal's number where a signal ended it).

It imports little and nothing of ours: it is started beside every tool and costs a bare interpreter.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

SET_CHILD_SUBREAPER = 36
POLL_SECONDS = 0.02


def adopt_orphans() -> bool:
    """Make this process the parent of orphaned descendants; False where the system can't."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def descendants() -> list[int]:
    """Every living process below this one (Linux)."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stream:
                    state, parent = stream.read().rpartition(")")[2].split()[:2]
                if state != "Z":
                    children.setdefault(int(parent), []).append(int(name))
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def tell(group: int, number: int, *, adopted: bool) -> bool:
    """Send a signal to the command's group and to every descendant; whether anyone was there."""
    there = False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        there = True
    for process in descendants() if adopted else []:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process) != group:
                os.kill(process, number)
                there = True
    return there


def reap() -> None:
    """Collect orphans that ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def clear(group: int, *, adopted: bool) -> None:
    """Kill whatever the command left running."""
    for _ in range(50):
        reap()
        if not tell(group, signal.SIGKILL, adopted=adopted):
            return
        time.sleep(POLL_SECONDS)


def main() -> int:
    """Run the command of the command line."""
    grace, command = float(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopted = adopt_orphans()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, close_fds=False, restore_signals=True
    )
    over = threading.Event()

    def watch() -> None:
        while os.read(0, 1):
            pass
        tell(child.pid, signal.SIGTERM, adopted=adopted)
        if not over.wait(grace):
            tell(child.pid, signal.SIGKILL, adopted=adopted)

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    over.set()
    clear(child.pid, adopted=adopted)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
