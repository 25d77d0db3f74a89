"""The simple commands of a shell text: what a POSIX shell would start, read without starting anything.

Vocabulary
    word      text after quotes and escapes are gone; None where only the shell knows it (`$NAME`, `$(…)`, a glob),
              save that an assignment (`PYTHONPATH=src:$PYTHONPATH`) keeps its text
    command   the words of one simple command (assignments in front included, redirections left out) and the directory
              it runs in, as `cd` in the same text says

Quotes, escapes, comments, line continuations, operators, subshells, redirections and here-documents are understood.
What a shell computes (expansions, conditions, functions) is not: such a word is unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from posixpath import isabs, join, normpath
from typing import Literal

from mlproject.records import frozen

Word = str | None

_SPECIAL = frozenset("'\"\\`$&|;<>()#\n*?[")
_OPERATORS = ("<<<", "<<-", "&>>", "&&", "||", "|&", ";;", "<<", ">>", ">&", "<&", "<>", ">|", "&>")
_REDIRECTIONS = frozenset({"<", ">", "<<<", "&>>", "<<", "<<-", ">>", ">&", "<&", "<>", ">|", "&>"})
_PREFIXES = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"})


@frozen
class Command:
    """One simple command. `directory` is relative to where the text runs ('' = there), None where it is not known."""

    words: tuple[Word, ...]
    directory: str | None


@frozen
class _Token:
    kind: Literal["word", "operator"]
    text: Word


@lru_cache(maxsize=16384)
def commands(text: str) -> tuple[Command, ...]:
    """The simple commands of `text`, in order."""
    if _SPECIAL.isdisjoint(text):
        words = tuple(text.split())
        return (Command(words, ""),) if words else ()
    parser = _Parser()
    skip = False
    for token in _Reader(text).tokens():
        if token.kind == "operator":
            skip = token.text in _REDIRECTIONS
            if not skip:
                parser.end(token.text)
        elif skip:
            skip = False
        else:
            parser.words.append(token.text)
    parser.end("\n")
    return tuple(parser.found)


class _Parser:
    """Gathers words into commands, and follows the directory."""

    __slots__ = ("_directory", "_outer", "found", "words")

    def __init__(self) -> None:
        self.found: list[Command] = []
        self.words: list[Word] = []
        self._directory: str | None = ""
        self._outer: list[str | None] = []

    def end(self, operator: Word) -> None:
        """The command is over; a parenthesis opens or closes a subshell with a directory of its own."""
        words = self.words
        while words and words[0] in _PREFIXES:
            del words[0]
        if words and words[0] in {"cd", "pushd"}:
            self._directory = _changed(self._directory, words[1:])
        elif words:
            self.found.append(Command(tuple(words), self._directory))
        self.words = []
        if operator == "(":
            self._outer.append(self._directory)
        elif operator == ")" and self._outer:
            self._directory = self._outer.pop()


def is_assignment(word: str) -> bool:
    """Whether a word sets a variable: `NAME=…`."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier() and name.isascii()


def _changed(directory: str | None, words: list[Word]) -> str | None:
    """The directory after `cd words`; None where it leaves the text's own tree or cannot be known."""
    targets = [word for word in words if word is None or word == "-" or not word.startswith("-")]
    target = targets[0] if targets else None
    if directory is None or target is None or target == "-" or target.startswith("~") or isabs(target):
        return None
    moved = normpath(join(directory, target))
    return "" if moved == "." else moved


