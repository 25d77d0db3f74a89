"""Where the files of services lie, for the targets that write them and those that refer to them."""

from __future__ import annotations

from posixpath import join

from mlproject.ir import Project, Service

CONFIGURATION = "bentoml_configuration.yaml"
IN_IMAGE = f"/home/bentoml/bento/src/{CONFIGURATION}"  # where a container built by BentoML has it


def folder(project: Project, service: Service) -> str:
    """The folder of a service's generated files, relative to the project: '' where it is the only service."""
    return "" if len(project.services) == 1 else join("services", service.name)


def configured(project: Project) -> bool:
    """Whether the services of a project have a configuration file."""
    given = "bentoml_configuration" in project.native or any(
        s.resources or s.traffic for s in project.services
    )
    return given and bool(project.services)
