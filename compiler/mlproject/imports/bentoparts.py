"""The parts of a build file: models, variables, and BentoML's sections `docker`, `python` and `conda`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from mlproject.diagnostics import Path, did_you_mean
from mlproject.imports.reading import Mapping, Taking, can_stand, kind, literal

DOCKER = "distro python_version cuda_version env system_packages setup_script base_image dockerfile_template".split()
DISTROS = ("alpine", "amazonlinux", "debian", "ubi8")
PYTHON = (
    "requirements_txt packages lock_packages pack_git_packages index_url no_index trusted_host find_links "
    "extra_index_url pip_args wheels is_src_layout"
).split()
CONDA = "environment_yml channels dependencies pip".split()
SWITCHES = ("lock_packages", "pack_git_packages", "no_index", "is_src_layout")
LISTS = ("packages", "wheels", "system_packages", "channels", "pip")
MANY = ("trusted_host", "find_links", "extra_index_url")  # a list, or one text

# Keys of older versions, by where they stood, and what says the same today.
REPLACED = {
    "additional_models": "list them under `models`",
    "apis": "the methods of the service's class that `@bentoml.api` decorates are its routes",
    "runners": "a service of its own that the first depends on (`bentoml.depends`), or `workers` of the decorator",
    "artifacts": "list the models under `models`, or include their files",
    "environment": "say it under `python` and `docker`",
    "env": "list the variables under `envs`",
    "metadata": "say it under `labels`",
    "kind": "leave it out: a bentofile describes a service",
    "track": "leave it out",
    "version": "give it to `bentoml build --version`",
    "resources": "put it into the service's decorator; in the spec, `resources` of the service",
    "traffic": "put it into the service's decorator; in the spec, `traffic` of the service",
    "workers": "put it into the service's decorator",
    "packages": "move it under `python`",
    "requirements_txt": "move it under `python`",
    "system_packages": "move it under `docker`",
    "docker.gpu": "start from an image that has CUDA: `docker.base_image`",
    "docker.devel": "leave it out",
    "docker.image": "call it `base_image`",
    "docker.packages": "call it `system_packages`",
    "docker.dockerfile": "start from an image of your own: `docker.base_image`",
    "python.version": "call it `docker.python_version`",
    "python.requirements": "call it `requirements_txt`",
    "python.pip_packages": "call it `packages`",
}
OLD = {
    "docker.cuda_version": "start from an image that has CUDA: `docker.base_image`",
    "docker.dockerfile_template": "say it with `docker.base_image`, `system_packages` and `setup_script`",
    "python.wheels": "name a wheel among `python.packages`, by its path",
    "conda": "name the packages under `python`, and those of the system under `docker.system_packages`",
}


def text_of(taking: Taking, given: Mapping, key: str, at: Path) -> str:
    """A text as BentoML reads it, '' where there is none: it makes text of numbers."""
    value = given.get(key)
    place = (*at, key)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, dict | list):
        taking.wrong(f"`{key}` must be text, and is {kind(cast('object', value))}", place)
        return ""
    taking.changed(
        f"`{key}` is {kind(value)}, and becomes the text `{value}`",
        place,
        "quote it",
    )
    return str(value)


def texts(taking: Taking, value: object, at: Path) -> list[str]:
    """A list of texts. One text in its place BentoML reads as its letters, which nobody can have meant."""
    if value is None:
        return []
    if isinstance(value, str):
        summary = f"`{at[-1]}` is one text, and BentoML takes it for a list of its letters"
        taking.changed(summary, at, "it becomes a list with that one text")
        return [value] if value else []
    if not isinstance(value, list):
        taking.wrong(f"`{at[-1]}` must be a list, and is {kind(value)}", at)
        return []
    found: list[str] = []
    for index, item in enumerate(cast("list[object]", value)):
        if isinstance(item, dict | list) or item is None:
            taking.wrong(
                f"an item of `{at[-1]}` must be text, and is {kind(cast('object', item))}", (*at, index)
            )
        elif item != "":
            found.append(str(item))
    return found


def labels(taking: Taking, value: object, at: Path) -> Mapping:
    """A mapping of texts to texts, as BentoML reads it."""
    given = {} if value is None else taking.mapping(value, at, f"`{at[-1]}`") or {}
    found: Mapping = {}
    for key, inner in given.items():
        if isinstance(inner, dict | list):
            taking.wrong(
                f"`{key}` must be text, and is {kind(cast('object', inner))}", (*at, cast("str", key))
            )
        else:
            found[str(key)] = str(inner)
    return found


def models(taking: Taking, data: Mapping, at: Path) -> None:
    """The models of BentoML's store that are packed."""
    given = data.get("models")
    if given is None:
        return
    if not isinstance(given, list):
        taking.wrong(f"`models` must be a list, and is {kind(given)}", ("models",))
        return
    found: list[object] = []
    for index, item in enumerate(cast("list[object]", given)):
        place: Path = ("models", index)
        if isinstance(item, str) and item:
            found.append({"tag": item})
            continue
        model = taking.mapping(item, place, "a model")
        if model is None:
            continue
        for key in [key for key in model if key not in ("tag", "filter", "alias")]:
            help = did_you_mean(str(key), ["tag", "filter", "alias"])
            taking.wrong(f"BentoML knows no `{key}` of a model", (*place, cast("str", key)), help, "key")
        said = {key: text_of(taking, model, key, place) for key in ("tag", "filter", "alias")}
        if said["tag"]:
            found.append({key: text for key, text in said.items() if text})
        else:
            taking.wrong("a model has no `tag`", place)
    if found:
        taking.put_text((*at, "models"), ("native", "bentofile", at[1], "models"), found, ("models",))


