"""The actions that generated workflows use, each pinned to a full commit: our seed table, and the lock before it.

`mlproject.lock` lies beside the spec and keeps the compiler's version and the pins in use, one line each:

    version: 1
    compiler: 0.1.0
    actions:
      actions/checkout: v7.0.1 3d3c42e5aac5ba805825da76410c181273ba90b1

A pin stays what the lock says until someone changes it there: another compiler doesn't move an action by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, error
from mlproject.files import Source
from mlproject.load import Document, load
from mlproject.records import replace
from mlproject.trees import Pin, Pins

FILE = "mlproject.lock"
VERSION = 1

_ENTRY = re.compile(r"(?P<version>[A-Za-z0-9][A-Za-z0-9._+-]*) (?P<sha>[0-9a-f]{40})")
_ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9._-]+)+")

# Releases of 2025 and 2026, with the commit that each tag pointed to.
SEED: Pins = {
    pin.action: pin
    for pin in (
        Pin("actions/cache", "v5.0.5", "27d5ce7f107fe9357f9df03efb73ab90386fccae"),
        Pin("actions/checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"),
        Pin("actions/download-artifact", "v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"),
        Pin("actions/github-script", "v8.0.0", "ed597411d8f924073f98dfc5c65a23a2325f34cd"),
        Pin("actions/setup-python", "v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97"),
        Pin("actions/upload-artifact", "v7.0.0", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f"),
        Pin("astral-sh/setup-uv", "v10.0.1", "20cfd1bf945f4377ade1205e4dbc17946fc9a30d"),
        Pin("aws-actions/configure-aws-credentials", "v6.2.3", "e6de054238d6b7531b4efff3b6587d9aade6a06c"),
    )
}


def schema() -> dict[str, object]:
    """The JSON Schema of `mlproject.lock`, as it stands in `schemas/lock.schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mlproject.lock",
        "description": "The compiler's version and the pinned actions of the generated workflows.",
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "compiler"],
        "properties": {
            "version": {"const": VERSION, "description": "The version of this format."},
            "compiler": {
                "type": "string",
                "minLength": 1,
                "description": "The compiler that wrote the files.",
            },
            "actions": {
                "type": "object",
                "description": "An action to its release and the full commit of that release.",
                "propertyNames": {"pattern": f"^{_ACTION.pattern}$"},
                "additionalProperties": {
                    "type": "string",
                    "pattern": "^[A-Za-z0-9][A-Za-z0-9._+-]* [0-9a-f]{40}$",
                    "examples": ["v7.0.1 3d3c42e5aac5ba805825da76410c181273ba90b1"],
                },
            },
        },
    }


def read(source: Source, file: str) -> tuple[Pins, tuple[Diagnostic, ...]]:
    """Every pin there is: those of the lock `file`, the seed's where the lock has none. Diagnostics have spans.

    No lock is no mistake. What cannot be understood in one is `lock-invalid` (or what the YAML reader says), and the
    seed answers for it.
    """
    content = source.read(file)
    if content == "absent":
        return over({}), ()
    if not isinstance(content, bytes):
        summary = (
            f"`{file}` cannot be read: it is {content}"
            if content != "unreadable"
            else f"`{file}` cannot be read"
        )
        return over({}), (_invalid(Document(file, None, ""), (), summary),)
    document, found = load(file, content)
    if document.data is None:
        return over({}), found
    locked, more = _entries(document)
    return over(locked), (*found, *more)


def _entries(document: Document) -> tuple[dict[str, Pin], list[Diagnostic]]:
    """The lock's own pins, and what is wrong with the rest of it."""
    whole = document.data
    if not isinstance(whole, dict):
        return {}, [_invalid(document, (), "the lock is not a mapping")]
    data = cast(dict[object, object], whole)
    if data.get("version") != VERSION or isinstance(data.get("version"), bool):
        if "version" not in data:
            return {}, [_invalid(document, (), "the lock has no `version`")]
        summary = f"this compiler reads version {VERSION} of the lock"
        return {}, [
            _invalid(document, ("version",), summary, "use the compiler that wrote it, or remove the file")
        ]
    actions = data.get("actions", {})
    if not isinstance(actions, dict):
        return {}, [_invalid(document, ("actions",), "`actions` is not a mapping of actions to pins")]
    locked: dict[str, Pin] = {}
    found: list[Diagnostic] = []
    for action, text in cast(dict[object, object], actions).items():
        pin = parse(str(action), text)
        if pin is not None:
            locked[pin.action] = pin
            continue
        summary = f"the pin of `{action}` is not a version and a full commit"
        help = f"as in `{line(SEED['actions/checkout'])}`; without the line the compiler takes its own"
        found.append(_invalid(document, ("actions", cast(str, action)), summary, help))
    return locked, found


def _invalid(
    document: Document, path: Path, summary: str, help: str = "remove the file to write it anew"
) -> Diagnostic:
    return replace(error("lock-invalid", summary, help=help), span=document.span(path))


def line(pin: Pin) -> str:
    """A pin as it stands in the lock."""
    return f"{pin.version} {pin.sha}"


def parse(action: str, text: object) -> Pin | None:
    """A pin from the lock, or None where it is none."""
    match = _ENTRY.fullmatch(text) if isinstance(text, str) else None
    return Pin(action, match["version"], match["sha"]) if match and _ACTION.fullmatch(action) else None


def over(locked: Mapping[str, Pin]) -> Pins:
    """The seed with the lock's pins before it, ordered by action."""
    return dict(sorted({**SEED, **locked}.items()))
