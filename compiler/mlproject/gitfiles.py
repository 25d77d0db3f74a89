"""Git, asked for lists and contents only, and the files that it tracks."""

from __future__ import annotations

import os

TIMEOUT_SECONDS = 60

# Asked for nothing but a list: no locks, no pager, no prompt, no words in another language, and none of the variables
# by which a calling Git (a hook, say) points its children to another repository.
_SET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR")


def environment() -> dict[str, str]:
    """The environment that every call of Git gets."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _SET


def git(root: str) -> list[str]:
    """The beginning of a Git command for the repository at `root`.

    A repository's own configuration may name a file system monitor, a program: it is not started.
    """
    return ["git", "-C", root, "-c", "core.fsmonitor=false"]


def tracked(root: str) -> frozenset[str] | None:
    """The tracked files of the repository whose top is `root`, relative to it, with `/`.

    None where there is no repository, no Git, or Git will not answer (one that belongs to another user, say).
    """
    if not os.path.exists(os.path.join(root, ".git")):
        return None
    listed = answer(root, ["ls-files", "-z", "--cached", "--"])
    return None if listed is None else frozenset(os.fsdecode(name) for name in listed.split(b"\0") if name)


def answer(root: str, arguments: list[str]) -> bytes | None:
    """What one call of Git printed; None where there is no Git, or it failed."""
    import subprocess

    try:
        done = subprocess.run(
            [*git(root), *arguments],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
