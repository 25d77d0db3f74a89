"""A native passage for a file that is nobody's: it would be lost without a word."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, did_you_mean, error
from mlproject.files import Source
from mlproject.ir import Project

# What the targets merge passages into.
TARGETS = ("dvc", "bentofile", "bentoml_configuration", "deploy", "github")


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