class _Reader:
    """Splits a text into words and operators, one character after the other."""

    __slots__ = ("_at", "_heredocs", "_known", "_quoted", "_text", "_word")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._word: list[str] | None = None
        self._known = True
        self._quoted = False
        self._heredocs: list[str] = []

    def tokens(self) -> Iterator[_Token]:
        """Every token, in order."""
        text = self._text
        expect_delimiter = False
        while self._at < len(text):
            char = text[self._at]
            if char in " \t\r\n" or char in "&|;()<>":
                if char in "<>" and self._is_descriptor():
                    self._word = None
                for word in self._flush():
                    if expect_delimiter:
                        self._heredocs.append(word.text or "")
                        expect_delimiter = False
                    yield word
                if char in " \t\r":
                    self._at += 1
                    continue
                operator = next((o for o in _OPERATORS if text.startswith(o, self._at)), char)
                self._at += len(operator)
                expect_delimiter = operator in {"<<", "<<-"}
                yield _Token("operator", operator)
                if operator == "\n":
                    self._skip_heredocs()
            else:
                self._in_word(char)
        yield from self._flush()

    def _is_descriptor(self) -> bool:
        """Whether the word right before a redirection is the number of a file descriptor."""
        return bool(self._word) and self._known and not self._quoted and "".join(self._word or ()).isdigit()

    def _flush(self) -> list[_Token]:
        if self._word is None:
            return []
        text = "".join(self._word)
        token = _Token("word", text if self._known or is_assignment(text) else None)
        self._word, self._known, self._quoted = None, True, False
        return [token]

    def _skip_heredocs(self) -> None:
        """Go past the bodies of the here-documents that the last line opened."""
        for delimiter in self._heredocs:
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end]
                self._at = end + 1
                if line.lstrip("\t") == delimiter:
                    break
        self._heredocs = []

    def _in_word(self, char: str) -> None:
        """Read what stands at a character that begins or continues a word."""
        text, at = self._text, self._at
        if char == "#" and self._word is None:
            end = text.find("\n", at)
            self._at = len(text) if end < 0 else end
            return
        if char == "\\" and text.startswith("\\\n", at):
            self._at += 2
            return
        word = self._word = self._word if self._word is not None else []
        if char == "\\":
            word.append(text[at + 1 : at + 2] or char)
            self._quoted = True
            self._at += 2
        elif char == "'":
            end = _closing(text, at, "'")
            word.append(text[at + 1 : end])
            self._quoted = True
            self._at = end + 1
        elif char == '"':
            self._double(word)
        elif char in "$`":
            self._at = _expansion_end(text, at)
            self._known = self._known and text[at : self._at] == "$"
            word.append(text[at : self._at])
        else:
            self._known = self._known and char not in "*?["
            word.append(char)
            self._at += 1

    def _double(self, word: list[str]) -> None:
        """Read a double-quoted part."""
        text = self._text
        self._quoted = True
        self._at += 1
        while self._at < len(text) and text[self._at] != '"':
            char = text[self._at]
            if char == "\\" and text[self._at + 1 : self._at + 2] in {"$", "`", '"', "\\", "\n"}:
                word.append(text[self._at + 1].replace("\n", ""))
                self._at += 2
            elif char in "$`":
                end = _expansion_end(text, self._at)
                self._known = self._known and text[self._at : end] == "$"
                word.append(text[self._at : end])
                self._at = end
            else:
                word.append(char)
                self._at += 1
        self._at += 1


def _closing(text: str, at: int, quote: str) -> int:
    """Where the quote that opens at `at` is closed (the end of the text where it is not)."""
    end = text.find(quote, at + 1)
    return len(text) if end < 0 else end


def _expansion_end(text: str, at: int) -> int:
    """The end of the expansion that begins at `at`; a `$` that begins none is one character."""
    if text[at] == "`":
        return _closing(text, at, "`") + 1
    after = text[at + 1 : at + 2]
    if after in {"{", "("}:
        close = {"{": "}", "(": ")"}[after]
        depth = 0
        place = at + 1
        while place < len(text):
            char = text[place]
            depth += (char == after) - (char == close)
            if char in "'\"":
                place = _closing(text, place, char)
            elif depth == 0:
                return place + 1
            place += 1
        return len(text)
    if after.isalpha() or after == "_":
        place = at + 1
        while place < len(text) and (text[place].isalnum() or text[place] == "_"):
            place += 1
        return place
    return at + 2 if after and after in "?#@*!-$0123456789" else at + 1
