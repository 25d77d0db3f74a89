"""The comparison itself: two equal directories have no difference, and every change that DVC would notice is one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from imports.dvc_state import work_in
from imports.round_trip import compared, see
from oracle.compiling import place
from oracle.resolving import prepare

PIPELINE = """\
vars: [{dir: deep}]
metrics: [m.json]
params: [conf/own.yaml]
plots:
- eval.csv: {x: a, y: b}
artifacts:
  net: {path: model.bin, type: model, labels: [x]}
datasets:
- {name: dogs, type: url, url: s3://bucket/dogs}
stages:
  prepare:
    cmd: python prepare.py ${lr}
    deps: [prepare.py, ./raw/, s3://bucket/x.csv, ds://dogs]
    params: [lr, {other.json: [a]}]
    outs:
    - ${dir}/train.csv: {persist: true, desc: rows, labels: [l], meta: {k: 1}}
    - s3://bucket/y: {cache: false}
  train:
    wdir: w
    cmd: [echo 1, echo 2]
    deps: [../deep/train.csv]
    frozen: true
    desc: fits
    meta: {owner: me}
    metrics: [m.json]
    plots:
    - p.csv: {x: fpr, header: false}
  each:
    foreach: [a, b]
    do:
      cmd: echo ${item}
      outs: ["${item}.txt"]
      always_changed: true
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "params.yaml": "lr: 0.1\n",
    "other.json": '{"a": 1}',
    "raw/a.csv": "1\n",
    "data.csv.dvc": "outs:\n- path: data.csv\n  md5: 0cc175b9c0f1b6a831c399e269772661\n  size: 1\n  hash: md5\n",
}
CHANGES = [
    ("cmd: python prepare.py ${lr}", "cmd: python  prepare.py ${lr}", "prepare: cmd"),
    ("cmd: python prepare.py ${lr}", "cmd: [python prepare.py 0.1]", "prepare: cmd"),
    ("./raw/", "raw/", "prepare: deps"),
    ("./raw/", "./raw", "prepare: deps"),
    (", ds://dogs", "", "prepare: deps"),
    ("params: [lr, ", "params: [", "prepare: params of params.yaml"),
    ("other.json: [a]", "other.json: null", "prepare: params of other.json"),
    ("other.json: [a]", "./other.json: [a]", "prepare: params of"),
    ("persist: true, ", "", "prepare: output deep/train.csv"),
    ("desc: rows", "desc: row", "prepare: output deep/train.csv"),
    ("meta: {k: 1}", "meta: {k: true}", "prepare: output deep/train.csv"),
    ("labels: [l], ", "", "prepare: output deep/train.csv"),
    ("dir: deep", "dir: ./deep", "prepare: output ./deep/train.csv"),
    ("{cache: false}", "{cache: false, push: false}", "prepare: output s3://bucket/y"),
    ("wdir: w\n", "wdir: v\n", "train: wdir"),
    ("[echo 1, echo 2]", "|-\n      echo 1\n      echo 2", "train: cmd"),
    ("frozen: true", "frozen: false", "train: frozen"),
    ("desc: fits", "desc: fit", "train: desc"),
    ("owner: me", "owner: you", "train: meta"),
    ("metrics: [m.json]\n    plots", "outs: [m.json]\n    plots", "train: output m.json"),
    ("header: false", "header: true", "train: output p.csv"),
    ("x: fpr, ", "", "train: output p.csv"),
    ("[a, b]", "[a, c]", "stage each@b: only before"),
    ("always_changed: true", "always_changed: false", "each@a: always_changed"),
    ("  train:\n", "  fit:\n", "stage train: only before"),
    ("metrics: [m.json]\nparams", "params", "top metric m.json"),
    ("conf/own.yaml", "own.yaml", "top params conf/own.yaml"),
    ("{x: a, y: b}", "{x: b, y: a}", "plot dvc.yaml eval.csv"),
    ("type: model, ", "", "artifact dvc.yaml:net"),
    ("url: s3://bucket/dogs", "url: s3://bucket/cats", "dataset dogs"),
    ("[../deep/train.csv]", "[../deep/train.csv, ../w/m.json]", "DVC refuses what was after"),
]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return _repository(tmp_path / "before", FILES)


def _repository(directory: Path, files: dict[str, str]) -> Path:
    place(directory, files)
    prepare(directory)
    return directory


def test_equal_directories_do_not_differ(before: Path, tmp_path: Path) -> None:
    reordered = PIPELINE.replace("[prepare.py, ./raw/,", "[./raw/, prepare.py,").replace(
        "wdir: w", "# why\n    wdir: ./w"
    )
    assert compared(before, _repository(tmp_path / "after", FILES | {"dvc.yaml": reordered})) == []


@pytest.mark.parametrize(("old", "new", "line"), CHANGES, ids=lambda text: text[:20])
def test_a_change_is_a_difference(before: Path, tmp_path: Path, old: str, new: str, line: str) -> None:
    assert PIPELINE.count(old) == 1
    changed = _repository(tmp_path / "after", FILES | {"dvc.yaml": PIPELINE.replace(old, new)})
    found = [one for one in compared(before, changed) if one.startswith(line)]
    assert found, compared(before, changed)
    assert compared(changed, before) != []


def test_what_would_run_again_is_a_difference(before: Path, tmp_path: Path) -> None:
    """The status of stages is compared with what is in the lock: a value that a parameter had is not the one it has."""
    work_in(before, Random(1))
    lock = (before / "dvc.lock").read_text("utf-8")
    files = {
        str(path.relative_to(before)): path.read_text("utf-8") for path in before.rglob("*") if path.is_file()
    }
    kept = {name: text for name, text in files.items() if not name.startswith(".dvc")}
    assert compared(before, _repository(tmp_path / "same", kept)) == []
    for name, old, new in (
        ("params.yaml", "0.1", "0.2"),
        ("dvc.lock", "each@b", "each@c"),
        ("other.json", "1", "2"),
    ):
        assert old in kept[name], lock
        after = _repository(tmp_path / name, kept | {name: kept[name].replace(old, new)})
        assert [line for line in compared(before, after) if line.startswith("status of ")], name


def test_a_dvc_file_is_compared(before: Path, tmp_path: Path) -> None:
    files = dict(FILES)
    del files["data.csv.dvc"]
    (line,) = [
        line for line in compared(before, _repository(tmp_path / "after", files)) if line.startswith("data ")
    ]
    assert "data.csv.dvc" in line


def test_storage_elsewhere_is_empty_and_not_asked(before: Path) -> None:
    assert "'s3://bucket/x.csv': 'deleted'" in repr(see(before).status["prepare"])
