"""Counts that noise cannot touch: what a command imports, reads, writes and starts. Measured by Python's own audit events
in a process of its own (`probe.py`), on the example projects."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from counts.repositories import NAMES, clone, commit

PROBE = Path(__file__).resolve().parent / "probe.py"
STANDARD = frozenset(sys.stdlib_module_names)
HEAVY = frozenset(
    {"dvc", "mlflow", "bentoml", "jsonschema", "jinja2", "rich", "sklearn", "pandas", "numpy", "packaging"}
)
# The libraries behind a command, as top-level packages.
CLICK = frozenset({"click"})
PYDANTIC = frozenset(
    {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
)
YAML = frozenset({"yaml"})
# Our own parts behind it, as the module or package below `mlproject`.
ANSWER = frozenset({"", "cache", "cli", "cli.fast", "cli.where"})
HELP = ANSWER | {"cli.commands", "diagnostics", "records"}
FRONT = ANSWER | {
    "cli.judge", "diagnostics", "files", "gitfiles", "interpolate", "ir", "load", "lower", "model", "pipeline",
    "places", "records", "resolve", "rules", "template", "validate",
    # What can be said of a project only by those who write its files.
    "pins", "resources", "targets", "trees",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run of the command: its exit code, the modules it imported, and its events (kind, subject, detail)."""

    code: int
    modules: tuple[str, ...]
    events: tuple[tuple[str, str, str], ...]
    repository: Path

    def at(self, *kinds: str) -> list[str]:
        """The files of the repository that events of these kinds are about, in order, with repetitions."""
        top = f"{self.repository}/"
        return [
            subject.removeprefix(top)
            for kind, subject, _ in self.events
            if kind in kinds and subject.startswith(top)
        ]

    def of(self, kind: str) -> list[tuple[str, str]]:
        """All events of a kind, wherever they are about."""
        return [(subject, detail) for one, subject, detail in self.events if one == kind]

    @property
    def libraries(self) -> set[str]:
        """The top-level packages of others. What C extensions leave behind (`_cython_…`) is not one."""
        tops = {name.partition(".")[0] for name in self.modules}
        return {
            top
            for top in tops - STANDARD
            if not top.startswith("_") and top not in {"mlproject", "cython_runtime"}
        }

    @property
    def ours(self) -> set[str]:
        """Our modules, without `mlproject.`."""
        found = {
            name.removeprefix("mlproject").removeprefix(".") for name in self.modules if self._is_ours(name)
        }
        return {name if name.startswith("cli.") else name.partition(".")[0] for name in found}

    @staticmethod
    def _is_ours(name: str) -> bool:
        return name == "mlproject" or name.startswith("mlproject.")


