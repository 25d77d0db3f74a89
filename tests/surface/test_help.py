"""What `--help` says, word for word: texts in `help/`, rewritten by `pytest --update-golden`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlproject import __version__
from mlproject.cli.commands import VERBS
from surface.running import run

HELP = Path(__file__).resolve().parent / "help"


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_reads_like_this(verb: str, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    done = run(*([verb] if verb else []), "--help", at=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 100
    golden(HELP / f"{verb or 'mlproject'}.txt", done.out)


@pytest.mark.parametrize("verb", list(VERBS))
def test_the_list_of_verbs_says_what_a_verb_says_first(verb: str, tmp_path: Path) -> None:
    assert f"  {verb} " in run("--help", at=tmp_path).out
    assert run(verb, "-h", at=tmp_path).out == run(verb, "--help", at=tmp_path).out


def test_no_text_of_a_verb_is_left_over() -> None:
    assert {path.stem for path in HELP.iterdir()} == {"mlproject", *VERBS}


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", at=tmp_path).out == f"mlproject, version {__version__}\n"


def test_no_verb_at_all_is_wrong_use_and_shows_the_help(tmp_path: Path) -> None:
    done = run(at=tmp_path)
    assert (done.code, done.out) == (64, "")
    assert done.err == run("--help", at=tmp_path).out
