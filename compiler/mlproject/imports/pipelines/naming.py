"""Names for what had only a path: short, telling, and unique among their neighbours."""

from __future__ import annotations

import re
from collections.abc import Collection
from posixpath import basename, dirname, splitext

_TEMPLATE = re.compile(r"\$\{[^}]*\}")
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
# What says what kind of file it is, not which: `data.csv.gz` is `data`.
_PACKED = (".gz", ".bz2", ".xz", ".zip", ".zst", ".tar")


def plain(text: str) -> str:
    """Text as a name: what a name may not hold becomes one `_`, none of them at the ends."""
    return _OTHER.sub("_", text).strip("_-")


def of_path(path: str, taken: Collection[str], fallback: str) -> str:
    """A name for the file or directory at a path (which may hold templates) that is not in `taken`."""
    bare = _TEMPLATE.sub("", path).rstrip("/")
    proposals = list(dict.fromkeys(name for name in _proposals(bare) if name)) or [
        _of_template(path) or fallback
    ]
    free = next((name for name in proposals if name not in taken), None)
    return free or numbered(proposals[0], taken)


def numbered(name: str, taken: Collection[str]) -> str:
    """The name, or the first of `name_2`, `name_3`, … that is free."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _of_template(path: str) -> str:
    """The last word of the last parameter in a path that is nothing but templates; an item of a loop tells nothing."""
    inner = [found[2:-1] for found in _TEMPLATE.findall(path)]
    telling = [words for words in inner if words.split(".")[0] not in ("item", "key")]
    return plain(telling[-1].split(".")[-1]) if telling else ""


def _proposals(path: str) -> list[str]:
    """Stem; stem and ending; parent and stem; the nearest directory that is no template; the ending."""
    last = basename(path)
    stem, ending = _split(last)
    named, parent = plain(stem), plain(basename(dirname(path)))
    kind = plain(ending)
    both = f"{named}_{kind}" if named and kind else ""
    above = f"{parent}_{named}" if named and parent else ""
    if named:
        return [named, both, above, f"{above}_{kind}" if above and kind else ""]
    return [kind, parent, f"{parent}_{kind}" if parent and kind else "", *_above(dirname(path))]


def _above(path: str) -> list[str]:
    found: list[str] = []
    while path and path != "/":
        name = plain(basename(path).split("=")[0])
        found.append(name)
        path = dirname(path)
    return found


def _split(last: str) -> tuple[str, str]:
    stem, ending = splitext(last)
    while ending in _PACKED and splitext(stem)[1]:
        stem, more = splitext(stem)
        ending = more
    return (stem, ending) if stem else (last, "")
