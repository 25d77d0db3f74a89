"""Attack input: whatever stands in a spec, the front end gives diagnostics or a graph, and every span lies in its file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlproject.diagnostics import Diagnostic, Span
from mlproject.files import Refusal
from mlproject.pipeline import Checked, check
from oracle.compiling import checked
from oracle.specs import Spec, specs

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDS = [
    path.read_bytes()
    for path in sorted([*ROOT.glob("projects/*/mlproject.yaml"), *ROOT.glob("tests/cases/*/mlproject.yaml")])
]
# Pieces that have a meaning somewhere: where they land, they land wrongly.
NASTY = [
    b"${", b"}", b"${stages.", b"[*]", b"[item]", b"$${", b"${params}", b"${vars[*]}", b"${item..x}", b"${key}",
    b"\x00", b"\xff\xfe", b"\r", b"\t", b": ", b"- ", b"&a", b"*a", b"<<: ", b"? ", b"!!python/object ", b"---\n", b"...\n",
    b"{", b"[", b"]", b"'", b'"', b"|\n", b">\n", b"#", b"null", b"~", b"1e999", b".nan", b"0x", b"\xf0\x9f\x98\x80",
    b"extends: mlproject.yaml\n", b"stages: 5\n", b"foreach: {a: 1}\n", b"../", b"/", b"\xe2\x80\xa8", b"KEY+:",
]  # fmt: skip


class Only:
    """A repository with one file."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, file: str) -> bytes | Refusal:
        return self.content if file == "mlproject.yaml" else "absent"

    def kind(self, file: str) -> str:
        return "file" if file == "mlproject.yaml" else "absent"

    def tracked(self) -> frozenset[str] | None:
        return None


def judged(content: bytes) -> Checked:
    """A spec checked, every diagnostic looked at."""
    result = check("mlproject.yaml", Only(content))  # type: ignore[arg-type]
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    for one in result.diagnostics:
        for span in _spans(one):
            _lies_in(span, text)
        assert "\n" not in one.summary
        assert "\n" not in one.help
    assert result.project is not None or not result.valid
    return result


def _spans(one: Diagnostic) -> list[Span]:
    assert one.span is not None
    return [one.span, *(related.span for related in one.related if related.span is not None)]


def _lies_in(span: Span, text: str) -> None:
    import re

    lines = re.split("\r\n|\r|\n", text)
    assert span.file == "mlproject.yaml"
    assert 1 <= span.line <= span.end_line <= len(lines), (span, len(lines))
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1, (span, lines[span.line - 1])
    assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1, (span, lines[span.end_line - 1])
    assert (span.line, span.column) <= (span.end_line, span.end_column)


@given(seed=st.sampled_from(SEEDS), cut=st.floats(0, 1))
def test_a_truncated_spec(seed: bytes, cut: float) -> None:
    judged(seed[: int(len(seed) * cut)])


@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(NASTY)), min_size=1, max_size=4
    ),
)
def test_a_spec_with_bytes_replaced(seed: bytes, edits: list[tuple[float, int, bytes]]) -> None:
    for place, length, piece in edits:
        at = int(len(seed) * place)
        seed = seed[:at] + piece + seed[at + length :]
    judged(seed)


@given(
    seed=st.sampled_from(SEEDS),
    other=st.sampled_from(SEEDS),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_two_specs_grown_together(seed: bytes, other: bytes, cuts: tuple[float, float]) -> None:
    first, second = seed.split(b"\n"), other.split(b"\n")
    judged(b"\n".join(first[: int(len(first) * cuts[0])] + second[int(len(second) * cuts[1]) :]))


@given(content=st.binary(max_size=200))
@example(content=b"")
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xff\xfe\x00")
@example(content="name: caf\u00e9".encode("latin-1"))
def test_any_bytes(content: bytes) -> None:
    judged(content)


KEYS = st.sampled_from(
    ["name", "stages", "params", "vars", "data", "models", "services", "ci", "environments", "monitoring", "tracking", "extends",
     "cmd", "deps", "outs", "metrics", "plots", "foreach", "do", "matrix", "wdir", "folder", "path", "artifact", "gates", "deploy",
     "a", "b", "a+", 1, True, None, "", "${vars.a}"]
)  # fmt: skip
LEAVES = st.one_of(
    st.sampled_from(
        ["", "a", "${vars.a}", "${params.a.b}", "${stages.a.b}", "${stages.a[item].b}", "${stages.b[*].*}", "${outs.a}", "${item}",
         "${item.a}/x", "$${x}", "${env.A}", "${data.a}", "../..", "/abs", "a/", "mlproject.yaml", "${vars.a[*]}", "\\${params.a}"]
    ),
    st.none(), st.booleans(), st.integers(-2, 2**70), st.floats(), st.text(max_size=6),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)


@given(tree=st.dictionaries(KEYS, TREES, max_size=8))
def test_any_tree_with_the_words_of_the_language(tree: Mapping[object, object]) -> None:
    judged(
        json.dumps({"name": "x"} | {str(k): v for k, v in tree.items()}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    )


def _walks(tree: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [at, *(path for key, value in inner for path in _walks(value, (*at, key)))]


@given(spec=specs(), data=st.data())
def test_a_good_spec_with_one_value_replaced(spec: Spec, data: st.DataObject) -> None:
    tree = json.loads(json.dumps(spec))
    path = data.draw(st.sampled_from(_walks(tree["stages"])[1:]))
    node = tree["stages"]
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = data.draw(TREES)
    judged(json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace"))


@given(spec=specs())
def test_what_is_valid_is_whole(spec: Spec) -> None:
    """Nothing is left out of the graph without a diagnostic that says so."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "mlproject.yaml").write_text(json.dumps(spec), "utf-8")
        result = checked(Path(name))
    if not result.valid:
        return
    assert result.project is not None
    for stage in result.project.stages:
        entry = spec["stages"][stage.name]
        body = entry.get("do", entry)
        assert len(stage.cmd) == (len(body["cmd"]) if isinstance(body["cmd"], list) else 1)
        assert len(stage.outputs) == sum(
            len(body.get(section, ())) for section in ("outs", "metrics", "plots")
        )
        assert stage.instances


@pytest.mark.parametrize("depth", [50, 5000])
def test_deep_nesting_is_refused_in_words(depth: int) -> None:
    result = judged(b"name: x\nmeta: " + b"[" * depth + b"]" * depth)
    assert not result.valid
