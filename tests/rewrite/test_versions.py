"""`upgrade`: a chain of migrations, which the tests bring along, because there is one version so far."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from mlproject.diagnostics import Diagnostic
from mlproject.emit.edits import Edit
from mlproject.load import Document
from mlproject.model import Spec
from mlproject.rewrite.versions import CURRENT, MIGRATIONS, Migration, upgrade
from surface.running import SPEC, run


def _renamed(old: str, new: str) -> Migration:
    """A migration that gives a top-level key another name."""

    def edits(document: Document) -> tuple[list[Edit], list[Diagnostic]]:
        found = re.search(rf"(?<=^)( *){old}(?=:)", document.text, re.MULTILINE)
        return ([Edit(found.end(1), found.end(), new)] if found else []), []

    number = int(old.removeprefix("key"))
    return Migration(number, number + 1, edits)


CHAIN = (_renamed("key2", "key3"), _renamed("key1", "key2"))


def _refusing(document: Document) -> tuple[list[Edit], list[Diagnostic]]:
    said = Diagnostic(
        "bad-value", "error", "`key1` has nothing like it now", span=document.span(("key1",), "key")
    )
    return [Edit(0, 0, "# half done\n")], [said]


def _after(text: str, current: int = 3) -> str:
    done, said = upgrade("m.yaml", text.encode(), CHAIN, current)
    assert said == []
    assert done is not None
    assert done.spec.before == text.encode()
    return done.spec.after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1\nname: x\n", "version: 3\nname: x\n"),
        (
            "# top\n\nname: x  # it\nversion: 2 # two\n# key2\nkey2: {}",
            "# top\n\nname: x  # it\nversion: 3 # two\n# key2\nkey3: {}",
        ),
        ("name: x\r\nkey1: 1\r\n", "version: 3\r\nname: x\r\nkey3: 1\r\n"),
        ("\ufeff# $schema: x\n# about\nname: x\n", "\ufeff# $schema: x\nversion: 3\n# about\nname: x\n"),
        ("---\nname: x\n", "---\nversion: 3\nname: x\n"),
        ("  name: x\n  key2: 1\n", "  version: 3\n  name: x\n  key3: 1\n"),
        ("{name: x}\n", "{version: 3, name: x}\n"),
        ("{}\n", "{version: 3}\n"),
        ('"version": 2\nkey2: |\n  key2: no\n', '"version": 3\nkey3: |\n  key2: no\n'),
    ],
)
def test_a_chain_of_migrations_keeps_everything_else(before: str, after: str) -> None:
    assert _after(before) == after
    assert _after(after) == after


def test_a_step_may_be_the_last() -> None:
    assert _after("key1: 1\n", 2) == "version: 2\nkey2: 1\n"
    assert _after("version: 2\nkey1: 1\n", 2) == "version: 2\nkey1: 1\n"


def test_what_cannot_be_migrated_is_told_and_nothing_is_made() -> None:
    chain = (Migration(1, 2, _refusing),)
    done, (said,) = upgrade("m.yaml", b"name: x\nkey1: 1\n", chain, 2)
    assert done is None
    assert said.summary == "`key1` has nothing like it now"
    assert said.span is not None
    assert (said.span.line, said.span.column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (
            "name: x\nversion: 9\n",
            "version 9 of the language is newer than this compiler, which knows version 3",
            2,
        ),
        ("version: 0\n", "`version` names no version of the language", 1),
        ("version: -1\n", "names no version", 1),
        ('version: "1"\n', "names no version", 1),
        ("version: true\n", "names no version", 1),
        ("version:\n", "names no version", 1),
        ("version: 1.0\n", "names no version", 1),
        ("", "the spec is empty", 1),
        ("- a\n", "the spec is not a mapping", 1),
        ("a: [", "", 1),
    ],
)
def test_a_spec_that_has_no_version_of_ours_is_told_so(text: str, words: str, line: int) -> None:
    done, (said, *_) = upgrade("m.yaml", text.encode(), CHAIN, 3)
    assert done is None
    assert words in said.summary
    assert said.severity == "error"
    assert said.span is not None
    assert said.span.line == line


def test_a_newer_spec_is_told_which_compiler_it_wants() -> None:
    _, (said,) = upgrade("m.yaml", b"version: 2\nrequires: mlproject ~=4.0\n")
    assert "install a newer mlproject-compiler (`requires` names `mlproject ~=4.0`)" in said.help


@pytest.mark.parametrize("text", ["<<: &v {version: 1}\nname: x\n", "vars: &n 1\nversion: *n\n"])
def test_a_version_that_is_not_its_own_entry_is_handled_or_told(text: str) -> None:
    done, said = upgrade("m.yaml", text.encode(), CHAIN, 3)
    assert (done is None) == bool(said)
    if done is not None:
        assert b"version: 3" in done.spec.after


def test_a_migration_that_breaks_the_text_is_our_bug() -> None:
    def broken(_: Document) -> tuple[list[Edit], list[Diagnostic]]:
        return [Edit(0, 0, "[")], []

    with pytest.raises(AssertionError, match="cannot be read"):
        upgrade("m.yaml", b"name: x\n", (Migration(1, 2, broken),), 2)


def test_the_migrations_lead_to_the_version_of_the_model() -> None:
    assert CURRENT in get_args(Spec.model_fields["version"].annotation)
    steps = [(step.before, step.after) for step in MIGRATIONS]
    assert all(before < after <= CURRENT for before, after in steps)
    assert {before for before, _ in steps} == set(range(1, CURRENT))


def test_there_is_nothing_to_do_yet(tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    for arguments in ((), ("--check",)):
        done = run("upgrade", *arguments, at=tmp_path)
        assert (done.code, done.out, done.err) == (
            0,
            "mlproject.yaml: already version 1, nothing to do\n",
            "",
        )
    assert run("upgrade", "-q", at=tmp_path).out == ""
    assert run("upgrade", "--diff", at=tmp_path).out == ""
    assert run("upgrade", "-", at=tmp_path, stdin=SPEC).out == SPEC.decode()
    assert (tmp_path / "mlproject.yaml").read_bytes() == SPEC


def test_a_newer_spec_is_refused_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(SPEC)
    (tmp_path / "new.yaml").write_bytes(b"version: 7\n" + SPEC)
    done = run("upgrade", "mlproject.yaml", "new.yaml", at=tmp_path)
    assert done.code == 1
    assert "error[bad-value]: version 7 of the language is newer" in done.out
    assert "--> new.yaml:1:10" in done.out
    piped = run("upgrade", "-", at=tmp_path, stdin=b"version: 7\n" + SPEC)
    assert (piped.code, piped.out) == (1, "")
    assert "is newer" in piped.err
