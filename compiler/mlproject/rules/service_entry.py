"""A service whose entry cannot be found in what it packs: it would build, and then fail on every start."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, error
from mlproject.files import Source
from mlproject.ir import Project, Service
from mlproject.rules.beside import Beside
from mlproject.rules.packing import is_packed


def service_entry(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each service whose entry file is absent or not packed, or does not define the class, or defines it
    without any decorator. A file that is no Python for this interpreter, or binds the name in another way (imports it,
    say), is left alone."""
    beside = Beside(source, project.root)
    for service in project.services:
        if service.entry is not None:
            yield from _of_service(service, service.entry, beside)


def _of_service(service: Service, entry: tuple[str, str], beside: Beside) -> Iterator[Diagnostic]:
    file, name = entry
    site = Site((*service.path, "entry"), text=file)
    content = beside.read(file)
    if not isinstance(content, bytes):
        what = {"absent": "does not exist", "outside": "lies outside the repository"}.get(
            content, "cannot be read"
        )
        summary = f"the entry of the service `{service.name}`, `{file}`, {what}"
        yield error(
            "service-entry", summary, site, help="an entry is `FILE.py:CLASS`, the file relative to the spec"
        )
        return
    if not is_packed(file, service.include, service.exclude):
        place = Site((*service.path, "include")) if service.include else site
        summary = f"`{file}`, the entry of the service `{service.name}`, is not in what it includes"
        yield error("service-entry", summary, place, help=f"add `{file}` to `include`")
    yield from _class(service, content, file, name)


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