def envs(taking: Taking, data: Mapping, at: Path) -> None:
    """The variables: those at the end that have no value and are set when the service runs are its secrets."""
    given = data.get("envs")
    if given is None:
        return
    if not isinstance(given, list):
        help = "as in `- {name: LOG_LEVEL, value: info}`"
        taking.wrong(f"`envs` must be a list, and is {kind(given)}", ("envs",), help)
        return
    entries: list[tuple[int, str, str, str]] = []
    for index, item in enumerate(cast("list[object]", given)):
        entry = taking.mapping(item, ("envs", index), "a variable")
        if entry is not None and (said := _variable(taking, entry, ("envs", index))) is not None:
            entries.append((index, *said))
    values = {name: value for _, name, value, _ in entries}
    if len(values) < len(entries) or not can_stand(values):
        listed = [{"name": name, "value": value, "stage": stage} for _, name, value, stage in entries]
        taking.put(("native", "bentofile", at[1], "envs"), listed, ("envs",))
        return
    first = len(entries)
    while (
        first
        and entries[first - 1][2:] == ("", "runtime")
        and entries[first - 1][1].replace("_", "a").isalnum()
    ):
        first -= 1
    for index, name, value, stage in entries[:first]:
        text = literal(value)
        said_here = text if stage == "all" else {"value": text, "stage": stage}
        taking.put((*at, "envs", name), said_here, ("envs", index))
    if entries[first:]:
        taking.put((*at, "secrets"), [name for _, name, _, _ in entries[first:]], ("envs",))
        for number, (index, *_) in enumerate(entries[first:]):
            taking.origins[(*at, "secrets", number)] = (taking.native.file, ("envs", index))


def _variable(taking: Taking, entry: Mapping, place: Path) -> tuple[str, str, str] | None:
    """The name, value and stage of a variable."""
    for key in [key for key in entry if key not in ("name", "value", "stage")]:
        help = did_you_mean(str(key), ["name", "value", "stage"])
        taking.left(f"BentoML ignores `{key}` of a variable", (*place, cast("str", key)), help)
    name = text_of(taking, entry, "name", place)
    if not name:
        taking.wrong("a variable has no `name`", place)
        return None
    stage = entry.get("stage", "all")
    if stage not in ("all", "build", "runtime"):
        taking.wrong(f"`{stage}` is no stage", (*place, "stage"), "one of: all, build, runtime")
        return None
    value = entry.get("value", "")
    if isinstance(value, dict | list):
        taking.wrong(
            f"the value of `{name}` must be text, and is {kind(cast('object', value))}", (*place, "value")
        )
        return None
    return name, str(value), str(stage)


