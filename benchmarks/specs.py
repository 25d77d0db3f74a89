"""Specs of any size that look like real ones, and the files that they name.

A spec is made of groups of ten stages, a product line each, that follow the pattern of a real pipeline: data is
cleaned, three kinds of features are made from it and joined (fan-out and fan-in), a model is trained, evaluated, tuned
and reported on. Groups are chained in blocks of ten, so that the graph is as deep as a real one and not a single chain.
Every tenth group loops over three models with `foreach`, every tenth has a `matrix`, every fifth runs in a `wdir`.
The text depends on the number of stages alone.
"""

from __future__ import annotations

from pathlib import Path

GROUP = 10
BLOCK = 10

_SCRIPTS = ("clean", "features", "join", "train", "evaluate", "tune", "report")
_SCRIPT = "import sys\n\nfrom shared import run\n\nrun(sys.argv[1:])\n"
_SHARED = "def run(arguments):\n    raise SystemExit('written to be compiled, not to be run: ' + ' '.join(arguments))\n"

_HEAD = """\
# {stages} stages, to measure with
version: 1
name: benchmark
description: A pipeline of {stages} stages.
owners: [benchmark@example.com]

vars: {{ scope: v2, root: data }}

params:
{params}
data:
{data}
stages:
{body}"""

_PARAMS = """\
  g{n:05}:
    clean: {{ drop: {drop}, seed: {n} }}
    train: {{ trees: {trees}, depth: null, rate: {rate} }}
"""

_DATA = """\
  raw_{n:05}: {{ path: data/raw/{n:05}.csv, track: git }}
"""


