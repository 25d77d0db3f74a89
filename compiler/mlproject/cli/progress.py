"""The terminal's reporter of apply: what is about to happen, live output indented, what was done, how long it took."""

from __future__ import annotations

import json
import time
from typing import TextIO

from mlproject.apply import Result, Step

MARKS = {"done": "✔", "unchanged": "·", "skipped": "-", "failed": "✖"}
COLOURS = {"done": "32", "unchanged": "2", "skipped": "33", "failed": "31"}


class Progress:
    """Writes to a stream, one line an event; colours only where asked for. Times are those of this process's clock."""

    def __init__(self, stream: TextIO, *, colour: bool, quiet: bool = False) -> None:
        self._stream = stream
        self._colour = colour
        self._quiet = quiet
        self._begun = time.monotonic()
        self._since: dict[Step, float] = {}

    def started(self, step: Step, will: str) -> None:
        """See `apply.Reporter`."""
        self._since[step] = time.monotonic()
        if not self._quiet:
            self._line(len(step) - 1, f"{self._paint('▸', '36')} {self._paint(step[-1], '1')}  {will}")

    def output(self, step: Step, line: str) -> None:
        """See `apply.Reporter`."""
        if not self._quiet:
            self._line(len(step), f"{self._paint('│', '2')} {line}")

    def done(self, step: Step, did: str) -> None:
        """See `apply.Reporter`."""
        self._ended(step, "done", did)

    def unchanged(self, step: Step, found: str) -> None:
        """See `apply.Reporter`. What is unchanged inside a step is counted when that ends."""
        if len(step) == 1 or step in self._since:
            self._ended(step, "unchanged", found)

    def skipped(self, step: Step, why: str) -> None:
        """See `apply.Reporter`."""
        self._ended(step, "skipped", why)

    def failed(self, step: Step, what: str, next: str) -> None:
        """See `apply.Reporter`."""
        self._ended(step, "failed", what)
        if next:
            self._line(len(step), f"{self._paint('next', '1')}: {next}")

    def finished(self, result: Result) -> None:
        """See `apply.Reporter`."""
        seconds = _duration(time.monotonic() - self._begun)
        self._line(0, "")
        for answer in result.answers:
            when = " (asked before)" if answer.earlier else ""
            self._line(0, f"{answer.service} answers{when}: {json.dumps(answer.response)}")
        if result.code == 0 and not result.changed:
            self._line(0, f"Nothing to do: everything is up to date ({seconds}).")
        elif result.code == 0:
            counts = sum(entry.outcome == "done" and len(entry.step) == 1 for entry in result.entries)
            self._line(0, f"Done in {seconds}: {counts} step{'s' * (counts != 1)} changed something.")
        else:
            self._line(0, self._paint(f"Stopped after {seconds}.", COLOURS["failed"]) + f" {result.next}")
        for what, where in result.look:
            self._line(0, f"  {what}:  {where}")

    def _ended(self, step: Step, outcome: str, text: str) -> None:
        since = self._since.pop(step, None)
        took = f" {self._paint(f'({_duration(time.monotonic() - since)})', '2')}" if since is not None else ""
        mark = self._paint(MARKS[outcome], COLOURS[outcome])
        self._line(len(step) - 1, f"{mark} {self._paint(step[-1], '1')}  {text}{took}")

    def _line(self, depth: int, text: str) -> None:
        self._stream.write(f"{'  ' * depth}{text}".rstrip() + "\n")
        self._stream.flush()

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def _duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
