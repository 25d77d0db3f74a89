"""Apply a compiled project, step by step: read this first.

    settle → pipeline → record → gates → register → build and try each service → deploy → summary

Every step finds by itself what is done already, so a run that was cut short anywhere is continued by the next one. The
notes of `memory` only save asking a store that nobody has written to since.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from mlproject.apply import memory
from mlproject.apply.context import Context
from mlproject.apply.events import DONE, INTERRUPTED, VERDICT, Answer, Failure, Log, Reporter, Result
from mlproject.apply.steps.build import Bento, build
from mlproject.apply.steps.deploy import deploy
from mlproject.apply.steps.gates import gates
from mlproject.apply.steps.pipeline import State, pipeline
from mlproject.apply.steps.record import record
from mlproject.apply.steps.register import Origin, register
from mlproject.apply.steps.smoke import smoke
from mlproject.apply.steps.summary import look
from mlproject.apply.tracking import StoreError, tracking
from mlproject.apply.where import Setting, Where, settle, unreachable
from mlproject.ir import Project


@dataclass(slots=True)
class _Outcome:
    """What a run has brought so far. `failures` hold it back from success; the first one names the exit code."""

    failures: list[Failure] = field(default_factory=list[Failure])
    refused: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    bentos: dict[str, Bento] = field(default_factory=dict[str, Bento])
    answers: list[Answer] = field(default_factory=list[Answer])
    look: tuple[tuple[str, str], ...] = ()


def apply(project: Project, where: Where, say: Reporter) -> Result:
    """Make everything be as the compiled project says, in one environment; what is so already is left alone.

    Writes: DVC's files and outputs, the tracking store and the registry, BentoML's store, `.mlproject/cache`. Starts
    tools and the project's own code; none of them outlives the call.
    """
    log = Log(say)
    outcome = _Outcome()
    try:
        _apply(project, where, log, outcome)
    except StoreError as problem:
        log.stop(problem.failure)
        outcome.failures.append(problem.failure)
    except KeyboardInterrupt:
        failure = Failure(INTERRUPTED, "interrupted", "Run apply again: it goes on where it was stopped.")
        log.stop(failure)
        outcome.failures.append(failure)
    first = outcome.failures[0] if outcome.failures else Failure(DONE, "", "")
    result = Result(
        first.code, log.changed, tuple(log.entries), tuple(outcome.answers), outcome.look, first.next
    )
    log.finished(result)
    return result


def unready(project: Project, where: Where) -> Failure | None:
    """What keeps `apply` from beginning: an environment that is not there (or one that it is promoted from), a variable
    that is not set. Asks no server."""
    setting = settle(project, where, where.environment)
    if isinstance(setting, Failure) or not setting.promote_from:
        return setting if isinstance(setting, Failure) else None
    origin = settle(project, where, setting.promote_from)
    return origin if isinstance(origin, Failure) else None


def _apply(project: Project, where: Where, log: Log, outcome: _Outcome) -> None:
    """All steps; what goes wrong is told and added to the outcome."""
    setting = settle(project, where, where.environment)
    origin = _origin(project, where, setting) if isinstance(setting, Setting) else None
    problem = next((found for found in (setting, origin) if isinstance(found, Failure)), None)
    if problem is None and isinstance(setting, Setting):
        problem = unreachable(setting.tracking_uri) or unreachable(setting.registry_uri)
    if problem is not None or isinstance(setting, Failure) or isinstance(origin, Failure):
        assert problem is not None
        log.stop(problem)
        outcome.failures.append(problem)
        return
    memory.prepare(where)
    with memory.alone(where) as busy, tracking(where, setting) as store:
        if busy is not None:
            log.stop(busy)
            outcome.failures.append(busy)
            return
        context = Context(project, where, setting, store, log)
        if project.stages and not _untouched(setting, memory.load(where, _note(setting))):
            store.warm()
        state = pipeline(context)
        if isinstance(state, Failure):
            outcome.failures.append(state)
            return
        if project.stages and not _store(context, origin, state, outcome):
            return
        store.close()
        _services(context, outcome)
        deploy(context, outcome.bentos)
        outcome.look = look(context, outcome.versions, outcome.bentos)


def _origin(project: Project, where: Where, setting: Setting) -> Origin | Failure | None:
    """The environment that this one takes its models from."""
    if not setting.promote_from:
        return None
    found = settle(project, where, setting.promote_from)
    if isinstance(found, Failure):
        return found
    return unreachable(found.registry_uri) or Origin(found.name, found.registry_uri, found.aliases)


def _store(context: Context, origin: Origin | None, state: State, outcome: _Outcome) -> bool:
    """Record, gates, register; False where services must not be looked at."""
    where, setting, store, log = context.where, context.setting, context.store, context.log
    wanted = _wanted(context.project, setting, state)
    note = memory.load(where, _note(setting))
    if note.get("wanted") == wanted and _untouched(setting, note):
        run, outcome.versions = str(note["run"]), cast("Mapping[str, str]", note["versions"])
        log.unchanged(("record",), f"run {run[:8]} has it")
        for name, version in outcome.versions.items():
            log.unchanged(("register",), f"{name} is version {version}, its gates passed before")
        return True
    recorded = record(context, state)
    if isinstance(recorded, Failure):
        outcome.failures.append(recorded)
        return False
    verdicts = gates(context, state, recorded)
    outcome.refused = tuple(verdict.model for verdict in verdicts if not verdict.passed)
    if outcome.refused:
        way_out = "Improve the model or change the gate in the spec, then run apply again."
        outcome.failures.append(Failure(VERDICT, f"the gates refuse {', '.join(outcome.refused)}", way_out))
    outcome.versions, failure = register(context, origin, state, recorded, verdicts)
    if failure is not None:
        outcome.failures.append(failure)
        return False
    if not outcome.refused and setting.database is not None and origin is None:
        places = store.ask(
            "places", run=recorded.run, models=[logged.id for logged in recorded.models.values()]
        )
        store.close()
        fresh = {"wanted": wanted, "run": recorded.run, "versions": dict(outcome.versions), "places": places}
        memory.save(where, _note(setting), {**fresh, "database": memory.stamp(setting.database)})
    return True


def _note(setting: Setting) -> str:
    return f"store-{setting.name}"


def _wanted(project: Project, setting: Setting, state: State) -> str:
    """The digest of everything that record, gates and register go by, other than what the store itself holds."""
    models = [
        [
            m.name,
            m.file,
            m.flavor,
            [[g.file, g.key, g.min, g.max, g.against, g.max_drop, g.max_rise] for g in m.gates],
        ]
        for m in project.models
    ]
    here = [setting.tracking_uri, setting.registry_uri, setting.experiment, setting.tags, setting.aliases]
    return memory.digest_of([state.digest, models, here])


def _untouched(setting: Setting, note: Mapping[str, object]) -> bool:
    """Whether nobody has written to the embedded store since the note, and its files are still there."""
    stamp = memory.stamp(setting.database)
    places = cast("list[str]", note.get("places") or [])
    return (
        bool(stamp) and note.get("database") == stamp and all(os.path.isdir(Path(place)) for place in places)
    )


def _services(context: Context, outcome: _Outcome) -> None:
    """Build and try every service whose models passed."""
    for service in context.project.services:
        held = [name for name in service.models if name in outcome.refused]
        if held:
            context.log.skipped((f"build {service.name}",), f"its model {held[0]} did not pass its gates")
            continue
        bento = build(context, service)
        if isinstance(bento, Failure):
            outcome.failures.append(bento)
            continue
        outcome.bentos[service.name] = bento
        answer = smoke(context, service, bento)
        if isinstance(answer, Failure):
            outcome.failures.append(answer)
        elif answer is not None:
            outcome.answers.append(answer)
