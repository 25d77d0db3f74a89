"""A native passage for a file that is nobody's, or that is not written: it would be lost without a word."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, error
from mlproject.files import Source
from mlproject.ir import Project

# What the targets merge passages into.
TARGETS = ("dvc", "MLproject", "bentofile", "bentoml_configuration", "deploy", "github")


def native_target(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each passage under `native` that no target reads."""
    for name in project.native:
        if name not in TARGETS:
            summary = f"no generated file takes a native passage named `{name}`"
            yield error(
                "native-invalid",
                summary,
                Site(("native", name), "key"),
                help=did_you_mean(name, list(TARGETS)),
            )


def native_lost(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One error for each passage whose file this project does not get. (The parts of `deploy` are its target's.)"""
    for name in project.native:
        wanted = _wanted(name, project)
        if wanted:
            summary = f"nothing is generated that `native.{name}` could go into: the spec has no {wanted}"
            yield error("native-invalid", summary, Site(("native", name), "key"))


def _wanted(name: str, project: Project) -> str:
    """What the spec lacks for the file of a passage to be generated."""
    if name in ("bentofile", "bentoml_configuration") and not project.services:
        return "services"
    if name == "github" and name not in project.ci.providers:
        return "`ci` with the provider github"
    return ""
