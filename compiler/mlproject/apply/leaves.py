"""Metrics files and parameters as the flat names and values that MLflow takes.

A leaf is a scalar with the path that leads to it. Names join the path with dots. MLflow's limits (3.17): names of 250
characters out of letters, digits, `_ - . : /` and spaces; a parameter's value 6,000 characters, a tag's 8,000.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import cast

from mlproject.load import load

NAME_LENGTH = 250
PARAM_LENGTH = 6000
TAG_LENGTH = 5000
FORBIDDEN = re.compile(r"[^\w.\-:/ ]", re.ASCII)

Leaf = tuple[tuple[str, ...], object]


class UnreadableError(Exception):
    """A metrics file that is not what its name says; the text is for the user."""


def read(file: str, text: str) -> object:
    """The content of a metrics file by its suffix, as DVC reads it (YAML 1.2). Raises UnreadableError."""
    suffix = PurePosixPath(file).suffix.lower()
    try:
        if suffix in (".yaml", ".yml"):
            document, diagnostics = load(file, text.encode())
            mistake = next((d.summary for d in diagnostics if d.severity == "error"), None)
            if mistake is not None:
                raise UnreadableError(f"{file} is not YAML: {mistake}")
            return document.data
        if suffix == ".toml":
            import tomllib

            return tomllib.loads(text)
        return cast("object", json.loads(text))
    except ValueError as problem:
        raise UnreadableError(
            f"{file} is not {suffix[1:].upper() or 'JSON'}: {_first_line(problem)}"
        ) from problem


def _first_line(problem: Exception) -> str:
    return " ".join(str(problem).split())[:200]


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every scalar in plain data with its path, in order; empty mappings and lists are leaves too."""
    if isinstance(value, Mapping) and value:
        for key, inner in cast("Mapping[object, object]", value).items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(cast("list[object]", value)):
            yield from leaves(inner, (*path, str(index)))
    else:
        yield path, value


def at(value: object, key: tuple[str, ...]) -> object:
    """The value at a key path (list indices as digits), or None. A key may hold dots itself: `a.b` is found both as a
    nested and as a plain key."""
    if not key:
        return value
    if isinstance(value, list):
        items = cast("list[object]", value)
        return at(items[int(key[0])], key[1:]) if key[0].isdigit() and int(key[0]) < len(items) else None
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, object]", value)
        if key[0] in mapping:
            return at(mapping[key[0]], key[1:])
        joined = ".".join(key)
        return mapping.get(joined)
    return None


def number(value: object) -> float | None:
    """A numeric leaf as a float; None for anything else, truth values included."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def name_of(text: str) -> str:
    """A name that MLflow takes: other characters become `_`, a long one keeps its end, which tells it from others."""
    clean = FORBIDDEN.sub("_", text).strip(" /") or "_"
    clean = clean.replace("//", "/").replace("..", "_")
    return clean if len(clean) <= NAME_LENGTH else "_" + clean[1 - NAME_LENGTH :]


def cut(text: str, length: int) -> str:
    """A value within a limit; what is cut says so."""
    return text if len(text) <= length else text[: length - 1] + "…"


def metrics(files: Mapping[str, object]) -> tuple[dict[str, float], dict[str, str]]:
    """The numeric leaves of all metrics files, and the other ones as texts.

    With one metrics file in the project its keys stand alone (`roc_auc`); with several each stands under its file
    without the suffix (`metrics/forest/accuracy`), which MLflow's pages show as a group.
    """
    numbers: dict[str, float] = {}
    texts: dict[str, str] = {}
    for file, content in files.items():
        before = "" if len(files) == 1 else str(PurePosixPath(file).with_suffix("")) + "/"
        for path, value in leaves(content):
            name = name_of(before + (".".join(path) or PurePosixPath(file).stem))
            found = number(value)
            if found is not None:
                numbers[name] = found
            elif isinstance(value, str | bool):
                texts[name] = cut(json.dumps(value) if isinstance(value, bool) else value, TAG_LENGTH)
    return numbers, texts


def parameters(files: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """The parameters of all files under their dotted keys; a key to which two files give different values stands under
    `FILE:key` for each of them."""
    found: dict[str, dict[str, str]] = {}
    for file, values in files.items():
        for key, value in values.items():
            for path, leaf in leaves(value, (key,)):
                found.setdefault(".".join(path), {})[file] = cut(_text(leaf), PARAM_LENGTH)
    flat: dict[str, str] = {}
    for key, by_file in found.items():
        if len(set(by_file.values())) == 1:
            flat[name_of(key)] = next(iter(by_file.values()))
        else:
            flat.update({name_of(f"{file}:{key}"): value for file, value in by_file.items()})
    return flat


def _text(value: object) -> str:
    """A parameter's value as MLflow shows it: texts as they are, others as in JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)
