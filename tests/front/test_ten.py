"""A spec with ten different mistakes gives ten diagnostics, each at the scalar at fault, and nothing else."""

from __future__ import annotations

from pathlib import Path

from oracle.compiling import checked, place

# The marked stretch of each line is where the diagnostic has to stand.
SPEC = """\
name: ten
params: {lr: 0.1, sizes: [1, 2]}
data: {raw: {path: raw.csv}}
stages:
  one:
    comand: python one.py
    cmd: echo ${data.rew}
    outs: {a: out/a.txt, b: ../../b.txt}
  two:
    cmd: [run, 5]
    deps: [raw.csv]
    params: [lr, momentum]
    outs: {a: out/a.txt, "bad name": c.txt}
  three:
    cmd: run ${stages.loop.x} ${params.sizes} ${env.HOME}
  loop:
    foreach: [a, b]
    do: {cmd: "make ${item}", outs: {x: "x/${item}"}}
models:
  m: {artifact: "${stages.one.a}", flavor: sklearn, gates: [{metric: nowhere.json, key: auc, min: 0.9}]}
ci: {provider: github, retrain: {schedule: "61 * * * *"}}
"""
EXPECTED = {
    ("unknown-key", "comand"),
    ("unresolved-reference", "${data.rew}"),
    ("output-outside", "../../b.txt"),
    ("wrong-type", "5"),
    ("param-missing", "momentum"),
    ("duplicate-output", "out/a.txt"),
    ("bad-name", '"bad name"'),
    ("instance-needed", "${stages.loop.x}"),
    ("env-not-allowed", "${env.HOME}"),
    ("gate-without-metric", "nowhere.json"),
    ("bad-cron", '"61 * * * *"'),
}


def test_ten_mistakes_are_ten_diagnostics_each_at_its_scalar(tmp_path: Path) -> None:
    place(tmp_path, {"mlproject.yaml": SPEC})
    lines = SPEC.splitlines()
    found: list[tuple[str, str]] = []
    for one in checked(tmp_path).diagnostics:
        if one.severity == "error":
            assert one.span is not None
            assert one.span.line == one.span.end_line
            found.append((one.code, lines[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1]))
    assert sorted(found) == sorted(EXPECTED)
