"""The rules that look at the graph and at the files beside the spec, one file each.

A rule yields what it finds wrong, in any order. It reads through the source it is given, never from the disk, and runs
nothing. Some rules conclude from what is *not* there (nothing produces this file, nothing uses that parameter): these
are silent where an error has taken away what they would have to see, because their findings would only be its echo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mlproject.diagnostics import Diagnostic, Path
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.records import frozen
from mlproject.rules.entry_points import entry_points
from mlproject.rules.forgotten_module import forgotten_module
from mlproject.rules.forgotten_script import forgotten_script
from mlproject.rules.gate_alias import gate_alias
from mlproject.rules.loop_by_index import loop_by_index
from mlproject.rules.missing_dependency import missing_dependency
from mlproject.rules.native_target import native_lost, native_target
from mlproject.rules.old_form import old_form
from mlproject.rules.output_in_git import output_in_git
from mlproject.rules.promised_file import promised_file
from mlproject.rules.retrain_source import retrain_source
from mlproject.rules.service_decorator import service_decorator
from mlproject.rules.service_entry import service_entry
from mlproject.rules.service_limits import service_limits
from mlproject.rules.unused_param import unused_param

Find = Callable[[Project, Source], Iterable[Diagnostic]]

# What a stage has for others to see or to read; an error in it leaves every rule its ground.
_ASIDE = frozenset({"desc", "frozen", "meta", "resources", "timeout"})
_RESULTS = frozenset({"outs", "metrics", "plots"})


@frozen
class Rule:
    """A rule and what it needs to see whole.

    `sections` are the spec's sections, beside `stages`, in which an error silences it. `harmless` are a stage's fields
    in which an error does not matter to it: elsewhere in a stage one silences it for that stage, or, with `wide`, for
    all. `None` for `harmless`: it speaks of what is there, whatever is missing beside it.
    """

    find: Find
    harmless: frozenset[str] | None = None
    sections: frozenset[str] = frozenset()
    wide: bool = False


RULES: tuple[Rule, ...] = (
    Rule(
        missing_dependency,
        _ASIDE | {"cmd", "deps", "params", "always_changed"},
        frozenset({"data"}),
        wide=True,
    ),
    Rule(forgotten_script, _ASIDE | _RESULTS | {"params", "always_changed"}),
    Rule(forgotten_module, _ASIDE | _RESULTS | {"params", "always_changed"}),
    Rule(
        unused_param,
        _ASIDE | {"always_changed"},
        frozenset({"params", "metrics", "plots", "artifacts"}),
        wide=True,
    ),
    Rule(retrain_source, _ASIDE | _RESULTS | {"cmd", "params"}, frozenset({"data"}), wide=True),
    Rule(gate_alias, frozenset(), frozenset({"models", "environments"})),
    Rule(output_in_git),
    Rule(loop_by_index),
    Rule(promised_file),
    Rule(entry_points),
    Rule(native_target),
    Rule(native_lost, frozenset(), frozenset({"services", "ci"})),
    Rule(service_entry),
    Rule(service_limits),
    Rule(service_decorator),
    Rule(old_form),
)


def check(project: Project, source: Source, before: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What all rules have to say of a project of which `before` has been said."""
    errors = [diagnostic for diagnostic in before if diagnostic.severity == "error"]
    return [diagnostic for rule in RULES for diagnostic in _heard(rule, project, source, errors)]


def _heard(rule: Rule, project: Project, source: Source, errors: list[Diagnostic]) -> list[Diagnostic]:
    """The findings of one rule that are no echo of an error."""
    if rule.harmless is None or not errors:
        return list(rule.find(project, source))
    stages: set[str | int] = set()
    for error in errors:
        if _is_broad(error):
            return []
        path = error.site.path if error.site else ()
        if len(path) > 1 and path[0] == "stages" and _field(path) not in rule.harmless:
            if rule.wide:
                return []
            stages.add(path[1])
        elif path and path[0] in rule.sections:
            return []
    return [found for found in rule.find(project, source) if not _stage(found) & stages]


def _is_broad(error: Diagnostic) -> bool:
    """Whether an error may have taken away more than the part of the spec that it names: the text could not be read,
    a preset is missing, a whole section has the wrong name or type."""
    if error.site is None:
        return error.code != "duplicate-key"
    path = error.site.path
    if len(path) == 1:
        return error.code == "unknown-key" or path[0] in {"stages", "params", "extends"}
    return bool(path) and path[0] == "extends"


def _field(path: Path) -> str | int:
    """The field of a stage that a path leads to; '' for the stage itself."""
    inside = path[3:] if path[2:3] == ("do",) else path[2:]
    return inside[0] if inside else ""


def _stage(found: Diagnostic) -> set[str | int]:
    """The stage that a finding is about, if it is about one."""
    path = found.site.path if found.site else ()
    return {path[1]} if len(path) > 1 and path[0] == "stages" else set()
