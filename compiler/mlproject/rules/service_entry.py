"""A service whose entry cannot be found in what it packs: it would build, and then fail on every start."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, error, warning
from mlproject.files import Source
from mlproject.ir import Project, Service
from mlproject.lower.packed import is_packed
from mlproject.rules.beside import Beside


def service_entry(project: Project, source: Source) -> Iterator[Diagnostic]:
    """What is wrong with the entry of each service: the file is not packed, or does not define the class, or defines it
    without any decorator. A file that is not there is a warning: a stage may write it, or a script fetch it. One that
    is no Python for this interpreter, or binds the name in another way (imports it, say), is left alone."""
    beside = Beside(source, project.root)
    for service in project.services:
        if service.entry is not None and service.service is not None:
            yield from _of_service(service, service.entry, beside)


def _of_service(service: Service, entry: tuple[str, str], beside: Beside) -> Iterator[Diagnostic]:
    file, name = entry
    written, _, _ = (service.service or file).partition(":")
    site = Site((*service.path, "entry"), text=written)
    file = next((place for place in _places(file, written) if beside.is_file(place)), file)
    content = beside.read(file)
    if not isinstance(content, bytes):
        what = {"absent": "does not exist", "outside": "lies outside the repository"}.get(
            content, "cannot be read"
        )
        say = warning if content == "absent" else error
        summary = f"the entry of the service `{service.name}`, `{file}`, {what}"
        help = "an entry is `FILE.py:CLASS`, the file relative to the spec"
        yield say("service-entry", summary, site, help=help)
        return
    if not is_packed(file, service.include, service.exclude):
        place = Site((*service.path, "include")) if service.include else site
        summary = f"`{file}`, the entry of the service `{service.name}`, is not in what it includes"
        yield error("service-entry", summary, place, help=f"add `{file}` to `include`")
    if name:
        yield from _class(service, content, file, name.partition(".")[0])


def _places(file: str, written: str) -> list[str]:
    """The files that an entry may mean: a module may be a package, or lie in `src`."""
    if written.endswith(".py"):
        return [file]
    package = file.removesuffix(".py") + "/__init__.py"
    return [file, package, f"src/{file}", f"src/{package}"]


def _class(service: Service, content: bytes, file: str, name: str) -> Iterator[Diagnostic]:
    """What is wrong with the class itself."""
    from mlproject.rules.service_code import service_code

    code = service_code(content, name)
    if code is None:
        return
    site = Site((*service.path, "entry"), text=name)
    if not code.bound:
        help = (
            did_you_mean(name, list(code.classes))
            or f"define `class {name}` there, decorated by `@bentoml.service`"
        )
        yield error("service-entry", f"`{file}` defines no class `{name}`", site, help=help)
    elif code.bare:
        help = f"put `@bentoml.service` above `class {name}`"
        yield error(
            "service-entry",
            f"the class `{name}` in `{file}` is not decorated, so it is no service",
            site,
            help=help,
        )
