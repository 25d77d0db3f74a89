"""BentoML: a build file a service, one `bentoml_configuration.yaml`, and `service.py` for a service without an entry.

Build from the project's folder: `bentoml build`, and with several services
`bentoml build -f services/NAME/bentofile.yaml .`; paths in a build file are relative to that folder.
The configuration has no `version`: BentoML reads the file twice, as version 1 and as version 2, and refuses either
number at the other reading. A service stands in it under its name and, with an entry, also under the name of its class,
which BentoML takes where the decorator gives none. `BENTOML_CONFIG` must be an absolute path.
"""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, did_you_mean, error
from mlproject.ir import Model, Project, Service, StoreModel
from mlproject.lower.packed import is_packed
from mlproject.targets import native, packing
from mlproject.targets import service as code
from mlproject.trees import Generated, Pins

Output = tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]

# Keys beside the services of the same mapping: a service of such a name would be taken for the setting.
SETTINGS = frozenset(
    "backlog batching extra_ports grpc http logging max_runner_connections metrics monitoring name replicate_process "
    "resources runner_connection runner_probe ssl threads tracing traffic workers".split()
)


def compile(project: Project, pins: Pins) -> Output:
    """The files of every service."""
    files, found = _made(project)
    plans = (code.plan(project, service) for service in project.services if service.entry is None)
    written = [code.render(project, planned) for planned in plans if isinstance(planned, code.Plan)]
    return (*written, *files), found


def judge(project: Project) -> tuple[Diagnostic, ...]:
    """What `compile` has to say, without the generated code."""
    return _made(project)[1]


def _made(project: Project) -> Output:
    """Every file but the generated code, and all there is to say."""
    files: list[Generated] = []
    found = [*_names(project), *_passages(project)]
    for service in project.services:
        if service.entry is None:
            planned = code.plan(project, service)
            found += [planned] if isinstance(planned, Diagnostic) else []
        file, more = _bentofile(project, service)
        files.append(file)
        found += more
    configuration, said = _configuration(project)
    return (*files, *configuration), (*found, *said)


def _names(project: Project) -> list[Diagnostic]:
    """Names that the language allows and BentoML does not."""
    found: list[Diagnostic] = []
    seen: dict[str, str] = {}
    for service in project.services:
        name = service.name
        first = seen.setdefault(name.lower(), name)
        if name in SETTINGS:
            text = f"`{name}` is a setting of BentoML's configuration and cannot be the name of a service"
        elif not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", name):
            text = f"BentoML refuses `{name}`: at most 63 characters, a letter or digit first and last"
        elif first != name:
            text = f"`{name}` and `{first}` would be one Bento: BentoML puts names into lower case"
        else:
            continue
        found.append(error("bad-name", text, service.path))
    return found


def _passages(project: Project) -> list[Diagnostic]:
    """Native passages for services that do not exist."""
    given = project.native.get("bentofile")
    if given is None:
        return []
    at: Path = ("native", "bentofile")
    if not isinstance(given, dict):
        return [
            error("native-invalid", "a native passage for bentofile is a mapping of services to passages", at)
        ]
    known = [service.name for service in project.services]
    return [
        error("native-invalid", f"there is no service `{name}`", (*at, name), help=did_you_mean(name, known))
        for name in map(str, cast("dict[object, object]", given))
        if name not in known
    ]


# --- bentofile.yaml


def _bentofile(project: Project, service: Service) -> tuple[Generated, list[Diagnostic]]:
    tree: dict[str, object] = {}
    sources: dict[Path, Path] = {(): service.path}

    def put(key: str, value: object, *spec: str | int) -> None:
        if value:
            tree[key] = value
            sources[(key,)] = (*service.path, *spec)

    folder = packing.folder(project, service)
    file, name = service.entry or (join(folder, "service.py"), code.class_name(service))
    if service.service is not None:
        put("service", service.service or f"{file}:{name}", *(["entry"] if service.entry else ["api"]))
    if service.bento is not None:
        put("name", service.bento or service.name, *(["name"] if service.bento else []))
    put("description", service.desc, "description")
    put("labels", dict(service.labels), "labels")
    include, found = _include(project, service, file, sources)
    if include != ["*"]:  # which is what BentoML takes by itself
        put("include", include, "include")
    put("exclude", list(service.exclude), "exclude")
    put("models", [_stored(model) for model in service.stored], "models")
    sources |= {("models", i): model.path for i, model in enumerate(service.stored)}
    if python := _python(project, service):
        tree["python"] = python
        sources[("python",)] = service.python.path or service.path
    if docker := _docker(service, sources):
        tree["docker"] = docker
    for section in ("conda", "args"):
        put(section, dict(service.options.get(section, {})), section)
    envs = [_env(service, name, value) for name, value in service.envs.items()]
    put("envs", envs + [{"name": name, "stage": "runtime"} for name in service.secrets], "envs")
    sources |= {("envs", i): (*service.path, "envs", name) for i, name in enumerate(service.envs)}
    sources |= {("envs", len(envs) + i): (*service.path, "secrets", i) for i in range(len(service.secrets))}
    made = Generated(join(project.root, folder, "bentofile.yaml"), "yaml", tree, sources=sources)
    passage = native.passage(project.native, "bentofile", service.name)
    made, more = native.into(made, passage, ("native", "bentofile", service.name), "bentofile")
    return made, [*found, *more]


