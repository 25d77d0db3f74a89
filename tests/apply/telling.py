"""Reporters for tests: one that remembers, one that stops the run at a chosen event."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlproject.apply import Result, Step


@dataclass
class Told:
    """Everything that was told, as (event, step, text)."""

    events: list[tuple[str, Step, str]] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    result: Result | None = None

    def started(self, step: Step, will: str) -> None:
        self.note("started", step, will)

    def output(self, step: Step, line: str) -> None:
        self.note("output", step, line)

    def done(self, step: Step, did: str) -> None:
        self.note("done", step, did)

    def unchanged(self, step: Step, found: str) -> None:
        self.note("unchanged", step, found)

    def skipped(self, step: Step, why: str) -> None:
        self.note("skipped", step, why)

    def failed(self, step: Step, what: str, next: str) -> None:
        self.next.append(next)
        self.note("failed", step, what)

    def finished(self, result: Result) -> None:
        self.result = result

    def note(self, event: str, step: Step, text: str) -> None:
        self.events.append((event, step, text))

    def outcomes(self) -> dict[Step, str]:
        """How each step ended."""
        return {
            step: event
            for event, step, _ in self.events
            if event in ("done", "unchanged", "skipped", "failed")
        }

    def text(self, event: str, *step: str) -> str:
        """What was told with an event of a step, a line each."""
        return "\n".join(text for name, where, text in self.events if name == event and where == step)


class StoppedError(Exception):
    """Raised inside apply by a test."""


@dataclass
class Stopping(Told):
    """Raises when one of these events of a step is told: apply is cut short there. What stopped it is taken away."""

    at: list[tuple[str, Step]] = field(default_factory=list)
    interrupt: bool = False

    def note(self, event: str, step: Step, text: str) -> None:
        super().note(event, step, text)
        if (event, step) in self.at:
            self.at.remove((event, step))
            raise KeyboardInterrupt if self.interrupt else StoppedError
