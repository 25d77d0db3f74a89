"""From a line of a generated file to the spec, and back."""

from __future__ import annotations

from mlproject.diagnostics import Path
from mlproject.emit.header import Found, put_block
from mlproject.emit.rendered import offset_in, produced, render
from mlproject.trees import Generated

SPEC = "mlproject.yaml"
TREE = {
    "stages": {
        "prepare": {"cmd": "a", "deps": ["x", "y"]},
        "train": {"cmd": "b\nc\n", "deps": ["z"], "outs": [{"m": {"cache": False}}]},
    }
}
SOURCES: dict[Path, Path] = {
    ("stages",): ("stages",),
    ("stages", "prepare"): ("stages", "prepare"),
    ("stages", "train"): ("stages", "train"),
    ("stages", "train", "deps", 0): ("stages", "prepare", "outs", "z"),
    ("stages", "train", "outs", 0): ("stages", "train", "outs", "model"),
}
DVC = render(Generated("dvc.yaml", "yaml", tree=TREE, sources=SOURCES), SPEC)


def line_of(text: str, file: str = DVC.text) -> int:
    return next(n for n, line in enumerate(file.split("\n"), 1) if line.strip() == text)


def test_every_line_of_a_file_has_an_origin() -> None:
    assert len(DVC.lines) == DVC.text.count("\n")
    assert DVC.origin(1) == ()
    assert DVC.origin(line_of("- x")) == ("stages", "prepare")
    assert DVC.origin(line_of("c")) == ("stages", "train")
    assert DVC.origin(line_of("- z")) == ("stages", "prepare", "outs", "z")
    assert DVC.origin(line_of("cache: false")) == ("stages", "train", "outs", "model")
    assert DVC.origin(line_of("")) == ("stages",)
    assert DVC.origin(999) == ()


def test_an_origin_is_followed_by_key_as_far_as_the_spec_has_it() -> None:
    spec = {("params", "train"), ("params", "train", "lr")}
    tree = {"train": {"lr": {"a": 1}}}
    file = render(Generated("params.yaml", "yaml", tree=tree, sources={(): ("params",)}), SPEC)
    assert file.origin(4) == ("params",)
    assert file.origin(4, spec.__contains__) == ("params", "train", "lr")
    assert file.origin(2, spec.__contains__) == ("params", "train")


def test_a_value_of_the_spec_is_found_in_every_file_it_ends_up_in() -> None:
    other = render(
        Generated("MLproject", "text", text="one\ntwo\n", sources={(2,): ("stages", "train", "cmd")}), SPEC
    )
    found = produced([DVC, other], ("stages", "train", "cmd"))
    assert found == [("dvc.yaml", line_of("cmd: |")), ("MLproject", 3)]
    assert produced([DVC], ("stages", "prepare", "outs")) == [("dvc.yaml", line_of("- z"))]
    assert produced([DVC], ("stages", "train", "resources")) == []
    # The place in the file that another value of the spec fills is not this one's.
    assert ("dvc.yaml", line_of("- z")) not in produced([DVC], ("stages", "train", "deps", 0))


def test_text_and_block_count_their_lines_without_header_and_markers() -> None:
    text = render(Generated("service.py", "text", text="a\n\nb", sources={(3,): ("services", "s")}), SPEC)
    assert text.text.endswith("a\n\nb\n")
    assert text.origin(4) == ("services", "s")
    ours = render(Generated(".dvcignore", "block", text="x\ny\n", sources={(2,): ("native",)}), SPEC)
    assert len(ours.lines) == ours.text.count("\n") == 4
    assert ours.origin(3) == ("native",)
    assert ours.origin(4) == ()
    users = put_block("*.tmp\n", Found(), ours.text)
    line = users.split("\n").index("y") + 1
    assert ours.origin(line - offset_in(ours, users)) == ("native",)
    assert offset_in(DVC, DVC.text) == 0
    assert render(Generated(".dvcignore", "block", text=""), SPEC).text == ""


def test_comments_move_the_lines_below_them() -> None:
    tree = {"jobs": {"a": {"uses": "x@1"}}}
    file = render(
        Generated("w.yml", "yaml", tree=tree, comments={("jobs", "a"): "why", ("jobs", "a", "uses"): "v1"},
                  sources={("jobs", "a", "uses"): ("ci",)}),
        SPEC,
    )  # fmt: skip
    lines = file.text.split("\n")
    assert lines[1:4] == ["jobs:", "  # why", "  a:"]
    assert lines[4].split() == ["uses:", "x@1", "#", "v1"]
    assert file.origin(5) == ("ci",)