def _stored(model: StoreModel) -> object:
    """A model of BentoML's store, in its short form where the tag is all."""
    further = {key: text for key, text in (("filter", model.filter), ("alias", model.alias)) if text}
    return {"tag": model.tag, **further} if further else model.tag


def _env(service: Service, name: str, value: str) -> dict[str, str]:
    stage = service.env_stages.get(name)
    return {"name": name, "value": value} | ({"stage": stage} if stage else {})


def _docker(service: Service, sources: dict[Path, Path]) -> dict[str, object]:
    """The image. The interpreter is the one that the service runs on, where its image does not name another."""
    given = dict(service.options.get("docker", {}))
    sources[("docker",)] = (*service.path, "docker")
    if service.python.version and "python_version" not in given:
        given = {"python_version": ".".join(service.python.version.split(".")[:2]), **given}
        sources[("docker", "python_version")] = (*service.python.path, "version")
    return given


def _include(
    project: Project, service: Service, file: str, sources: dict[Path, Path]
) -> tuple[list[str], list[Diagnostic]]:
    """What is packed: the service's file, what the user names, the models' files, the configuration."""
    known = {model.name: model for model in project.models}
    models = [(service.at_model(i), known[name]) for i, name in enumerate(service.models) if name in known]
    found = [_outside(at, model) for at, model in models if normpath(model.file).startswith("../")]
    wanted: list[tuple[str, Path]] = [
        (pattern, (*service.path, "include", i)) for i, pattern in enumerate(service.include)
    ]
    if not wanted:  # what the user includes must include it: the rules see to that
        wanted = [(_pattern(file), (*service.path, "entry" if service.entry else "api"))]
    elif service.entry is None and not is_packed(file, service.include, ()):
        wanted = [(_pattern(file), (*service.path, "api")), *wanted]
    needed = [(model.file, at) for at, model in models]
    if packing.configured(project):
        needed.append((packing.CONFIGURATION, service.path))
    there = {pattern for pattern, _ in wanted}
    for one, at in needed:
        pattern = _pattern(one)
        if pattern not in there and not (service.include and is_packed(normpath(one), service.include, ())):
            wanted.append((pattern, at))
            there.add(pattern)
    sources |= {("include", index): path for index, (_, path) in enumerate(wanted)}
    return [pattern for pattern, _ in wanted], found


def _pattern(file: str) -> str:
    """A file as a pattern of `include`, which are those of `.gitignore`: that file at that place, and no other."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", normpath(file))
    escaped = re.sub(r"( +)$", lambda spaces: "\\ " * len(spaces[1]), escaped)
    return escaped if "/" in escaped and escaped[0] not in "#!" else f"/{escaped}"


def _outside(at: Path, model: Model) -> Diagnostic:
    text = f"the file of `{model.name}` lies outside the project, and BentoML packs only what lies inside"
    return error("service-without-model", text, at)


def _python(project: Project, service: Service) -> dict[str, object]:
    """What is installed. It is not locked when building, which would need an index: the file says what is installed.
    Locking is BentoML's own default, unless packages from Git are not packed: what it does by itself is not said."""
    given = dict(service.options.get("python", {}))
    tree: dict[str, object] = {}
    if service.python.requirements:
        tree["requirements_txt"] = service.python.requirements
    if "packages" in given:
        tree["packages"] = given.pop("packages")
    elif not tree and not service.entry:
        flavors = {model.name: model.flavor for model in project.models}
        packages = [p for name in service.models for p in code.PACKAGES.get(flavors.get(name, "?"), ())]
        tree |= {"packages": list(dict.fromkeys(packages))} if packages else {}
    lock = given.pop("lock_packages", False if tree else None)
    if lock is not None and lock != (given.get("pack_git_packages") is not False):
        tree["lock_packages"] = lock
    return tree | given


# --- bentoml_configuration.yaml


def _configuration(project: Project) -> Output:
    if not packing.configured(project):
        return (), ()
    services: dict[str, object] = {}
    sources: dict[Path, Path] = {("services",): ("services",)}
    for service in project.services:
        for name in dict.fromkeys([service.name, *filter(None, (service.entry or ())[1:])]):
            settings: dict[str, object] = {}
            for section, given in (("resources", service.resources), ("traffic", service.traffic)):
                if given:
                    settings[section] = dict(given)
                    sources[("services", name, section)] = (*service.path, section)
            if settings and (name == service.name or name not in services):
                services[name] = settings
    file = Generated(
        join(project.root, packing.CONFIGURATION), "yaml", {"services": services}, sources=sources
    )
    passage = project.native.get("bentoml_configuration")
    file, found = native.into(file, passage, ("native", "bentoml_configuration"), "bentoml-configuration")
    return (file,), found
