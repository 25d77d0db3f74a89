"""What a run of apply says while it goes, and what it has done in the end.

Vocabulary
    step       a place in the run: ('pipeline',), and inside it ('pipeline', 'train'); the path nests the display
    outcome    done: something was changed; unchanged: it was so already; skipped: not done, and why; failed
    failure    why a step stopped: the exit code that it means, what happened, and what to do next

Nothing here prints: a reporter does, and it also keeps the time, so that a step is told the same way everywhere.
"""

from __future__ import annotations

from typing import Literal, Protocol

from mlproject.records import frozen

Step = tuple[str, ...]
Outcome = Literal["done", "unchanged", "skipped", "failed"]

DONE = 0
VERDICT = 1
USAGE = 64
INPUT_MISSING = 66
UNREACHABLE = 69
OUR_BUG = 70
INTERRUPTED = 130


@frozen
class Failure:
    """Why a step stopped. `code` is the exit code of the command, `next` one or two sentences on the way out."""

    code: int
    what: str
    next: str


@frozen
class Entry:
    """How one step ended, in a few words."""

    step: Step
    outcome: Outcome
    text: str


@frozen
class Answer:
    """One real request to a service that was started for it, and what it answered. `earlier` where a former run of
    apply asked, and the service has not changed since."""

    service: str
    bento: str
    route: str
    request: object
    response: object
    earlier: bool


@frozen
class Result:
    """A whole run. `look` are (what, where) pairs: commands and places for the user; `next` is '' where all went well.

    `changed` is False where every step found its work done already.
    """

    code: int
    changed: bool
    entries: tuple[Entry, ...]
    answers: tuple[Answer, ...]
    look: tuple[tuple[str, str], ...]
    next: str


class Reporter(Protocol):
    """Who is told. Every started step is ended by exactly one of done, unchanged, skipped and failed, unless apply
    itself is killed; skipped may also come without a start."""

    def started(self, step: Step, will: str) -> None:
        """A step begins; `will` says what it is about to do."""
        ...

    def output(self, step: Step, line: str) -> None:
        """A line that a tool or the user's code wrote, as it was written, without its line end."""
        ...

    def done(self, step: Step, did: str) -> None:
        """A step ended and changed something."""
        ...

    def unchanged(self, step: Step, found: str) -> None:
        """A step ended and found its work done already."""
        ...

    def skipped(self, step: Step, why: str) -> None:
        """A step was not done."""
        ...

    def failed(self, step: Step, what: str, next: str) -> None:
        """A step stopped; everything before it stands."""
        ...

    def finished(self, result: Result) -> None:
        """The run is over."""
        ...


class Log:
    """Passes everything on to a reporter; keeps how each step ended, in order, and which are still open."""

    __slots__ = ("_open", "_say", "entries")

    def __init__(self, say: Reporter) -> None:
        self._say = say
        self._open: list[Step] = []
        self.entries: list[Entry] = []

    def started(self, step: Step, will: str) -> None:
        """See `Reporter`."""
        self._open.append(step)
        self._say.started(step, will)

    def output(self, step: Step, line: str) -> None:
        """See `Reporter`."""
        self._say.output(step, line)

    def done(self, step: Step, did: str) -> None:
        """See `Reporter`."""
        self._ended(step, "done", did)
        self._say.done(step, did)

    def unchanged(self, step: Step, found: str) -> None:
        """See `Reporter`."""
        self._ended(step, "unchanged", found)
        self._say.unchanged(step, found)

    def skipped(self, step: Step, why: str) -> None:
        """See `Reporter`."""
        self._ended(step, "skipped", why)
        self._say.skipped(step, why)

    def failed(self, step: Step, failure: Failure) -> None:
        """See `Reporter`."""
        self._ended(step, "failed", failure.what)
        self._say.failed(step, failure.what, failure.next)

    def stop(self, failure: Failure) -> None:
        """The run stops here: every step that is still open has failed, the inner ones without saying it again."""
        for inner in self._open[:0:-1]:
            self.failed(inner, Failure(failure.code, "stopped", ""))
        self.failed(self._open[0] if self._open else ("apply",), failure)

    def finished(self, result: Result) -> None:
        """See `Reporter`."""
        self._say.finished(result)

    def _ended(self, step: Step, outcome: Outcome, text: str) -> None:
        if step in self._open:
            self._open.remove(step)
        self.entries.append(Entry(step, outcome, text))

    @property
    def changed(self) -> bool:
        """Whether any step changed something."""
        return any(entry.outcome == "done" for entry in self.entries)
