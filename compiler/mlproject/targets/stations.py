"""Where CI applies a project: which environments, one after which other, on what runner, for how long.

What every CI provider needs to know before it says it in its own words. A station is one job that applies one
environment; `after` are the stations whose results it takes over.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from mlproject.ir import Ci, Environment, Project, Resources
from mlproject.records import frozen

DEFAULT_RUNNER = ("ubuntu-24.04",)
OLDEST_PYTHON = (3, 11)
DEFAULT_PYTHON = "3.12"
DEFAULT_MINUTES = 360
MARGIN_MINUTES = 30  # installing, pulling, registering, building and pushing, beside the stages

_UNITS = {"d": 24 * 60 * 60, "h": 60 * 60, "m": 60, "s": 1}
_BYTES = {
    **dict.fromkeys(("", "B"), 1),
    **{f"{k}{b}": 1000**n for n, k in enumerate("KMGT", 1) for b in ("", "B")},
    **{f"{k}i{b}": 1024**n for n, k in enumerate("KMGT", 1) for b in ("", "B")},
}
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*(>=|<=|==|=|>|<)?\s*(.+?)\s*")


@frozen
class Station:
    """A job that applies `environment` (None: a project that names none, but a schedule to retrain)."""

    environment: Environment | None
    after: tuple[str, ...]


def stations(project: Project) -> tuple[Station, ...]:
    """The jobs that apply, each behind those that it waits for.

    An environment waits for the nearest one listed in `ci.environments` that it is promoted from. One that is promoted
    from none waits for the first of its kind, so that the stages run in one job and the others find them done.
    """
    known = {environment.name: environment for environment in project.environments}
    listed = {name: known[name] for name in project.ci.environments if name in known}
    if not listed:
        return (Station(None, ()),) if project.ci.retrain else ()
    ahead = {name: _ahead(name, known, listed) for name in listed}
    first = next(name for name in listed if not ahead[name])
    after = {name: ahead[name] or ("" if name == first else first) for name in listed}
    order = sorted(listed, key=lambda name: _depth(name, after))
    return tuple(Station(listed[name], (after[name],) if after[name] else ()) for name in order)


def _ahead(name: str, known: Mapping[str, Environment], listed: Mapping[str, Environment]) -> str:
    """The nearest listed environment that this one is promoted from; '' where there is none (a loop counts as none)."""
    seen = {name}
    found = ""
    step = known[name].promote_from
    while step in known:
        if step in seen:
            return ""
        seen.add(step)
        if not found and step in listed:
            found = step
        step = known[step].promote_from
    return found


def _depth(name: str, after: Mapping[str, str]) -> int:
    depth = 0
    while after[name]:
        name = after[name]
        depth += 1
    return depth


def runner(project: Project) -> tuple[str, ...]:
    """The runner of the jobs that run stages: that of the first rule in `ci.runners` which fits the largest need."""
    need = Resources(
        cpus=max((stage.resources.cpus for stage in project.stages), default=0),
        memory=max((stage.resources.memory for stage in project.stages), key=_bytes, default=""),
        gpus=max((stage.resources.gpus for stage in project.stages), default=0),
    )
    amounts = {"cpus": need.cpus, "memory": _bytes(need.memory), "gpus": need.gpus}
    for rule in project.ci.runners:
        if all(
            _fits(amounts[resource], condition)
            for resource, condition in rule.when.items()
            if resource in amounts
        ):
            return rule.runner
    return default_runner(project.ci)


def default_runner(ci: Ci) -> tuple[str, ...]:
    """The runner of everything that runs no stage."""
    return ci.runner or DEFAULT_RUNNER


def unreadable_conditions(ci: Ci) -> tuple[tuple[int, str], ...]:
    """The conditions of `ci.runners` that are no comparison with an amount: the rule's index and the resource."""
    return tuple(
        (index, resource)
        for index, rule in enumerate(ci.runners)
        for resource, condition in rule.when.items()
        if _comparison(condition) is None
    )


def minutes(project: Project) -> int:
    """How long a job that runs every stage may take: the stages' timeouts and a margin.

    Where a stage has no timeout nobody knows, and the job gets six hours or what the others need, whichever is more.
    """
    seconds = sum(_seconds(stage.timeout) * len(stage.instances) for stage in project.stages)
    known = -(-seconds // 60) + MARGIN_MINUTES
    return known if all(stage.timeout for stage in project.stages) else max(known, DEFAULT_MINUTES)


def python(project: Project) -> str:
    """The Python that jobs set up: the project's, where the compiler runs on it."""
    version = project.python.version
    numbers = tuple(int(part) for part in re.findall(r"[0-9]+", version))
    return version if numbers >= OLDEST_PYTHON else DEFAULT_PYTHON


def _seconds(timeout: str) -> int:
    return sum(int(amount) * _UNITS[unit] for amount, unit in re.findall(r"([0-9]+)([dhms])", timeout))


def _bytes(memory: str) -> float:
    match = _AMOUNT.fullmatch(memory)
    return float(match[1]) * _BYTES.get(match[2], 1) if match else 0


def _comparison(condition: str) -> tuple[str, float] | None:
    """`>=16GiB` as an operator and an amount; a bare amount asks for equality."""
    match = _CONDITION.fullmatch(condition)
    amount = _AMOUNT.fullmatch(match[2]) if match else None
    if match is None or amount is None or amount[2] not in _BYTES:
        return None
    return match[1] or "==", _bytes(match[2])


def _fits(amount: float, condition: str) -> bool:
    comparison = _comparison(condition)
    if comparison is None:
        return False
    sign, bound = comparison
    return _COMPARE[sign](amount, bound)
