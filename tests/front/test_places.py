"""Where a mistake is shown when a spec is made of several files, and what is not said twice."""

from __future__ import annotations

from pathlib import Path

from mlproject.diagnostics import Diagnostic
from mlproject.files import WorkTree
from mlproject.pipeline import check

STAGE = 'stages: {t: {cmd: "echo ${params.train.lr}", outs: [o], metrics: {m: m.json}}}\n'


def said(at: Path, **files: str) -> list[Diagnostic]:
    for name, text in files.items():
        (at / f"{name}.yaml").write_text(text, encoding="utf-8")
    return list(check("mlproject.yaml", WorkTree(str(at))).diagnostics)


def places(found: list[Diagnostic]) -> list[tuple[str, str, int]]:
    return [(d.code, d.span.file, d.span.line) for d in found if d.span is not None]


def test_a_value_that_only_the_preset_has_is_shown_there(tmp_path: Path) -> None:
    preset = (
        "tracking:\n  tags: {a: b}\n  uri: https://me:secret@host/x\nparams:\n  train: {lr: 0.1, unused: 3}\n"
    )
    spec = f"name: x\nextends: preset.yaml\ntracking: {{tags: {{c: d}}}}\nparams: {{train: {{lr: 0.2}}}}\n{STAGE}"
    assert places(said(tmp_path, preset=preset, mlproject=spec)) == [
        ("secret-value", "preset.yaml", 3),
        ("unused-param", "preset.yaml", 5),
    ]


def test_a_value_that_overrides_is_shown_with_what_it_overrides(tmp_path: Path) -> None:
    preset = "tracking: {uri: http://host}\n"
    spec = f"name: x\nextends: preset.yaml\ntracking:\n  uri: http://me:secret@host\nparams: {{train: {{lr: 1}}}}\n{STAGE}"
    (found,) = said(tmp_path, preset=preset, mlproject=spec)
    assert places([found]) == [("secret-value", "mlproject.yaml", 4)]
    assert [related.span.file for related in found.related if related.span] == ["preset.yaml"]


def test_a_misspelt_bound_is_one_mistake(tmp_path: Path) -> None:
    model = 'models: {m: {artifact: o, gates: [{metric: "${stages.t.m}", key: a, minimum: 1}]}}\n'
    found = said(tmp_path, mlproject=f"name: x\nparams: {{train: {{lr: 1}}}}\n{STAGE}{model}")
    assert [d.code for d in found] == ["unknown-key"]
