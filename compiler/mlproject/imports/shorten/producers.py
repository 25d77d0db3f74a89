"""Who writes a path, and how another stage refers to it.

A path is recognised in one of two ways: without templates, by the file that it resolves to; with templates, by its
text, where the axes of the writer's loop match parts of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from mlproject.ir import OUTPUT_SECTIONS, Project
from mlproject.lower.paths import ancestors, file_of, joined, respelled
from mlproject.records import frozen

Tree = Mapping[str, object]
_ITEM = re.compile(r"\$\{item(?:\.([A-Za-z0-9_-]+))?\}")
_WHOLE_ITEM = re.compile(r"\$\{(item(?:\.[^}\[\]]+)?)\}")
# What may stand in a selector without being taken for a part of it.
_KEY = re.compile(r"[^\[\]{}=,*$]+")


@frozen
class Written:
    """An output of one instance: its stage, its name there, the instance's key, its text and its stage's directory."""

    stage: str
    name: str
    key: str | None
    text: str
    base: str


@frozen
class Template:
    """An output with templates in its path, as the spec spells it, in a stage with the loop `loop` (None without)."""

    stage: str
    name: str
    text: str
    place: tuple[object, object]
    loop: object


@frozen
class Reader:
    """The stage that refers: its name, its directory (None where that is a template), where it stands as spelled, and
    its loop."""

    name: str
    base: str | None
    place: tuple[object, object]
    loop: object


@frozen
class Producers:
    """The outputs of a project by file, and those with templates; `keys` are the instances of every loop."""

    root: str
    files: Mapping[str, Written]
    templates: tuple[Template, ...]
    keys: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(stages: Mapping[str, Tree], project: Project) -> Producers:
        """The producers of a graph; `stages` is the section that it was made from."""
        files: dict[str, Written] = {}
        keys: dict[str, tuple[str, ...]] = {}
        for stage in project.stages:
            for one in stage.instances:
                base = joined(stage.folder, one.wdir)
                for out in one.outs:
                    if out.name:
                        files[out.file] = Written(stage.name, out.name, one.key, out.text, base)
            keys[stage.name] = tuple(one.key for one in stage.instances if one.key is not None)
        templates = [
            Template(name, output, path, place(stage), loop(stage))
            for name, stage in stages.items()
            for output, path in paths(stage).items()
            if "${" in path
        ]
        return Producers(project.root, files, tuple(templates), keys)

    def reference(self, text: str, me: Reader) -> str | None:
        """How `me` refers to the path `text`; None where nobody is known to write it."""
        if "${" in text:
            found = (self._by_text(text, one, me) for one in self.templates if one.stage != me.name)
            return next((reference for reference in found if reference is not None), None)
        return None if me.base is None else self._by_file(text, me, me.base)

    def written(self, text: str, me: Reader) -> Written | None:
        """The output that a path without templates names exactly."""
        if "${" in text or me.base is None:
            return None
        return self.files.get(file_of(text, me.base, self.root))

    def _by_file(self, text: str, me: Reader, base: str) -> str | None:
        file = file_of(text, base, self.root)
        for place in (file, *ancestors(file)):
            one = self.files.get(place)
            if one is None or one.stage == me.name:
                continue
            spelled = respelled(one.text, one.base, base, self.root)
            rest = text.removeprefix(spelled.rstrip("/")) if place != file else ""
            if (place == file and spelled != text) or (
                place != file and (rest == text or not rest.startswith("/"))
            ):
                continue
            if one.key is not None and not _KEY.fullmatch(one.key):
                return None
            selector = "" if one.key is None else f"[{one.key}]"
            return f"${{stages.{one.stage}{selector}.{one.name}}}{rest}"
        return None

    def _by_text(self, text: str, one: Template, me: Reader) -> str | None:
        if one.place != me.place:
            return None
        whole = one.text.rstrip("/")
        if text == one.text or text.startswith(f"{whole}/"):
            rest = "" if text == one.text else text[len(whole) :]
            if one.loop is None:
                return f"${{stages.{one.stage}.{one.name}}}{rest}"
            if one.loop == me.loop:
                return f"${{stages.{one.stage}[item].{one.name}}}{rest}"
        selector = _selector(text, one)
        return None if selector is None else f"${{stages.{one.stage}[{selector}].{one.name}}}"


def _selector(text: str, one: Template) -> str | None:
    """The selection of instances of a loop whose path becomes `text`: what stands in it where the loop's item stood."""
    if one.loop is None:
        return None
    pattern, axes = _pattern(one.text)
    matched = re.fullmatch(pattern, text)
    told = [_told(value) for value in matched.groups()] if matched is not None else []
    if not told or None in told:
        return None
    if axes == [""]:
        return told[0]
    matrix = cast("Tree", one.loop).get("matrix")
    if not isinstance(matrix, dict) or set(axes) != set(cast("Tree", matrix)):
        return None
    return ", ".join(f"{axis}={value}" for axis, value in zip(axes, told, strict=True))


def _pattern(template: str) -> tuple[str, list[str]]:
    """A pattern that matches a path made from a template, with one group for each axis; '' is the whole item."""
    pattern, at = "", 0
    axes: list[str] = []
    for found in _ITEM.finditer(template):
        pattern += re.escape(template[at : found.start()])
        axis = found[1] or ""
        if axis in axes:
            pattern += f"(?P=a{axes.index(axis)})"
        else:
            pattern += f"(?P<a{len(axes)}>[^/]+?)"
            axes.append(axis)
        at = found.end()
    return pattern + re.escape(template[at:]), axes


def _told(value: str) -> str | None:
    item = _WHOLE_ITEM.fullmatch(value)
    if item is not None:
        return item[1]
    return value if _KEY.fullmatch(value) else None


def place(stage: Tree) -> tuple[object, object]:
    """Where a stage stands, as it is spelled."""
    return stage.get("folder"), body(stage).get("wdir")


def loop(stage: Tree) -> object:
    """What a stage loops over; None without a loop."""
    found = {key: stage[key] for key in ("foreach", "matrix") if key in stage}
    return found or None


def paths(stage: Tree) -> dict[str, str]:
    """The named outputs of a stage, with their paths as spelled."""
    found: dict[str, str] = {}
    for section in OUTPUT_SECTIONS.values():
        for name, given in cast("Mapping[str, object]", body(stage).get(section) or {}).items():
            found[name] = given if isinstance(given, str) else str(cast("Tree", given)["path"])
    return found


def body(stage: Tree) -> Tree:
    """The mapping with the fields of a stage: its `do`, in a `foreach`."""
    return cast("Tree", stage.get("do", stage))
