"""Check the gates of every model, against bounds and against the version that holds the alias now.

The verdict is kept on the registered version, under a key of what was judged: asked again about the same results and
the same gates, a pass stays a pass, also after the alias has moved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlproject.apply.context import Context
from mlproject.apply.events import VERDICT, Failure
from mlproject.apply.leaves import UnreadableError, at, number, read
from mlproject.apply.memory import digest_of
from mlproject.apply.steps.pipeline import State
from mlproject.apply.steps.record import Recorded
from mlproject.apply.tags import GATES, GATES_KEY, GATES_REPORT
from mlproject.ir import Gate, Model
from mlproject.records import frozen

STEP = ("gates",)
ROUNDING = 1e-9  # 0.900 - 0.895 is a little more than 0.005


@frozen
class Verdict:
    """What the gates say of one model: a line each. `key` names what was judged; `before` where a former run of apply
    judged it."""

    model: str
    passed: bool
    lines: tuple[str, ...]
    key: str
    before: bool


@frozen
class Champion:
    """The version that a model is compared with: `value` is its metric, None where its run doesn't have it."""

    version: str
    value: float | None


def gates(context: Context, state: State, recorded: Recorded) -> tuple[Verdict, ...]:
    """The verdict on every model. Raises StoreError."""
    project, log = context.project, context.log
    if not project.models:
        return ()
    count = sum(len(model.gates) for model in project.models)
    if count:
        log.started(STEP, f"check {count} gate{'s' * (count != 1)}")
    verdicts = tuple(_verdict(context, model, state, recorded) for model in project.models)
    if not count:
        return verdicts
    for verdict in verdicts:
        for line in verdict.lines:
            log.output(STEP, f"{verdict.model}: {line}")
    failed = [verdict.model for verdict in verdicts if not verdict.passed]
    if failed:
        log.failed(STEP, _failure(failed))
    elif all(verdict.before for verdict in verdicts):
        log.unchanged(STEP, "passed before")
    else:
        log.done(STEP, "passed")
    return verdicts


def _failure(failed: list[str]) -> Failure:
    names = ", ".join(failed)
    return Failure(
        VERDICT,
        f"{names} did not pass",
        "The version is registered without the alias, which stays where it was; nothing is built for it. Improve the "
        "model or change the gate in the spec, then run apply again.",
    )


def _verdict(context: Context, model: Model, state: State, recorded: Recorded) -> Verdict:
    """The verdict on one model: the recorded one where it passed, else a new one (the champion may be another now)."""
    key = digest_of([state.digest, [_terms(gate) for gate in model.gates]])[:32]
    digest = recorded.models[model.name].digest
    version = context.store.ask("find_version", name=model.name, digest=digest, flavor=model.flavor)
    tags: Mapping[str, str] = version["tags"] if version else {}
    if tags.get(GATES_KEY) == key and tags.get(GATES) != "failed":
        return Verdict(model.name, True, tuple(tags.get(GATES_REPORT, "").splitlines()), key, True)
    judged = [_check(context, gate, model, version["version"] if version else "") for gate in model.gates]
    return Verdict(
        model.name, all(passed for passed, _ in judged), tuple(line for _, line in judged), key, False
    )


def _terms(gate: Gate) -> object:
    """A gate as data, without its place in the spec."""
    return [gate.file, gate.key, gate.min, gate.max, gate.against, gate.max_drop, gate.max_rise]


def _check(context: Context, gate: Gate, model: Model, version: str) -> tuple[bool, str]:
    """One gate, with what it needs read."""
    try:
        text = context.path(gate.file).read_text(encoding="utf-8")
        value = number(at(read(gate.file, text), gate.key))
    except (OSError, UnreadableError, UnicodeDecodeError):
        value = None
    champion: Champion | None = None
    if gate.against:
        # The spec's own alias is called otherwise in an environment that patches it.
        alias = context.setting.aliases[model.name] if gate.against == model.alias else gate.against
        holder = context.store.ask("holder", name=model.name, alias=alias) if alias else None
        if holder is not None and holder["version"] == version:
            return _itself(gate, value)
        champion = _champion(context, gate, holder) if holder is not None else None
    return judge(gate, value, champion)


def _itself(gate: Gate, value: float | None) -> tuple[bool, str]:
    """A model that is the champion already is held to the bounds alone."""
    passed, line = judge(gate, value, None)
    return passed, line.replace(f"no {gate.against} yet", f"it is the {gate.against} itself")


def _champion(context: Context, gate: Gate, holder: Mapping[str, str]) -> Champion:
    """The champion with its own metric, from the file that its run recorded."""
    text = context.store.ask("run_file", run=holder["run"], path=gate.file) if holder["run"] else None
    try:
        value = number(at(read(gate.file, text), gate.key)) if text is not None else None
    except UnreadableError:
        value = None
    return Champion(holder["version"], value)


def judge(gate: Gate, value: float | None, champion: Champion | None) -> tuple[bool, str]:
    """Whether a metric passes a gate, and the line that says so."""
    name = ".".join(gate.key) or gate.file
    if value is None:
        return False, f"✗ {name} is not in {gate.file}, or is no number"
    if math.isnan(value):
        return False, f"✗ {name} is NaN"
    checks = _bounds(gate, value) + (_relative(gate, value, champion) if gate.against else [])
    mark = "✓" if all(passed for passed, _ in checks) else "✗"
    return mark == "✓", f"{mark} {name} {value:.6g} ({', '.join(said for _, said in checks)})"


def _bounds(gate: Gate, value: float) -> list[tuple[bool, str]]:
    checks: list[tuple[bool, str]] = []
    if gate.min is not None:
        checks.append((value >= gate.min, f"at least {gate.min:g}"))
    if gate.max is not None:
        checks.append((value <= gate.max, f"at most {gate.max:g}"))
    return checks


def _relative(gate: Gate, value: float, champion: Champion | None) -> list[tuple[bool, str]]:
    if champion is None:
        return [(True, f"no {gate.against} yet to compare with")]
    who = f"{gate.against}, version {champion.version}"
    best = champion.value
    if best is None or math.isnan(best):
        return [(False, f"the {who} has no such metric in its run")]
    slack = ROUNDING * max(1.0, abs(best), abs(value))
    checks: list[tuple[bool, str]] = []
    if gate.max_drop is not None:
        checks.append(
            (
                best - value <= gate.max_drop + slack,
                f"at most {gate.max_drop:g} below {best:.6g} of the {who}",
            )
        )
    if gate.max_rise is not None:
        checks.append(
            (
                value - best <= gate.max_rise + slack,
                f"at most {gate.max_rise:g} above {best:.6g} of the {who}",
            )
        )
    return checks or [(value >= best - slack, f"not below {best:.6g} of the {who}")]
