"""What was measured, as ratios, as a table for people and as data for machines."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

TYPICAL_NAME = "typical"
# Seconds a stage below which a command doesn't depend on the stages, and has no growth to speak of.
FLAT = 2e-5

# What each row is, and what is done before every run of it.
START = "python -c pass"
VALIDATE_COLD, VALIDATE_AGAIN = "validate, cold", "validate, unchanged"
COMPILE_FIRST, COMPILE_COLD, COMPILE_AGAIN = "compile, first", "compile, cold", "compile, unchanged"
STAGE_LIST, STATUS = "dvc stage list", "dvc status"
OURS = (VALIDATE_COLD, VALIDATE_AGAIN, COMPILE_FIRST, COMPILE_COLD, COMPILE_AGAIN)


@dataclass(slots=True)
class Samples:
    """Seconds of each run, on the clock and on the processor, and the largest resident memory in MiB."""

    seconds: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    memory: float = 0.0

    @property
    def median(self) -> float:
        """The median of the runs in seconds on the clock."""
        return statistics.median(self.seconds)

    @property
    def busy_median(self) -> float:
        """The median of the runs in seconds on the processor: what else the machine does touches it less."""
        return statistics.median(self.busy)


@dataclass(frozen=True, slots=True)
class Case:
    """A project to measure with: its stages, and the size of its spec in bytes."""

    name: str
    stages: int
    spec_bytes: int
    folder: Path


Table = dict[str, dict[str, Samples]]


def ratios(cases: list[Case], table: Table) -> dict[str, float]:
    """How many times faster than DVC, how many bare starts, and how the time of a stage grows."""
    found: dict[str, float] = {}
    for case in cases:
        for clock, note in ((True, ""), (False, " (busy)")):
            rows = {row: s.median if clock else s.busy_median for row, s in table[case.name].items()}
            if case.name == TYPICAL_NAME:
                for row in (VALIDATE_COLD, VALIDATE_AGAIN, COMPILE_AGAIN):
                    found[f"typical: {row}, in bare starts{note}"] = rows[row] / rows[START]
                continue
            for theirs in (STATUS, STAGE_LIST):
                for row in (VALIDATE_COLD, COMPILE_COLD, COMPILE_AGAIN) if theirs in rows else ():
                    found[f"{case.stages} stages: {theirs} / {row}{note}"] = rows[theirs] / rows[row]
    sized = [case for case in cases if case.name != TYPICAL_NAME]
    for row in OURS:
        slopes = [_slope(table, small, large, row) for small, large in pairwise(sized)]
        for (small, large), slope in zip(pairwise(sized), slopes, strict=True):
            found[f"ms for one more stage, {small.stages} to {large.stages}: {row}"] = slope * 1000
        if len(slopes) > 1 and slopes[-2] > FLAT:
            found[f"growth, {sized[-3].stages} to {sized[-1].stages}: {row} (1 is linear)"] = (
                slopes[-1] / slopes[-2]
            )
    return found


def _slope(table: Table, small: Case, large: Case, row: str) -> float:
    """Seconds of the processor that one more stage costs between two sizes, the start of the process left out."""
    more = table[large.name][row].busy_median - table[small.name][row].busy_median
    return more / (large.stages - small.stages)


def shown(cases: list[Case], table: Table, found: dict[str, float], runs: int) -> str:
    """The table for people: medians, the fastest and slowest run, memory; then the ratios."""
    lines = [f"Python {platform.python_version()}, {os.cpu_count()} processors, {runs} runs", ""]
    heads = f"{'median':>10}{'fastest':>10}{'slowest':>10}{'busy':>10}{'starts':>9}{'ms/stage':>10}{'MiB':>6}"
    for case in cases:
        lines += [
            f"{case.name} ({case.stages} stages, spec of {case.spec_bytes / 1000:.0f} kB)",
            f"  {'':22}{heads}",
        ]
        start = table[case.name][START].median
        for row, samples in table[case.name].items():
            seconds = (samples.median, min(samples.seconds), max(samples.seconds), samples.busy_median)
            times = "".join(f"{value * 1000:>7.0f} ms" for value in seconds)
            a_stage = f"{samples.median * 1000 / case.stages:>10.2f}"
            lines.append(f"  {row:22}{times}{samples.median / start:>9.1f}{a_stage}{samples.memory:>6.0f}")
        lines.append("")
    return "\n".join([*lines, *(f"{ratio:>9.2f}  {name}" for name, ratio in found.items()), ""])


def plain(cases: Iterable[Case], table: Table, found: dict[str, float], runs: int) -> dict[str, object]:
    """Everything measured, for a machine."""
    return {
        "format_version": 1,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "runs": runs,
        "cases": [
            {
                "name": case.name,
                "stages": case.stages,
                "spec_bytes": case.spec_bytes,
                "rows": {
                    row: {**asdict(s), "median": s.median, "busy_median": s.busy_median}
                    for row, s in table[case.name].items()
                },
            }
            for case in cases
        ],
        "ratios": found,
    }
