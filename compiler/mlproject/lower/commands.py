"""Commands: references resolved, everything else byte for byte the user's; and the paths that they make dependencies.

What follows a reference belongs to its path as far as a shell would read one word: `${data.raw}/part.csv`. A path whose
end cannot be known (`${data.raw}/$NAME`, a pattern) is a dependency up to the last directory that is certain.
"""

from __future__ import annotations

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
    parts = parse(text)
    pieces = [piece(scope, me, part, path) for part in parts]
    before = ""
    for part, one in zip(parts, pieces, strict=True):
        if one is None or (before.endswith("\\") and escaped(scope, one, part, path)):
            return None
        before = one if isinstance(one, str) else ""
    out: list[str] = []
    deps: list[str] = []
    index = 0
    quote = ""
    while index < len(pieces):
        one = pieces[index]
        index += 1
        if isinstance(one, Paths):
            tail, index, rest = _tail(pieces, index, quote)
            out.append(" ".join(continued(alternative, tail) for alternative in one.texts) + rest)
            quote = _quote(rest, quote)
            if one.input:
                deps += [_named(alternative, tail) for alternative in one.texts]
        else:
            assert one is not None
            out.append(one)
            quote = _quote(one, quote)
    return "".join(out), deps


def _tail(pieces: list[Piece | None], index: int, quote: str) -> tuple[str, int, str]:
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


def covers(one: str, other: str) -> bool:
    """Whether a dependency on one normalised path is one on another: it is that, lies around it, or inside it."""
    return one == other or other.startswith(f"{one}/") or one.startswith(f"{other}/")
