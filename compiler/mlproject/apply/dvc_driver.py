"""A program of its own: bring the sources here and run what DVC says must run, telling each event as it happens.

    python -P -m mlproject.apply.dvc_driver MARK REQUEST      (in the project's folder)

REQUEST is JSON: `root` (where `.dvc` is, or is to be made), `init` ('' | 'git' | 'subdir' | 'no-scm'), `targets` (the
pipeline files, relative), `sources` (see `bring`). Events are lines `MARK JSON` on standard output, among whatever the
stages write there themselves; MARK is not known to them.

    {"event": "init"}
    {"event": "source", "name": …, "did": added | imported | restored}
    {"event": "stage", "name": …}            a stage is looked at
    {"event": "run", "name": …}              it has changed: it is run, or taken from the run-cache
    {"event": "ended", "name": …, "outcome": ran | cached | verified | unchanged}
    {"event": "failed", "kind": …, "name": …, "text": …}      kind: stage | edited | locked | dvc | bug
    {"event": "state", "stages": {ADDRESS: {cmd, deps, params, outs}}}      last of all, from the lock

DVC is run in a process of its own because stages inherit its streams, and so that it can be ended with them. What is
used of it beyond the documented interface: `Repo.reproduce(repro_fn=…)`, `Repo.stage_cache`, `Stage.save_deps`.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn


class InputEditedError(Exception):
    """A dependency changed while its stage ran: what DVC would record never was."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(", ".join(paths))


class Driver:
    """One run of DVC. `hashes` holds, for each stage that is executed, what its dependencies were before."""

    def __init__(self, mark: str, request: dict[str, Any]) -> None:
        self.mark = mark
        self.request = request
        self.hits: set[str] = set()
        self.hashes: dict[str, list[tuple[str, object]]] = {}
        self.current = ""

    def tell(self, **event: object) -> None:
        """Write an event."""
        sys.stdout.write(f"{self.mark} {json.dumps(event, default=str)}\n")
        sys.stdout.flush()

    def run(self) -> None:
        """The whole of it."""
        Repo: Any = import_module("dvc.repo").Repo  # noqa: N806 (its own name)
        logging.getLogger("dvc").setLevel(logging.WARNING)  # its own telling of what our events tell
        self.initialise()
        mend_locks(os.path.join(self.request["root"], ".dvc", "tmp", "rwlock"))
        with Repo(self.request["root"]) as repo:
            for source in self.request["sources"]:
                self.current = source["path"]
                self.bring(repo, source)
            self.current = ""
            self.observe(repo)
            repo.reproduce(targets=self.request["targets"], repro_fn=self.reproduce)
        with Repo(self.request["root"]) as repo:
            self.tell(event="state", stages=self.state(repo))

    def initialise(self) -> None:
        """Make the folder a DVC repository, where it is none."""
        Repo: Any = import_module("dvc.repo").Repo  # noqa: N806 (its own name)
        how = self.request["init"]
        if how:
            Repo.init(self.request["root"], no_scm=how == "no-scm", subdir=how == "subdir").close()
            self.tell(event="init")

    def bring(self, repo: Any, source: dict[str, str]) -> None:
        """One source: import it where the spec names an origin, add it where DVC is to track it, restore it where its
        `.dvc` file is here and the data is not."""
        path, url, track = source["path"], source["url"], source["track"]
        pointer, here = os.path.exists(f"{path}.dvc"), os.path.exists(path)
        if pointer and not here:
            repo.pull(targets=[f"{path}.dvc"])
            did = "restored"
        elif pointer:
            return
        elif source["repo"]:
            repo.imp(source["repo"], url or path, out=path, rev=source["rev"] or None)
            did = "imported"
        elif url and not here:
            repo.imp_url(url, out=path)
            did = "imported"
        elif track == "dvc" and here:
            repo.add([path])
            did = "added"
        else:
            return
        self.tell(event="source", name=source["name"], did=did)

    def observe(self, repo: Any) -> None:
        """Learn from the run-cache which stages it answered, and keep it from learning what never was."""
        not_found = import_module("dvc.stage.cache").RunCacheNotFoundError
        restore, save = repo.stage_cache.restore, repo.stage_cache.save

        def observed_restore(stage: Any, **options: Any) -> None:
            try:
                restore(stage, **options)
            except not_found:
                stage.save_deps()
                self.hashes[stage.addressing] = hashes(stage)
                raise
            self.hits.add(stage.addressing)

        def observed_save(stage: Any) -> None:
            self.check(stage)
            save(stage)

        repo.stage_cache.restore = observed_restore
        repo.stage_cache.save = observed_save

    def check(self, stage: Any) -> None:
        """DVC hashes dependencies after the command; raise where one is not what it was before it."""
        before = self.hashes.get(stage.addressing)
        if before is None:
            return
        changed = [path for (path, new), (_, old) in zip(hashes(stage), before, strict=True) if new != old]
        if changed:
            raise InputEditedError(changed)

    def reproduce(self, stage: Any, **options: Any) -> Any:
        """What DVC does for one stage, told; the lock is written only when its inputs held still."""
        name = stage.addressing
        pipeline_stage = bool(stage.cmd)
        if pipeline_stage:
            self.current = name
            self.tell(event="stage", name=name)
            run = stage.run

            def told_run(**arguments: Any) -> None:
                self.tell(event="run", name=name)
                run(**arguments)

            stage.run = told_run
        result = stage.reproduce(**options)
        if result:
            self.check(stage)
            stage.dump(update_pipeline=False)
        if pipeline_stage:
            outcome = "unchanged"
            if result:
                outcome = "verified" if stage.frozen else "cached" if name in self.hits else "ran"
            self.tell(event="ended", name=name, outcome=outcome)
        return result

    def state(self, repo: Any) -> dict[str, object]:
        """What the lock says of the project's stages, paths relative to the project's folder."""
        stages: dict[str, object] = {}
        for target in self.request["targets"]:
            for stage in repo.stage.collect(target):
                if stage.cmd:
                    stages[stage.addressing] = recorded(stage)
        return stages

    def fail(self, problem: BaseException) -> None:
        """Tell why it stopped; the innermost cause is what a person needs to hear."""
        busy = import_module("dvc.lock").LockError
        stopped = import_module("dvc.stage.exceptions").StageCmdFailedError
        causes = [problem]
        while (cause := causes[-1].__cause__) is not None:
            causes.append(cause)
        text = str(causes[-1]) or type(causes[-1]).__name__
        if any(isinstance(c, InputEditedError) for c in causes):
            kind = "edited"
        elif any(isinstance(c, busy) for c in causes):
            kind, text = "locked", "another DVC process works in this repository"
        elif any(isinstance(c, stopped) for c in causes):
            kind = "stage"
        elif not ours(causes[-1]):
            kind, text = "dvc", "; ".join(dict.fromkeys(filter(None, (str(c).strip() for c in causes))))
        else:
            kind = "bug"
            traceback.print_exception(problem)
        self.tell(event="failed", kind=kind, name=self.current, text=text)


