"""Our side of the MLflow worker: started early, asked later, ended with us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from mlproject.apply.events import OUR_BUG, UNREACHABLE, VERDICT, Failure
from mlproject.apply.process import tail
from mlproject.apply.where import Setting, Where, child_environment, shown

END_SECONDS = 5


class StoreError(Exception):
    """MLflow could not do something; carries the failure to report."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


class Tracking:
    """The worker. `_ahead` counts requests that were sent without waiting for their answers."""

    __slots__ = ("_ahead", "_log", "_process", "_setting", "_where")

    def __init__(self, where: Where, setting: Setting) -> None:
        self._where = where
        self._setting = setting
        self._log = where.state_dir / "mlflow.log"
        self._process: subprocess.Popen[str] | None = None
        self._ahead = 0

    def warm(self) -> None:
        """Start importing MLflow and opening the store, without waiting for it."""
        if self._process is not None:
            return
        # A server that is down is reported in seconds, not after MLflow's seven retries; the user's choice wins.
        patience = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}
        environ = child_environment(
            self._where, {k: v for k, v in patience.items() if k not in self._where.environ}
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "mlproject.apply.mlflow_worker"],
                cwd=self._where.project_dir,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )

        self._send("open", self._opening())
        self._ahead = 1

    def prepare(self, flavor: str) -> None:
        """Have a flavor's library imported, without waiting for it: a model of it is about to be made."""
        self.warm()
        self._send("prepare", {"flavor": flavor})
        self._ahead += 1

    def _opening(self) -> dict[str, object]:
        setting = self._setting
        return {
            "tracking_uri": setting.tracking_uri,
            "registry_uri": setting.registry_uri,
            "experiment": setting.experiment,
            "database": str(setting.database) if setting.database else None,
        }

    def ask(self, do: str, **arguments: object) -> Any:
        """What a method of `mlflow_worker.Store` answers. Raises StoreError."""
        self.warm()
        while self._ahead:
            self._ahead -= 1
            asked_ahead = self._answer("open")
            if "error" in asked_ahead:
                raise StoreError(self._problem(asked_ahead["error"], asked_ahead["kind"]))
        self._send(do, arguments)
        answer = self._answer(do)
        if "error" in answer:
            raise StoreError(self._problem(answer["error"], answer["kind"]))
        return answer["ok"]

    def _send(self, do: str, arguments: Mapping[str, object]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # reading the answer tells
            self._process.stdin.write(json.dumps({"do": do, "with": arguments}) + "\n")
            self._process.stdin.flush()

    def _answer(self, do: str) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise StoreError(self._died(do))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self, do: str) -> Failure:
        last = tail(self._log, 1)
        return Failure(
            OUR_BUG,
            f"the MLflow process ended during `{do}`" + (f": {last[0]}" if last else ""),
            f"Its log is {self._log}. Run apply again: what was recorded stays.",
        )

    def _problem(self, text: str, kind: str) -> Failure:
        summary = " ".join(text.split())
        if len(summary) > 400:
            summary = summary[:400] + "…"
        match kind:
            case "unreachable":
                return Failure(
                    UNREACHABLE,
                    f"MLflow's store {shown(self._setting.tracking_uri)} can't be reached: {summary}",
                    "The pipeline's results are kept. Start the store or correct its address, then run apply again.",
                )
            case "user":
                return Failure(
                    VERDICT, summary, "Mend it, then run apply again: the stages won't run a second time."
                )
            case _:
                return Failure(
                    OUR_BUG, f"MLflow failed: {summary}", f"Its log is {self._log}. Then run apply again."
                )

    def close(self) -> None:
        """End the worker."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._ahead:
            self._process.kill()  # nobody has asked for anything yet
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None


@contextmanager
def tracking(where: Where, setting: Setting) -> Generator[Tracking]:
    """The worker for one run of apply."""
    store = Tracking(where, setting)
    try:
        yield store
    finally:
        store.close()
