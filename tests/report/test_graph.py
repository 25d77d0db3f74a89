"""`mlproject graph`: the same boxes and arrows in every format, and nothing of a stranger's text acts in any of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlproject.cli.commands import run
from mlproject.files import WorkTree
from mlproject.ir import NodeKind
from mlproject.pipeline import check
from mlproject.report.graph import Arrow, Box, Picture, dot, html, layers, mermaid, picture, svg, text

SPEC = """
    name: flowers
    params: {train: {lr: 0.1}}
    data: {raw: {path: raw.csv}}
    stages:
      split: {cmd: "cat ${data.raw} > ${outs.train}", outs: {train: train.csv}}
      train:
        foreach: [a, b, c]
        do:
          cmd: fit ${item} ${stages.split.train} ${outs.model}
          params: [train]
          outs: {model: "${item}.bin"}
      pick:
        cmd: pick ${stages.train[*].model} ${outs.best} ${outs.scores}
        outs: {best: best.bin}
        metrics: {scores: {path: scores.json, cache: false}}
    models:
      flowers:
        artifact: ${stages.pick.best}
        flavor: sklearn
        gates: [{metric: "${stages.pick.scores}", key: f1, min: 0.5}]
    """
EVIL = '</script><script>alert(1)</script> "quoted" --> n1 <b>\\'


def drawn(place: Path, spec: str = SPEC, *, instances: bool = False) -> Picture:
    (place / "mlproject.yaml").write_text(dedent(spec))
    (place / "raw.csv").touch()
    checked = check("mlproject.yaml", WorkTree(str(place)))
    assert checked.project is not None, checked.diagnostics
    return picture(checked.project, lambda path: ".".join(map(str, path)), instances=instances)


def links(shown: Picture) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(shown.boxes[a.source].title, shown.boxes[a.target].title): a.carries for a in shown.arrows}


def hostile() -> Picture:
    box = Box("stage", EVIL, EVIL, 2, EVIL, (("command", (EVIL,)),))
    return Picture(EVIL, EVIL, (box, Box("data", "plain", "", 1, "x:1", ())), (Arrow(1, 0, (EVIL,)),))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    kinds: list[NodeKind] = ["data", "stage", "model", "service"]
    names = draw(st.lists(st.text(max_size=30), min_size=1, max_size=14))
    boxes = tuple(
        Box(draw(st.sampled_from(kinds)), name, "", draw(st.integers(1, 3)), "f:1", ()) for name in names
    )
    ends = st.tuples(st.integers(0, len(boxes) - 1), st.integers(0, len(boxes) - 1)).filter(
        lambda pair: pair[0] != pair[1]
    )
    pairs = sorted(draw(st.sets(ends, max_size=30))) if len(boxes) > 1 else []
    return Picture("law", "", boxes, tuple(Arrow(a, b, ("x",)) for a, b in pairs))


# what is drawn


def test_a_loop_is_one_box_and_outputs_are_on_the_arrows(tmp_path: Path) -> None:
    shown = drawn(tmp_path)
    assert [box.title for box in shown.boxes] == ["raw", "split", "train ×3", "pick", "flowers"]
    assert links(shown) == {
        ("raw", "split"): ("reads",),
        ("split", "train ×3"): ("train.csv",),
        ("train ×3", "pick"): ("a.bin", "b.bin", "c.bin"),
        ("pick", "flowers"): ("best.bin", "scores.json"),
    }
    details = dict(shown.boxes[2].details)
    assert details["command"] == ("fit ${item} train.csv ${item}.bin",)
    assert details["parameters"] == ("params.yaml: train",)
    assert shown.boxes[2].place == "stages.train"


def test_instances_are_drawn_apart_when_asked_for(tmp_path: Path) -> None:
    shown = drawn(tmp_path, instances=True)
    assert [box.title for box in shown.boxes][2:5] == ["train@a", "train@b", "train@c"]
    assert dict(shown.boxes[3].details)["command"] == ("fit b train.csv b.bin",)
    assert ("train@b", "pick") in links(shown)


# where it is drawn


@given(pictures())
def test_boxes_never_overlap_and_arrows_lead_down_unless_they_close_a_loop(shown: Picture) -> None:
    places = layers.layout(shown)
    for layer in range(places.layers):
        columns = sorted(c for box, c in enumerate(places.column) if places.layer[box] == layer)
        assert all(b - a >= 1 - 1e-6 for a, b in pairwise(columns))
    order = {box: index for index, box in enumerate(layers.topological(shown))}
    assert sorted(order) == list(range(len(shown.boxes)))
    for arrow, bends in zip(shown.arrows, places.bends, strict=True):
        if order[arrow.source] < order[arrow.target]:
            assert places.layer[arrow.source] < places.layer[arrow.target]
            assert [layer for layer, _ in bends] == list(
                range(places.layer[arrow.source], places.layer[arrow.target] + 1)
            )


def test_a_path_without_loops_is_in_order() -> None:
    boxes = tuple(Box("stage", str(n), "", 1, "f:1", ()) for n in range(4))
    shown = Picture("p", "", boxes, (Arrow(0, 3, ()), Arrow(1, 2, ()), Arrow(3, 1, ())))
    assert layers.topological(shown) == [0, 3, 1, 2]


def test_five_hundred_boxes_and_a_chain_of_thousands_are_drawn() -> None:
    boxes = tuple(Box("stage", f"s{n}", "", 1, "f:1", ()) for n in range(600))
    wide = Picture("p", "", boxes, tuple(Arrow((n - 1) // 3, n, ("x",)) for n in range(1, 600)))
    assert html.render(wide).count('class="box stage"') == 600
    boxes = tuple(Box("stage", f"s{n}", "", 1, "f:1", ()) for n in range(3000))
    chain = Picture("p", "", boxes, tuple(Arrow(n, n + 1, ("x",)) for n in range(2999)))
    lines = text.render(chain, colour=False, width=80).splitlines()
    assert len(lines) == 3002
    assert max(map(len, lines)) < 80


# the formats


def test_text_tells_branches_and_what_else_is_needed() -> None:
    names = ["raw", "split", "left", "right", "join"]
    boxes = tuple(Box("data" if n == 0 else "stage", name, "", 1, "f:1", ()) for n, name in enumerate(names))
    shown = Picture(
        "p", "about it", boxes, tuple(Arrow(a, b, ()) for a, b in [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)])
    )
    assert text.render(shown, colour=False, width=80) == dedent("""\
        p  about it

        ● raw     data
        ● split   stage
        ├─● left  stage
        ● right   stage
        ● join    stage       also needs left
        """)
    plain = text.render(shown, colour=False, width=80, ascii_only=True)
    assert plain.isascii()
    assert "|-* left" in plain
    assert "\x1b[" in text.render(shown, colour=True, width=80)


@given(pictures())
def test_every_box_is_a_line_of_text(shown: Picture) -> None:
    lines = [line for line in text.render(shown, colour=False, width=100).split("\n") if "●" in line]
    assert len(lines) >= len(shown.boxes)
    assert text.render(shown, colour=False, width=100, ascii_only=True).isascii()


@given(pictures())
def test_mermaid_has_one_statement_a_line_and_no_text_that_acts(shown: Picture) -> None:
    lines = mermaid.render(shown).splitlines()
    assert lines[0] == "flowchart LR"
    inside = r"(?:[^\x00-\x1f\"<>&#;{}\[\]()|]|#\d+;)*"
    node = re.compile(rf'  n\d+[\[({{/]+"{inside}"[\])}}/]+')
    link = re.compile(rf'  n\d+ --> n\d+|  n\d+ -->\|"{inside}"\| n\d+')
    assert all(node.fullmatch(line) for line in lines[1 : 1 + len(shown.boxes)])
    assert all(link.fullmatch(line) for line in lines[1 + len(shown.boxes) :])


def test_mermaid_too_long_for_github_loses_its_labels_and_says_so() -> None:
    boxes = tuple(Box("stage", f"s{n}", "", 1, "f:1", ()) for n in range(700))
    shown = Picture(
        "p", "", boxes, tuple(Arrow(n, n + 1, ("a/long/path/of/an/output.csv" * 2,)) for n in range(699))
    )
    made = mermaid.render(shown)
    assert len(made) < mermaid.LIMIT
    assert made.startswith("%% arrows have no labels")


def test_dot_quotes_everything() -> None:
    made = dot.render(hostile())
    strings = re.compile(r'"(?:[^"\\\n]|\\["\\n])*"')
    rest = strings.sub("S", made)
    assert re.fullmatch(
        r"digraph S \{\n  rankdir=LR;\n  node \[fontname=S\];\n"
        r"(  n\d+ \[label=S, shape=\w+, tooltip=S\];\n)+(  n\d+ -> n\d+ \[label=S, fontsize=9\];\n)+\}\n",
        rest,
    )


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it() -> None:
    done = subprocess.run(
        ["dot", "-Tplain"],
        input=dot.render(hostile()),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.count("\nnode ") == 2


def test_svg_is_one_well_formed_file_whose_texts_are_texts(tmp_path: Path) -> None:
    tree = ET.fromstring(svg.render(drawn(tmp_path)))
    space = {"s": "http://www.w3.org/2000/svg"}
    titles = [one.text or "" for one in tree.findall(".//s:g[@transform]/s:title", space)]
    assert titles[1].startswith("stage split\nstages.split\ncommand: cat raw.csv > train.csv")
    assert len(tree.findall(".//s:path[@class='arrow']", space)) == 4
    evil = ET.fromstring(svg.render(hostile()))
    assert {one.tag.rpartition("}")[2] for one in evil.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "defs",
        "marker",
        "path",
        "g",
        "text",
    }


class Tags(HTMLParser):
    """The tags of a page, their attributes, and the texts of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    page = html.render(drawn(tmp_path))
    assert "http:" not in page
    assert "https:" not in page
    assert not re.search(r"url\((?!#)|@import|//[a-z]", page)
    loads = {name for name, _ in Tags(page).attributes} & {
        "src",
        "href",
        "srcset",
        "action",
        "onclick",
        "onload",
    }
    assert not loads
    assert "default-src 'none'" in page


