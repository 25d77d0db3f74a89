"""Every code as its user meets it.

    tests/bad/CODE/NAME.yaml     a spec alone, which gets CODE
    tests/bad/CODE/NAME/         a spec among other files; `COMMANDS` says what is run
    tests/bad/CODE/NAME.txt      what the terminal shows, 100 columns wide and without colour
    tests/bad/CODE/clean-*       a spec close to those that is not told CODE (no text is kept)

A line of `COMMANDS` that begins with `mlproject` is run in this process, any other by a shell. `pytest --update-golden` (or
UPDATE_GOLDEN=1) rewrites the texts; the diff in Git is then the review.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlproject.codes import BY_NAME, CODES
from surface.running import run

BAD = Path(__file__).resolve().parent.parent / "bad"
COMMANDS = "COMMANDS"
CASES = sorted(path for path in BAD.glob("*/*") if path.suffix == ".yaml" or path.is_dir())
FAILING = [path for path in CASES if not path.name.startswith("clean-")]
CLEAN = [path for path in CASES if path.name.startswith("clean-")]


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _shown(case: Path, at: Path) -> tuple[int, str]:
    """The last exit code of a case, and all that a person would see."""
    if case.is_file():
        (at / "mlproject.yaml").write_bytes(case.read_bytes())
        done = run("validate", at=at)
        assert done.err == ""
        return done.code, done.out
    shutil.copytree(case, at, dirs_exist_ok=True, symlinks=True)
    (at / COMMANDS).unlink()
    code, shown = 0, ""
    shell = {**os.environ, "PYTHON": sys.executable, "COLUMNS": "100"}
    for line in (case / COMMANDS).read_text(encoding="utf-8").splitlines():
        if line.startswith("mlproject"):
            done = run(*shlex.split(line)[1:], at=at)
            code, told = done.code, done.out + done.err
        else:
            ran = subprocess.run(
                ["sh", "-ec", line],
                cwd=at,
                env=shell,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=60,
            )
            code, told = ran.returncode, ran.stdout.decode()
        shown += f"$ {line}\n{told}"
    return code, shown


@pytest.mark.parametrize("case", FAILING, ids=_id)
def test_a_mistake_is_told_in_these_words(
    case: Path, tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    known = BY_NAME[case.parent.name]
    code, shown = _shown(case, tmp_path)
    assert f"{known.severity}[{known.name}]" in shown
    assert code == (1 if "\nerror[" in f"\n{shown}" else 0)
    golden(case.with_name(f"{case.stem}.txt"), shown)


@pytest.mark.parametrize("case", CLEAN, ids=_id)
def test_what_is_right_is_not_blamed(case: Path, tmp_path: Path) -> None:
    code, shown = _shown(case, tmp_path)
    assert f"[{case.parent.name}]" not in shown
    assert code == 0, shown


@pytest.mark.parametrize("code", [code.name for code in CODES])
def test_no_code_lacks_its_cases(code: str) -> None:
    assert [case for case in FAILING if case.parent.name == code]
    assert [case for case in CLEAN if case.parent.name == code]


def test_no_text_is_left_over() -> None:
    texts = {path.with_suffix("") for path in BAD.glob("*/*.txt")}
    assert texts == {path.with_name(path.stem) for path in FAILING}
    assert {path.name for path in BAD.iterdir()} <= set(BY_NAME)
