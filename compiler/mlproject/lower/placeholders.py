"""The placeholders in a command of `MLproject`, which MLflow puts through `str.format` when it runs it."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import nearest

BRACES = "a brace that is meant for the shell is written twice"


def refused(command: str, known: list[str]) -> Iterator[tuple[str, str, str]]:
    """What `str.format` would refuse in a command: the placeholder ('' for all of it), the reason, the way out."""
    try:
        used = _names(command)
    except ValueError as no:
        yield "", f"MLflow cannot format this command: {no}", BRACES
        return
    for name in dict.fromkeys(used):
        if name not in known:
            near = nearest(name, known)
            help = f"did you mean `{near}`?" if near else BRACES
            yield f"{{{name}}}", f"`{{{name}}}` names no parameter", help


def mentions(command: str, name: str) -> bool:
    """Whether a command that `str.format` takes has a placeholder of this name."""
    return name in _names(command)


def _names(command: str) -> list[str]:
    """The names between single braces. Raises ValueError where `str.format` would."""
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(command) if name is not None]
