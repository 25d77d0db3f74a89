"""`fmt` on its own: pairs of specs in `pairs/`, what must stay, and that what is compiled stays byte for byte."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlproject.files import WorkTree
from mlproject.load import load
from mlproject.pipeline import compile as compiled
from mlproject.rewrite.canonical import canonical
from mlproject.rewrite.layout import Layout
from mlproject.rewrite.order import spec
from surface.running import run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAIRS = sorted((HERE / "pairs").glob("*.before.yaml"))
SPECS = sorted([*ROOT.glob("projects/*/mlproject.yaml"), *ROOT.glob("tests/cases/*/mlproject.yaml")])
EVERY = sorted(
    {path for kind in ("cases", "bad") for path in ROOT.glob(f"tests/{kind}/**/*.yaml") if path.is_file()}
)


def after(text: str) -> str:
    """The canonical text; what is written a second time is the same."""
    done, said = canonical("m.yaml", text.encode())
    assert said == []
    assert done is not None
    again, _ = canonical("m.yaml", done.after)
    assert again is not None
    assert again.after == done.after
    return done.after.decode()


def notes(text: str) -> list[str]:
    done, _ = canonical("m.yaml", text.encode())
    assert done is not None
    return [note.summary for note in done.notes]


@pytest.mark.parametrize("before", PAIRS, ids=lambda path: path.name.partition(".")[0])
def test_a_spec_in_canonical_order(before: Path, golden: Callable[[Path, str], None]) -> None:
    content = before.read_bytes().decode()
    golden(before.with_name(before.name.replace(".before.", ".after.")), after(content))


@pytest.mark.parametrize("file", EVERY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_spec_here_is_refused_as_validate_does_or_stays_itself(file: Path) -> None:
    content = file.read_bytes()
    done, said = canonical("m.yaml", content)
    found = [one for one in load("m.yaml", content)[1] if one.severity == "error"]
    if done is None:
        assert [(one.code, one.span) for one in said if one.code != "not-a-mapping"] == [
            (one.code, one.span) for one in found
        ]
        assert said
    else:
        assert found == []
        assert after(content.decode()) == done.after.decode()


@pytest.mark.parametrize("file", SPECS, ids=lambda path: path.parent.name)
def test_it_compiles_to_the_same_bytes(file: Path, tmp_path: Path) -> None:
    project = tmp_path / "p"
    shutil.copytree(file.parent, project, ignore=shutil.ignore_patterns("expected", ".mlproject", ".dvc"))
    (tmp_path / ".git").mkdir()
    before = compiled("p/mlproject.yaml", WorkTree(str(tmp_path)))
    text = (project / "mlproject.yaml").read_bytes()
    done, _ = canonical("m.yaml", _shuffled(text, random.Random(7)))
    assert done is not None
    (project / "mlproject.yaml").write_bytes(done.after)
    now = compiled("p/mlproject.yaml", WorkTree(str(tmp_path)))
    assert {one.file: one.text for one in now.files} == {one.file: one.text for one in before.files}
    assert sorted(one.code for one in now.diagnostics) == sorted(one.code for one in before.diagnostics)


def _shuffled(content: bytes, noise: random.Random) -> bytes:
    """A spec with its sections in another order (what stands above a section goes with it)."""
    parts = re.split(r"(?m)^(?=(?:#.*\n)*[a-z\"{])", content.decode())
    noise.shuffle(parts)
    return "".join(part if part.endswith("\n") or not part else part + "\n" for part in parts).encode()


def test_the_projects_and_the_scaffold_are_canonical(tmp_path: Path) -> None:
    for file in ROOT.glob("projects/*/mlproject.yaml"):
        assert after(file.read_text(encoding="utf-8")) == file.read_text(encoding="utf-8")
    assert run("init", "new", at=tmp_path).code == 0
    assert run("fmt", "--check", "new", at=tmp_path).code == 0


@pytest.mark.parametrize("page", ["README.md", "docs/language.md"])
def test_the_examples_of_the_pages_are_canonical(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    examples = [
        one
        for one in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if re.search(r"^name:", one, re.MULTILINE)
    ]
    assert examples
    for example in examples:
        assert after(example) == example


def test_the_order_is_that_of_the_model() -> None:
    top = list(spec().fields)
    assert top[:3] == ["version", "requires", "name"]
    assert top[-2:] == ["ci", "native"]
    stages = spec().fields["stages"]
    assert stages is not None
    assert stages.each is not None
    stage = list(stages.each.fields)
    assert stage[:7] == ["desc", "folder", "name", "foreach", "do", "matrix", "cmd"]
    assert stage[-2:] == ["resources", "timeout"]
    for own in ("params", "vars", "native"):
        assert spec().fields[own] is None


@pytest.mark.parametrize(
    "text",
    [
        "params: {b: 1, a: {path: 1, cache: 2}}\n",
        "name: x\nnative:\n  dvc: {plots: [], metrics: [], artifacts: {}}\n",
        "services:\n  s:\n    api:\n      predict:\n        output: {y: {type: number}}\n        input: {x: {type: number}}\n",
        "stages:\n  b: {cmd: x, meta: {outs: 1, cmd: 2}}\n  a: {cmd: x, vars: [{path: 1, cmd: 2}]}\n",
        "deps+: [a]\ndeps: [b]\n",  # no key of the whole spec: unknown, and they stay
        "name: x\n\nparams:\n  a: |+\n    text\n\n\n  b: 2\n",
        "name: x # ä ü 漢字 🚀\ndescription: '  two  spaces  '\n",
    ],
)
def test_what_is_yours_keeps_its_order(text: str) -> None:
    assert after(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params: {}\nname: x", "name: x\nparams: {}"),
        ("params: {}\r\nname: x\r\n", "name: x\r\nparams: {}\r\n"),
        ("params: {}\rname: x\r", "name: x\rparams: {}\r"),
        ("\ufeffparams: {}\nname: x\n", "\ufeffname: x\nparams: {}\n"),
        ("%YAML 1.2\n---\nparams: {}\nname: x\n...\n", "%YAML 1.2\n---\nname: x\nparams: {}\n...\n"),
        ("  params: {}\n  name: x\n", "  name: x\n  params: {}\n"),
        ("# top\n\nparams: {}\nname: x\n", "# top\n\nname: x\nparams: {}\n"),
        ("# its own\nparams: {}\nname: x\n", "name: x\n# its own\nparams: {}\n"),
        ("a: 1  \n\n\n\nb: 2\t\n# c   \n\n\n", "a: 1\n\nb: 2\n# c\n"),
        ("'params': {}\n\"name\": x\n", "\"name\": x\n'params': {}\n"),
        ("params:\nname: x\n", "name: x\nparams:\n"),
        ("params:\n  # nothing yet\nname: x\n", "name: x\nparams:\n  # nothing yet\n"),
        ("data: {a: {track: git, path: x}}\n", "data: {a: {path: x, track: git}}\n"),
        ("data:\n  a: {track: git,\n    path: x }\n", "data:\n  a: {path: x,\n    track: git }\n"),
        ("params: {}\ndescription: |\n  text\nname: x\n", "name: x\ndescription: |\n  text\nparams: {}\n"),
        (
            "stages:\n  a:\n    deps:\n    - x\n    cmd: y\n",
            "stages:\n  a:\n    cmd: y\n    deps:\n    - x\n",
        ),
    ],
)
def test_bytes_around_what_moves(text: str, expected: str) -> None:
    assert after(text) == expected


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "stages: {a: {meta: &m {x: 1}, cmd: x}}\nvars: *m\nname: x\n",
            "`vars` stays where it is: an anchor must stay",
        ),
        (
            "models: {m: &m {flavor: a, artifact: b}}\nnative: *m\n",
            "`artifact` stays where it is: an alias repeats it",
        ),
        (
            "data:\n  a: {track: git, # who\n    path: x}\n",
            "`path` stays where it is: there are comments inside",
        ),
        (
            "? params\n: {}\n? name\n: x\n",
            "`name` stays where it is: its keys are not written as `key: value`",
        ),
        ("name: x\nversion: 1\ndescription: |\n  no end", ""),
        (
            "params: {}\ndescription: |\n  no end",
            "`description` stays where it is: a block of text ends the file",
        ),
    ],
)
def test_what_has_to_stay_is_said(text: str, note: str) -> None:
    found = notes(text)
    assert len(found) == bool(note)
    assert all(one.startswith(note) for one in found)
    after(text)


@pytest.mark.parametrize("lie", ["name: y\n", "name: x\nparams: {}\n# lost\n"])
def test_a_text_that_means_something_else_is_never_written(
    lie: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def wrong(*_: object) -> str:
        return lie

    text = "params: {}\nname: x\n"
    (tmp_path / "mlproject.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(Layout, "whole", wrong)
    done = run("fmt", at=tmp_path)
    assert (done.code, done.out) == (70, "")
    assert "has a bug: AssertionError" in done.err
    assert (tmp_path / "mlproject.yaml").read_text(encoding="utf-8") == text
