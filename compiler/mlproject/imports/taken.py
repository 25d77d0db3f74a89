"""What a reader made of one native file.

Vocabulary
    spec path     where a value stands in the spec that is being written
    native path   where it stood in the file that was read
"""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.diagnostics import Diagnostic, Path
from mlproject.load import Document
from mlproject.records import field, frozen


@frozen
class Comment:
    """The comments of one place, lines without `#` and without the blank behind it: those above it, the one behind it
    on its line, and those that end a collection, indented as its entries (at `()`: what follows the last line of a
    file). An empty text is an empty line between two paragraphs, a single blank a `#` alone."""

    above: tuple[str, ...] = ()
    beside: str = ""
    below: tuple[str, ...] = ()


@frozen
class Native:
    """A file that was read: `file` is relative to the repository, as in `document`."""

    file: str
    document: Document


@frozen
class Taken:
    """Sections of a spec, and for their places the native file and path that each came from.

    `sections` is plain data with the top-level keys of the spec. `origins` maps a spec path to (file, native path); a
    place without an entry is answered by its nearest ancestor. Diagnostics have spans in the native file.
    """

    sections: Mapping[str, object]
    origins: Mapping[Path, tuple[str, Path]] = field(default_factory=dict[Path, tuple[str, Path]])
    diagnostics: tuple[Diagnostic, ...] = ()


Reading = tuple[Native, Taken]
