"""Mistakes that DVC refuses. A line that ends in `# !` is one that a diagnostic has to stand at.

Each stage-level mistake is a stage of its own, named by `NAME`, so that any of them can stand in one file together.
"""

from __future__ import annotations

MARK = "# !"

# In a stage; what follows `NAME:`.
STAGES = {
    "unknown key": "cmd: x\ncomand: y  # !",
    "unknown key of an output": "cmd: x\nouts:\n- NAME.csv:\n    cach: true  # !",
    "cmd is a number": "cmd: 3  # !",
    "cmd is a mapping": "cmd:\n  run: x  # !",
    "cmd holds a list": "cmd: ['a ${nope}']  # !",
    "deps is text": "cmd: x\ndeps: a.csv  # !",
    "deps has a number": "cmd: x\ndeps: [1]  # !",
    "deps has a mapping": "cmd: x\ndeps:\n- a.csv:  # !\n    cache: false",
    "deps is empty": "cmd: x\ndeps:  # !",
    "outs has a number": "cmd: x\nouts:\n- 3  # !",
    "outs is a mapping": "cmd: x\nouts:\n  NAME.csv: {}  # !",
    "cache is text": "cmd: x\nouts:\n- NAME.csv:\n    cache: 'no'  # !",
    "labels is text": "cmd: x\nouts:\n- NAME.csv:\n    labels: a  # !",
    "remote is a number": "cmd: x\nouts:\n- NAME.csv:\n    remote: 3  # !",
    "an option of a plot that is none": "cmd: x\nplots:\n- NAME.csv:\n    colour: red  # !",
    "a plot's x is a number": "cmd: x\nplots:\n- NAME.csv:\n    x: 3  # !",
    "a metric with a plot's option": "cmd: x\nmetrics:\n- NAME.json:\n    x: a  # !",
    "wdir is a number": "cmd: x\nwdir: 3  # !",
    "frozen is text": "cmd: x\nfrozen: 'yes'  # !",
    "always_changed is text": "cmd: x\nalways_changed: 'no'  # !",
    "desc is a list": "cmd: x\ndesc: [a]  # !",
    "params is text": "cmd: x\nparams: lr  # !",
    "params has a number": "cmd: x\nparams: [3]  # !",
    "vars has a number": "cmd: x\nvars: [3]  # !",
    "a vars file that is missing": "cmd: x\nvars: [missing.yaml]  # !",
    "vars that are there already": "cmd: x\nvars: [{lr: 3}]  # !",
    "a template in vars": "cmd: x\nvars: [{other: '${lr}'}]  # !",
    "nothing has the name": "cmd: x ${nope}  # !",
    "nothing has the name in a path": "cmd: x\nouts: ['${nope}/NAME.csv']  # !",
    "nothing has the name in wdir": "cmd: x\nwdir: ${nope}  # !",
    "nothing has the key": "cmd: x ${train.nope}  # !",
    "an index beyond the end": "cmd: x ${items[7]}  # !",
    "a key of a number": "cmd: x ${lr.x}  # !",
    "a template that ends early": "cmd: x ${train.}  # !",
    "a bracket that stays open": "cmd: x ${items[0}  # !",
    "an empty template": "cmd: x ${}  # !",
    "a list in a command": "cmd: x ${items}  # !",
    "a mapping in a path": "cmd: x\nouts: ['a${train}']  # !",
    "item without a loop": "cmd: x ${item}  # !",
    "foreach without do": "foreach: [a]  # !\ncmd: x",
    "do without foreach": "do: {cmd: x}  # !",
    "foreach over a number": "foreach: 3  # !\ndo: {cmd: x}",
    "foreach over nothing that is there": "foreach: ${nope}  # !\ndo: {cmd: x}",
    "foreach over a number in params": "foreach: ${lr}  # !\ndo: {cmd: x}",
    "foreach and matrix": "foreach: [a]\nmatrix: {a: [b]}  # !\ndo: {cmd: x}",
    "do without cmd": "foreach: [a]\ndo: {deps: [a]}  # !",
    "an axis that is a number": "matrix:\n  a: 3  # !\ncmd: x",
    "an axis that nothing has": "matrix:\n  a: ${nope}  # !\ncmd: x",
    "an axis that is a number in params": "matrix:\n  a: ${lr}  # !\ncmd: x",
    "a key of an item that it has not": "foreach: [{a: 1}]\ndo:\n  cmd: x ${item.b}  # !",
    "a mapping as wdir": "cmd: x\nwdir: {a: b}  # !",
}

