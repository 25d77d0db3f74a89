"""Measures `mlproject` against DVC and against a bare start of Python, whole processes, in one run.

    python benchmarks/run.py [--sizes 100,1000] [--runs 5] [--dvc-up-to 1000] [--json FILE]

Each command is a process of its own, started from here and waited for, so that time and memory are what a user pays.
The commands take turns: something else that the machine does hits all of them alike. README.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import specs
from results import (
    COMPILE_AGAIN,
    COMPILE_COLD,
    COMPILE_FIRST,
    STAGE_LIST,
    START,
    STATUS,
    TYPICAL_NAME,
    VALIDATE_AGAIN,
    VALIDATE_COLD,
    Case,
    Samples,
    Table,
    plain,
    ratios,
    shown,
)

TYPICAL = Path(__file__).resolve().parent.parent / "projects" / "breast-cancer"
# What the compiler remembers of earlier runs lies here, in the project.
CACHE = ".mlproject"

QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DVC_NO_ANALYTICS": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "NO_COLOR": "1",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command line in a directory; `before` prepares each run and is not measured."""

    row: str
    line: tuple[str, ...]
    folder: Path
    before: Callable[[], None]


# A process inherits the peak of the one that starts it: so a small one starts it, and says what it took.
_LAUNCHER = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as told:
    told.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures as asked, prints a table and writes the JSON."""
    asked = _options(arguments)
    sizes = [int(size) for size in asked.sizes.split(",") if size]
    dvc = not asked.without_dvc
    with tempfile.TemporaryDirectory(prefix="mlproject-benchmark-") as top:
        cases = [_typical(Path(top), dvc), *(_generated(Path(top), size, dvc) for size in sizes)]
        table: Table = {case.name: {} for case in cases}
        for case in cases:
            with_dvc = dvc and case.stages <= asked.dvc_up_to
            _measure(_commands(case, with_dvc), asked.runs, table[case.name])
    found = ratios(cases, table)
    sys.stdout.write(shown(cases, table, found, asked.runs))
    if asked.json:
        Path(asked.json).write_text(
            json.dumps(plain(cases, table, found, asked.runs), indent=2) + "\n", "utf-8"
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--sizes", default="100,1000", help="stages of the generated specs (default: %(default)s)"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default: %(default)s)")
    parser.add_argument(
        "--dvc-up-to", type=int, default=1000, help="largest size DVC is run on (default: %(default)s)"
    )
    parser.add_argument("--without-dvc", action="store_true", help="measure mlproject alone")
    parser.add_argument("--json", metavar="FILE", help="also write every sample here")
    return parser.parse_args(arguments)


def _generated(top: Path, stages: int, dvc: bool) -> Case:
    folder = top / str(stages)
    folder.mkdir()
    specs.write(stages, folder)
    _repository(folder, dvc)
    return Case(str(stages), stages, (folder / "mlproject.yaml").stat().st_size, folder)


def _typical(top: Path, dvc: bool) -> Case:
    """The example project: every part of the language that a small real one uses, and no native passage."""
    folder = top / TYPICAL_NAME
    shutil.copytree(
        TYPICAL, folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "mlruns", "mlflow.db")
    )
    _repository(folder, dvc)
    return Case(TYPICAL_NAME, 3, (folder / "mlproject.yaml").stat().st_size, folder)


def _repository(folder: Path, dvc: bool) -> None:
    """A Git and, with `dvc`, a DVC repository with everything committed, compiled once."""
    _do(folder, "git", "init", "--quiet")
    _do(folder, _program("mlproject"), "compile", "--quiet")
    if dvc:
        _do(folder, _program("dvc"), "init", "--quiet")
    _do(folder, "git", "add", "--all")
    named = ("-c", "user.name=b", "-c", "user.email=b@example.com")
    _do(folder, "git", *named, "commit", "--quiet", "--message", "measured")


def _commands(case: Case, with_dvc: bool) -> list[Command]:
    folder = case.folder
    mlproject = _program("mlproject")

    def cold() -> None:
        shutil.rmtree(folder / CACHE, ignore_errors=True)

    def first() -> None:
        cold()
        for file in emitted:
            (folder / file).unlink(missing_ok=True)

    def again(verb: str) -> Callable[[], None]:
        def run() -> None:
            _do(folder, mlproject, verb)

        return run

    emitted = _emitted(folder)
    found = [
        Command(START, (sys.executable, "-c", "pass"), folder, _nothing),
        Command(VALIDATE_COLD, (mlproject, "validate"), folder, cold),
        Command(VALIDATE_AGAIN, (mlproject, "validate"), folder, again("validate")),
        Command(COMPILE_FIRST, (mlproject, "compile"), folder, first),
        Command(COMPILE_COLD, (mlproject, "compile"), folder, cold),
        Command(COMPILE_AGAIN, (mlproject, "compile"), folder, again("compile")),
    ]
    if with_dvc:
        dvc = _program("dvc")
        found.append(Command(STAGE_LIST, (dvc, "stage", "list"), folder, _nothing))
        found.append(Command(STATUS, (dvc, "status"), folder, _nothing))
    return found


def _emitted(folder: Path) -> list[str]:
    """The files of ours in a project: those that say so in their first line."""
    listed = _do(folder, "git", "ls-files", "-z").split("\0")
    return [name for name in listed if name and name != "mlproject.yaml" and _ours(folder / name)]


def _ours(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"enerated by mlproject from" in stream.readline()


def _measure(commands: list[Command], runs: int, rows: dict[str, Samples]) -> None:
    """All commands in turn, `runs` times, after one round that fills the caches of the machine and isn't counted."""
    for command in commands:
        rows[command.row] = Samples()
        command.before()
        _run(command.line, command)
    for _ in range(runs):
        for command in commands:
            command.before()
            begun = time.perf_counter()
            usage = _run(command.line, command)
            rows[command.row].seconds.append(time.perf_counter() - begun)
            rows[command.row].busy.append(usage.ru_utime + usage.ru_stime)
    for command in commands:
        command.before()
        rows[command.row].memory = _memory(command)


def _memory(command: Command) -> float:
    """The peak of a command's resident memory in MiB, in a run of its own."""
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as told:
        _run((sys.executable, "-I", "-S", "-c", _LAUNCHER, told.name, *command.line), command)
        return int(told.read()) / (2**20 if sys.platform == "darwin" else 2**10)


def _run(line: tuple[str, ...], command: Command) -> resource.struct_rusage:
    """Runs it to its end, and says what it and the processes that it waited for have used."""
    with open(os.devnull, "r+b") as null, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            line, cwd=command.folder, env={**os.environ, **QUIET}, stdin=null, stdout=null, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            what = said.read().decode("utf-8", "replace")
            raise SystemExit(f"{' '.join(line)} in {command.row}: exit code {process.returncode}\n{what}")
    return usage


def _do(folder: Path, *line: str) -> str:
    """Runs a command that isn't measured; its failure ends the benchmark."""
    env = {**os.environ, **QUIET}
    done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(line)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _nothing() -> None:
    """Some commands need nothing before they run."""


def _program(name: str) -> str:
    """A program of the environment that runs this, else of the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise SystemExit(f"there is no `{name}`: install the package with its extra [run]")
    return found


if __name__ == "__main__":
    main()
