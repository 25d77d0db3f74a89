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
from mlproject.ir import Model, Project, Service
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
    put("service", f"{file}:{name}", *(["entry"] if service.entry else ["api"]))
    put("name", service.name)
    put("description", service.desc, "description")
    put("labels", dict(service.labels), "labels")
    include, found = _include(project, service, file, sources)
    put("include", include, "include")
    put("exclude", list(service.exclude), "exclude")
    if python := _python(project, service):
        tree["python"] = python
        sources[("python",)] = service.python.path or service.path
    if service.python.version:
        tree["docker"] = {"python_version": ".".join(service.python.version.split(".")[:2])}
        sources[("docker", "python_version")] = (*service.python.path, "version")
    envs = [{"name": name, "value": value} for name, value in service.envs.items()]
    put("envs", envs + [{"name": name, "stage": "runtime"} for name in service.secrets], "envs")
    sources |= {("envs", i): (*service.path, "envs", name) for i, name in enumerate(service.envs)}
    sources |= {("envs", len(envs) + i): (*service.path, "secrets", i) for i in range(len(service.secrets))}
    made = Generated(join(project.root, folder, "bentofile.yaml"), "yaml", tree, sources=sources)
    passage = native.passage(project.native, "bentofile", service.name)
    made, more = native.into(made, passage, ("native", "bentofile", service.name), "bentofile")
    return made, [*found, *more]


def _include(
    project: Project, service: Service, file: str, sources: dict[Path, Path]
) -> tuple[list[str], list[Diagnostic]]:
    """What is packed: the service's file, what the user names, the models' files, the configuration."""
    known = {model.name: model for model in project.models}
    models = [(i, known[name]) for i, name in enumerate(service.models) if name in known]
    found = [_outside(service, i, model) for i, model in models if normpath(model.file).startswith("../")]
    wanted: list[tuple[str, Path]] = []
    if file not in service.include:
        wanted.append((_pattern(file), (*service.path, "entry" if service.entry else "api")))
    wanted += [(pattern, (*service.path, "include", i)) for i, pattern in enumerate(service.include)]
    wanted += [(_pattern(model.file), (*service.path, "models", i)) for i, model in models]
    if packing.configured(project):
        wanted.append((_pattern(packing.CONFIGURATION), service.path))
    include = list(dict.fromkeys(pattern for pattern, _ in wanted))
    sources |= {("include", include.index(pattern)): path for pattern, path in reversed(wanted)}
    return include, found


def _pattern(file: str) -> str:
    """A file as a pattern of `include`, which are those of `.gitignore`: that file at that place, and no other."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", normpath(file))
    escaped = re.sub(r"( +)$", lambda spaces: "\\ " * len(spaces[1]), escaped)
    return escaped if "/" in escaped and escaped[0] not in "#!" else f"/{escaped}"


def _outside(service: Service, index: int, model: Model) -> Diagnostic:
    text = f"the file of `{model.name}` lies outside the project, and BentoML packs only what lies inside"
    return error("service-without-model", text, (*service.path, "models", index))


def _python(project: Project, service: Service) -> dict[str, object]:
    """Requirements. They are not locked when building, which would need an index: the file says what is installed."""
    if service.python.requirements:
        return {"requirements_txt": service.python.requirements, "lock_packages": False}
    flavors = {model.name: model.flavor for model in project.models}
    packages = [p for name in service.models for p in code.PACKAGES.get(flavors.get(name, "?"), ())]
    if service.entry or not packages:
        return {}
    return {"packages": list(dict.fromkeys(packages)), "lock_packages": False}


# --- bentoml_configuration.yaml


def _configuration(project: Project) -> Output:
    if not packing.configured(project):
        return (), ()
    services: dict[str, object] = {}
    sources: dict[Path, Path] = {("services",): ("services",)}
    for service in project.services:
        for name in dict.fromkeys([service.name, *(service.entry or ())[1:]]):
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
