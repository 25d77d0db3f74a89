"""A `Generated` as text, and the way from a line of it to the spec and from the spec to lines.

Provenance is recomputed whenever someone asks, never committed: it would change with every edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mlproject.diagnostics import Path
from mlproject.emit.comments import annotate
from mlproject.emit.header import block, find_block, header
from mlproject.emit.yamltext import write
from mlproject.trees import Generated


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file of ours as text, or (form `block`) our block in a file of the user, markers included.

    `lines` gives for each line of `text` its place in the tree, or `(line,)` of a text or block, counted without the
    header; the header, the markers and blank lines have the place of what surrounds them, at last `()`. `sources` is
    that of the `Generated`, and so is `seed`. `text` has `\\n` line breaks.
    """

    file: str
    spec: str
    form: Literal["file", "block"]
    text: str
    lines: tuple[Path, ...] = field(repr=False)
    sources: Mapping[Path, Path] = field(repr=False)
    seed: bool = False

    def origin(self, line: int, exists: Callable[[Path], bool] | None = None) -> Path:
        """The place in the spec that a line (from 1) comes from: that of its nearest ancestor which a target named.

        With `exists`, which tells whether the spec has a value at a place, the same keys are followed below it as far
        as they are there: a target that maps `params` as a whole answers for every parameter.
        """
        place = self.lines[line - 1] if 0 < line <= len(self.lines) else ()
        known = self._nearest(place)
        origin = self.sources.get(known, ())
        if exists is None:
            return origin
        for key in place[len(known) :]:
            if not exists((*origin, key)):
                break
            origin = (*origin, key)
        return origin

    def _nearest(self, place: Path) -> Path:
        """The place itself or its nearest ancestor that has a source; `()` if none has."""
        while place and place not in self.sources:
            place = place[:-1]
        return place

    def first_lines(self) -> dict[Path, int]:
        """The line (from 1) on which each place of the tree begins."""
        first: dict[Path, int] = {}
        for number, written in enumerate(self.lines, 1):
            place = written
            while place and place not in first:
                first[place] = number
                place = place[:-1]
        return first

    def produced(self, origin: Path) -> list[int]:
        """The lines (from 1, in order) that write the value at a place of the spec, or something inside it.

        A value that no target names for itself is found by its key below an ancestor that one names.
        """
        first = self.first_lines()
        found: set[int] = set()
        for place, source in self.sources.items():
            if source[: len(origin)] == origin:
                found.add(first.get(place, 1))
            elif origin[: len(source)] == source:
                below = (*place, *origin[len(source) :])
                if below in first and self._nearest(below) == place:
                    found.add(first[below])
        return sorted(found)


def render(generated: Generated, spec: str) -> Rendered:
    """What a target generated, as text. `spec` is the spec's file, relative to the repository, as `generated.file`."""
    file, sources = generated.file, generated.sources
    if generated.form == "yaml":
        body, places = write(generated.tree)
        body, places = annotate(body, places, generated.tree, generated.comments)
        return Rendered(file, spec, "file", header(file, spec) + body, ((), *places), sources)
    body = generated.text if generated.text.endswith("\n") or not generated.text else f"{generated.text}\n"
    places = [(number,) for number in range(1, body.count("\n") + 1)]
    if generated.form == "block":
        text = block(file, spec, body, generated.comment)
        return Rendered(file, spec, "block", text, ((), *places, ()) if text else (), sources)
    if generated.seed:  # not ours to claim: whoever changes it owns it
        return Rendered(file, spec, "file", body, tuple(places), sources, seed=True)
    text = header(file, spec, generated.comment) + body
    return Rendered(file, spec, "file", text, ((), *places), sources)


def offset_in(rendered: Rendered, text: str) -> int:
    """How many lines stand before what is ours, in a file with this text: to be taken from a line of the file before
    its `origin` is asked, and added to a line that `produced` gives."""
    return find_block(rendered.file, rendered.spec, text).start if rendered.form == "block" else 0


def produced(files: Iterable[Rendered], origin: Path) -> list[tuple[str, int]]:
    """The lines, by file, that a value of the spec ends up in."""
    return [(each.file, line) for each in files for line in each.produced(origin)]
