"""Commands: references resolved, everything else byte for byte the user's; and the paths that they make dependencies.

What follows a reference belongs to its path as far as a shell would read one word: `${data.raw}/part.csv`. A path whose
end cannot be known (`${data.raw}/$NAME`, a pattern) is a dependency up to the last directory that is certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlproject.diagnostics import Path
from mlproject.lower.references import Paths, Piece, continued, escaped, piece
from mlproject.lower.scope import Draft, Scope
from mlproject.template import parse

# Where a path in a command ends: outside of quotes, and everywhere.
ENDS = frozenset(" \t\r\n;|&<>()'\":,")
# Where it goes on in a way that only the shell knows.
UNSURE = frozenset("$`\\*?[{}")


def command(scope: Scope, me: Draft, text: str, path: Path) -> tuple[str, list[str]] | None:
    """A command as emitted, and the paths it refers to (with what follows each), in order of mention."""
    if "${" not in text:
        return text, []
    pieces = _pieces(scope, me, text, path)
    if pieces is None:
        return None
    quotes = "'" in text or '"' in text
    out: list[str] = []
    deps: list[str] = []
    index = 0
    quote = ""
    while index < len(pieces):
        one = pieces[index]
        index += 1
        if isinstance(one, Paths):
            spelled: Sequence[str] = one.texts
            named = spelled
            literal = ""
            if index < len(pieces) and _is_tail(pieces[index]):
                tail, index, literal = _tail(pieces, index, quote)
                spelled = [continued(alternative, tail) for alternative in one.texts]
                named = [_named(alternative, tail) for alternative in one.texts]
            out.append(" ".join(spelled) + literal)
            if one.input:
                deps += named
        else:
            literal = one
            out.append(one)
        if quotes:
            quote = _quote(literal, quote)
    return "".join(out), deps


def _pieces(scope: Scope, me: Draft, text: str, path: Path) -> list[Piece] | None:
    """What the parts of a command stand for; None where something in it was reported."""
    parts = parse(text)
    backslashes = "\\" in text
    # All of them are looked up first: one mistake never hides another.
    found = [part if isinstance(part, str) else piece(scope, me, part, path) for part in parts]
    pieces: list[Piece] = []
    for part, one in zip(parts, found, strict=True):
        if one is None:
            return None
        if backslashes and pieces:
            before = pieces[-1]
            if isinstance(before, str) and before.endswith("\\") and escaped(scope, one, part, path):
                return None
        pieces.append(one)
    return pieces


def _is_tail(following: Piece) -> bool:
    """Whether what follows a reference begins a sub-path of it."""
    return isinstance(following, str) and following.startswith("/")


def _tail(pieces: list[Piece], index: int, quote: str) -> tuple[str, int, str]:
    """The sub-path that follows a reference, where reading goes on, and the rest of the literal it ended in."""
    tail = ""
    while index < len(pieces):
        one = pieces[index]
        if not isinstance(one, str) or not (tail or one.startswith("/")):
            break
        index += 1
        if one.startswith(("${", "\\${")):
            tail += one
            continue
        end = next(
            (at for at, char in enumerate(one) if (char == quote if quote else char in ENDS)), len(one)
        )
        tail += one[:end]
        if end < len(one):
            return tail, index, one[end:]
    return tail, index, ""


def _quote(text: str, quote: str) -> str:
    """The quotation mark that is open after a text, as a shell reads it; '' if none is."""
    if "'" not in text and '"' not in text:
        return quote
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        at += 1
    return quote


def _named(path: str, tail: str) -> str:
    """The dependency that a path with what follows it means; where nothing does, the path as it was declared."""
    if not tail.strip("/"):
        return path
    sure = _sure(tail)
    whole = continued(path, sure)
    return whole[:-1] if whole.endswith("/") and sure.strip("/") else whole if sure.strip("/") else path


def _sure(tail: str) -> str:
    """A sub-path up to the directory where it ceases to be certain; DVC's own templates are certain."""
    at = 0
    while at < len(tail):
        if tail.startswith("${", at):
            at = tail.find("}", at) + 1
            continue
        if tail[at] in UNSURE:
            return tail[: tail.rfind("/", 0, at)]
        at += 1
    return tail


def covered(file: str, known: Sequence[str]) -> bool:
    """Whether one of the dependencies is a file, lies around it, or inside it; all are normalised paths."""
    below = f"{file}/"
    for one in known:  # noqa: SIM110 - a generator costs more than all that it asks
        if one == file or one.startswith(below) or file.startswith(f"{one}/"):
            return True
    return False
