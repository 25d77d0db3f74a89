"""What `${…}` may name in a generated folder: parameter files of four kinds and `vars`, with what they hold."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from imports.yaml_style import yaml_text

Data = dict[str, Any]
T = TypeVar("T")

# A name is given a number, so that no two sources define the same. A word can be a part of a path.
SCALARS: Data = {
    "lr": 0.1,
    "n": 3,
    "tiny": 1e-05,
    "on": True,
    "off_": False,
    "none": None,
    "title": "two words",
    "quoted": 'it\'s "so"',
    "uni": "größe ✓",
    "neg": -1,
    "whole": 3.0,
    "like_number": "010",
    "like_bool": "yes",
    "empty": "",
    "shell": "$HOME/{x}",
    "lines": "one\ntwo\n",
}
WORDS: Data = {"dir": "deep", "one": "solo", "model-name": "net-1", "year": "y2024"}
LISTS: Data = {"items": ["a", "b"], "numbers": [1, 2], "single": ["only"], "mixed": ["c-1", 2, True, 2.5]}
TABLES: Data = {
    "table": {"x": {"n": 1, "p": "pp"}, "y": {"n": 2, "p": "qq"}},
    "plain_table": {"u": 1, "v-1": "two"},
}
ROWS: Data = {"rows": [{"n": 1, "p": "pp"}, {"n": 2, "p": "qq"}]}
FLAGS: Data = {
    "flags": {"lr": 0.1, "deep": {"a": [1, "b c"], "sw": False}, "yes_": True, "name": "two words"},
    "few": {"x": 1},
}
COMMANDS: Data = {"run": "python run.py --x 1", "runs": "echo 'a'  \"b\" | wc"}
KINDS = {
    "scalar": SCALARS,
    "word": WORDS,
    "list": LISTS,
    "table": TABLES,
    "row": ROWS,
    "flags": FLAGS,
    "command": COMMANDS,
}
NAMES = [(kind, name) for kind, values in KINDS.items() for name in values]


@dataclass
class Known:
    """Expressions and their values, by kind."""

    of: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    def add(self, kind: str, expression: str, value: Any) -> None:
        self.of.setdefault(kind, []).append((expression, value))

    def all(self, *kinds: str) -> list[tuple[str, Any]]:
        """What there is of some kinds."""
        return [pair for kind in kinds for pair in self.of.get(kind, [])]

    def with_(self, other: Known) -> Known:
        """Both."""
        merged = Known({kind: list(pairs) for kind, pairs in self.of.items()})
        for kind, pairs in other.of.items():
            merged.of.setdefault(kind, []).extend(pairs)
        return merged


@functools.cache
def _number(most: int) -> st.SearchStrategy[int]:
    """One strategy for each range: making them is what takes the time."""
    return st.integers(0, most)


class Choices:
    """All that is drawn is a small number; each shrinks to the first choice."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.last = 0

    def next(self) -> int:
        """A number that makes names differ."""
        self.last += 1
        return self.last

    def upto(self, most: int) -> int:
        """How many."""
        return self.draw(_number(most))

    def chance(self, out_of: int) -> bool:
        """True once in so many times."""
        return self.upto(out_of - 1) == out_of - 1

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.upto(len(choices) - 1)]

    def some(self, choices: Sequence[T], most: int, least: int = 0) -> list[T]:
        """Different ones of the choices."""
        count = min(least + self.upto(most - least), len(choices))
        left = list(choices)
        return [left.pop(self.upto(len(left) - 1)) for _ in range(count)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """All of them, in any order."""
        return self.some(choices, len(choices), len(choices))


def values(made: Choices, known: Known, shape: str = "yaml") -> Data:
    """One source's content; what can be said of it is added to `known`."""
    tag = str(made.next())
    found: Data = {}
    groups: Data = {}
    for kind, name in made.some(NAMES, 6, 1):
        value = copy.deepcopy(KINDS[kind][name])
        key = f"{name}{tag}"
        if shape in ("toml", "py") and (value is None or (shape == "py" and not key.isidentifier())):
            continue
        if made.chance(3):
            group = f"g{tag}"
            groups.setdefault(group, {})[key] = value
            expression = made.pick([f"{group}.{key}", f"{group}[{key}]"])
        else:
            found[key] = value
            expression = made.pick([key, key, key, f" {key} "])
        _add(kind, expression, value, known)
    return found | groups or {f"lr{tag}": 0.5}


def _add(kind: str, expression: str, value: Any, known: Known) -> None:
    known.add(kind, expression, value)
    if kind == "list":
        known.add("scalar", f"{expression.strip()}[0]", value[0])
        known.add("scalar", f"{expression.strip()}.0", value[0])
    if kind == "table":
        for key, inner in value.items():
            known.add("scalar", f"{expression.strip()}.{key}{'.n' if isinstance(inner, dict) else ''}", 1)
    if kind == "row":
        known.add("scalar", f"{expression.strip()}[1].p", "qq")


def file_text(content: Data, shape: str, hand: Random | None) -> str:
    """A parameter file."""
    if shape == "yaml":
        return yaml_text(content, hand)
    if shape == "json":
        return json.dumps(
            content, indent=None if hand is None else hand.choice([None, 2]), ensure_ascii=False
        )
    return _toml(content) if shape == "toml" else _python(content)


def _toml(content: Data) -> str:
    """Tables last, as TOML wants it."""
    flat = [(key, value) for key, value in content.items() if not isinstance(value, dict)]
    text = "".join(f"{json.dumps(key)} = {_toml_value(value)}\n" for key, value in flat)
    for key, value in content.items():
        if isinstance(value, dict):
            inner = "".join(f"{json.dumps(k)} = {_toml_value(v)}\n" for k, v in value.items())
            text += f"\n[{json.dumps(key)}]\n{inner}"
    return text


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _python(content: Data) -> str:
    text = "# settings\nimport os\n\n"
    for key, value in content.items():
        if isinstance(value, dict) and all(name.isidentifier() for name in value):
            text += f"class {key}:\n" + "".join(f"    {k} = {v!r}\n" for k, v in value.items())
        else:
            text += f"{key} = {value!r}\n"
    return text
