"""What a file's reader says about things that do not end the reading, in words.

`Remarks` collects diagnostics for one file; each kind of mistake is a method that knows its code, words and help.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mlproject.diagnostics import Diagnostic, Fix, Related, Span
from mlproject.load.content import LINE_BREAK
from mlproject.load.scalars import MAX_DIGITS, Note, core, dvc, old, plain, shown

if TYPE_CHECKING:
    from yaml import AliasEvent, CollectionStartEvent, DocumentStartEvent, Event, ScalarEvent
    from yaml._yaml import Mark
    from yaml.error import Mark as PythonMark

    from mlproject.load.document import Place

    AnyMark = Mark | PythonMark  # the events' types allow for both of PyYAML's parsers

_CORE = "tag:yaml.org,2002:"
_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}


class Refused(Exception):  # noqa: N818 - not an error of ours: the file is beyond a limit
    """Ends the reading of a file that is beyond a limit. Never leaves this package."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic


class Remarks:
    """The diagnostics of one file, in the order in which they were met."""

    __slots__ = ("file", "found", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.found: list[Diagnostic] = []

    # scalars

    def number_or_word(self, event: ScalarEvent, note: Note, *, is_key: bool) -> None:
        """A plain scalar that readers disagree about, or a number beyond what we take."""
        text, span = event.value, self._of(event)
        if note == "digits":
            summary = f"a number of more than {MAX_DIGITS} digits is not read as a number"
            self._error("yaml-limit", summary, span, "quote it if it is text")
        elif note == "range":
            summary = f"the number `{_short(text)}` is too large for a float"
            self._error("yaml-limit", summary, span, "write `.inf` for infinity, or quote it if it is text")
        elif not (is_key and text == "on"):  # GitHub's own key, which nobody takes for a truth value
            self.found.append(ambiguous(text, span))

    def tagged(self, event: ScalarEvent) -> object:
        """The value of a scalar with an explicit tag; its text where the tag is not one of the core schema."""
        tag, text = event.tag or "", event.value
        name = tag.removeprefix(_CORE)
        if tag in (_CORE + "str", "!"):
            return text
        if name == tag or name not in _KINDS:
            self._tag(tag, self._of(event))
            return text
        value = core(text) if len(text) <= MAX_DIGITS else text
        if not isinstance(value, _KINDS[name]) or (name != "bool" and isinstance(value, bool)):
            summary = f"`!!{name}` stands before `{_short(text)}`, which is none"
            self._error("yaml-tag", summary, self._of(event), "remove the tag")
            return text
        return float(value) if name == "float" and isinstance(value, int) else value

    # collections

    def collection_tag(self, event: CollectionStartEvent, *, mapping: bool) -> None:
        """A tag on a mapping or a list, unless it says only that it is one."""
        if event.tag not in (_CORE + ("map" if mapping else "seq"), "!"):
            self._tag(event.tag or "", self._of(event))

    def complex_key(self, start: Mark, end: Mark) -> None:
        """A list or mapping in the place of a key; braces twice are somebody else's templates."""
        help = "a key is text; quote it if it was meant as text"
        if self.text.startswith("{", start.index) and self.text.startswith("{", start.index - 1):
            help = "`{{ … }}` is no template here: refer to things by `${…}`, and quote braces that are text"
        self._error(
            "yaml-syntax", "a list or mapping stands where a key belongs", self._span(start, end), help
        )

    def duplicate(self, key: str, first: Place, start: Mark, end: Mark) -> None:
        """A key that the mapping has already: the first stays."""
        related = Related("first declared here", span=self._span(first[0], first[1]))
        summary = f"the key `{_short(key)}` stands twice in this mapping"
        self._error("duplicate-key", summary, self._span(start, end), "remove or rename one", related)

    def merge_of_no_mapping(self, place: Place) -> None:
        """`<<` before something that has no entries."""
        help = "name an anchor of a mapping: `<<: *name`"
        self._error(
            "yaml-syntax", "`<<` merges mappings, and this is none", self._span(place[2], place[3]), help
        )

    # aliases

    def unknown_anchor(self, event: AliasEvent) -> None:
        """An alias to nothing: mostly a pattern that begins with a star."""
        help = "quote text that begins with `*`; an anchor is set by `&name`, before its use"
        self._error(
            "yaml-syntax", f"`*{event.anchor}` names an anchor that is not there", self._of(event), help
        )

    def endless_alias(self, event: AliasEvent) -> None:
        """An alias inside what it names."""
        summary = f"`*{event.anchor}` stands inside the very thing that it names"
        self._error("yaml-limit", summary, self._of(event), "write the value out")

    # documents

    def second_document(self, event: DocumentStartEvent) -> None:
        """`---` after a document: one is all that is read."""
        help = "remove the `---`, or move what follows into a file of its own"
        summary = "a second YAML document begins here, and a file holds one"
        self._error("yaml-syntax", summary, self._of(event), help)

    def directives(self, event: DocumentStartEvent) -> None:
        """`%YAML 1.1`, with which DVC would read the file by other rules."""
        if event.version is not None and tuple(event.version) != (1, 2):
            number = ".".join(map(str, event.version))
            summary = f"`%YAML {number}` asks for other rules than those of YAML 1.2"
            self._error("yaml-syntax", summary, self._of(event), "remove the directive")

    # limits

    def too_deep(self, event: Event, limit: int) -> Diagnostic:
        """Containers in containers in containers."""
        return self._limit(f"nested more than {limit} levels deep", event.start_mark, "flatten it")

    def too_many(self, mark: Mark | None, limit: int) -> Diagnostic:
        """More values than anybody wrote."""
        return self._limit(f"more than {limit:,} keys and values in one file", mark, "split it by `extends`")

    def too_many_aliased(self, event: AliasEvent, limit: int) -> Diagnostic:
        """Aliases of aliases of aliases."""
        summary = f"aliases repeat more than {limit:,} values in this file"
        return self._limit(summary, event.start_mark, "write out what is meant")

    # how all of them are made

    def _tag(self, tag: str, span: Span) -> None:
        name = tag.removeprefix(_CORE)
        short = tag if tag.startswith("!") else f"!<{tag}>" if name == tag else "!!" + name
        help = "values are text, numbers, truth values, null, lists and mappings; remove the tag"
        if tag.startswith(_CORE + "python/"):
            help = "nothing here builds Python objects; remove the tag"
        self._error("yaml-tag", f"the tag `{_short(short)}` is not read", span, help)

    def _error(self, code: str, summary: str, span: Span, help: str, *related: Related) -> None:
        self.found.append(Diagnostic(code, "error", summary, None, span, related, help))

    def _limit(self, summary: str, mark: AnyMark | None, help: str) -> Diagnostic:
        return Diagnostic("yaml-limit", "error", summary, None, self._span(mark, mark), (), help)

    def _of(self, event: Event) -> Span:
        return self._span(event.start_mark, event.end_mark)

    def _span(self, start: AnyMark | None, end: AnyMark | None) -> Span:
        """A span on one line: of something longer, its first character."""
        if start is None or end is None:
            return Span(self.file, 1, 1, 1, 1)
        if start.index >= len(self.text):
            lines = LINE_BREAK.split(self.text)
            return Span(self.file, len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 1)
        line, column = start.line + 1, start.column + 1
        return Span(self.file, line, column, line, end.column + 1 if end.line == start.line else column + 1)


def ambiguous(text: str, span: Span) -> Diagnostic:
    """The warning about a plain scalar that DVC or a YAML 1.1 reader takes for something else than we do."""
    summary, help, fix = _difference(text)
    return Diagnostic("ambiguous-scalar", "warning", summary, None, span, (), help, fix)


@lru_cache(maxsize=4096)
def _difference(text: str) -> tuple[str, str, Fix]:
    """Who reads what, the way out, and a spelling in which all read what we do."""
    ours, theirs, others = core(text), dvc(text), old(text)
    here, there, elsewhere = shown(ours), shown(theirs), shown(others)
    if here == there:
        rest = f"{elsewhere} to YAML 1.1 readers"
    elif here == elsewhere:
        rest = f"{there} to DVC"
    elif there == elsewhere:
        rest = f"{there} to DVC and YAML 1.1 readers"
    else:
        rest = f"{there} to DVC and {elsewhere} to YAML 1.1 readers"
    summary, quoted = f"`{text}` is {here} here, but {rest}", f'"{text}"'
    if not isinstance(ours, str):
        agreed = plain(ours)
        help = f"write `{agreed}` for the number, or `{quoted}` for text"
        return summary, help, Fix("write the number so that all agree", agreed)
    number = next(
        (n for n in (theirs, others) if isinstance(n, int | float) and not isinstance(n, bool)), None
    )
    help = f"write `{quoted}`" + (f", or `{plain(number)}` for the number" if number is not None else "")
    return summary, help, Fix("quote it", quoted)


def _short(text: str) -> str:
    """A piece of the user's text that fits into one line of a message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
