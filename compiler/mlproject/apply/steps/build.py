"""Build each service's Bento under a version that is the digest of what goes into it.

It is built in a store of its own inside the user's (`BENTOML_HOME`, else `~/bentoml`, where plain `bentoml list` looks)
and moved into place with one rename: cut short, there is no Bento, never half of one.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, cast

from mlproject.apply.content import of_files
from mlproject.apply.context import Context
from mlproject.apply.events import VERDICT, Failure
from mlproject.apply.memory import digest_of
from mlproject.apply.process import running, tail
from mlproject.apply.where import Where, child_environment
from mlproject.diagnostics import has_errors
from mlproject.ir import Service
from mlproject.load import load
from mlproject.records import frozen

VERB = "build"
FILES = (
    ("python", "requirements_txt"),
    ("python", "wheels"),
    ("docker", "setup_script"),
    ("docker", "dockerfile_template"),
    ("conda", "environment_yml"),
)
NEVER = (".git", ".venv", "venv", "__pycache__", ".dvc", ".mlproject")


@frozen
class Bento:
    """A built service: its tag, and its folder in the store."""

    service: str
    tag: str
    folder: Path


def home_of(where: Where) -> Path:
    """BentoML's home: as BENTOML_HOME says, else in the user's home."""
    said = where.environ.get("BENTOML_HOME", "")
    return Path(said).expanduser() if said else Path(where.environ.get("HOME") or Path.home()) / "bentoml"


def bentofile_of(context: Context, service: Service) -> str:
    """The service's bentofile, relative to the project: its own, or the only one."""
    own = f"services/{service.name}/bentofile.yaml"
    return own if context.path(own).is_file() or len(context.project.services) > 1 else "bentofile.yaml"


def build(context: Context, service: Service) -> Bento | Failure:
    """Build one service, or find it built."""
    log = context.log
    step = (f"{VERB} {service.name}",)
    file = bentofile_of(context, service)
    log.started(step, f"build the Bento that {file} describes")
    outcome = _build(context, service, file)
    if isinstance(outcome, Failure):
        log.failed(step, outcome)
        return outcome
    bento, fresh = outcome
    if fresh:
        log.done(step, f"built {bento.tag}")
    else:
        log.unchanged(step, f"{bento.tag} is built")
    return bento


def _build(context: Context, service: Service, file: str) -> tuple[Bento, bool] | Failure:
    where, path = context.where, context.path(file)
    if not path.is_file():
        return Failure(VERDICT, f"there is no {file}", "Run `mlproject compile`, then apply again.")
    document, diagnostics = load(file, path.read_bytes())
    content: object = document.data
    if has_errors(list(diagnostics)) or not isinstance(content, dict):
        return Failure(VERDICT, f"{file} can't be read", "Run `mlproject compile`, then apply again.")
    tree = cast("Mapping[str, object]", content)
    missing = [entry for entry in _literal(tree) if not (where.project_dir / entry).exists()]
    absent = [name for name in _named(tree) if not (where.project_dir / name).is_file()]
    if absent:
        what = f"{file} names {absent[0]}, which is not there"
        return Failure(VERDICT, what, "Create it or correct the spec, then run apply again.")
    if missing:
        what = f"{file} includes {missing[0]}, which is not there"
        return Failure(VERDICT, what, "Let a stage write it or correct `include`, then run apply again.")
    version = _version(tree, where, file)
    store = home_of(where) / "bentos"
    name = str(tree.get("name") or service.name)
    if name and (store / name / version / "bento.yaml").is_file():
        return Bento(service.name, f"{name}:{version}", store / name / version), False
    with _staging(home_of(where)) as staging:
        named = () if tree.get("name") else ("--name", name)
        failure = _run(context, service, (file, *named), version, staging)
        if failure is not None:
            return failure
        built = next((staging / "bentos").glob(f"*/{version}"))
        name = built.parent.name
        target = store / name / version
        if (target / "bento.yaml").is_file():
            return Bento(service.name, f"{name}:{version}", target), False
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
        (target.parent / "latest").write_text(version, encoding="utf-8")
    return Bento(service.name, f"{name}:{version}", target), True


def _run(
    context: Context, service: Service, options: tuple[str, ...], version: str, staging: Path
) -> Failure | None:
    """One `bentoml build -f` with the options, the bentofile first; its output in a log whose end is shown where it
    fails."""
    where, log = context.where, context.log
    command = [
        sys.executable,
        "-P",
        "-m",
        "bentoml",
        "build",
        "-f",
        *options,
        "--version",
        version,
        str(where.project_dir),
    ]
    notes = where.state_dir / f"build-{service.name}.log"
    environ = child_environment(where, {**service.envs, "BENTOML_HOME": str(staging)})
    with notes.open("wb") as stream, running(command, where.project_dir, environ, stream) as child:
        code = child.wait()
    if code == 0:
        return None
    for line in tail(notes):
        log.output((f"{VERB} {service.name}",), line)
    return Failure(
        VERDICT,
        f"`bentoml build -f {' '.join(options)}` ended with exit code {code}",
        f"The lines above are the end of {notes}. Mend the service, then run apply again: the model is registered.",
    )


def _literal(tree: Mapping[str, object]) -> list[str]:
    """The entries of `include` that are plain paths."""
    include = tree.get("include")
    entries = cast("list[object]", include) if isinstance(include, list) else []
    return [str(entry).lstrip("/") for entry in entries if not set(str(entry)) & set("*?[!#")]


def _named(tree: Mapping[str, object]) -> list[str]:
    """The files that BentoML reads from their own fields."""
    found: list[str] = []
    for section, key in FILES:
        part = tree.get(section)
        value = cast("Mapping[str, object]", part).get(key) if isinstance(part, dict) else None
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        found += [one for one in values if isinstance(one, str)]
    return found


def _version(tree: Mapping[str, object], where: Where, file: str) -> str:
    """The digest of everything that the Bento is made of: the bentofile, the files that it includes (as BentoML matches
    them), the files that any of its fields names, and the maker's version."""
    matcher: Any = import_module("bentoml._internal.bento.build_config").BentoPathSpec
    include, exclude = (
        cast("list[str]", tree.get(key) or default) for key, default in (("include", ["*"]), ("exclude", []))
    )
    spec = matcher(include, exclude, str(where.project_dir))
    files = [
        path for path in _walk(where.project_dir) if spec.includes(f"./{path}" if "/" not in path else path)
    ]
    files += [path for path in _texts(tree) if (where.project_dir / path).is_file()]
    parts = [installed("bentoml"), of_files(where.project_dir, [file, *files])]
    return digest_of(parts)[:16]


def _walk(folder: Path) -> Iterator[str]:
    """The files below a folder, without those that never belong into a Bento."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NEVER]
        for name in names:
            yield os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")


def _texts(value: object) -> Iterator[str]:
    """Every text in a tree that can be a relative path."""
    if isinstance(value, Mapping):
        for inner in cast("Mapping[object, object]", value).values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _texts(inner)
    elif (
        isinstance(value, str)
        and value
        and len(value) < 255
        and "\n" not in value
        and not os.path.isabs(value)
    ):
        yield value


@contextmanager
def _staging(home: Path) -> Generator[Path]:
    """A BentoML home of our own, on the file system of the real one, sharing its models; gone at the end."""
    staging = home / f".mlproject-{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    (home / "models").mkdir(exist_ok=True)
    (staging / "models").symlink_to(home / "models")
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