def probe(arguments: str, project: Path, out: Path) -> Run:
    """`mlproject ARGUMENTS` in a project's directory, watched."""
    subprocess.run(
        [sys.executable, str(PROBE), str(out), *arguments.split()],
        cwd=project, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    found = json.loads(out.read_text(encoding="utf-8"))
    events = tuple((str(kind), str(subject), str(detail)) for kind, subject, detail in found["events"])
    return Run(found["code"], tuple(found["modules"]), events, project.parents[1])


# A file written in the same instant as the answer is compared once more by its content: hence `settled` between.
RUNS = (
    "--help", "validate", "validate again", "compile", "compile settled", "compile again", "compile --check",
    "compile --check again",
)  # fmt: skip


@pytest.fixture(scope="module", params=[name for name in NAMES if name != "diabetes"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every command on one project, the unchanged ones right after; the project's code would leave a file if run."""
    base = tmp_path_factory.mktemp("counts").resolve()
    repository = clone([request.param], base / "repository")
    for code in repository.rglob("*.py"):
        code.write_text(
            f"open({str(base / 'ran')!r}, 'w')\n{code.read_text(encoding='utf-8')}", encoding="utf-8"
        )
    commit(repository, "sources")
    project = repository / "projects" / request.param
    made = {
        name: probe(name.removesuffix(" again").removesuffix(" settled"), project, base / "out.json")
        for name in RUNS
    }
    assert {name: run.code for name, run in made.items()} == dict.fromkeys(RUNS, 0)
    assert not (base / "ran").exists()
    return made


def test_help_imports_the_parser_of_options_and_no_verb(runs: dict[str, Run]) -> None:
    assert runs["--help"].libraries <= CLICK | {"pydantic"}  # of pydantic a name without a module behind it
    assert not [
        name for name in runs["--help"].modules if name.startswith("pydantic.") and "plugin" not in name
    ]
    assert runs["--help"].ours == HELP
    assert runs["--help"].at("read", "write", "list", "change") == []


def test_validate_imports_the_front_end_alone(runs: dict[str, Run]) -> None:
    assert {"pydantic", "yaml"} <= runs["validate"].libraries <= PYDANTIC | YAML
    assert runs["validate"].ours <= FRONT


@pytest.mark.parametrize("name", ["validate again", "compile again", "compile --check again"])
def test_an_unchanged_run_imports_nearly_nothing(runs: dict[str, Run], name: str) -> None:
    assert runs[name].libraries == set()
    assert runs[name].ours == ANSWER
    loaded = {module for module in runs[name].modules if not module.startswith("mlproject")}
    assert loaded <= {"__future__", "_blake2", "gc"}


@pytest.mark.parametrize(
    "name", ["--help", "validate", "validate again", "compile again", "compile --check again"]
)
def test_no_heavy_library_is_imported(runs: dict[str, Run], name: str) -> None:
    assert runs[name].libraries & HEAVY == set()


@pytest.mark.parametrize("name", ["compile", "compile --check"])
def test_compile_imports_no_tool_that_it_compiles_for(runs: dict[str, Run], name: str) -> None:
    assert runs[name].libraries & (HEAVY - {"jinja2"}) == set()


@pytest.mark.parametrize("name", ["validate again", "compile again", "compile --check again"])
def test_an_unchanged_run_reads_its_answer_and_writes_nothing(runs: dict[str, Run], name: str) -> None:
    (read,) = runs[name].at("read")
    assert "/.mlproject/cache/answer-" in read
    assert runs[name].at("write", "change") == []
    assert runs[name].of("process") == []


def test_validate_reads_few_files_and_writes_its_answer_alone(runs: dict[str, Run]) -> None:
    run = runs["validate"]
    often = {file for file, number in Counter(run.at("read")).items() if number > 1}
    assert {file for file in often if not file.endswith(".py")} == set()  # two rules may look at one script
    assert len(run.at("read")) < 20
    written = run.at("write", "change")
    assert written
    assert all(f"{file}/".find("/.mlproject/") > 0 for file in written)


def test_compile_reads_the_spec_once_and_writes_what_it_says(runs: dict[str, Run]) -> None:
    run = runs["compile"]
    assert sum(file.endswith("/mlproject.yaml") for file in run.at("read")) == 1
    new = [file for file in run.at("write") if "/.mlproject/" not in file]
    assert len(new) >= 9
    assert all(Path(file).name.startswith(".mlproject-") and file.endswith(".tmp") for file in new)
    checked = runs["compile --check"]
    assert [file for file in checked.at("write", "change") if "/.mlproject/" not in file] == []


@pytest.mark.parametrize("name", ["validate", "compile", "compile --check"])
def test_git_is_asked_for_its_list_and_nothing_else_is_started(runs: dict[str, Run], name: str) -> None:
    (command,) = [subject for subject, event in runs[name].of("process") if event == "subprocess.Popen"]
    assert "'git', '-C'" in command
    assert "'ls-files'" in command
    assert len(runs[name].of("process")) == 1


@pytest.mark.parametrize("name", RUNS)
def test_no_command_opens_a_socket_or_runs_the_projects_code(runs: dict[str, Run], name: str) -> None:
    assert runs[name].of("network") == []
    assert runs[name].at("run") == []
    assert not [file for file in runs[name].at("read", "write") if "__pycache__" in file]


def test_the_probe_sees_what_it_is_for(tmp_path: Path) -> None:
    noisy = (
        "import socket, subprocess, sys",
        "socket.socket().close()",
        "subprocess.run([sys.executable, '-c', ''])",
        "open('made', 'w').close()",
        "open('made').close()",
        "def main(): sys.exit(0)",
    )
    (tmp_path / "noisy.py").write_text("\n".join(noisy) + "\n", encoding="utf-8")
    script = PROBE.read_text(encoding="utf-8").replace(
        "from mlproject.cli import main", "from noisy import main"
    )
    (tmp_path / "probe.py").write_text(script, encoding="utf-8")
    subprocess.run(
        [sys.executable, "probe.py", "out.json"], cwd=tmp_path, check=True, capture_output=True, timeout=60
    )
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    seen = {(kind, Path(subject).name) for kind, subject, _ in found["events"]}
    assert {("write", "made"), ("read", "made"), ("run", "noisy.py")} <= seen
    assert {"process", "network"} <= {kind for kind, _ in seen}
    assert {"noisy", "socket"} <= set(found["modules"])
