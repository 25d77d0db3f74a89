"""The corpus as checkouts: the files of one repository together, each where it was, with what lies beside it.

`INDEX.tsv` says of each file its kind, repository and path. The corpus has no sources and no data.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import basename, dirname, join

SIDE = ("params.yaml", "dvc.lock")


@dataclass(frozen=True)
class Row:
    """A file of the corpus: `place` is the file itself, `path` where it was in its repository."""

    kind: str
    place: Path
    repo: str
    path: str


def rows(corpus: Path) -> list[Row]:
    """All files of the corpus that are there, in the order of the index."""
    with (corpus / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file, delimiter="\t"))
    found = [Row(one["kind"], corpus / one["kind"] / one["file"], one["repo"], one["path"]) for one in listed]
    return [row for row in found if row.place.is_file()]


def beside(row: Row) -> Iterator[tuple[str, Path]]:
    """The side files of a row, by their path in the repository."""
    prefix = row.place.name.removesuffix(basename(row.path))
    for name in SIDE:
        place = row.place.parent.parent / "side" / f"{prefix}{name}"
        if place.is_file():
            yield join(dirname(row.path), name), place


def checkout(rows: list[Row], into: Path) -> None:
    """Puts files of one repository and what is beside them where they were."""
    for row in rows:
        for path, place in [(row.path, row.place), *beside(row)]:
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(place.read_bytes())


def by_repository(found: list[Row]) -> dict[str, list[Row]]:
    """The rows of each repository."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(row.repo, []).append(row)
    return groups
