"""Text that cannot steer a terminal: control, formatting and lone surrogate characters are spelled out.

A cell is one column of a terminal. A character is shown as itself where it is printable (East Asian wide ones take two
cells, combining ones none), a tab as four spaces, everything else as an escape such as `\\x1b` or `\\u202e`.
"""

from __future__ import annotations

TAB = "    "


def visible(text: str) -> str:
    """`text` on one line, with every character that is not printable spelled out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def cells(text: str) -> list[tuple[str, int]]:
    """What each character of a source line is shown as, and how many cells that takes."""
    if text.isascii() and text.isprintable():
        return [(char, 1) for char in text]
    from unicodedata import category, east_asian_width

    shown: list[tuple[str, int]] = []
    for char in text:
        if char == "\t":
            shown.append((TAB, len(TAB)))
        elif not char.isprintable():
            escape = _escape(char)
            shown.append((escape, len(escape)))
        elif category(char) in {"Mn", "Me"}:
            shown.append((char, 0))
        else:
            shown.append((char, 2 if east_asian_width(char) in "WF" else 1))
    return shown


def _escape(char: str) -> str:
    """A character as Python would spell it; what has no short form of its own, by its number."""
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if named is not None:
        return named
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
