"""Resources and traffic of a service that BentoML would ignore or refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, error
from mlproject.files import Source
from mlproject.ir import Project


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _count(value: object) -> bool:
    return isinstance(value, int) and _positive(value)


def _amount(value: object) -> bool:
    return (isinstance(value, str) and bool(value)) or _positive(value)


LIMITS: Mapping[str, Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "resources": {
        "cpu": (_amount, "a number of cores or a text such as '500m'"),
        "memory": (_amount, "a number of GiB or a text such as '512Mi'"),
        "gpu": (_positive, "a number above 0"),
        "gpu_type": (lambda value: isinstance(value, str), "a text"),
        "tpu_type": (lambda value: isinstance(value, str), "a text"),
    },
    "traffic": {
        "timeout": (_positive, "a number of seconds above 0"),
        "concurrency": (_count, "a whole number above 0"),
        "max_concurrency": (_count, "a whole number above 0"),
        "external_queue": (lambda value: isinstance(value, bool), "true or false"),
    },
}


def service_limits(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each key that BentoML does not know there, and for each value that it does not take."""
    for service in project.services:
        for section, given in (("resources", service.resources), ("traffic", service.traffic)):
            known = LIMITS[section]
            for key, value in given.items():
                at = (*service.path, section, key)
                if key not in known:
                    text = f"BentoML knows no `{key}` under `{section}`"
                    yield error("unknown-key", text, Site(at, "key"), help=did_you_mean(key, list(known)))
                elif not known[key][0](value):
                    yield error("bad-value", f"`{section}.{key}` must be {known[key][1]}", at)
