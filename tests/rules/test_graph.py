"""The rules about parameters, loops and outputs in Git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlproject import gitfiles
from rules.checking import lay, lines


def spec(body: str) -> dict[str, str]:
    return {"mlproject.yaml": "name: demo\n" + body}


# parameters


def test_the_highest_unused_part_is_reported_once(tmp_path: Path) -> None:
    text = """\
params:
  train: {lr: 0.1, decay: {rate: 1, steps: 2}}
  old: {a: 1, b: {c: 2}}
  whole: {x: 1, y: 2}
  seed: 1
stages:
  a: {cmd: "a ${params.seed}", params: [train.lr, whole], outs: [x]}
"""
    assert lines(tmp_path, spec(text)) == [
        "unused-param at `decay`: nothing uses the parameter `train.decay`",
        "unused-param at `old`: nothing uses the parameter `old`",
    ]


@pytest.mark.parametrize(
    "stage",
    [
        "{cmd: a, params: [p], outs: [x]}",
        "{cmd: a, params: [p.q], outs: [x]}",
        "{cmd: a, params: [{params.yaml: null}], outs: [x]}",
        "{cmd: a, wdir: sub, params: [p.q], outs: [x]}",
        "{cmd: 'a ${params.p.q}', outs: [x]}",
        "{cmd: a, deps: ['s3://b/${params.p.q}'], outs: [x]}",
        "{cmd: a, outs: ['x${params.p.q}']}",
        "{cmd: a, deps: [params.yaml], outs: [x]}",
        "{foreach: ['${params.p.q}'], do: {cmd: 'a ${item}', outs: ['${item}']}}",
        "{cmd: 'a ${item.k}', matrix: {k: ['${params.p.q}']}, outs: ['${item.k}']}",
        "{cmd: a, plots: [{x: {title: '${params.p.q}'}}]}",
    ],
)
def test_every_way_to_use_a_parameter_counts(tmp_path: Path, stage: str) -> None:
    found = lines(tmp_path, spec(f"params: {{p: {{q: '1'}}}}\nstages:\n  a: {stage}\n") | {"sub/x": ""})
    assert [line for line in found if line.startswith("unused-param")] == []


def test_a_use_outside_of_stages_counts(tmp_path: Path) -> None:
    text = "params: {team: ml, other: 1}\ntracking: {tags: {team: '${params.team}'}}\nstages: {a: {cmd: a, outs: [x]}}\n"
    assert [line.split("`")[1] for line in lines(tmp_path, spec(text))] == ["other"]


def test_parameters_of_the_user_are_not_judged(tmp_path: Path) -> None:
    text = "params: params.yaml\nstages: {a: {cmd: a, outs: [x]}}\n"
    assert lines(tmp_path, spec(text) | {"params.yaml": "lr: 1\n"}) == []


def test_a_broken_command_does_not_echo_as_an_unused_parameter(tmp_path: Path) -> None:
    text = "params: {lr: 1}\nstages: {a: {cmd: 'a ${params.lr} ${data.nope}', outs: [x]}}\n"
    assert [line.split()[0] for line in lines(tmp_path, spec(text))] == ["unresolved-reference"]


# loops


def test_loops_named_by_number(tmp_path: Path) -> None:
    text = """\
vars: {runs: [{lr: 1}, {lr: 2}]}
stages:
  a: {foreach: [{lr: 1}, {lr: 2}], do: {cmd: "a ${item.lr}", outs: ["a${item.lr}"]}}
  b: {foreach: "${vars.runs}", do: {cmd: "b ${item.lr}", outs: ["b${item.lr}"]}}
  c: {matrix: {m: [x, y], p: [{lr: 1}, {lr: 2}]}, cmd: "c ${item.p.lr} ${item.m}", outs: ["c${item.m}${item.p.lr}"]}
  fine: {foreach: {"0": {lr: 1}, "1": {lr: 2}}, do: {cmd: "d ${item.lr}", outs: ["d${item.lr}"]}}
  too: {foreach: [0, 1], do: {cmd: "e ${item}", outs: ["e${item}"]}}
  also: {matrix: {m: [x, y]}, cmd: "f ${item.m}", outs: ["f${item.m}"]}
"""
    found = [line for line in lines(tmp_path, spec(text)) if line.startswith("loop-by-index")]
    assert [line.split(":")[0] for line in found[:1]] == ["loop-by-index at `[{lr"]
    assert [line.rsplit("`", 2)[1] for line in found] == ["a@0", "b@0", "c@x-p0"]
    assert "`[{lr: 1}, {lr: 2}]`: the values of `p`" in found[2]


# Git


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, timeout=60)


def test_outputs_that_git_tracks(tmp_path: Path) -> None:
    text = """\
stages:
  a:
    cmd: a
    outs: [kept/model.bin, plots, free.txt]
    metrics: [{m.json: {cache: false}}]
  b: {foreach: [1, 2], do: {cmd: "b ${item}", outs: ["out/${item}"]}}
"""
    inside = {"kept/model.bin": "", "plots/a/.gitkeep": "", "m.json": "", "out/2": "", "free.txt": ""}
    lay(tmp_path, {f"ml/{name}": text for name, text in inside.items()})
    files = {"ml/mlproject.yaml": "name: demo\n" + text}
    assert lines(tmp_path, files, "ml/mlproject.yaml") == []  # no repository
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "ml/kept", "ml/plots", "ml/m.json", "ml/out")
    assert [line.split(":")[0] for line in lines(tmp_path, files, "ml/mlproject.yaml")] == [
        "output-in-git at `kept/model.bin`",
        "output-in-git at `plots`",
        "output-in-git at `out/${item}`",
    ]


def test_git_is_asked_once_and_only_about_cached_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    calls: list[object] = []
    run = subprocess.run

    def counted(*arguments: object, **options: object) -> object:
        calls.append(arguments[0])
        return run(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    assert lines(tmp_path, spec("stages: {a: {cmd: a, metrics: [{m: {cache: false}}]}}\n")) == []
    assert calls == []
    two = "stages: {a: {cmd: a, outs: [x, y]}, b: {cmd: b, outs: [z]}}\n"
    assert lines(tmp_path, spec(two)) == []
    assert len(calls) == 1


def test_gits_own_settings_run_nothing_and_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = lay(tmp_path / "here", {"a ü\n.txt": ""})
    git(here, "init", "-q")
    git(here, "add", "-A")
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    git(here, "config", "core.fsmonitor", str(hook))
    other = lay(tmp_path / "other", {"b.txt": ""})
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert gitfiles.tracked(str(here)) == frozenset({"a ü\n.txt"})
    assert not (tmp_path / "ran").exists()


def test_no_answer_of_git_is_no_listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gitfiles.tracked(str(tmp_path)) is None
    (tmp_path / ".git").write_text("gitdir: nowhere\n", encoding="utf-8")
    assert gitfiles.tracked(str(tmp_path)) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gitfiles.tracked(str(tmp_path)) is None
