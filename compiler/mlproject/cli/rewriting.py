"""What `fmt` and `upgrade` share: the specs that are named, and what becomes of their new texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import click

from mlproject.cli.session import located
from mlproject.cli.where import SPEC, repository
from mlproject.diagnostics import Diagnostic, Span, order
from mlproject.emit.difftext import unified
from mlproject.emit.header import spec_of
from mlproject.emit.own import text_of
from mlproject.files import Kind, Obstacle, Refusal, WorkTree
from mlproject.load import load_source
from mlproject.records import frozen
from mlproject.rewrite.canonical import Rewritten

F = TypeVar("F", bound=Callable[..., object])

_IN_THE_WAY: Mapping[Obstacle, str] = {
    "outside": "lies outside the repository, or among Git's own files",
    "link": "is a symbolic link, or lies behind one",
    "directory": "is a directory",
    "other": "lies behind something that is no directory",
}


def rewriting_options(function: F) -> F:
    """The specs, `--check` and `--diff`."""
    for option in (
        click.option("--diff", "show", is_flag=True, help="Write nothing; show what would change."),
        click.option("--check", is_flag=True, help="Write nothing; exit 1 where something would change."),
        click.argument("paths", nargs=-1, metavar="[SPEC]..."),
    ):
        function = option(function)
    return function


@frozen
class Given:
    """A spec that was named: its tree (None for standard input), its path there, how it is called, and its content."""

    tree: WorkTree | None
    file: str
    label: str
    content: bytes


class Texts:
    """The specs that were named as a source, by what they are called: for the excerpts of a report."""

    def __init__(self, given: Iterable[Given]) -> None:
        self._contents = {one.label: one.content for one in given}

    def read(self, file: str) -> bytes | Refusal:
        """The content of a spec."""
        return self._contents.get(file, "absent")

    def kind(self, file: str) -> Kind:
        """What stands at a path."""
        return "file" if file in self._contents else "absent"

    def tracked(self) -> frozenset[str] | None:
        """Nobody asks."""
        return None


def given(paths: Sequence[str]) -> tuple[list[Given], list[Diagnostic]]:
    """The specs at some paths, each once; standard input for `-`; and those that cannot be read."""
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("- is standard input, and stands alone")
        here = os.getcwd()
        file = os.path.relpath(os.path.join(here, SPEC), repository(here)).replace(os.sep, "/")
        return [Given(None, file, file, sys.stdin.buffer.read())], []
    found = {(place.root, place.file): (place, path) for path in paths or (".",) for place in [located(path)]}
    trees = {root: WorkTree(root) for root, _ in found}
    specs: list[Given] = []
    said: list[Diagnostic] = []
    for (root, file), (_, path) in found.items():
        label = file if len(trees) == 1 else os.path.normpath(path).replace(os.sep, "/")
        content = trees[root].read(file)
        if isinstance(content, bytes):
            origin = spec_of(file, text_of(content))
            if origin is not None:
                raise click.UsageError(f"`{label}` is generated from `{origin}`: name that")
            specs.append(Given(trees[root], file, label, content))
        else:
            said += load_source(trees[root], file)[1]
    return specs, said


def written(specs: Sequence[Given], made: Sequence[Rewritten]) -> list[Diagnostic]:
    """Writes what changed; with an error, nothing."""
    changes: dict[WorkTree, dict[str, bytes | None]] = {}
    said: list[Diagnostic] = []
    for one, new in zip(specs, made, strict=True):
        if one.tree is None or not new.changed:
            continue
        obstacle = one.tree.obstacle(one.file)
        if obstacle is not None:
            summary = f"`{one.label}` cannot be written: it {_IN_THE_WAY[obstacle]}"
            span = Span(one.label, 1, 1, 1, 1)
            help = "name the file itself, in its own repository"
            said.append(Diagnostic("outside-repository", "error", summary, None, span, (), help))
        changes.setdefault(one.tree, {})[one.file] = new.after
    if not said:
        for tree, contents in changes.items():
            said += tree.write(contents)
    return order(said)


def diffs(made: Iterable[Rewritten]) -> str:
    """What changes, as a unified diff."""
    return "".join([unified(one.file, text_of(one.before), text_of(one.after)) for one in made])


def put(content: bytes) -> None:
    """A text to standard output, byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
