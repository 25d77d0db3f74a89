"""`MLproject` as `tracking` (and `python`, where its environment file says no more than that)."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import cast

from mlproject.diagnostics import Path, did_you_mean
from mlproject.files import Source
from mlproject.imports import pythonenv
from mlproject.imports.reading import Mapping, Taking, as_read, is_empty, kind, name_of
from mlproject.imports.taken import Native, Taken

NAME = "MLproject"
KEYS = ("name", "python_env", "conda_env", "docker_env", "entry_points", "databricks_spark_job")
ENVIRONMENTS = ("python_env", "conda_env", "docker_env")
# The files that MLflow takes for an environment where the project names none, in its order.
DEFAULTS = (("python_env", "python_env.yaml"), ("conda_env", "conda.yaml"))
TRACKING = "tracking"


def is_project(file: str) -> bool:
    """Whether MLflow takes a file of this name for a project: in any spelling of upper and lower case."""
    return basename(file).lower() == "mlproject"


def read(native: Native, source: Source) -> Taken:
    """The sections that an `MLproject` is. `source` is asked for the environment files beside it."""
    taking = Taking(native)
    if native.document.data is None:
        if is_empty(native.document):
            taking.wrong(f"`{basename(native.file)}` is empty, and MLflow cannot load it", ())
        return taking.taken()
    project = taking.mapping(as_read(native.document), (), "an MLproject")
    if project is None:
        return taking.taken()
    _name(taking, project)
    _environment(taking, project, source)
    _entry_points(taking, project)
    _others(taking, project)
    if basename(native.file) != NAME:
        summary = f"the compiled file is called `{NAME}`, and MLflow finds either name"
        taking.say(
            "import-left", "warning", summary, (), f"remove `{basename(native.file)}` once it is compiled"
        )
    return taking.taken()


def _name(taking: Taking, project: Mapping) -> None:
    given = project.get("name")
    if given is None:
        taking.put((TRACKING, "project"), False, ())
        return
    text = str(given)
    if not isinstance(given, str):
        taking.say(
            "import-changed",
            "warning",
            f"the name is {kind(given)}, and becomes the text `{text}`",
            ("name",),
        )
    name = name_of(text)
    if name:
        taking.put(("name",), name, ("name",))
    if name != text and text:
        taking.put_text((TRACKING, "project"), ("native", NAME, "override", "name"), text, ("name",))


def _environment(taking: Taking, project: Mapping, source: Source) -> None:
    given = [key for key in ENVIRONMENTS if key in project]
    if len(given) > 1:
        names = ", ".join(f"`{key}`" for key in given)
        taking.wrong(f"MLflow takes one environment, and here are {names}", (given[1],), "keep one", "key")
    key = next((key for key in given if project[key]), "")
    value: object = project.get(key)
    folder = dirname(taking.native.file)
    if not key and "databricks_spark_job" not in project:
        for key, value in DEFAULTS:  # noqa: B007 -- the one that is found is used below
            if source.kind(join(folder, str(value))) == "file":
                break
        else:
            return
    if key == "docker_env":
        _docker(taking, value)
    elif key:
        if not isinstance(value, str):
            taking.wrong(f"`{key}` must be the path of a file, and is {kind(value)}", (key,))
            return
        came: Path = (key,) if given else ()
        if key != "python_env" or not pythonenv.read(taking, source, value):
            taking.put_text((TRACKING, key), ("native", NAME, key), value, came)
        if key == "conda_env":
            help = "MLflow's own form is `python: {version, requirements}`; the conda file is kept till then"
            taking.say("import-old-form", "warning", "a conda environment is the old form", came, help)


def _docker(taking: Taking, value: object) -> None:
    at: Path = ("docker_env",)
    docker = taking.mapping(value, at, "`docker_env`")
    if docker is None:
        return
    if not isinstance(docker.get("image"), str) or not docker["image"]:
        taking.wrong("`docker_env` names no `image`", at, "MLflow refuses it", "key")
        return
    tree: Mapping = {}
    for key, inner in docker.items():
        place = (*at, cast("str", key))
        wrong = ""
        if key == "volumes":
            wrong = "" if not inner or _texts(inner) else "`volumes` must be a list of texts"
        elif key == "environment":
            wrong = (
                "" if not inner or _variables(inner) else "`environment` lists names and [name, value] pairs"
            )
        elif key != "image":
            near = did_you_mean(str(key), ["image", "volumes", "environment"])
            taking.left(f"MLflow knows no `{key}` in `docker_env`, and ignores it", place, near)
            continue
        if wrong:
            taking.wrong(wrong, place)
        elif inner is not None:
            tree[key] = inner
    taking.put_text((TRACKING, "docker_env"), ("native", NAME, "docker_env"), tree, at)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))


def _variables(value: object) -> bool:
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    return all(
        isinstance(item, str) or (isinstance(item, list) and len(cast("list[object]", item)) == 2)
        for item in items
    )


def _entry_points(taking: Taking, project: Mapping) -> None:
    at: Path = ("entry_points",)
    if "databricks_spark_job" in project and "entry_points" not in project:
        return
    points = taking.mapping(project.get("entry_points", {}), at, "`entry_points`")
    if points is None:
        return
    taking.put((TRACKING, "entry_points"), {}, at if "entry_points" in project else ())
    for name, given in points.items():
        place = (*at, cast("str", name))
        point = taking.mapping(given, place, f"the entry point `{name}`")
        tree = _entry_point(taking, point, place) if point is not None else None
        if tree is None:
            continue
        if not isinstance(name, str) or not name:
            taking.wrong(
                f"`{name}` is {kind(name)}: no entry point can be called that", place, "quote it", "key"
            )
        else:
            spec = (TRACKING, "entry_points", name)
            taking.put_text(spec, ("native", NAME, "entry_points", name), tree, place)


def _entry_point(taking: Taking, point: Mapping, place: Path) -> Mapping | None:
    """An entry point in the language's form, which is MLflow's; None where MLflow could not run it."""
    name = place[-1]
    tree: Mapping = {}
    for key in point:
        if key not in ("command", "parameters"):
            near = did_you_mean(str(key), ["command", "parameters"])
            taking.left(
                f"MLflow ignores `{key}` of the entry point `{name}`", (*place, cast("str", key)), near
            )
    command = point.get("command")
    if not isinstance(command, str) or not command:
        what = "has no command" if command is None else f"has {kind(command)} for a command"
        taking.wrong(f"the entry point `{name}` {what}", place, "add `command:`", "key")
        return None
    if "parameters" in point:
        parameters = _parameters(taking, point["parameters"], (*place, "parameters"))
        if parameters:
            tree["parameters"] = parameters
    tree["command"] = command
    return tree


def _parameters(taking: Taking, given: object, place: Path) -> Mapping:
    if given is None:
        summary = "`parameters` has nothing under it, and MLflow cannot load that"
        taking.changed(summary, place, "it is left out", "key")
        return {}
    parameters: Mapping = {}
    for name, said in (taking.mapping(given, place, "`parameters`") or {}).items():
        at = (*place, cast("str", name))
        if not isinstance(name, str) or not name:
            taking.wrong(f"`{name}` is {kind(name)}: no parameter can be called that", at, "quote it", "key")
        elif not isinstance(said, str | dict):
            help = "give its type, as in `lr: float`, or `lr: {type: float, default: 0.1}`"
            taking.wrong(f"the parameter `{name}` is {kind(said)}", at, help, "key")
        elif isinstance(said, dict) and any(not isinstance(key, str) for key in cast("Mapping", said)):
            taking.wrong(f"the parameter `{name}` has a key that is no text", at)
        else:
            parameters[name] = said
    return parameters


def _others(taking: Taking, project: Mapping) -> None:
    """What the language has no words for: one key goes along verbatim, MLflow reads no other."""
    for key, value in project.items():
        if key == "databricks_spark_job":
            taking.put(("native", NAME, "databricks_spark_job"), value, ("databricks_spark_job",))
        elif key not in KEYS:
            near = did_you_mean(str(key), list(KEYS))
            taking.left(f"MLflow knows no `{key}`, and ignores it", (cast("str", key),), near)


def environment_files(native: Native) -> tuple[str, ...]:
    """The environment files that an `MLproject` names or takes by default, relative to the repository."""
    data = as_read(native.document)
    project = cast("Mapping", data) if isinstance(data, dict) else {}
    named = [project[key] for key in ("python_env", "conda_env") if isinstance(project.get(key), str)]
    names = [cast("str", name) for name in named] or [name for _, name in DEFAULTS]
    return tuple(normpath(join(dirname(native.file), name)) for name in names)
