"""The pages hold: their links lead somewhere, their commands exist, the README's example compiles."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from mlproject.cli import commands
from mlproject.cli.bug import BUG
from mlproject.files import WorkTree
from mlproject.pipeline import compile as compiled

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    ROOT.glob("docs/*.md")
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
SHELLS = {"sh", "bash", "shell", "console"}
# What ends a command on a line.
ENDS = {"&&", "||", "|", ";", "<", ">", "2>"}


def ids(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for line in prose(page).splitlines():
        if line.startswith("#"):
            plain = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(plain.replace(" ", "-"))
    return found


def shell_lines(page: Path) -> Iterator[str]:
    for language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in SHELLS:
            for line in body.replace("\\\n", " ").splitlines():
                yield line.removeprefix("$ ")


def calls(line: str, program: str) -> Iterator[list[str]]:
    """The arguments of every call of a program on a line of a shell."""
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), "&&"]:
        if word in ENDS:
            if words and words[0] == program:
                yield words[1:]
            words = []
        else:
            words.append(word)


def parsed(arguments: list[str]) -> None:
    """Raises a click exception where a command line is none of ours. Nothing is run."""
    group = commands.cli
    # As the command itself makes it: a verb keeps the first help option that it is asked for.
    context = group.make_context("mlproject", ["--"], resilient_parsing=True)
    verb = arguments[0]
    command = group.get_command(context, verb)
    assert command is not None, f"there is no verb `{verb}`"
    if not {"-h", "--help"} & set(arguments):
        command.make_context(verb, arguments[1:], parent=context)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_of_ours_exist(page: Path) -> None:
    for line in shell_lines(page):
        for arguments in calls(line, "mlproject"):
            parsed(arguments)
    # Running text names a command without its arguments, or with placeholders; verb and options are there.
    for arguments in re.findall(r"`mlproject ([a-z]+\b[^`]*)`", prose(page)):
        with suppress(click.MissingParameter):
            parsed(shlex.split(arguments))


def test_a_command_that_does_not_exist_is_noticed() -> None:
    (arguments,) = calls("cd x && mlproject compile --chekc  # a comment", "mlproject")
    with pytest.raises(click.UsageError):
        parsed(arguments)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for line in shell_lines(page):
        for arguments in calls(line, "make"):
            assert arguments[0] in targets


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_files_named_in_the_text_exist(page: Path) -> None:
    for file in re.findall(r"`((?:compiler|schemas|tests|templates|projects|\.ci)/[\w./-]*\w)`", prose(page)):
        if "NAME" not in file and "CODE" not in file:
            assert (ROOT / file).exists(), f"there is no {file}"


def test_the_readme_lists_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `mlproject ([a-z]+)` \|", readme, re.MULTILINE)
    assert listed == list(commands.VERBS)


def test_the_readme_lists_every_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    assert listed == {0, 1, commands.USAGE, commands.NO_INPUT, commands.UNAVAILABLE, BUG}


def test_the_example_of_the_readme_compiles_to_the_files_it_lists(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## One spec")[2].partition("\n## ")[0]
    (spec,) = (body for language, body in FENCE.findall(section) if language == "yaml")
    (tmp_path / "mlproject.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "train.py").write_text("import sys\n", encoding="utf-8")
    result = compiled("mlproject.yaml", WorkTree(str(tmp_path)))
    assert not result.diagnostics
    files = {file.file for file in result.files if file.text}
    expected = {
        "dvc.yaml",
        "params.yaml",
        ".dvcignore",
        "MLproject",
        "mlflow.yaml",
        "bentofile.yaml",
        "service.py",
    }
    assert expected <= files
    assert {
        "deploy/prod/kustomization.yaml",
        "deploy/prod/image.yaml",
        "mlproject.lock",
        ".gitattributes",
    } <= files
    assert {f".github/workflows/mlproject-churn-{kind}.yml" for kind in ("check", "apply")} <= files


def test_every_dependency_has_its_reason() -> None:
    """With the floor and the ceiling of pyproject.toml."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*whole["project"]["dependencies"], *whole["project"]["optional-dependencies"]["run"]]
    for group in whole["dependency-groups"].values():
        wanted += [entry for entry in group if isinstance(entry, str)]
    tables = [
        line
        for line in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
        if line[:2] == "| "
    ]
    for requirement in wanted:
        name = re.split(r"[\[>=<]", requirement)[0]
        rows = [row.split("|") for row in tables if name in re.split(r"[\s,]+", row.split("|")[1])]
        assert rows, f"{name} has no row"
        for version in re.findall(r"[>=<]+([\d.]+)", requirement):
            assert any(re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.]*\d)", row[2]) for row in rows), (
                requirement
            )
