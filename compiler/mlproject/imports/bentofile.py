"""`bentofile.yaml`, or `[tool.bentoml.build]` of `pyproject.toml`, as one entry of `services`.

BentoML locks packages and packs everything where nothing is said, and the language does neither; so what a file leaves
out is said in the spec (`lock_packages: true`, `include: ["*"]`), and comes out as nothing again.
"""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import cast

from mlproject.diagnostics import Path, did_you_mean
from mlproject.files import Source
from mlproject.imports import bentoparts
from mlproject.imports.bentoparts import text_of, texts
from mlproject.imports.reading import Mapping, Taking, as_read, can_stand, is_empty, kind, literal, name_of
from mlproject.imports.taken import Native, Taken
from mlproject.lower.entry import entry_of
from mlproject.targets.bentoml import SETTINGS

FILE = "bentofile.yaml"
TOML = "pyproject.toml"
KEYS = "service name description labels include exclude docker python conda models envs args".split()
SECTIONS = {"docker": bentoparts.docker, "python": bentoparts.python, "conda": bentoparts.conda}


def read(native: Native, source: Source | None = None) -> Taken:
    """The service that a build file describes; nothing for a `pyproject.toml` that describes none.

    `source` tells whether there is a `src` folder, which BentoML looks for beside a `pyproject.toml`.
    """
    taking = Taking(native)
    if basename(native.file) == TOML:
        data = _from_toml(taking, source)
    elif native.document.data is None:
        if is_empty(native.document):
            taking.wrong(f"`{basename(native.file)}` is empty, and BentoML cannot load it", ())
        return taking.taken()
    else:
        data = taking.mapping(as_read(native.document), (), "a bentofile")
    if data is not None:
        _service(taking, data)
    return taking.taken()


def _from_toml(taking: Taking, source: Source | None) -> Mapping | None:
    """The build file that BentoML makes of a `pyproject.toml`."""
    import tomllib

    try:
        whole: Mapping = dict(tomllib.loads(taking.native.document.text).items())
    except tomllib.TOMLDecodeError as why:
        taking.wrong(f"`{TOML}` cannot be parsed: {why}", ())
        return None
    build = cast("object", whole)
    for step in ("tool", "bentoml", "build"):
        build = cast("Mapping", build).get(step) if isinstance(build, dict) else None
    if not isinstance(build, dict):
        return None
    data = dict(cast("Mapping", build))
    project = whole.get("project")
    about = cast("Mapping", project) if isinstance(project, dict) else {}
    if "name" in about:
        data.setdefault("name", about["name"])
    given = data.get("python")
    python = dict(cast("Mapping", given)) if isinstance(given, dict) else {}
    own, further = (
        cast("list[object]", one or []) for one in (python.get("packages"), about.get("dependencies"))
    )
    python["packages"] = [*own, *further]
    folder = dirname(taking.native.file)
    if "is_src_layout" not in python and source is not None:
        src = f"{folder}/src" if folder else "src"
        if source.kind(src) == "directory":
            python["is_src_layout"] = True
    data["python"] = python
    help = f"remove `[tool.bentoml.build]` once it is compiled: BentoML takes `{FILE}` before `{TOML}`"
    taking.say("import-left", "info", f"the build options of `{TOML}` become a `{FILE}`", (), help)
    return data


def _service(taking: Taking, data: Mapping) -> None:
    key = _key(taking, data)
    at: Path = ("services", key)
    taking.put(at, {}, ())
    _unknown(taking, data)
    _name(taking, data, at, key)
    if description := text_of(taking, data, "description", ()):
        _text(taking, at, "description", description)
    elif data.get("description") == "":
        taking.put(("native", "bentofile", key, "description"), "", ("description",))
    _entry(taking, data, at)
    bentoparts.models(taking, data, at)
    _patterns(taking, data, at)
    labels = bentoparts.labels(taking, data.get("labels"), ("labels",))
    if labels:
        _text(taking, at, "labels", labels)
    for section, take in SECTIONS.items():
        if data.get(section) is not None:
            given = taking.mapping(data[section], (section,), f"`{section}`")
            if given is not None:
                take(taking, given, at)
    bentoparts.envs(taking, data, at)
    args = data.get("args")
    if args and taking.mapping(args, ("args",), "`args`") is not None:
        _text(taking, at, "args", args)