# Beside the stages; a whole section, or a stage with a bad name.
SECTIONS = {
    "an unknown section": "stage: {}  # !",
    "metrics is a mapping": "metrics:\n  a.json: {}  # !",
    "params has a number": "params:\n- 3  # !",
    "plots has a number": "plots:\n- 3  # !",
    "an option of a plot that is none": "plots:\n- a.csv:\n    colour: red  # !",
    "an artifact without a path": "artifacts:\n  net:\n    type: model  # !",
    "an artifact with an unknown key": "artifacts:\n  net:\n    path: a\n    owner: me  # !",
    "a template that nothing has": "metrics: ['${nope}.json']  # !",
    "an artifact's template that nothing has": "artifacts:\n  net:\n    path: ${nope}  # !",
    "vars is a mapping": "vars:\n  lr: 1  # !",
    "a vars file that is missing": "vars:\n- missing.yaml  # !",
    "a key that a vars file has not": "vars:\n- params.yaml:nope  # !",
    "vars that redefine": "vars:\n- lr: 3  # !",
}

# Whole files.
FILES = {
    "a tab": "stages:\n\ta:  # !\n\t\tcmd: x\n",
    "a stage twice": "stages:\n  a:\n    cmd: x\n  a:  # !\n    cmd: y\n",
    "a key twice": "stages:\n  a:\n    cmd: x\n    cmd: y  # !\n",
    "an open bracket": "stages:\n  a:\n    cmd: x\n    deps: [a, b  # !\n  b: {cmd: x}\n",
    "an open quote": "stages:\n  a:\n    cmd: 'x  # !\n",
    "an unknown alias": "stages:\n  a:\n    cmd: x\n    deps: *nope  # !\n",
    "a list": "- stages  # !\n",
    "text": "stages  # !\n",
    "stages is a list": "stages:\n- cmd: x  # !\n",
    "stages is empty": "stages:  # !\n",
    "a stage is text": "stages:\n  a: run  # !\n",
    "an instance's name": "stages:\n  a@b:  # !\n    cmd: x\n",
    "wrong indentation": "stages:\n  a:\n    cmd: x\n   deps: [a]  # !\n",
    "two producers": "stages:\n  a:\n    cmd: x\n    outs: [o]\n  b:\n    cmd: x\n    outs: [o]  # !\n",
    "one output in another": "stages:\n  a:\n    cmd: x\n    outs: [o]\n  b:\n    cmd: x\n    outs: [o/p]  # !\n",
    "a circle": "stages:\n  a:\n    cmd: x\n    deps: [p]  # !\n    outs: [o]\n  b:\n    cmd: x\n    deps: [o]\n    outs: [p]\n",
    "its own output": "stages:\n  a:\n    cmd: x\n    deps: [o]  # !\n    outs: [o]\n",
}
PARAMS = "lr: 0.1\ntrain: {n: 1}\nitems: [a, b]\n"


def with_stages(names: list[str]) -> str:
    """A file whose stages have the named mistakes, and one that has none."""
    text = "stages:\n  fine:\n    cmd: x ${lr}\n"
    for number, name in enumerate(names):
        body = STAGES[name].replace("NAME", f"s{number}").replace("\n", "\n    ")
        text += f"  s{number}:\n    {body}\n"
    return text


def with_section(name: str) -> str:
    """A file with a mistake beside its stages."""
    return f"stages:\n  fine:\n    cmd: x ${{lr}}\n{SECTIONS[name]}\n"


def marked(text: str) -> list[int]:
    """The lines that a diagnostic has to stand at."""
    return [number for number, line in enumerate(text.split("\n"), 1) if line.endswith(MARK)]
