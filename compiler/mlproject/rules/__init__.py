"""The rules that look at the graph and at the files beside the spec, one file each.

A rule yields what it finds wrong, in any order, and reports nothing that an earlier stage has reported: it sees only
what could be understood. It reads through the source it is given, never from the disk, and runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlproject.diagnostics import Diagnostic
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.rules.forgotten_module import forgotten_module
from mlproject.rules.forgotten_script import forgotten_script
from mlproject.rules.loop_by_index import loop_by_index
from mlproject.rules.missing_dependency import missing_dependency
from mlproject.rules.output_in_git import output_in_git
from mlproject.rules.promised_file import promised_file
from mlproject.rules.retrain_source import retrain_source
from mlproject.rules.service_decorator import service_decorator
from mlproject.rules.service_entry import service_entry
from mlproject.rules.unused_param import unused_param

Rule = Callable[[Project, Source], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (
    missing_dependency,
    forgotten_script,
    forgotten_module,
    unused_param,
    output_in_git,
    loop_by_index,
    promised_file,
    service_entry,
    service_decorator,
    retrain_source,
)


def check(project: Project, source: Source) -> list[Diagnostic]:
    """What all rules have to say."""
    return [diagnostic for rule in RULES for diagnostic in rule(project, source)]