def spec(stages: int) -> str:
    """The text of a spec with this many stages; loops make DVC see a few more."""
    groups = range(-(-stages // GROUP))
    body = [stage for n in groups for stage in _group(n)][:stages]
    return _HEAD.format(
        stages=stages,
        params="".join(_params(n) for n in groups),
        data="".join(_DATA.format(n=n) for n in groups),
        body="\n".join(body),
    )


def _params(n: int) -> str:
    return _PARAMS.format(n=n, drop=n % 7 / 100, trees=100 + n % 400, rate=round(0.1 / (1 + n % 9), 4))


def write(stages: int, folder: Path) -> None:
    """The spec with the scripts, data and directories that it names, in an existing folder."""
    for name in ("src", "data/raw", "work"):
        (folder / name).mkdir(parents=True)
    (folder / "src" / "shared.py").write_text(_SHARED, "utf-8")
    for name in _SCRIPTS:
        (folder / "src" / f"{name}.py").write_text(_SCRIPT, "utf-8")
    for n in range(-(-stages // GROUP)):
        (folder / "data" / "raw" / f"{n:05}.csv").write_text(f"a,b\n{n},{n + 1}\n", "utf-8")
        if _has_wdir(n):
            (folder / "work" / f"{n:05}").mkdir()
    (folder / "mlproject.yaml").write_text(spec(stages), "utf-8")


def _has_wdir(n: int) -> bool:
    return n % 5 == 1


def _group(n: int) -> list[str]:
    """The ten stages of group `n`, in an order in which each refers to earlier ones only."""
    before = f" --after ${{stages.report_{n - 1:05}.page}}" if n % BLOCK else ""
    return [
        _CLEAN.format(n=n, before=before),
        *(_FEATURES.format(n=n, kind=kind) for kind in ("text", "time", "shape")),
        _JOIN.format(n=n),
        (_TRAIN_INSIDE if _has_wdir(n) else _TRAIN).format(n=n),
        _EVALUATE.format(n=n),
        {3: _TUNE_EACH, 7: _TUNE_MATRIX}.get(n % 10, _TUNE).format(n=n),
        _PLOT.format(n=n),
        _REPORT.format(n=n),
    ]


_CLEAN = """\
  clean_{n:05}:
    desc: Drop what cannot be used of line {n}.
    cmd: >-
      python src/clean.py ${{data.raw_{n:05}}} ${{outs.rows}} --scope ${{vars.scope}}
      --drop ${{params.g{n:05}.clean.drop}}{before}
    deps: [src/clean.py, src/shared.py]
    params: [g{n:05}.clean]
    outs: {{ rows: data/clean/{n:05}.csv }}
"""
_FEATURES = """\
  {kind}_{n:05}:
    cmd: python src/features.py --kind {kind} ${{stages.clean_{n:05}.rows}} ${{outs.table}}
    deps: [src/features.py, src/shared.py]
    outs: {{ table: data/features/{n:05}/{kind}.csv }}
"""
_JOIN = """\
  join_{n:05}:
    cmd:
      - python src/join.py ${{stages.text_{n:05}.table}} ${{stages.time_{n:05}.table}} ${{outs.train}} --part train
      - python src/join.py ${{stages.shape_{n:05}.table}} ${{outs.test}} --part test
    deps: [src/join.py, src/shared.py]
    outs: {{ train: data/joined/{n:05}/train.csv, test: data/joined/{n:05}/test.csv }}
"""
_TRAIN = """\
  train_{n:05}:
    desc: Fit the forest of line {n}.
    cmd: python src/train.py ${{stages.join_{n:05}.train}} ${{outs.model}} --trees ${{params.g{n:05}.train.trees}}
    deps: [src/train.py, src/shared.py]
    params: [g{n:05}.train]
    outs: {{ model: {{ path: models/{n:05}.joblib, desc: fitted forest }} }}
    resources: {{ cpus: 2, memory: 4GiB }}
    timeout: 2h
"""
_TRAIN_INSIDE = """\
  train_{n:05}:
    desc: Fit the forest of line {n}, in a directory of its own.
    wdir: work/{n:05}
    cmd: python ../../src/train.py ${{stages.join_{n:05}.train}} ${{outs.model}}
    deps: [../../src/train.py, ../../src/shared.py]
    params: [g{n:05}.train]
    outs: {{ model: {{ path: model.joblib, desc: fitted forest }} }}
    resources: {{ cpus: 2, memory: 4GiB, gpus: 1 }}
    timeout: 2h
"""
_EVALUATE = """\
  evaluate_{n:05}:
    cmd: python src/evaluate.py ${{stages.train_{n:05}.model}} ${{stages.join_{n:05}.test}} ${{outs.eval}}
    deps: [src/evaluate.py, src/shared.py]
    metrics: {{ eval: {{ path: metrics/{n:05}.json, cache: false }} }}
"""
_TUNE = """\
  tune_{n:05}:
    cmd: python src/tune.py ${{stages.evaluate_{n:05}.eval}} ${{outs.best}} --rate ${{params.g{n:05}.train.rate}}
    deps: [src/tune.py, src/shared.py]
    outs: {{ best: tuned/{n:05}.json }}
"""
_TUNE_EACH = """\
  tune_{n:05}:
    foreach: [forest, linear, boosted]
    do:
      cmd: python src/tune.py ${{stages.evaluate_{n:05}.eval}} ${{outs.best}} --model ${{item}}
      deps: [src/tune.py, src/shared.py]
      outs: {{ best: "tuned/{n:05}/${{item}}.json" }}
"""
_TUNE_MATRIX = """\
  tune_{n:05}:
    matrix: {{ model: [forest, linear], rate: [1, 2] }}
    cmd: >-
      python src/tune.py ${{stages.evaluate_{n:05}.eval}} ${{outs.best}}
      --model ${{item.model}} --rate ${{item.rate}}
    deps: [src/tune.py, src/shared.py]
    outs: {{ best: "tuned/{n:05}/${{item.model}}-${{item.rate}}.json" }}
"""
_PLOT = """\
  plot_{n:05}:
    cmd: python src/evaluate.py ${{stages.train_{n:05}.model}} ${{stages.join_{n:05}.test}} ${{outs.roc}} --plot
    deps: [src/evaluate.py, src/shared.py]
    plots: {{ roc: {{ path: plots/{n:05}.csv, x: fpr, y: tpr, title: Line {n} }} }}
"""
_REPORT = """\
  report_{n:05}:
    cmd: python src/report.py ${{stages.evaluate_{n:05}.eval}} ${{stages.plot_{n:05}.roc}} ${{outs.page}}
    deps: [src/report.py, src/shared.py]
    outs: {{ page: reports/{n:05}.html }}
"""