def test_hostile_names_are_text_in_the_page() -> None:
    tame = tuple(
        Box(box.kind, "x", box.note and "n", box.count, "f:1", box.details) for box in hostile().boxes
    )
    plain = Tags(html.render(Picture("p", "d", tame, hostile().arrows)))
    evil = Tags(html.render(hostile()))
    assert evil.tags == plain.tags
    data = json.loads(evil.scripts[0])
    assert data["boxes"][0]["title"] == f"{EVIL} ×2"
    assert data["arrows"] == [[1, 0, [EVIL]]]


def test_the_page_says_everything_without_a_script(tmp_path: Path) -> None:
    shown = drawn(tmp_path)
    page = re.sub(r"(?s)<script.*?</script>", "", html.render(shown))
    rows = re.findall(r"(?s)<tr data-row.*?</tr>", page)
    assert len(rows) == len(shown.boxes)
    cells = [re.sub(r"<[^>]*>", " ", cell).strip() for cell in re.findall(r"(?s)<td>(.*?)</td>", rows[3])]
    assert cells[0].startswith("pick")
    assert cells[1:] == ["train ×3", "flowers"]
    assert page.count('role="button"') == len(shown.boxes)
    assert page.count('tabindex="0"') == 1


@pytest.mark.parametrize("render", [mermaid.render, dot.render, svg.render, html.render])
def test_same_project_same_bytes(tmp_path: Path, render: Callable[[Picture], str]) -> None:
    assert render(drawn(tmp_path)) == render(drawn(tmp_path))


# the command


def test_the_ending_of_the_file_picks_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn(tmp_path)
    for name, begin in {
        "a.html": "<!doctype html>",
        "a.svg": "<svg ",
        "a.mmd": "flowchart LR",
        "a.dot": "digraph",
    }.items():
        assert run(["graph", str(tmp_path), "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text().startswith(begin)
    assert "5 boxes, 4 arrows" in capsys.readouterr().err
    assert run(["graph", str(tmp_path)]) == 0
    assert "● train ×3" in capsys.readouterr().out


def test_an_invalid_spec_is_a_verdict_and_no_drawing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlproject.yaml").write_text("name: x\nstages: {s: {cmd: echo ${data.nothing}}}\n")
    assert run(["graph", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert not shown.out
    assert "unresolved-reference" in shown.err
    assert run(["graph", str(tmp_path / "nowhere")]) == 66
