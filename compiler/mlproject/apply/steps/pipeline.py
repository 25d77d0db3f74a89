"""Run what DVC says must run, with each stage's progress and output as it happens."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlproject.apply.context import Context
from mlproject.apply.events import OUR_BUG, UNREACHABLE, VERDICT, Failure
from mlproject.apply.flavors import LOADERS
from mlproject.apply.memory import digest_of
from mlproject.apply.process import Child, Deadline, OutOfTimeError, lines, running
from mlproject.apply.where import Where, child_environment
from mlproject.ir import Instance, Project
from mlproject.records import frozen

STEP = ("pipeline",)
WORDS = {
    "ran": "ran",
    "cached": "taken from DVC's run-cache",
    "verified": "frozen, its outputs are here",
    "unchanged": "unchanged",
}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
AGAIN = "Then run apply again: what ended well is kept and won't run a second time."


@frozen
class State:
    """The pipeline after DVC has brought it up to date, as the lock has it.

    `digest` names this state: commands, parameters, and the contents of dependencies and outputs. `outputs` maps each
    output's file to its hash, `params` each params file to its keys' values (those that stages depend on), `files` are
    the pipeline and lock files, relative to the project.
    """

    digest: str
    outputs: Mapping[str, str]
    params: Mapping[str, Mapping[str, object]]
    files: tuple[str, ...]


def pipeline(context: Context) -> State | Failure:
    """Bring sources and stages up to date. On a failure the stages that ended before it are kept by DVC."""
    project, where, setting, log = context.project, context.where, context.setting, context.log
    instances = [instance for stage in project.stages for instance in stage.instances]
    folders = tuple(dict.fromkeys(stage.folder for stage in project.stages))
    targets = tuple(f"{folder}/dvc.yaml" if folder else "dvc.yaml" for folder in folders)
    if not targets:
        log.skipped(STEP, "the project has no stages")
        return State(digest_of({}), {}, {}, ())
    log.started(STEP, f"run what DVC says must run, of {len(instances)} stage{'s' * (len(instances) != 1)}")
    missing = [target for target in targets if not (where.project_dir / target).is_file()]
    failure: Failure | None
    if missing:
        failure = Failure(VERDICT, f"there is no {missing[0]}", "Run `mlproject compile`, then apply again.")
        log.failed(STEP, failure)
        return failure
    run = _Run(context, {i.address: i for i in instances}, _timeouts(project))
    mark = f"\x1e{secrets.token_hex(8)}"
    command = [
        sys.executable,
        "-P",
        "-m",
        "mlproject.apply.dvc_driver",
        mark,
        _request(project, where, targets),
    ]
    environ = child_environment(
        where, {"MLFLOW_TRACKING_URI": setting.tracking_uri, "MLFLOW_EXPERIMENT_NAME": setting.experiment}
    )
    with running(command, where.project_dir, environ) as child:
        failure = run.follow(child, mark)
    if failure is not None:
        log.failed(STEP, failure)
        return failure
    state = _state(run.stages, targets)
    if run.counts.keys() <= {"unchanged"} and not run.brought:
        log.unchanged(STEP, "every stage is up to date")
    else:
        log.done(
            STEP, ", ".join(f"{count} {WORDS[outcome]}" for outcome, count in run.counts.items()) or "ready"
        )
    return state


class _Run:
    """Listening to one run of the driver."""

    def __init__(
        self, context: Context, instances: Mapping[str, Instance], timeouts: Mapping[str, float]
    ) -> None:
        self.log = context.log
        self.store = context.store
        self.flavors = {
            model.stage: model.flavor for model in context.project.models if model.flavor in LOADERS
        }
        self.instances = instances
        self.timeouts = timeouts
        self.deadline = Deadline()
        self.current = ""
        self.seen = 0
        self.counts: dict[str, int] = {}
        self.brought = False
        self.stages: Mapping[str, Any] | None = None
        self.failure: Failure | None = None
        self.last: list[str] = []

    def follow(self, child: Child, mark: str) -> Failure | None:
        """Pass on events and output until the driver ends."""
        try:
            for line in lines(child, self.deadline):
                text, found, event = line.partition(mark)
                if text or not found:
                    self.output(text)
                if found:
                    self.event(json.loads(event))
        except OutOfTimeError:
            child.stop()
            seconds = self.timeouts.get(self.current, 0)
            what = f"stage {self.current} did not end within its timeout of {seconds:g} s, and was stopped"
            return self.stopped(what, f"Make it faster or raise its `timeout`. {AGAIN}")
        code = child.wait()
        if self.failure is None and (code != 0 or self.stages is None):
            what = f"DVC ended unexpectedly with exit code {code}" + (
                f": {self.last[-1]}" if self.last else ""
            )
            return self.stopped(what, f"See the lines above. {AGAIN}", OUR_BUG)
        return self.failure

    def output(self, line: str) -> None:
        """A line of a stage, or of DVC itself."""
        self.last = [*self.last[-4:], line] if line.strip() else self.last
        self.log.output((*STEP, self.current) if self.current else STEP, line)

    def event(self, event: dict[str, Any]) -> None:
        """One thing that the driver told."""
        name = str(event.get("name", ""))
        match event["event"]:
            case "init":
                self.brought = True
                self.log.output(STEP, "made this a DVC repository (dvc init)")
            case "source":
                self.brought = True
                self.log.output(STEP, f"data {name}: {event['did']}")
            case "stage":
                self.look(name)
            case "run":
                self.begin(name)
            case "ended":
                self.end(name, event["outcome"])
            case "state":
                self.stages = event["stages"]
            case "failed":
                self.fail(event["kind"], name, event["text"])
            case other:
                raise AssertionError(other)

    def look(self, name: str) -> None:
        """DVC looks whether a stage has changed."""
        self.current = name
        self.seen += name in self.instances

    def begin(self, name: str) -> None:
        """It has."""
        if name in self.flavors:
            self.store.prepare(self.flavors[name])
        self.deadline.after(self.timeouts.get(name))
        place = f" {self.seen}/{len(self.instances)}" if name in self.instances else ""
        self.log.started((*STEP, name), f"stage{place}")

    def end(self, name: str, outcome: str) -> None:
        """A stage is up to date."""
        self.current = ""
        self.deadline.after(None)
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if outcome == "unchanged":
            self.log.unchanged((*STEP, name), WORDS[outcome])
        else:
            self.log.done((*STEP, name), WORDS[outcome])

    def fail(self, kind: str, name: str, text: str) -> None:
        """DVC stopped."""
        match kind:
            case "stage":
                self.failure = self.stopped(
                    f"stage {name}: {text}", f"Its output above says why. Mend it. {AGAIN}"
                )
            case "edited":
                what = f"{text} changed while stage {name} ran: what it made may be of the old content or the new"
                self.failure = self.stopped(
                    what,
                    f"Nothing of that run was recorded. Let the files be still (or declare as an output "
                    f"what the stage itself writes). {AGAIN}",
                )
            case "locked":
                self.failure = self.stopped(text, f"Wait until it has ended. {AGAIN}", UNREACHABLE)
            case "dvc":
                what = f"stage {name}: {text}" if name in self.instances else text
                self.failure = self.stopped(what, f"Mend what DVC names. {AGAIN}")
            case _:
                self.failure = self.stopped(f"DVC failed in a way we don't know: {text}", AGAIN, OUR_BUG)

    def stopped(self, what: str, way_out: str, code: int = VERDICT) -> Failure:
        """A failure; the stage it happened in is ended with it."""
        failure = Failure(code, what, way_out)
        if self.current:
            self.log.failed((*STEP, self.current), Failure(code, "stopped", ""))
            self.current = ""
        return failure


def _request(project: Project, where: Where, targets: tuple[str, ...]) -> str:
    """What the driver is to do."""
    root, init = _repository(project, where)
    sources = [
        {"name": d.name, "path": d.file, "url": d.url, "repo": d.repo, "rev": d.rev, "track": d.track}
        for d in project.data
        if d.url or d.repo or d.track == "dvc" or (where.project_dir / f"{d.file}.dvc").exists()
    ]
    return json.dumps({"root": str(root), "init": init, "targets": targets, "sources": sources})


def _repository(project: Project, where: Where) -> tuple[Path, str]:
    """Where `.dvc` is, as the compiler found it, and how to make it where there is none."""
    root = where.repo_root / project.dvc_root
    if (root / ".dvc").is_dir():
        return root, ""
    above = [folder for folder in (root, *root.parents) if (folder / ".git").exists()]
    if not above:
        return root, "no-scm"
    return root, "git" if above[0] == root else "subdir"


def _timeouts(project: Project) -> dict[str, float]:
    """The seconds that each instance may take, where the spec says so."""
    limits: dict[str, float] = {}
    for stage in project.stages:
        seconds = sum(float(number) * SECONDS[unit] for number, unit in DURATION.findall(stage.timeout))
        if seconds:
            limits.update({instance.address: seconds for instance in stage.instances})
    return limits


def _state(stages: Mapping[str, Any] | None, targets: tuple[str, ...]) -> State:
    """The recorded stages, digested."""
    assert stages is not None
    outputs: dict[str, str] = {}
    params: dict[str, dict[str, object]] = {}
    for stage in stages.values():
        outputs.update({file: value for file, value in stage["outs"] if value})
        for file, values in stage["params"].items():
            params.setdefault(file, {}).update(values)
    locks = tuple(os.path.splitext(target)[0] + ".lock" for target in targets)
    return State(digest_of(stages), outputs, params, (*targets, *locks))