def hashes(stage: Any) -> list[tuple[str, object]]:
    """What DVC holds for each dependency of a stage at this moment: paths and hashes, parameters and values."""
    return [(relative(dep), dep.hash_info.value) for dep in stage.deps]


def recorded(stage: Any) -> dict[str, object]:
    """A stage as the lock has it, as plain data."""
    parameters = import_module("dvc.dependency.param").ParamsDependency
    deps: list[list[object]] = []
    params: dict[str, object] = {}
    for dep in stage.deps:
        if isinstance(dep, parameters):
            params[relative(dep)] = dep.hash_info.value or {}
        else:
            deps.append([relative(dep), dep.hash_info.value])
    outs = [[relative(out), out.hash_info.value] for out in stage.outs]
    return {"cmd": stage.cmd, "deps": sorted(deps, key=str), "params": params, "outs": sorted(outs, key=str)}


def ours(problem: BaseException) -> bool:
    """Whether an error was raised by this file itself, not by what it calls."""
    frames = traceback.extract_tb(problem.__traceback__)
    return bool(frames) and frames[-1].filename == __file__


def mend_locks(file: str) -> None:
    """Remove DVC's note of who reads and writes what where a killed process left it half written: DVC would refuse to
    work ever after. Whoever is writing it at this moment is done in milliseconds."""
    for _ in range(5):
        try:
            with open(file, encoding="utf-8") as stream:
                json.load(stream)
        except FileNotFoundError:
            return
        except ValueError:
            time.sleep(0.1)
        else:
            return
    os.unlink(file)


def relative(item: Any) -> str:
    """Where a dependency or output is: relative to the project with `/` where it is local, as written otherwise."""
    if item.fs.protocol != "local":
        return str(item.def_path)
    place: str = item.fs_path
    return os.path.relpath(place).replace(os.sep, "/")


def ended(number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds, so that DVC gives its locks back; a second one must not disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main() -> int:
    """Run the request of the command line."""
    driver = Driver(sys.argv[1], json.loads(sys.argv[2]))
    signal.signal(signal.SIGTERM, ended)
    try:
        driver.run()
    except Exception as problem:  # noqa: BLE001 (told to the parent as an event)
        driver.fail(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
