"""What the readers share: data as the tool itself reads it, text that stands for itself in a spec, and findings.

MLflow and BentoML read YAML by version 1.1 (`yes` is true, `0o17` is text, `12:30` is 750), a spec is read by 1.2. So a
reader looks at the data as its tool has it, and at the document for the places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from mlproject.diagnostics import Diagnostic, Part, Path, Severity
from mlproject.imports.taken import Native, Taken
from mlproject.load import Document
from mlproject.template import Broken, parse

KINDS: dict[type, str] = {dict: "a mapping", list: "a list", str: "text", bool: "a truth value"}
Mapping = dict[object, object]


def as_read(document: Document) -> object:
    """The data of a document as PyYAML gives it; a date is the text that it is written as.

    None where the document could not be read. Where PyYAML refuses what we can read (`2024-13-45` as a date), ours.
    """
    import yaml

    if document.data is None:
        return None
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _dated(yaml.load(document.text, loader))  # noqa: S506 -- the safe one
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        return document.data


def is_empty(document: Document) -> bool:
    """Whether there is nothing in a file but comments, as against something that could not be read."""
    lines = (line.strip() for line in document.text.splitlines())
    return all(not line or line.startswith("#") or line in ("---", "...", "~", "null") for line in lines)


def _dated(value: object) -> object:
    if isinstance(value, dict):
        return {key: _dated(inner) for key, inner in cast("Mapping", value).items()}
    if isinstance(value, list):
        return [_dated(inner) for inner in cast("list[object]", value)]
    return str(value) if isinstance(value, date) else value


def literal(value: object) -> object:
    """Data that a spec reads as this very data: a `${` of the tool's is written so that it is no reference."""
    if isinstance(value, str):
        return _literal(value) if "${" in value else value
    if isinstance(value, dict):
        return {key: literal(inner) for key, inner in cast("Mapping", value).items()}
    if isinstance(value, list):
        return [literal(inner) for inner in cast("list[object]", value)]
    return value


def _literal(text: str) -> str:
    """A text with each `${…}` escaped as a whole, to its first closing brace, which is what a spec's escape spans."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("${", at)) >= 0:
        end = text.find("}", start)
        stop = end + 1 if end >= 0 else len(text)
        pieces += [text[at:start], "$", text[start:stop]]
        at = stop
    return "".join([*pieces, text[at:]])


def can_stand(value: object) -> bool:
    """Whether `literal` can write the value: not so a `${` that nothing closes."""
    if isinstance(value, str):
        return "${" not in value or all(not isinstance(part, Broken) for part in parse(_literal(value)))
    if isinstance(value, dict):
        mapping = cast("Mapping", value)
        return all(isinstance(key, str) and "${" not in key and can_stand(v) for key, v in mapping.items())
    return all(can_stand(inner) for inner in cast("list[object]", value)) if isinstance(value, list) else True


def kind(value: object) -> str:
    """What kind of value this is, for people."""
    return "nothing" if value is None else KINDS.get(type(value), "a number")


@dataclass(slots=True)
class Taking:
    """A file being taken over: the sections of the spec so far, where they came from, and what there is to say."""

    native: Native
    sections: Mapping = field(default_factory=dict[object, object])
    origins: dict[Path, tuple[str, Path]] = field(default_factory=dict[Path, tuple[str, Path]])
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def put(self, spec: Path, value: object, came: Path) -> None:
        """`value` at a place of the spec, from a place of the file."""
        target = self.sections
        for step in spec[:-1]:
            target = cast("Mapping", target.setdefault(step, {}))
        target[spec[-1]] = value
        self.came(spec, value, came)

    def put_text(self, spec: Path, native: Path, value: object, came: Path) -> None:
        """A tool's own data at a place of the spec, or verbatim at one under `native` where no spec can hold it."""
        fits = can_stand(value)
        self.put(spec if fits else native, literal(value) if fits else value, came)

    def came(self, spec: Path, value: object, came: Path) -> None:
        """Notes that a value, and all that is in it, came from a place of the file and what is in that."""
        self.origins[spec] = (self.native.file, came)
        for step, inner in _inside(value):
            self.came((*spec, step), inner, (*came, step))

    def say(  # noqa: PLR0913 -- the fields of a diagnostic
        self, code: str, severity: Severity, summary: str, path: Path, help: str = "", part: Part = "value"
    ) -> None:
        """Notes what there is to say about a place of the file."""
        span = self.native.document.span(path, part)
        self.found.append(Diagnostic(code, severity, summary, None, span, (), help))

    def wrong(self, summary: str, path: Path, help: str = "", part: Part = "value") -> None:
        """Notes what the tool would refuse."""
        self.say("import-invalid", "error", summary, path, help, part)

    def changed(self, summary: str, path: Path, help: str = "", part: Part = "value") -> None:
        """Notes a value that is taken over otherwise than it is written."""
        self.say("import-changed", "warning", summary, path, help, part)

    def left(self, summary: str, path: Path, help: str = "") -> None:
        """Notes a key that means nothing to the tool, and is not taken over."""
        self.say("import-left", "warning", summary, path, help, "key")

    def mapping(self, value: object, path: Path, what: str) -> Mapping | None:
        """The value as a mapping; None, and said, where it is none."""
        if isinstance(value, dict):
            return cast("Mapping", value)
        self.wrong(f"{what} must be a mapping, and is {kind(value)}", path)
        return None

    def taken(self) -> Taken:
        """All of it."""
        return Taken(cast("dict[str, object]", self.sections), self.origins, tuple(self.found))


def _inside(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, dict):
        yield from cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        yield from enumerate(cast("list[object]", value))


def name_of(text: str) -> str:
    """A name of the language that is as close to a text as can be; '' where nothing is left of it."""
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    parts = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else " " for c in plain).split()
    return "-".join(parts)
