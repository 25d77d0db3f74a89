"""One stage, said shorter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import normpath
from typing import cast

from mlproject.imports.shorten.commands import replaced
from mlproject.imports.shorten.producers import Producers, Reader, Tree, body, loop, paths, place
from mlproject.imports.shorten.sources import Sources
from mlproject.lower.paths import file_of, joined


def shortened(name: str, stage: Tree, producers: Producers, sources: Sources) -> Tree:
    """The stage with references for the paths that others write or that are data, in `deps` and in `cmd`; a dependency
    that the command then refers to is left out of `deps`, as a reference adds it."""
    fields = body(stage)
    me = Reader(name, _base(stage), place(stage), loop(stage))
    deps = cast("list[str]", fields.get("deps") or [])
    references = {
        dep: found for dep in deps if (found := _reference(dep, me, producers, sources)) is not None
    }
    mentioned = references | {path: f"${{outs.{output}}}" for output, path in paths(stage).items()}
    cmd, said = _command(fields.get("cmd"), mentioned)
    left = [dep for dep in deps if dep not in said or dep not in references or _covered(dep, deps)]
    new: dict[str, object] = {}
    for key, value in fields.items():
        if key == "cmd":
            new[key] = cmd
        elif key == "deps":
            if left:
                new[key] = _together(left, references, me, producers)
        elif key == "params":
            new[key] = _params(cast("list[object]", value), me, producers.root, sources.params)
        else:
            new[key] = value
    return {**stage, "do": new} if "do" in stage else new


def _base(stage: Tree) -> str | None:
    """The directory of a stage, relative to the project; None where it is a template."""
    folder, wdir = place(stage)
    text = f"{folder or ''}/{wdir or ''}"
    return None if "${" in text else joined(str(folder or ""), str(wdir or ""))


def _reference(dep: str, me: Reader, producers: Producers, sources: Sources) -> str | None:
    return producers.reference(dep, me) or sources.reference(dep, me)


def _covered(dep: str, deps: Sequence[str]) -> bool:
    """Whether another dependency is around this one or inside it: then a reference would not add it."""
    mine = normpath(dep)
    others = [normpath(other) for other in deps if other != dep]
    return any(mine == o or mine.startswith(f"{o}/") or o.startswith(f"{mine}/") or o == "." for o in others)


def _command(given: object, references: Mapping[str, str]) -> tuple[object, set[str]]:
    if isinstance(given, str):
        return replaced(given, references)
    said: set[str] = set()
    lines: list[object] = []
    for line in cast("list[object]", given if isinstance(given, list) else []):
        text, found = replaced(line, references) if isinstance(line, str) else (line, set[str]())
        lines.append(text)
        said |= found
    return (lines if isinstance(given, list) else given), said


def _together(
    deps: Sequence[str], references: Mapping[str, str], me: Reader, producers: Producers
) -> list[str]:
    """The dependencies as references; one for all instances of a loop where all of them stand there, in order."""
    keys: dict[tuple[str, str], list[str]] = {}
    for dep in deps:
        one = producers.written(dep, me)
        if one is not None and one.key is not None and dep in references:
            keys.setdefault((one.stage, one.name), []).append(one.key)
    whole = {
        pair for pair, found in keys.items() if len(found) > 1 and tuple(found) == producers.keys[pair[0]]
    }
    result: dict[str, None] = {}
    for dep in deps:
        one = producers.written(dep, me)
        if one is not None and (one.stage, one.name) in whole:
            result[f"${{stages.{one.stage}[*].{one.name}}}"] = None
        else:
            result[references.get(dep, dep)] = None
    return list(result)


def _params(given: list[object], me: Reader, root: str, files: Sequence[str]) -> list[object]:
    """Parameters by their keys alone where the spec's `params` is the file they are in."""
    if me.base is None:
        return given
    result: list[object] = []
    for item in given:
        entries = cast("Mapping[str, list[object] | None]", item if isinstance(item, dict) else {})
        left: dict[str, object] = {}
        for file, keys in entries.items():
            if keys and "${" not in file and file_of(file, me.base, root) in files:
                result += keys
            else:
                left[file] = keys
        if left:
            result.append(left)
    return result
