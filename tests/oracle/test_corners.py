"""Corners of DVC: what it refuses, often late or with a traceback, is an error of ours; what it takes, it takes as we do."""

from __future__ import annotations

from pathlib import Path

import pytest

from oracle.compiling import checked, errors, for_dvc, place
from oracle.resolving import by_dvc, by_us, prepare

SAME = {
    "keys of two files, named": {
        "mlproject.yaml": "params: [a.yaml, b.yaml]\nstages: {a: {cmd: a, params: [{b.yaml: [k]}]}, b: {cmd: b, params: [{a.yaml: [k]}]}}",
        "a.yaml": "k: 1",
        "b.yaml": "k: 1",
    },
    "a folder's own params.yaml": {
        "mlproject.yaml": "params: {k: 1}\nstages: {a: {folder: f, cmd: 'a ${params.k}', params: [k, {params.yaml: [z]}]}}",
        "f/params.yaml": "z: 2",
    },
    "1_000 is a number": {
        "mlproject.yaml": "params: params.yaml\nstages: {a: {cmd: 'a ${params.d}', params: [d]}}",
        "params.yaml": "d: 1_000",
    },
    "a date that no template loads": {
        "mlproject.yaml": "stages: {a: {cmd: a, params: [{c.yaml: [d]}]}}",
        "c.yaml": "d: 2024-01-01",
    },
    "keys that are no text": {
        "mlproject.yaml": "params: params.yaml\nstages: {a: {foreach: '${params.m}', do: {cmd: 'a ${key} ${item}'}}}",
        "params.yaml": "m: {1: x, b: y}",
    },
    "a loop's keys that are no text": {
        "mlproject.yaml": "stages: {a: {foreach: {1: x, 2.5: y, false: z, null: w}, do: {cmd: 'a ${key} ${item}'}}}"
    },
    "references deep in items": {
        "mlproject.yaml": "vars: {v: z}\nparams: {p: {q: [1]}}\nstages: {a: {foreach: [{x: '${params.p.q}', y: '${vars.v}'}], do: {cmd: 'a ${item.x[0]} ${item.y}'}}}"
    },
    "references in an axis": {
        "mlproject.yaml": "params: {p: 3}\nstages: {a: {matrix: {m: ['${params.p}', 'v${params.p}']}, cmd: 'a ${item.m}'}}"
    },
    "no items": {"mlproject.yaml": "stages: {a: {matrix: {m: []}, cmd: a}, b: {foreach: [], do: {cmd: b}}}"},
    "a dependency twice": {"mlproject.yaml": "stages: {a: {cmd: a, deps: [x, ./x, x]}}"},
    "a stage runs in another's output": {
        "mlproject.yaml": "stages: {a: {cmd: a, outs: [w]}, b: {wdir: w, cmd: b}}"
    },
    "backslashes in paths": {"mlproject.yaml": "stages: {a: {cmd: a, deps: ['a\\b'], outs: ['c\\d']}}"},
    "escapes": {
        "mlproject.yaml": "vars: {v: '$${HOME}'}\nstages: {a: {cmd: \"echo $${x\\ny} ${vars.v}\", deps: ['a$${b}'], outs: ['c$${d}']}}"
    },
    "templates in values": {
        "mlproject.yaml": "params: {p: 'x${q}', r: 'a\\${b}'}\nstages: {a: {cmd: 'a ${params.p} ${params.r}', params: [p]}}"
    },
    "a dataset": {
        "mlproject.yaml": "datasets: [{type: url, name: r, url: 'https://x'}]\nstages: {a: {cmd: a, deps: ['ds://r']}}"
    },
    "the item in descriptions": {
        "mlproject.yaml": "stages: {a: {foreach: [1], do: {cmd: a, desc: 'd ${item}', meta: {m: '${item}'}}}}"
    },
    "spaces in a reference": {
        "mlproject.yaml": "params: {a: {b: 1}}\nstages: {a: {cmd: 'a ${ params . a . b }'}}"
    },
    "[key] of a plain list": {
        "mlproject.yaml": "stages: {a: {foreach: [x, y], do: {cmd: a, outs: {o: '${item}.a'}}}, b: {foreach: {x: 1, y: 2}, do: {cmd: 'b ${stages.a[key].o}'}}}"
    },
}

