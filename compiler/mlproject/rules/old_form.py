"""A key that BentoML still takes, at a price: it builds the image of a Bento with such a key its old way."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site
from mlproject.files import Source
from mlproject.ir import Project

# The old keys of a service's options, and what replaces each.
OLD = {
    ("conda", ""): "name the packages under `python`, and those of the system under `docker.system_packages`",
    ("docker", "cuda_version"): "start from an image that has CUDA: `docker.base_image`",
    (
        "docker",
        "dockerfile_template",
    ): "say it with `docker.base_image`, `system_packages` and `setup_script`",
    ("python", "wheels"): "name a wheel among `python.packages`, by its path",
}


def old_form(project: Project, source: Source) -> Iterator[Diagnostic]:
    """A note for each old key of a service."""
    for service in project.services:
        for (section, key), help in OLD.items():
            given = service.options.get(section, {})
            if given and (not key or key in given):
                site = Site((*service.path, section, *([key] if key else [])), "key")
                name = f"{section}.{key}" if key else section
                summary = f"`{name}` is an old form: BentoML builds the image of `{service.name}` its old way"
                yield Diagnostic("old-form", "info", summary, site, None, (), help)