def _text(taking: Taking, at: Path, key: str, value: object, came: str = "") -> None:
    taking.put_text((*at, key), ("native", "bentofile", at[1], key), value, (came or key,))


def _key(taking: Taking, data: Mapping) -> str:
    """The service's key in the spec: the Bento's name, else that of the class or variable, else of the folder."""
    service = data.get("service")
    words = service.partition(":") if isinstance(service, str) else ("", "", "")
    module = re.split(r"[./]", words[0].removesuffix(".py"))[-1]
    given = [data.get("name"), words[2].partition(".")[0], module, basename(dirname(taking.native.file))]
    for text in given:
        name = name_of(text)[:63].strip("-_") if isinstance(text, str) else ""
        if name:
            return f"{name}-service" if name in SETTINGS else name
    return "service"


def _name(taking: Taking, data: Mapping, at: Path, key: str) -> None:
    name = text_of(taking, data, "name", ())
    if not name:
        taking.put((*at, "name"), False, ())
    elif name != key:
        _text(taking, at, "name", name)
    else:
        taking.origins[at] = (taking.native.file, ("name",))


def _entry(taking: Taking, data: Mapping, at: Path) -> None:
    service = text_of(taking, data, "service", ())
    if service and entry_of(service) is not None:
        _text(taking, at, "entry", service, "service")
        return
    taking.put((*at, "entry"), False, ())
    if service:
        taking.put(("native", "bentofile", at[1], "service"), service, ("service",))


def _patterns(taking: Taking, data: Mapping, at: Path) -> None:
    """What is packed. No `include` at all is everything; an empty one is nothing, which the language cannot say."""
    include = texts(taking, data.get("include"), ("include",))
    if data.get("include") is None:
        taking.put((*at, "include"), ["*"], ())
    elif not include or not can_stand(include):
        taking.put(("native", "bentofile", at[1], "override", "include"), include, ("include",))
    else:
        taking.put((*at, "include"), literal(include), ("include",))
    exclude = texts(taking, data.get("exclude"), ("exclude",))
    if exclude:
        _text(taking, at, "exclude", exclude)


def _unknown(taking: Taking, data: Mapping) -> None:
    """Keys that BentoML refuses: older ones with what replaces them."""
    for key in data:
        if key in KEYS:
            continue
        place: Path = (cast("str", key),)
        help = bentoparts.REPLACED.get(str(key), "")
        if help:
            summary = f"`{key}` is a key of BentoML before 1.0 or of its first versions, and refused now"
            taking.say("import-invalid", "error", summary, place, help, "key")
        else:
            known = did_you_mean(str(key), list(KEYS)) if isinstance(key, str) else f"it is {kind(key)}"
            taking.wrong(f"BentoML knows no `{key}`, and refuses it", place, known, "key")


def apart(sections: dict[str, object]) -> dict[str, object]:
    """The sections of a spec with what no service takes from the project's `python`: its build file said everything of
    it, and now another tool's file says something for all."""
    common = cast("Mapping", sections.get("python") or {})
    services = cast("dict[str, Mapping]", sections.get("services") or {})
    changed: dict[str, Mapping] = {}
    for name, service in services.items():
        own = cast("Mapping", service.get("python") or {})
        said: Mapping = {}
        if "version" in common and "version" not in own:
            said["version"] = False
        if "requirements" in common and not {"requirements", "packages"} & set(own):
            said["requirements"] = False
        changed[name] = {**service, "python": {**said, **own}} if said else service
    return {**sections, "services": changed} if changed else sections
