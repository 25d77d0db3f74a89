"""Start a built service, ask it once with a real request, and stop it.

A Bento's version is the digest of its content, so one that has answered is not asked again.
"""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import cast

from mlproject.apply import memory
from mlproject.apply.context import Context
from mlproject.apply.contract import wrong_answer
from mlproject.apply.events import VERDICT, Answer, Failure
from mlproject.apply.example import request_for
from mlproject.apply.process import Child, running, tail
from mlproject.apply.steps.build import Bento, home_of
from mlproject.apply.where import child_environment
from mlproject.ir import Api, Service
from mlproject.records import frozen

VERB = "try"
HOST = "127.0.0.1"
START_SECONDS = 120.0
ANSWER_SECONDS = 60.0
POLL_SECONDS = 0.1
STARTED_BADLY = b"Application startup failed"  # the ASGI server's words
NOTE = "answers"
DIRECT = urllib.request.build_opener(
    urllib.request.ProxyHandler({})
)  # a proxy has no business on the loopback


@frozen
class _Trial:
    """What one attempt needs."""

    context: Context
    service: Service
    api: Api
    bento: Bento


def smoke(context: Context, service: Service, bento: Bento) -> Answer | Failure | None:
    """The service's answer, also one that it gave before; None where it has no route to ask."""
    log = context.log
    step = (f"{VERB} {service.name}",)
    if not service.api:
        log.skipped(step, "the service declares no `api`, so there is nothing to ask it")
        return None
    trial = _Trial(context, service, service.api[0], bento)
    earlier = _earlier(trial)
    if earlier is not None:
        log.unchanged(step, f"{bento.tag} answered before")
        return earlier
    log.started(step, f"start {bento.tag}, ask /{trial.api.name} once, stop it")
    outcome = _try(trial)
    if isinstance(outcome, Failure):
        log.failed(step, outcome)
        return outcome
    log.output(step, f"asked    {_short(outcome.request)}")
    log.output(step, f"answered {_short(outcome.response)}")
    _remember(trial, outcome)
    log.done(step, f"/{trial.api.name} answered, and the server is stopped")
    return outcome


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 160 else text[:157] + "…"


def _earlier(trial: _Trial) -> Answer | None:
    """The answer that this Bento gave before to the same route."""
    note = memory.load(trial.context.where, f"{NOTE}-{trial.service.name}")
    if note.get("bento") != trial.bento.tag or note.get("route") != _contract(trial):
        return None
    return Answer(
        trial.service.name, trial.bento.tag, trial.api.name, note.get("request"), note.get("response"), True
    )


def _remember(trial: _Trial, answer: Answer) -> None:
    note = {
        "bento": answer.bento,
        "route": _contract(trial),
        "request": answer.request,
        "response": answer.response,
    }
    memory.save(trial.context.where, f"{NOTE}-{trial.service.name}", note)


def _contract(trial: _Trial) -> str:
    """The digest of what an answer holds for beside the Bento: the route's contract, the server's configuration."""
    api, configuration = trial.api, _configuration(trial)
    settings = configuration.read_text(encoding="utf-8") if configuration else ""
    return memory.digest_of([api.name, api.input, api.output, trial.service.envs, settings])


def _try(trial: _Trial) -> Answer | Failure:
    """Serve, ask, stop."""
    port = _free_port()
    notes = trial.context.where.state_dir / f"serve-{trial.service.name}.log"
    command = [
        sys.executable,
        "-P",
        "-m",
        "bentoml",
        "serve",
        trial.bento.tag,
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    empty = trial.context.where.state_dir / "empty"
    empty.mkdir(exist_ok=True)
    with notes.open("wb") as stream, running(command, empty, _environment(trial), stream) as child:
        problem = _wait(child, port, notes)
        outcome = Failure(VERDICT, problem, "") if problem else _ask(trial, port)
    if not isinstance(outcome, Failure):
        return outcome
    for line in tail(notes):
        trial.context.log.output((f"{VERB} {trial.service.name}",), line)
    unset = [name for name in trial.service.secrets if not trial.context.where.environ.get(name)]
    hint = (
        f"It may need the secret{'s' * (len(unset) != 1)} {', '.join(unset)}, not set here. " if unset else ""
    )
    return Failure(
        VERDICT,
        f"{trial.service.name}: {outcome.what}",
        f"{hint}Its log is {notes}. Try it yourself: bentoml serve {trial.bento.tag}. What was trained, registered and "
        "built stays; mend the service, then run apply again.",
    )


def _configuration(trial: _Trial) -> Path | None:
    """The compiled configuration of the project's services, where there is one."""
    file = trial.context.path("bentoml_configuration.yaml")
    return file if file.is_file() else None


def _environment(trial: _Trial) -> dict[str, str]:
    """The variables of the server: the service's own ones, and its configuration."""
    extra = {"BENTOML_HOME": str(home_of(trial.context.where)), **trial.service.envs}
    configuration = _configuration(trial)
    if configuration is not None:
        extra["BENTOML_CONFIG"] = str(configuration)
    return child_environment(trial.context.where, extra)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(child: Child, port: int, notes: Path) -> str:
    """Until the server is ready; '' then, else what went wrong. A service that can't start is started again and again
    by BentoML, so its log is read meanwhile."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if STARTED_BADLY in notes.read_bytes():
            return f"the service can't start ({_reason(notes)})"
        if (code := child.poll()) is not None:
            return f"the server ended with exit code {code} before it was ready"
        try:
            with DIRECT.open(f"http://{HOST}:{port}/readyz", timeout=5):
                return ""
        except OSError:
            time.sleep(POLL_SECONDS)
    return f"the server was not ready within {START_SECONDS:g} s"


def _reason(notes: Path) -> str:
    """The last line of the first traceback in a log."""
    lines = notes.read_text(encoding="utf-8", errors="replace").splitlines()
    begun = next(
        (n for n, line in enumerate(lines) if "Traceback (most recent call last)" in line), len(lines)
    )
    said = [line for line in lines[begun + 1 :] if line.strip() and not line.startswith(" ")]
    return said[0] if said else "its log says why"


def _ask(trial: _Trial, port: int) -> Answer | Failure:
    """One request, its answer held against the contract."""
    api = trial.api
    request = request_for(trial.context.project, trial.service, api, trial.context.where.project_dir)
    message = urllib.request.Request(
        f"http://{HOST}:{port}/{api.name}",
        data=json.dumps(request).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with DIRECT.open(message, timeout=ANSWER_SECONDS) as reply:
            body = reply.read().decode(errors="replace")
    except urllib.error.HTTPError as problem:
        said = " ".join(problem.read().decode(errors="replace").split())[:300]
        return Failure(VERDICT, f"/{api.name} answered {problem.code} to {_short(request)}: {said}", "")
    except OSError as problem:
        return Failure(VERDICT, f"/{api.name} did not answer: {problem}", "")
    try:
        response = cast("object", json.loads(body))
    except ValueError:
        return Failure(VERDICT, f"/{api.name} answered something that is not JSON: {body[:200]}", "")
    wrong = wrong_answer(api, response)
    if wrong:
        return Failure(
            VERDICT, f"/{api.name} answered {_short(response)}, which is not what `api` declares: {wrong}", ""
        )
    return Answer(trial.service.name, trial.bento.tag, api.name, request, response, earlier=False)
