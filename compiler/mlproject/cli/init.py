"""`mlproject init`: a small project that validates, compiles and runs as it is."""

from __future__ import annotations

import os
import re
import shlex
import sys
from posixpath import dirname, join

import click

from mlproject.cli.judge import report
from mlproject.cli.session import common_options
from mlproject.cli.where import SPEC, repository
from mlproject.diagnostics import Diagnostic, error
from mlproject.files import Obstacle, WorkTree
from mlproject.resources import data_dir

SCHEMA = ".mlproject.schema.json"
# A file of the scaffold, and what it is made from under `templates/init`.
FILES = {
    SPEC: "mlproject.yaml.j2",
    "data/iris.csv": "data/iris.csv",
    "src/split.py": "src/split.py.j2",
    "src/train.py": "src/train.py.j2",
    "src/evaluate.py": "src/evaluate.py.j2",
    "requirements.txt": "requirements.txt.j2",
}
# What a new repository often has already: left as it is, and said.
USUAL = {"README.md": "README.md.j2", ".gitignore": "gitignore.j2"}
# What `dvc init` makes (an empty template is an empty file), where no DVC repository is above.
DVC = {".dvc/config": "", ".dvc/.gitignore": "dvc-gitignore.j2", ".dvcignore": "dvcignore.j2"}
# Nothing of ours, but `compile` writes them: where one is there already, a project is there already.
COMPILED = ("dvc.yaml", "params.yaml", "MLproject")

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LINKED = "it is, or lies behind, a symbolic link, and nothing is written through one"
_IN_THE_WAY: dict[Obstacle, str] = {
    "link": _LINKED,
    "outside": "it lies where nothing may be written",
    "directory": "a directory is in the way",
    "other": "something that is no directory is in the way",
}


@click.command("init")
@click.argument("directory", default=".", required=False, metavar="[DIR]", type=click.Path(file_okay=False))
@click.option("--name", metavar="NAME", help="The project's name; the directory's, where not given.")
@common_options
def command(directory: str, name: str | None, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Start a project in DIR: a spec, three scripts and a table of flowers.

    It validates, compiles and runs as it is. Nothing that is there already is overwritten: where a file is in the way,
    all of them are listed and nothing is written.
    """
    project = os.path.abspath(directory)
    name = _name(project, name)
    tree = WorkTree(repository(project))
    inside = os.path.relpath(project, tree.root).replace(os.sep, "/")
    inside = "" if inside == "." else inside
    found = _obstacles(tree, inside, linked=os.path.islink(project))
    kept = [file for file in USUAL if os.path.lexists(os.path.join(project, file))]
    written: list[str] = []
    if not found:
        contents = {join(inside, file): text.encode() for file, text in _contents(tree, inside, name).items()}
        new = {file: content for file, content in contents.items() if not _exists(tree, file)}
        written = list(new) if verbose else []
        found = tree.write(new)
    if found:
        sys.stdout.write(report(found, "text", tree, no_color=no_color))
        return 1
    if not quiet:
        sys.stdout.write("".join(f"created {file}\n" for file in written))
        _told(directory, name, kept, in_git=os.path.exists(os.path.join(tree.root, ".git")))
    return 0


def _name(project: str, given: str | None) -> str:
    """The project's name: as given, or what the directory's name gives. Raises UsageError where it is none."""
    rule = "letters, digits, `_` and `-`"
    if given is not None:
        if not _NAME.fullmatch(given):
            raise click.UsageError(f"`{given}` is no name: {rule}")
        return given
    base = os.path.basename(project)
    name = re.sub(r"[^A-Za-z0-9_]+", "-", base).strip("-")
    if not name:
        raise click.UsageError(f"the directory `{base}` gives no name ({rule}): say one with --name")
    return name


def _exists(tree: WorkTree, file: str) -> bool:
    return os.path.lexists(os.path.join(tree.root, file))


def _has_dvc(tree: WorkTree, inside: str) -> bool:
    """Whether the project lies in a DVC repository already."""
    place = inside
    while place and not os.path.isdir(os.path.join(tree.root, place, ".dvc")):
        place = dirname(place)
    return os.path.isdir(os.path.join(tree.root, place, ".dvc"))


def _obstacles(tree: WorkTree, inside: str, *, linked: bool) -> list[Diagnostic]:
    """Everything that is in the way."""
    if linked:
        return [error("file-unwritable", f"`{inside or '.'}` cannot be written: {_LINKED}")]
    needed = [join(inside, file) for file in (*FILES, SCHEMA, *COMPILED)]
    optional = [join(inside, file) for file in (USUAL if _has_dvc(tree, inside) else {**USUAL, **DVC})]
    barred: dict[str, Obstacle | None] = {name: tree.obstacle(name) for name in needed}
    # A link in the place of a README is left as it is, like any README.
    barred |= {name: tree.obstacle(name) for name in optional if not _exists(tree, name)}
    found = [
        error(
            "file-unwritable",
            f"`{name}` cannot be written: {_IN_THE_WAY[obstacle]}",
            help="nothing was written",
        )
        for name, obstacle in barred.items()
        if obstacle is not None
    ]
    there = [f"`{name}`" for name in needed if barred[name] is None and _exists(tree, name)]
    if there:
        summary = f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already"
        found.append(error("not-ours", summary, help="nothing was written; choose a directory without them"))
    return found


def _contents(tree: WorkTree, inside: str, name: str) -> dict[str, str]:
    """The files of the scaffold, relative to the project, as text."""
    from jinja2 import Environment, StrictUndefined

    from mlproject.emit.yamltext import scalar
    from mlproject.model.schema import text

    environment = Environment(  # noqa: S701 - no HTML; the name is checked, and quoted as YAML wants it
        undefined=StrictUndefined, keep_trailing_newline=True
    )
    values = {"name": scalar(name), "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    wanted = {**FILES, **USUAL, **({} if _has_dvc(tree, inside) else DVC)}
    texts = {SCHEMA: text()}
    templates = data_dir() / "templates" / "init"
    for file, template in wanted.items():
        raw = (templates / template).read_text(encoding="utf-8") if template else ""
        if file.endswith(".md"):
            values["name"] = name
        texts[file] = environment.from_string(raw).render(values) if template.endswith(".j2") else raw
    return texts


def _told(directory: str, name: str, kept: list[str], *, in_git: bool) -> None:
    """What was done, and what to do next."""
    lines = [f"{name}: a project that runs as it is; {SPEC} says what it does"]
    for file in kept:
        hint = " (it should name .mlproject/, mlflow.db* and mlruns/)" if file == ".gitignore" else ""
        lines.append(f"  {file} was there already and is left as it is{hint}")
    here = os.path.normpath(directory)
    steps = [] if here == "." else [f"cd {shlex.quote(here)}"]
    steps += [] if in_git else ["git init"]
    steps += ["pip install -r requirements.txt", "mlproject compile", "mlproject apply"]
    sys.stdout.write("\n".join([*lines, "next:", *(f"  {step}" for step in steps)]) + "\n")
