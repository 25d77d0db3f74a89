"""A decorator that says another thing than the spec: which of the two holds would depend on how the service starts."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Related, Site, Span, warning
from mlproject.files import Source
from mlproject.ir import Project, Service
from mlproject.rules.beside import Beside


def service_decorator(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each entry of `resources` and `traffic` that `@bentoml.service(…)` gives another literal."""
    beside = Beside(source, project.root)
    for service in project.services:
        if service.entry is not None and (service.resources or service.traffic):
            yield from _of_service(service, service.entry, beside)


def _of_service(service: Service, entry: tuple[str, str], beside: Beside) -> Iterator[Diagnostic]:
    file, name = entry
    content = beside.read(file)
    if not isinstance(content, bytes):
        return
    from mlproject.rules.service_code import service_code

    code = service_code(content, name)
    if code is None:
        return
    spec = {"resources": service.resources, "traffic": service.traffic}
    for (section, key), (value, place) in code.settings.items():
        if key not in spec[section] or _same(value, spec[section][key]):
            continue
        summary = (
            f"`{section}.{key}` is `{spec[section][key]}` here and `{value}` in the decorator of `{name}`"
        )
        span = Span(beside.place(file), *place)
        yield warning(
            "service-disagrees",
            summary,
            Site((*service.path, section, key)),
            help="drop it from the decorator, so that the spec alone decides",
            related=(Related("the decorator says so here", span=span),),
        )


def _same(one: object, other: object) -> bool:
    """Whether BentoML reads both alike: it takes the number 2 for the text '2', but not `true` for 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other or (isinstance(one, int | float | str) and str(one) == str(other))
