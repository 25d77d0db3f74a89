"""Loops of generated stages, and what a repository that is being made knows so far."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from imports.dvc_values import Choices, Data, Known

MARK = "\x00"  # stands for the mark of a loop in a path while it is computed
SCALAR_LISTS = [["a", "b"], ["c-1", 2, 2.5], [True, False], ["x.y"], ["1", "two_2"], [1, 2, 3], ["größe"]]


@dataclass
class Loop:
    """Instances: `marks` are what `mark` is in each."""

    kind: str
    entry: Data
    mark: str
    marks: list[str]
    fragments: list[str]


@dataclass
class Out:
    """An output made so far; `path` is in the repository, with MARK where the loop's mark is."""

    path: str
    folder: str
    loop: Loop | None


class Made(Choices):
    """All that was made so far. `hand` writes the files; None writes them plainly. `contents` are parameter files."""

    def __init__(self, draw: st.DrawFn, *, odd: bool, absent: bool) -> None:
        super().__init__(draw)
        seed = self.upto(999)
        self.hand = Random(seed) if seed else None
        self.odd, self.absent = odd, absent
        self.files: dict[str, str] = {}
        self.contents: dict[str, Data] = {}
        self.outs: list[Out] = []
        self.edges: set[tuple[str, str]] = set()
        self.loops: dict[str, list[Loop]] = {}
        self.known: dict[str, Known] = {}
        self.datasets: list[str] = []


def loop_of(made: Made, folder: str) -> Loop | None:
    """A loop of its own, or one that an earlier stage of the folder has too."""
    kind = made.pick(["", "", "", "again", "list", "map", "rows", "matrix"])
    earlier = made.loops.setdefault(folder, [])
    if kind == "again":
        return made.pick([*earlier]) if earlier else None
    makers = {"list": _over_list, "map": _over_map, "rows": _over_rows, "matrix": _over_matrix}
    loop = makers[kind](made, made.known[folder]) if kind else None
    if loop and loop.marks:
        earlier.append(loop)
    return loop


def _as_mark(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _over_list(made: Made, known: Known) -> Loop:
    lists = known.all("list")
    if lists and made.chance(2):
        expression, items = made.pick(lists)
        source: Any = f"${{{expression}}}"
    elif known.all("word") and made.chance(3):
        expression, value = made.pick(known.all("word"))
        source, items = [f"${{{expression}}}", "plain"], [value, "plain"]
    else:
        source = items = [] if made.chance(4) else copy.deepcopy(made.pick(SCALAR_LISTS))
    return Loop("list", {"foreach": source}, "${item}", [_as_mark(item) for item in items], ["${item}"])


def _over_map(made: Made, known: Known) -> Loop:
    tables = known.all("table")
    if tables and made.chance(2):
        expression, table = made.pick(tables)
        source: Any = f"${{{expression}}}"
    else:
        inline: list[Data] = [
            {"a": 1, "k-1": "two words", "e.f": None},
            {"a": {"n": 1, "p": "pp"}, "b": {"n": 2, "p": "qq"}},
            {"only": [1, 2]},
            {"a": True, "b": 0.5},
        ]
        table = source = copy.deepcopy(made.pick(inline))
        if known.all("scalar") and made.chance(4):
            source = {**table, "late": f"${{{made.pick(known.all('scalar'))[0]}}}"}
            table = {**table, "late": ""}
    fragments = ["${key}"]
    if all(isinstance(value, dict) for value in table.values()):
        fragments += ["${item.n}", "${item[p]}"]
    elif not any(isinstance(value, list | dict) for value in table.values()):
        fragments += ["${item}"]
    return Loop("map", {"foreach": source}, "${key}", [str(key) for key in table], fragments)


def _over_rows(made: Made, known: Known) -> Loop:
    rows = known.all("row")
    if rows and made.chance(2):
        expression, items = made.pick(rows)
        source: Any = f"${{{expression}}}"
    else:
        items = source = [{"n": 1, "p": "pp"}, {"n": 2, "p": "qq", "z": [1]}]
    marks = [str(item["n"]) for item in items]
    return Loop("rows", {"foreach": source}, "${item.n}", marks, ["${item.n}", "${item.p}"])


def _over_matrix(made: Made, known: Known) -> Loop:
    axes: Data = {}
    fragments = ["${key}"]
    names = made.some(["m", "d", "x-1"], 2, 1)
    keys = [""]
    for name in names:
        lists = known.all("list")
        if lists and made.chance(2):
            expression, items = made.pick(lists)
            axes[name] = f"${{{expression}}}"
        elif made.chance(3):
            items = axes[name] = [{"n": 1, "p": "pp"}, {"n": 2, "p": "qq"}]
            fragments += [f"${{item.{name}.p}}", f"${{item.{name}.n}}"]
        else:
            items = axes[name] = copy.deepcopy(made.pick(SCALAR_LISTS))
        if not isinstance(items[0], dict):
            fragments.append(f"${{item.{name}}}")
        parts = [f"{name}{at}" if isinstance(item, dict) else _as_mark(item) for at, item in enumerate(items)]
        keys = [f"{key}-{part}" if key else part for key in keys for part in parts]
    return Loop("matrix", {"matrix": axes}, "${key}", keys, fragments)
