"""Bytes to text: the limits of size, UTF-8, and characters that a YAML file may not hold."""

from __future__ import annotations

import re

from mlproject.diagnostics import Diagnostic, Span
from mlproject.files import MAX_BYTES

# Python's and YAML's ideas of a line differ in the last three of these; YAML 1.1 readers end a comment there.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN_BYTES = bytes([9, 10, 13, *range(32, 127)])
LINE_BREAK = re.compile(r"\r\n|\r|\n")
_NAMES = {
    "\0": "a NUL",
    "\x85": "a next-line character",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\ufeff": "a byte order mark",
}
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


def decode(file: str, content: bytes) -> str | Diagnostic:
    """The text of a file without its byte order mark, or why it has none that can be read."""
    if len(content) > MAX_BYTES:
        summary = f"the file is larger than {MAX_BYTES // 2**20} MB"
        return _error("yaml-limit", summary, Span(file, 1, 1, 1, 1), "split it by `extends`")
    for mark, name in _BOMS.items():
        if content.startswith(mark):
            return _error(
                "not-utf8", f"the file is {name}, not UTF-8", Span(file, 1, 1, 1, 1), "save it as UTF-8"
            )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = content[: problem.start].decode("utf-8-sig")
        offset, byte = problem.start, content[problem.start]
        summary = f"the byte 0x{byte:02x} at offset {offset} is not UTF-8"
        return _error("not-utf8", summary, _span(file, before), "save the file as UTF-8")
    if not content.translate(None, _PLAIN_BYTES):
        return text
    found = _FORBIDDEN.search(text)
    if found is None:
        return text
    character = found[0]
    name = _NAMES.get(character, "a control character")
    summary = f"{name} (U+{ord(character):04X}) may not stand in a YAML file"
    return _error("yaml-syntax", summary, _span(file, text[: found.start()]), _way_out(character))


def _way_out(character: str) -> str:
    if character == "\0":
        return "is it a text file?"
    number = ord(character)
    escape = f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
    return f"remove it, or write it as `{escape}` inside double quotes"


def _span(file: str, before: str) -> Span:
    """The one character after `before`."""
    lines = LINE_BREAK.split(before)
    line, column = len(lines), len(lines[-1]) + 1
    return Span(file, line, column, line, column + 1)


def _error(code: str, summary: str, span: Span, help: str) -> Diagnostic:
    return Diagnostic(code, "error", summary, None, span, (), help)
