"""Two branches that change two stages merge in Git without a conflict in a generated file."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlproject.emit.rendered import render
from mlproject.trees import Generated

Tree = dict[str, Any]
GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]


def git(repo: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GIT, *args], cwd=repo, capture_output=True, text=True, timeout=60, check=False)


def commit(repo: Path, tree: Tree, branch: str, start: str | None) -> None:
    if start is not None:
        git(repo, "checkout", "-q", "-b", branch, start)
    (repo / "dvc.yaml").write_text(render(Generated("dvc.yaml", "yaml", tree=tree), "mlproject.yaml").text)
    git(repo, "add", "dvc.yaml")
    done = git(repo, "commit", "-q", "-m", branch)
    assert done.returncode == 0, done.stderr


def stage(name: str) -> Tree:
    return {"cmd": f"python {name}.py", "deps": [f"{name}.py"], "outs": [f"{name}.out"]}


BASE: Tree = {
    "stages": {name: stage(name) for name in ("one", "two", "three", "four")},
    "plots": [{"a.csv": {"x": "k"}}, {"b.csv": {"x": "k"}}],
    "artifacts": {"m": {"path": "three.out"}},
}


def edit_last_line(tree: Tree) -> Tree:
    tree["stages"]["one"]["outs"][-1] = "other"
    return tree


def grow(tree: Tree) -> Tree:
    tree["stages"]["one"]["outs"].append("more")
    return tree


def edit_next(tree: Tree) -> Tree:
    tree["stages"]["two"] = stage("else")
    return tree


def rename_next(tree: Tree) -> Tree:
    tree["stages"] = {"second" if k == "two" else k: v for k, v in tree["stages"].items()}
    return tree


def insert_between(tree: Tree) -> Tree:
    items = list(tree["stages"].items())
    tree["stages"] = dict([*items[:1], ("new", stage("new")), *items[1:]])
    return tree


def append(tree: Tree) -> Tree:
    tree["stages"]["last"] = stage("last")
    return tree


def remove_next(tree: Tree) -> Tree:
    del tree["stages"]["two"]
    return tree


def edit_last_stage(tree: Tree) -> Tree:
    tree["stages"]["four"]["outs"][-1] = "other"
    return tree


def edit_next_section(tree: Tree) -> Tree:
    tree["plots"][0] = {"c.csv": {"x": "v"}}
    return tree


def edit_neighbour_plot(tree: Tree) -> Tree:
    tree["plots"][1] = {"d.csv": {"x": "v"}}
    return tree


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (edit_last_line, edit_next),
        (grow, edit_next),
        (edit_last_line, rename_next),
        (edit_last_line, insert_between),
        (insert_between, append),
        (insert_between, edit_last_stage),
        (edit_last_stage, edit_next_section),
        (edit_last_stage, append),
        (append, edit_next_section),
        (edit_last_line, remove_next),
        (remove_next, append),
        (edit_next_section, edit_neighbour_plot),
    ],
)
def test_neighbouring_changes_merge(
    tmp_path: Path, ours: Callable[[Tree], Tree], theirs: Callable[[Tree], Tree]
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, BASE, "main", None)
    commit(tmp_path, ours(copy.deepcopy(BASE)), "ours", "main")
    commit(tmp_path, theirs(copy.deepcopy(BASE)), "theirs", "main")
    done = git(tmp_path, "merge", "-q", "-m", "both", "ours")
    assert done.returncode == 0, done.stdout
    both = render(Generated("dvc.yaml", "yaml", tree=theirs(ours(copy.deepcopy(BASE)))), "mlproject.yaml")
    # And what Git made of it is what the merged spec compiles to.
    assert (tmp_path / "dvc.yaml").read_text() == both.text
