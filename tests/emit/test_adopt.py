"""`compile --adopt`: values edited in params.yaml come back into the spec, and nothing else of it changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlproject.cli.commands import run
from mlproject.emit.adopt import adopt
from mlproject.emit.yamltext import write
from mlproject.files import WorkTree
from mlproject.load import load

SPEC = """
    # a spec with comments
    name: tiny
    vars: {depth: 3}
    params:
      train:
        lr: 0.1        # learning rate

        epochs: 10
        note: |
          two
          lines
        layers: [64, 32]   # widths
        names:
          # the first
          - a
          - b  # the second
        depth: ${vars.depth}
        empty:
        last: yes-please
      eval: {auc: 0.9, top: [], opts: {}}
    stages:
      train: {cmd: python train.py, params: [train, eval]}
    """


def adopted(
    place: Path, spec: str, params: object, **more: str
) -> tuple[str | None, list[str], tuple[str, ...]]:
    """The new spec, the summaries of what is against it, and what is told."""
    (place / "mlproject.yaml").write_bytes(dedent(spec).lstrip("\n").encode())
    (place / "params.yaml").write_text(write(params)[0] if not isinstance(params, str) else params)
    for name, content in more.items():
        (place / f"{name}.yaml").write_text(dedent(content))
    done, said = adopt("mlproject.yaml", WorkTree(str(place)))
    text = done.content.decode() if done else None
    return (
        text,
        [f"{one.summary}; {one.help}; {one.related[0].span if one.related else ''}" for one in said],
        done.told if done else (),
    )


def values() -> dict[str, dict[str, object]]:
    """The parameters of SPEC."""
    train = {
        "lr": 0.1,
        "epochs": 10,
        "note": "two\nlines\n",
        "layers": [64, 32],
        "names": ["a", "b"],
        "depth": 3,
        "empty": None,
    }
    return {"train": {**train, "last": "yes-please"}, "eval": {"auc": 0.9, "top": [], "opts": {}}}


def lines(old: str, new: str) -> list[tuple[str, str]]:
    """Lines that differ, where none was added."""
    pairs = zip(dedent(old).strip().splitlines(), new.strip().splitlines(), strict=True)
    return [(before.strip(), after.strip()) for before, after in pairs if before != after]


def test_nothing_edited_is_nothing_to_adopt(tmp_path: Path) -> None:
    assert adopted(tmp_path, SPEC, values()) == (None, [], ())


@pytest.mark.parametrize(
    ("section", "key", "value", "line"),
    [
        ("train", "lr", 0.5, "lr: 0.5        # learning rate"),
        ("train", "lr", "0.5", 'lr: "0.5"        # learning rate'),
        ("train", "lr", 1, "lr: 1        # learning rate"),
        ("train", "epochs", 10.0, "epochs: 10.0"),
        ("train", "epochs", True, "epochs: true"),
        ("train", "epochs", None, "epochs: null"),
        ("train", "epochs", {"a": [1, "x, y"]}, 'epochs: {a: [1, "x, y"]}'),
        ("train", "empty", "no", 'empty: "no"'),
        ("train", "layers", [64, 16], "layers: [64, 16]   # widths"),
        ("train", "layers", [64], "layers: [64]   # widths"),
        ("train", "layers", [64, 32, 8], "layers: [64, 32, 8]   # widths"),
        ("train", "layers", [], "layers: []   # widths"),
        ("train", "layers", 7, "layers: 7   # widths"),
        ("train", "names", ["a", "B"], "- B  # the second"),
        ("train", "last", "a]b", "last: \"a]b\""),
        ("eval", "auc", 1e-5, "eval: {auc: 1.0e-05, top: [], opts: {}}"),
        ("eval", "top", ["a"], "eval: {auc: 0.9, top: [a], opts: {}}"),
        ("eval", "opts", {"k": "v:"}, 'eval: {auc: 0.9, top: [], opts: {k: "v:"}}'),
        ("eval", "new", "1e3", 'eval: {auc: 0.9, top: [], opts: {}, new: "1e3"}'),
    ],
)  # fmt: skip
def test_one_value_changes_one_line(tmp_path: Path, section: str, key: str, value: object, line: str) -> None:
    params = values()
    params[section][key] = value
    text, said, told = adopted(tmp_path, SPEC, params)
    assert not said
    assert text is not None
    assert [after for _, after in lines(SPEC, text)] == [line]
    assert len(told) == 1
    assert told[0].startswith(f"params.{section}.{key}")


def test_an_added_key_stands_in_the_style_of_its_mapping(tmp_path: Path) -> None:
    params = values()
    params["train"] |= {"more": "on", "most": {"a": 1}}
    params |= {"third": {}}
    text, said, told = adopted(tmp_path, SPEC, params)
    assert not said
    assert text is not None
    assert '    last: yes-please\n    more: "on"\n    most: {a: 1}\n  eval: ' in text
    assert "opts: {}}\n  third: {}\nstages:" in text
    assert told == (
        'params.train.more: added, "on"',
        "params.train.most: added, {a: 1}",
        "params.third: added, {}",
    )


def test_items_are_appended_and_cut_in_a_block_list(tmp_path: Path) -> None:
    params = values()
    params["train"]["names"] = ["a", "b", "c"]
    text, _, told = adopted(tmp_path, SPEC, params)
    assert text is not None
    assert "      - b  # the second\n      - c\n" in text
    assert told == ("params.train.names: [a, b] → [a, b, c]",)
    params["train"]["names"] = ["a"]
    text, _, _ = adopted(tmp_path, SPEC, params)
    assert text is not None
    assert "      - a\n    depth: " in text
    params["train"]["names"] = []
    assert adopted(tmp_path, SPEC, params)[0] is not None


def test_line_breaks_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    spec = b"\xef\xbb\xbfname: t\r\nparams:\r\n  a: 1 # one\r\nstages: {s: {cmd: echo}}\r\n"
    (tmp_path / "mlproject.yaml").write_bytes(spec)
    (tmp_path / "params.yaml").write_text("a: 2\nb: 3\n")
    done, said = adopt("mlproject.yaml", WorkTree(str(tmp_path)))
    assert not said
    assert done is not None
    assert done.content == spec.replace(b"a: 1 # one\r\n", b"a: 2 # one\r\n  b: 3\r\n")


def test_a_removed_key_is_not_removed_silently(tmp_path: Path) -> None:
    params = values()
    del params["train"]["epochs"]
    params["train"]["lr"] = 0.5
    text, said, _ = adopted(tmp_path, SPEC, params)
    assert text is None
    assert len(said) == 1
    assert "`params.train.epochs` is gone" in said[0]
    assert "line=8" in said[0]


def test_a_value_from_a_variable_is_changed_there_by_hand(tmp_path: Path) -> None:
    params = values()
    params["train"]["depth"] = 4
    text, said, _ = adopted(tmp_path, SPEC, params)
    assert text is None
    assert "`params.train.depth` was edited, and comes from `${vars.depth}`" in said[0]


def test_a_value_from_a_preset_is_changed_there_by_hand(tmp_path: Path) -> None:
    spec = """
        name: t
        extends: preset.yaml
        params: {own: 1}
        stages: {s: {cmd: echo, params: [own, theirs]}}
        """
    text, said, _ = adopted(tmp_path, spec, {"theirs": 3, "own": 1}, preset="params:\n  theirs: 2\n")
    assert text is None
    assert "comes from the preset `preset.yaml`" in said[0]
    assert "preset.yaml', line=2" in said[0]
    text, said, _ = adopted(
        tmp_path, spec, {"theirs": 2, "own": 5, "new": 1}, preset="params:\n  theirs: 2\n"
    )
    assert not said
    assert text is not None
    assert "params: {own: 5, new: 1}" in text


@pytest.mark.parametrize(
    "spec",
    [
        "name: t\nparams: {a: &x 1, b: *x}\nstages: {s: {cmd: echo}}\n",
        "name: t\nvars: &v {q: 1}\nparams: {a: *v, b: 1}\nstages: {s: {cmd: echo}}\n",
        "name: t\nvars: &v {a: 1}\nparams: {<<: *v, b: 1}\nstages: {s: {cmd: echo}}\n",
    ],
)
def test_what_cannot_be_edited_alone_is_refused_or_right(tmp_path: Path, spec: str) -> None:
    before = load("m", spec.encode())[0].data
    assert isinstance(before, dict)
    params = {"a": {"q": 2} if isinstance(before["params"]["a"], dict) else 2, "b": 1}
    text, said, _ = adopted(tmp_path, spec, params)
    assert (text is None) == bool(said)
    if text is not None:
        after = load("m", text.encode())[0].data
        assert after == {**before, "params": params}


def test_a_word_that_readers_take_differently_is_not_guessed(tmp_path: Path) -> None:
    text, said, _ = adopted(tmp_path, "name: t\nparams: {a: 1}\nstages: {s: {cmd: echo}}\n", "a: 1_000\n")
    assert text is None
    assert said


SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
)  # fmt: skip
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,4}", fullmatch=True)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(KEYS, TREES, max_size=4),
    st.dictionaries(KEYS, TREES, max_size=4),
    st.booleans(),
    st.data(),
)
def test_any_edit_comes_back_whole_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[str, object],
    more: dict[str, object],
    block: bool,
    data: st.DataObject,
) -> None:
    place = tmp_path_factory.mktemp("law")
    changed = {key: data.draw(TREES | st.just(value)) for key, value in old.items()} | {
        key: value for key, value in more.items() if key not in old
    }
    tree = {"name": "t", "params": old, "stages": {"s": {"cmd": "echo"}}}
    spec = (
        write(tree)[0]
        if block
        else yaml.safe_dump(tree, default_flow_style=True, allow_unicode=True, sort_keys=False)
    )
    before = load("m", spec.encode())[0]
    text, said, told = adopted(
        place, spec.replace("\nstages", "  # a comment\nstages") if block else spec, changed
    )
    if text is None:
        # Only a reference or a key that is gone stands in the way.
        assert bool(told) is False
        assert not said or "${" in repr(changed) or all("is gone" in one or "reads" in one for one in said), (
            said
        )
        return
    after = load("m", text.encode())[0]
    assert isinstance(after.data, dict)
    assert isinstance(before.data, dict)
    assert repr_sorted(after.data["params"]) == repr_sorted(load("p", write(changed)[0].encode())[0].data)
    assert {**after.data, "params": 0} == {**before.data, "params": 0}


def repr_sorted(value: object) -> str:
    """A text that two values share only if they are equal and of equal types."""
    if isinstance(value, dict):
        return repr(sorted((repr(key), repr_sorted(inner)) for key, inner in value.items()))
    return repr([repr_sorted(item) for item in value]) if isinstance(value, list) else repr(value)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").touch()
    spec = """
        name: tiny
        params:
          # how fast
          train: {lr: 0.1, deep: {names: [a, b]}}
          wide:
            text: "0.5"
        stages:
          train:
            cmd: echo ${params.train.lr} > ${outs.model}
            params: [train, wide]
            outs: {model: model.txt}
        """
    (tmp_path / "mlproject.yaml").write_text(dedent(spec).lstrip())
    assert run(["compile", "-q"]) == 0
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    return tmp_path


@pytest.mark.slow
def test_an_experiment_of_dvc_is_adopted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["train.lr=0.5", "+train.deep.more=1e3", "train.deep.names=[a,c,d]", "+wide.flag=on"]
    options = [word for setting in settings for word in ("-S", setting)]
    subprocess.run(
        [sys.executable, "-m", "dvc", "exp", "run", *options],
        cwd=project,
        check=True,
        env={**os.environ},
        timeout=300,
    )
    written = load("p", (project / "params.yaml").read_bytes())[0].data
    assert isinstance(written, dict)
    assert written["wide"] == {"text": "0.5", "flag": "on"}
    assert run(["compile"]) == 1
    assert "--adopt" in capsys.readouterr().out
    assert run(["compile", "--adopt"]) == 0
    told = capsys.readouterr().out
    assert "params.train.lr: 0.1 → 0.5" in told
    spec = (project / "mlproject.yaml").read_text()
    assert "  # how fast\n  train: {lr: 0.5, deep: {names: [a, c, d], more: " in spec
    assert load("p", (project / "params.yaml").read_bytes())[0].data == written
    assert run(["compile", "--check"]) == 0
    status = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "-q"], cwd=project, check=False, timeout=300
    )
    assert status.returncode == 0


def test_edits_on_both_sides_are_brought_together(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, params = project / "mlproject.yaml", project / "params.yaml"
    spec.write_text(
        spec.read_text().replace("lr: 0.1", "lr: 0.2").replace('text: "0.5"', 'text: "0.5"\n    own: 1')
    )
    params.write_text(params.read_text().replace("- b\n", "- c\n"))
    assert run(["compile", "--adopt"]) == 0
    assert "params.train.deep.names.1: b → c\n" in capsys.readouterr().out
    assert "train: {lr: 0.2, deep: {names: [a, c]}}" in spec.read_text()
    assert yaml.safe_load(params.read_text()) == {
        "train": {"lr": 0.2, "deep": {"names": ["a", "c"]}}, "wide": {"text": "0.5", "own": 1}
    }  # fmt: skip


def test_one_value_changed_on_both_sides_is_a_conflict(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, params = project / "mlproject.yaml", project / "params.yaml"
    spec.write_text(spec.read_text().replace("lr: 0.1", "lr: 0.2"))
    params.write_text(params.read_text().replace("lr: 0.1", "lr: 0.3"))
    before = spec.read_bytes(), params.read_bytes()
    assert run(["compile", "--adopt"]) == 1
    assert "`params.train.lr` was edited, and was changed in the spec as well" in capsys.readouterr().out
    assert (spec.read_bytes(), params.read_bytes()) == before


def test_an_edit_of_the_spec_alone_is_not_undone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = project / "mlproject.yaml"
    spec.write_text(spec.read_text().replace("lr: 0.1", "lr: 0.2"))
    assert run(["compile", "--adopt"]) == 0
    assert "nothing to adopt" in capsys.readouterr().out
    assert "lr: 0.2" in spec.read_text()
    assert yaml.safe_load((project / "params.yaml").read_text())["train"]["lr"] == 0.2


def test_a_reformatted_file_is_written_anew(project: Path) -> None:
    params = project / "params.yaml"
    ours = params.read_text()
    params.write_text(
        ours.splitlines()[0] + "\n" + yaml.safe_dump(yaml.safe_load(ours), default_flow_style=True)
    )
    assert run(["compile", "--adopt"]) == 0
    assert params.read_text() == ours


def test_what_is_refused_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "mlproject.yaml").read_bytes()
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("  lr: 0.1\n", ""))
    edited = params.read_bytes()
    assert run(["compile", "--adopt"]) == 1
    assert "`params.train.lr` is gone" in capsys.readouterr().out
    assert (project / "mlproject.yaml").read_bytes() == before
    assert params.read_bytes() == edited