def docker(taking: Taking, given: Mapping, at: Path) -> None:
    """The image. A Python version goes under `python`, which says it for everything of the service."""
    known = _known(taking, given, "docker", DOCKER)
    if "python_version" in known:
        value = known.pop("python_version")
        place: Path = ("docker", "python_version")
        text = str(value)
        if isinstance(value, float | int):
            help = "quote it: unquoted, 3.10 is the number 3.1"
            taking.changed(
                f"`python_version` is a number, and becomes the text `{text}`",
                place,
                help,
            )
        if not re.fullmatch(r"[0-9]\.[0-9]{1,2}(\.\w+)?", text):
            taking.wrong(f"`{text}` is no Python version", place, 'as in "3.11"')
        elif re.fullmatch(r"3\.[0-9]+(\.[0-9]+)?", text):
            taking.put((*at, "python", "version"), text, place)
        else:
            known["python_version"] = text
    if known.get("distro", "debian") not in DISTROS:
        help = did_you_mean(str(known["distro"]), list(DISTROS))
        taking.wrong(f"BentoML knows no distribution `{known.pop('distro')}`", ("docker", "distro"), help)
    if isinstance(known.get("env"), dict):
        known["env"] = labels(taking, known["env"], ("docker", "env"))
    elif isinstance(known.get("env"), list):
        known["env"] = texts(taking, known["env"], ("docker", "env"))
    _put(taking, at, "docker", known)


def python(taking: Taking, given: Mapping, at: Path) -> None:
    """What is installed. BentoML locks unless it is told not to, or not to pack packages from Git."""
    known = _known(taking, given, "python", PYTHON)
    requirements = known.pop("requirements_txt", None)
    if requirements is not None:
        native = ("native", "bentofile", at[1], "python", "requirements_txt")
        taking.put_text((*at, "python", "requirements"), native, requirements, ("python", "requirements_txt"))
    default = known.get("pack_git_packages") is not False
    installs = requirements is not None or "packages" in known
    if known.get("lock_packages", default) == default:
        known.pop("lock_packages", None)
        if installs and default:
            taking.put((*at, "python", "lock_packages"), True, ("python",))
    _put(taking, at, "python", known)


def conda(taking: Taking, given: Mapping, at: Path) -> None:
    """The old way to say what is installed."""
    known = _known(taking, given, "conda", CONDA)
    if known:
        taking.say("import-old-form", "warning", "`conda` is an old form", ("conda",), OLD["conda"], "key")
    _put(taking, at, "conda", known)


def _put(taking: Taking, at: Path, section: str, known: Mapping) -> None:
    for key, value in known.items():
        name = cast("str", key)
        native = ("native", "bentofile", at[1], section, name)
        taking.put_text((*at, section, name), native, value, (section, name))


def _known(taking: Taking, given: Mapping, section: str, keys: Sequence[str]) -> Mapping:
    """The keys that BentoML takes and that say something, with values of their kinds."""
    found: Mapping = {}
    for key, value in given.items():
        name = f"{section}.{key}"
        place: Path = (section, cast("str", key))
        if key not in keys:
            help = REPLACED.get(name) or did_you_mean(str(key), list(keys))
            taking.wrong(f"BentoML knows no `{name}`, and refuses it", place, help, "key")
            continue
        if name in OLD and value:
            taking.say("import-old-form", "warning", f"`{name}` is an old form", place, OLD[name], "key")
        if value is None or value == "":
            continue
        kept = _value(taking, given, str(key), place)
        if kept is not None:
            found[key] = kept
    return found


def _value(taking: Taking, given: Mapping, key: str, place: Path) -> object:
    value = given[key]
    is_list = isinstance(given[key], list)
    if key in SWITCHES:
        if isinstance(value, bool):
            return value
        taking.wrong(f"`{key}` must be true or false, and is {kind(value)}", place)
        return None
    if key in LISTS or (key in MANY and is_list):
        return texts(taking, value, place)
    if key in ("env", "dependencies", "python_version", "cuda_version"):
        if key == "dependencies" and not is_list:
            taking.wrong(f"`{key}` must be a list, and is {kind(value)}", place)
            return None
        return value if not isinstance(value, float) or key == "python_version" else str(value)
    return text_of(taking, given, key, place[:-1]) or None
