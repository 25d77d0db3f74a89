"""Commands are read as a shell reads them; `sh` itself is asked where it can be."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlproject.rules.shell import Command, commands


def words(text: str) -> list[tuple[str | None, ...]]:
    return [command.words for command in commands(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python a.py", [("python", "a.py")]),
        ("  ", []),
        ("a b && c d; e | f & g", [("a", "b"), ("c", "d"), ("e",), ("f",), ("g",)]),
        ("a 'b c' \"d e\" f\\ g", [("a", "b c", "d e", "f g")]),
        ("a\nb # c d\ne", [("a",), ("b",), ("e",)]),
        ("a#b '#c'", [("a#b", "#c")]),
        ("a \\\n  --b c", [("a", "--b", "c")]),
        ("a > out.txt 2>&1 < in.txt b", [("a", "b")]),
        ("a 2>err b2> c", [("a", "b2")]),
        ("LR=$X python a.py", [("LR=$X", "python", "a.py")]),
        ("$PYTHON ${FLAGS:-} $(which x y) `z` a*.py", [(None, None, None, None, None)]),
        ('a "b $C" \'$d\' "\\$e" $', [("a", None, "$d", "$e", "$")]),
        ("for f in a b; do python c.py; done", [("for", "f", "in", "a", "b"), ("python", "c.py"), ("done",)]),
        ("if true; then a; else b; fi", [("true",), ("a",), ("b",), ("fi",)]),
        ("cat <<EOF > x\npython no.py\nEOF\npython yes.py", [("cat",), ("python", "yes.py")]),
        ("cat <<-'E F'\n\tno\n\tE F\nyes", [("cat",), ("yes",)]),
        ("a 'never closed", [("a", "never closed")]),
        ('a "$(b "c; d")" e', [("a", None, "e")]),
        ("{ a; }", [("a",), ("}",)]),
    ],
)
def test_simple_commands(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cd src && a", ["src"]),
        ("cd src\ncd ../lib; a; cd lib/x && b", ["lib", "lib/lib/x"]),
        ("(cd src && a) && b", ["src", ""]),
        ("cd $X && a", [None]),
        ("cd /tmp && a; cd src; b", [None, None]),
        ("cd -P src && cd .. && a", [""]),
        ("cd && a", [None]),
    ],
)
def test_the_directory_is_followed(text: str, expected: list[str | None]) -> None:
    assert [command.directory for command in commands(text)] == expected


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8), max_size=5
    )
)
def test_quoted_words_come_back(given: list[str]) -> None:
    assert commands(shlex.join(["echo", *given])) == (Command(("echo", *given), ""),)


@given(st.text(st.sampled_from(list("ab1 \t\"'\\#-=.")), max_size=24))
def test_words_are_those_of_the_real_shell(text: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"printf '<%s>\\n' x {text}"], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode != 0:  # a quote that is not closed
        assert commands(text) is not None
        return
    found = commands(f"printf x {text}")[0].words[1:]
    assert "".join(f"<{word}>\n" for word in found) == done.stdout


@given(st.text(st.sampled_from(list("ab \n\"'\\#$`(){}<>|&;*")), max_size=40))
def test_no_text_fails(text: str) -> None:
    for command in commands(text):
        assert command.words