REFUSED = {
    "param-missing": [{"mlproject.yaml": "stages: {a: {cmd: a, params: ['*']}}"}],
    "param-ambiguous": [
        {
            "mlproject.yaml": "params: [a.yaml, b.yaml]\nstages: {a: {cmd: a, params: [k]}}",
            "a.yaml": "k: 1",
            "b.yaml": "k: 1",
        },
        {
            "mlproject.yaml": "params: [a.yaml, b.yaml]\nstages: {a: {cmd: 'a ${params.k} ${params.l}'}}",
            "a.yaml": "{k: 1, z: 1}",
            "b.yaml": "{l: 1, z: 1}",
        },
        {
            "mlproject.yaml": "params: {k: 1}\nstages: {a: {folder: f, cmd: 'a ${params.k}'}}",
            "f/params.yaml": "k: 2",
        },
        {
            "mlproject.yaml": "params: a.yaml\nstages: {a: {cmd: 'a ${params.k}'}}",
            "a.yaml": "k: 1",
            "params.yaml": "k: 2",
        },
        {"mlproject.yaml": "params: {k: 1}\nstages: {a: {cmd: a, vars: [{k: 1}]}}"},
        {"mlproject.yaml": "stages: {a: {foreach: [1], do: {cmd: a, vars: [{item: 1}]}}}"},
    ],
    "file-unreadable": [
        {"mlproject.yaml": "params: s.py\nstages: {a: {cmd: 'a ${params.K}'}}", "s.py": "K = 1\nT = (1, 2)"},
        {"mlproject.yaml": "params: params.yaml\nstages: {a: {cmd: a}}", "params.yaml": "d: 2024-01-01"},
        {"mlproject.yaml": "stages: {a: {cmd: a, vars: [none.yaml]}}"},
    ],
    "param-type": [
        {"mlproject.yaml": "params: {m: {a: 1}}\nstages: {a: {cmd: '${params.m}'}}"},
        {"mlproject.yaml": "stages: {a: {foreach: [1], do: {cmd: '${item}'}}}"},
        {"mlproject.yaml": "stages: {a: {foreach: {k: {p: q}}, do: {cmd: a, deps: ['${item}']}}}"},
    ],
    "loop-type": [{"mlproject.yaml": "stages: {b: {matrix: {}, cmd: b}}"}],
    "wrong-type": [{"mlproject.yaml": "stages: {a: {cmd: a, plots: [{p.csv: [{x: a}, {x: b}]}]}}"}],
    "bad-reference": [{"mlproject.yaml": "params: {p: 1}\nstages: {a: {cmd: 'echo \\${params.p}'}}"}],
    "reference-not-allowed": [
        {"mlproject.yaml": "params: {p: q}\nstages: {a: {folder: '${params.p}', cmd: a}}"},
        {"mlproject.yaml": "params: {p: q}\nstages: {a: {cmd: a, vars: [{v: '${params.p}'}]}}"},
        {"mlproject.yaml": "stages: {a: {cmd: a, vars: [{v: w}], wdir: '${v}'}}"},
    ],
    "duplicate-output": [{"mlproject.yaml": "stages: {a: {cmd: a, outs: [x, ./x]}}"}],
    "stage-cycle": [{"mlproject.yaml": "stages: {a: {cmd: a, deps: [x], outs: [x]}}"}],
    "bad-path": [
        {"mlproject.yaml": f"stages: {{a: {{cmd: a, outs: ['{out}']}}, b: {{folder: w/x, cmd: b}}}}"}
        for out in ("dvc.yaml", ".dvc/x", "x/.git/y", "raw.dvc", ".", "w", "w/x")
    ]
    + [{"mlproject.yaml": f"stages: {{a: {{{key}: '{place}', cmd: a}}}}"} for key in ("folder", "wdir") for place in ("..", "/x", "a/../../b")],
    "not-ours": [
        {
            "mlproject.yaml": "remotes: {s: {url: /x, default: true}}\nstages: {a: {cmd: a}}",
            ".dvc/config": "[core]\n    remote = other\n",
        },
        {
            "mlproject.yaml": "remotes: {s: {url: /x}}\nstages: {a: {cmd: a}}",
            ".dvc/config": "['remote \"s\"']\n    url = /y\n",
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_dvc_takes_it_as_we_do(name: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    place(
        tmp_path,
        {file: f"name: x\n{text}" if file == "mlproject.yaml" else text for file, text in SAME[name].items()},
    )
    project, _ = for_dvc(tmp_path)
    assert by_dvc(tmp_path) == by_us(project)


@pytest.mark.parametrize(
    ("code", "index"), [(code, index) for code, cases in REFUSED.items() for index in range(len(cases))]
)
def test_what_dvc_would_refuse_is_said(code: str, index: int, tmp_path: Path) -> None:
    files = REFUSED[code][index]
    place(
        tmp_path,
        {file: f"name: x\n{text}" if file == "mlproject.yaml" else text for file, text in files.items()},
    )
    found = errors(checked(tmp_path).diagnostics)
    assert [line.split(":")[1].split()[1] for line in found] == [code], found
