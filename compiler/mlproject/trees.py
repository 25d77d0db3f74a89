"""What a target hands to the emitter: plain trees and texts with their provenance, and the signature of a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from mlproject.diagnostics import Diagnostic, Path
from mlproject.ir import Project
from mlproject.records import field, frozen


@frozen
class Generated:
    """One file to be emitted, or our block in a file that is the user's.

    `file` is relative to the repository root, with `/`. `form` says what is filled: `yaml`: `tree` (plain data, order
    kept); `text`: the whole file after the header (`comment` is its comment prefix); `block`: the lines of our block.
    `sources` maps a place in the tree (for text: `(line,)`, 1-based, counted without the header) to the place in the
    spec that it comes from; a place without an entry is answered by its nearest ancestor, `()` being the whole file.
    `comments` (for yaml) are one-line texts without `#`: behind a scalar at its place, on a line above a mapping.
    `seed`: written only where there is no such file; whatever stands in one that is there is right (apply owns it).
    """

    file: str
    form: Literal["yaml", "text", "block"]
    tree: object = None
    text: str = ""
    comment: str = "#"
    sources: Mapping[Path, Path] = field(default_factory=dict[Path, Path])
    comments: Mapping[Path, str] = field(default_factory=dict[Path, str])
    seed: bool = False


@frozen
class Pin:
    """An action at a full commit: `actions/checkout`, `v7.0.1`, 40 hex digits."""

    action: str
    version: str
    sha: str


Pins = Mapping[str, Pin]
Target = Callable[[Project, Pins], tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]]
