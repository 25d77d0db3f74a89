"""The scripts that a stage's command runs, as far as its words tell: `python src/train.py`, `bash run.sh`, …

The tables below are the whole knowledge about tools. A tool that they do not name runs nothing that we look for, and a
script is reported only where it exists in the project; so a gap in a table costs a warning, never a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from posixpath import basename, join, normpath

from mlproject.records import frozen, replace
from mlproject.rules.shell import Word, commands, is_assignment


@frozen
class Run:
    """A script that is run: `word` as it stands in the command; `file` relative to where the command runs.

    A `module` (`python -m pkg.mod`) has dotted words and no file yet. `directory` is where it runs, `path` what
    `PYTHONPATH` adds there. `python` tells whether it is Python.
    """

    word: str
    file: str
    directory: str
    python: bool
    module: bool = False
    path: tuple[str, ...] = ()


@frozen
class _Tool:
    """How a program takes its arguments: `sub`, the subcommand that it needs; `values`, options that take a value;
    `stops`, options after which no script follows; `skip`, how many arguments stand before what it runs; `clusters`,
    that short options may stand together, the last one with its value."""

    sub: str = ""
    values: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    skip: int = 0
    clusters: bool = False


# Programs that run another command.
_WRAPPERS: dict[str, _Tool] = {
    "builtin": _Tool(),
    "command": _Tool(),
    "conda": _Tool("run", frozenset({"-n", "--name", "-p", "--prefix", "--cwd"})),
    "dotenv": _Tool("run", frozenset({"-f", "--file"})),
    "env": _Tool(values=frozenset({"-u", "--unset"}), stops=frozenset({"-S", "-C", "--chdir"})),
    "exec": _Tool(values=frozenset({"-a"})),
    "hatch": _Tool("run", frozenset({"-e", "--env", "-p", "--project"})),
    "horovodrun": _Tool(values=frozenset({"-np", "-H", "-p"})),
    "ionice": _Tool(values=frozenset({"-c", "-n"})),
    "mamba": _Tool("run", frozenset({"-n", "--name", "-p", "--prefix", "--cwd"})),
    "micromamba": _Tool("run", frozenset({"-n", "--name", "-p", "--prefix", "--cwd"})),
    "mpiexec": _Tool(values=frozenset({"-n", "-np", "-c", "-H", "-host", "--host", "--hostfile", "-x"})),
    "mpirun": _Tool(values=frozenset({"-n", "-np", "-c", "-H", "-host", "--host", "--hostfile", "-x"})),
    "nice": _Tool(values=frozenset({"-n", "--adjustment"})),
    "nohup": _Tool(),
    "pdm": _Tool("run", frozenset({"-p", "--project"})),
    "pipenv": _Tool("run"),
    "pixi": _Tool("run", frozenset({"-e", "--environment", "--manifest-path"})),
    "poetry": _Tool("run", frozenset({"-C", "--directory", "-P", "--project"})),
    "rye": _Tool("run", frozenset({"--pyproject"})),
    "setsid": _Tool(),
    "srun": _Tool(values=frozenset({"-n", "-N", "-c", "-p", "-J", "-t", "-o", "-e", "-G"})),
    "stdbuf": _Tool(values=frozenset({"-i", "-o", "-e"})),
    "sudo": _Tool(values=frozenset({"-u", "-g", "-C", "-D"})),
    "time": _Tool(values=frozenset({"-f", "--format", "-o", "--output"})),
    "timeout": _Tool(values=frozenset({"-s", "--signal", "-k", "--kill-after"}), skip=1),
    "unbuffer": _Tool(),
    "uv": _Tool(
        "run",
        frozenset(
            {
                "--with",
                "--with-editable",
                "--with-requirements",
                "--python",
                "-p",
                "--extra",
                "--group",
                "--only-group",
            }
            | {"--no-group", "--directory", "--project", "--env-file", "--package", "--index", "--index-url"}
            | {
                "--extra-index-url",
                "--find-links",
                "-f",
                "-P",
                "--upgrade-package",
                "--config-file",
                "--cache-dir",
            }
        ),
    ),
    "xvfb-run": _Tool(
        values=frozenset({"-n", "--server-num", "-s", "--server-args", "-f", "-e", "-w", "-p"})
    ),
}

_SHELLS = ("bash", "dash", "ksh", "sh", "zsh")

# Programs whose first argument is a script of their own language.
_INTERPRETERS: dict[str, _Tool] = {
    **dict.fromkeys(
        _SHELLS, _Tool(values=frozenset({"-o", "+o", "-O", "+O"}), stops=frozenset({"-s"}), clusters=True)
    ),
    ".": _Tool(),
    "julia": _Tool(values=frozenset({"-J", "-t", "-p", "-L", "-H"}), stops=frozenset({"-e", "-E", "--eval"})),
    "lua": _Tool(values=frozenset({"-l"}), stops=frozenset({"-e", "-"})),
    "node": _Tool(values=frozenset({"-r", "--require", "--import"}), stops=frozenset({"-e", "-p", "--eval"})),
    "octave": _Tool(values=frozenset({"-p", "--path"}), stops=frozenset({"--eval"})),
    "perl": _Tool(values=frozenset({"-I", "-M"}), stops=frozenset({"-e", "-E", "-n", "-p"})),
    "Rscript": _Tool(stops=frozenset({"-e"})),
    "ruby": _Tool(values=frozenset({"-I", "-r"}), stops=frozenset({"-e"})),
    "source": _Tool(),
}
# Programs that take a script of theirs anywhere among options that nobody could list: the first with the suffix it is.
_BY_SUFFIX: dict[str, tuple[str, tuple[str, ...]]] = {
    "accelerate": ("launch", (".py",)),
    "coverage": ("run", (".py",)),
    "deepspeed": ("", (".py",)),
    "jupyter": ("", (".ipynb",)),
    "kernprof": ("", (".py",)),
    "papermill": ("", (".ipynb",)),
    "quarto": ("render", (".qmd", ".ipynb", ".Rmd", ".md")),
    "spark-submit": ("", (".py", ".R")),
    "torchrun": ("", (".py",)),
}


@lru_cache(maxsize=16384)
def runs(text: str, directory: str) -> tuple[Run, ...]:
    """The scripts that `text` runs in `directory`, their files relative to the same root as `directory`."""
    return tuple(_placed(run, _inside(directory, run.directory)) for run in _runs(text))


def _placed(run: Run, where: str) -> Run:
    """A script as seen from the root that `where` is relative to."""
    file = run.file if run.module else _inside(where, run.file)
    path = tuple(_inside(where, part) for part in run.path)
    return Run(run.word, file, where, run.python, run.module, path)


def _inside(directory: str, path: str) -> str:
    joined = normpath(join(directory, path) if directory else path)  # that of nothing is `.`
    return "" if joined == "." else joined


def _runs(text: str) -> tuple[Run, ...]:
    """The scripts of a text, relative to where it runs."""
    found: list[Run] = []
    for command in commands(text):
        where = command.directory
        if where == "":
            found += _command(command.words)
        elif where is not None:
            found += [
                replace(run, directory=_inside(where, run.directory)) for run in _command(command.words)
            ]
    return tuple(found)


def _command(words: Sequence[Word]) -> list[Run]:
    """What one simple command runs: its assignments and wrappers are taken off until a script or nothing is left."""
    path: tuple[str, ...] = ()
    while words:
        first, rest = words[0], words[1:]
        if first is not None and is_assignment(first):
            name, _, value = first.partition("=")
            if name == "PYTHONPATH":
                path = tuple(part for part in value.split(":") if part and not {"$", "`"} & {*part})
            words = rest
            continue
        name = basename(first) if first is not None else "python"  # `$PYTHON train.py`
        if name in _WRAPPERS:
            tool = _WRAPPERS[name]
            if name == "uv" and (module := _uv_module(rest)):
                return [Run(module, "", "", python=True, module=True, path=path)]
            words = _after_options(rest, tool)
            if name == "uv" and words and words[0] is not None and words[0].endswith(".py"):
                return [_script(words[0], path)]
            continue
        if not path:
            return _program(first, name, rest)
        return [replace(run, path=run.path or path) for run in _program(first, name, rest)]
    return []


def _program(word: Word, name: str, rest: Sequence[Word]) -> list[Run]:
    """What a program that is no wrapper runs."""
    if _is_python(name):
        return _python(rest, sure=word is not None)
    if name in _SHELLS and (inner := _inline(rest)) is not None:
        return list(_runs(inner))
    if name in _INTERPRETERS:
        left = _after_options(rest, _INTERPRETERS[name])
        return [_script(left[0], ())] if left and left[0] is not None else []
    if name in _BY_SUFFIX:
        sub, suffixes = _BY_SUFFIX[name]
        return _by_suffix(rest, sub, suffixes)
    return [_script(word, ())] if word is not None and "/" in word else []


def _script(word: str, path: tuple[str, ...]) -> Run:
    return Run(word, word, "", python=word.endswith(".py"), path=path)


def _is_python(name: str) -> bool:
    """`python`, `python3`, `python3.11`, `pypy3`, `ipython`."""
    for program in ("python", "pypy", "ipython"):
        if name.startswith(program) and not name.removeprefix(program).strip("0123456789."):
            return True
    return False


def _after_options(words: Sequence[Word], tool: _Tool) -> Sequence[Word]:
    """The words from what a tool runs on; none where it runs nothing that we can tell."""
    at, sub, skip = 0, tool.sub, tool.skip
    while at < len(words):
        word = words[at]
        if word is None:
            return ()
        if word == "--":
            return words[at + 1 + skip :]
        if word.startswith(("-", "+")) and len(word) > 1:
            if word in tool.stops:
                return ()
            option = word[0] + word[-1] if tool.clusters and word[1] != "-" else word
            at += 2 if option in tool.values else 1
        elif sub:
            if word != sub:
                return ()
            sub, at = "", at + 1
        elif skip:
            skip, at = skip - 1, at + 1
        else:
            return words[at:]
    return ()


def _inline(words: Sequence[Word]) -> str | None:
    """The text that a shell is given by `-c` (or `-lc`, `-ec`, …), its last option."""
    for place, word in enumerate(words[:-1]):
        if word is not None and word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return words[place + 1]
    return None


def _python(words: Sequence[Word], *, sure: bool) -> list[Run]:
    """The script or module of a Python interpreter. Not `sure`: the program is unknown and only may be Python."""
    at = 0
    while at < len(words):
        word = words[at]
        if word is None or word == "-":
            return []
        if not word.startswith("-"):
            script = Run(word, word, "", python=True)
            return [script] if sure or word.endswith(".py") else []
        for place, letter in enumerate(word[1:], 1):
            if word.startswith("--") or letter in "WX":
                at += word == "--check-hash-based-pycs" or (letter in "WX" and place == len(word) - 1)
                break
            if letter == "c":
                return []
            if letter == "m":
                attached = word[place + 1 :] or (words[at + 1] if at + 1 < len(words) else None)
                return [Run(attached, "", "", python=True, module=True)] if attached else []
        at += 1
    return []


def _uv_module(words: Sequence[Word]) -> str | None:
    """The module of `uv run -m pkg.mod`."""
    if "run" not in words:
        return None
    options = words[list(words).index("run") + 1 :]
    for place, word in enumerate(options[:-1]):
        if word in {"-m", "--module"}:
            return options[place + 1]
        if word is None or not word.startswith("-"):
            return None
    return None


def _by_suffix(words: Sequence[Word], sub: str, suffixes: tuple[str, ...]) -> list[Run]:
    """The first word with one of the suffixes, or a module named by `-m`."""
    if sub and sub not in words:
        return []
    for place, word in enumerate(words):
        if word in {"-m", "--module"} and ".py" in suffixes and place + 1 < len(words):
            module = words[place + 1]
            return [Run(module, "", "", python=True, module=True)] if module else []
        if word is not None and word.endswith(suffixes):
            return [_script(word, ())]
    return []
