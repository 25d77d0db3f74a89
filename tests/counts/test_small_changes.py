"""A small change of a spec is a small change of what it compiles to; and two of them merge in Git without a conflict."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from counts.repositories import clone, commit, git
from surface.running import run


@dataclass(frozen=True)
class Edit:
    """A text of a project's spec and its replacement; and every line that may change, by file, as a diff shows it."""

    project: str
    old: str
    new: str
    lines: dict[str, list[str]]

    def make(self, repository: Path) -> Path:
        """Edits the spec; the project's directory."""
        project = repository / "projects" / self.project
        spec = project / "mlproject.yaml"
        text = spec.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, self.old
        spec.write_text(text.replace(self.old, self.new), encoding="utf-8")
        return project


CANCER, DIGITS = "breast-cancer", "digits"
APPLY = ".github/workflows/mlproject-breast-cancer-apply.yml"
EDITS = {
    "a parameter": Edit(
        CANCER, "n_estimators: 200", "n_estimators: 300",
        {"params.yaml": ["-  n_estimators: 200", "+  n_estimators: 300"]},
    ),
    "a parameter that a command mentions": Edit(
        CANCER, "test_size: 0.25", "test_size: 0.3",
        {"params.yaml": ["-  test_size: 0.25", "+  test_size: 0.3"],
         "MLproject": ["-        default: 0.25", "+        default: 0.3"]},
    ),
    "a new parameter": Edit(
        CANCER, "min_samples_leaf: 2,", "min_samples_leaf: 2, bootstrap: true,",
        {"params.yaml": ["+  bootstrap: true"]},
    ),
    "a command": Edit(
        CANCER, "cmd: python src/train.py", "cmd: python -W ignore src/train.py",
        {"dvc.yaml": ["-    cmd: python src/train.py data/train.csv models/model.joblib",
                      "+    cmd: python -W ignore src/train.py data/train.csv models/model.joblib"],
         "MLproject": ["-    command: python src/train.py data/train.csv models/model.joblib",
                       "+    command: python -W ignore src/train.py data/train.csv models/model.joblib"]},
    ),
    "a dependency": Edit(
        CANCER, "deps: [src/prepare.py]", "deps: [src/prepare.py, src/features.py]",
        {"dvc.yaml": ["+      - src/features.py"]},
    ),
    "a description of a stage": Edit(
        CANCER, "desc: Measure the forest on", "desc: Weigh the forest on",
        {"dvc.yaml": ["-    desc: Measure the forest on biopsies that it has not seen.",
                      "+    desc: Weigh the forest on biopsies that it has not seen."]},
    ),
    "a gate": Edit(CANCER, "min: 0.97", "min: 0.98", {"mlflow.yaml": ["-        min: 0.97", "+        min: 0.98"]}),
    "the experiment": Edit(
        CANCER, "experiment: breast-cancer", "experiment: cells",
        {"mlflow.yaml": ["-experiment: breast-cancer", "+experiment: cells"]},
    ),
    "the replicas of an environment": Edit(
        CANCER, "replicas: 3", "replicas: 4",
        {"deploy/prod/screening-deployment.yaml": ["-  replicas: 3", "+  replicas: 4"]},
    ),
    "the schedule of retraining": Edit(
        CANCER, '"0 3 * * 1"', '"0 4 * * 1"', {APPLY: ['-    - cron: "0 3 * * 1"', '+    - cron: "0 4 * * 1"']}
    ),
    "a new stage": Edit(
        CANCER, "tracking:\n  experiment",
        "  audit: {cmd: 'python -V > audit.txt', outs: [audit.txt]}\n\ntracking:\n  experiment",
        {"dvc.yaml": ["+", "+  audit:", "+    cmd: python -V > audit.txt", "+    outs:", "+      - audit.txt"],
         "MLproject": ["+", "+  audit:", "+    command: python -V > audit.txt"]},
    ),
    "a comment": Edit(CANCER, "stages:\n", "# What runs.\nstages:\n", {}),
    "quoting": Edit(CANCER, "{team: ml-platform}", '{"team": "ml-platform"}', {}),
    "a parameter of a family": Edit(
        DIGITS, "knn: {n_neighbors: 3}", "knn: {n_neighbors: 5}",
        {"params.yaml": ["-    n_neighbors: 3", "+    n_neighbors: 5"]},
    ),
    "the template of a plot": Edit(
        DIGITS, "template: confusion", "template: scatter",
        {"dvc.yaml": ["-          template: confusion", "+          template: scatter"]},
    ),
    "the serving contract": Edit(
        DIGITS, "{digit: {type: integer}}", "{digit: {type: number}}",
        {"service.py": ["-    digit: int", "+    digit: float"]},
    ),
}  # fmt: skip


def _texts(repository: Path, project: str) -> dict[str, list[str]]:
    """Every generated file's lines, by path from the project (workflows: from the repository)."""
    found: dict[str, list[str]] = {}
    for file in repository.rglob("*"):
        inside = str(file.relative_to(repository)).removeprefix(f"projects/{project}/")
        if file.is_file() and not inside.startswith((".git/", ".mlproject/", "data/", "mlproject.yaml")):
            found[inside] = file.read_text(encoding="utf-8").splitlines()
    return found


@pytest.mark.parametrize("name", list(EDITS))
def test_one_field_changes_only_its_lines(name: str, tmp_path: Path) -> None:
    edit = EDITS[name]
    repository = clone([edit.project], tmp_path)
    project = repository / "projects" / edit.project
    assert run("compile", "-q", at=project).code == 0
    before = _texts(repository, edit.project)
    edit.make(repository)
    assert run("compile", "-q", at=project).code == 0
    after = _texts(repository, edit.project)
    assert after.keys() == before.keys()
    changed = {file: _difference(before[file], after[file]) for file in after if after[file] != before[file]}
    assert changed == edit.lines


def _difference(before: list[str], after: list[str]) -> list[str]:
    return [
        line
        for line in difflib.unified_diff(before, after, n=0, lineterm="")
        if line[:2] not in ("--", "++", "@@")
    ]


PAIRS = [
    *combinations(["a command", "a dependency", "a description of a stage", "a gate"], 2),
    ("a parameter", "a gate"),
    ("a new stage", "a command"),
    ("a new parameter", "the replicas of an environment"),
    ("the schedule of retraining", "the experiment"),
    ("a parameter of a family", "the template of a plot"),
    ("the serving contract", "the template of a plot"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_branches_merge_without_a_conflict(one: str, other: str, tmp_path: Path) -> None:
    repository = clone([EDITS[one].project], tmp_path)
    project = repository / "projects" / EDITS[one].project
    assert run("compile", "-q", at=project).code == 0
    commit(repository, "base")
    for branch, name in (("one", one), ("other", other)):
        git(repository, "checkout", "-q", "-b", branch, "main")
        EDITS[name].make(repository)
        assert run("compile", "-q", at=project).code == 0
        commit(repository, name)
    git(repository, "merge", "-q", "--no-edit", "one", fails=True)
    conflicts = git(repository, "diff", "--name-only", "--diff-filter=U").split()
    assert conflicts == []
    assert git(repository, "status", "--porcelain") == ""
    checked = run("compile", "--check", at=project)
    assert checked.code == 0, checked.out
