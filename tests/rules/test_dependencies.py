"""What `deps` names and is not there, and what it forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlproject.files import WorkTree
from mlproject.pipeline import check
from rules.checking import lay, lines, said, shown

BASE = {"train.py": "import json\n", "data.csv": "x\n"}


def spec(body: str) -> dict[str, str]:
    return {"mlproject.yaml": "name: demo\n" + body}


def test_a_missing_dependency_is_shown_at_its_place(tmp_path: Path) -> None:
    text = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, data.csv, data/nope.csv]
    outs: [model]
"""
    assert shown(tmp_path, BASE | spec(text)) == (
        "warning[missing-dependency]: nothing produces `data/nope.csv`, and there is no such file\n"
        " --> mlproject.yaml:5:32\n"
        "  |\n"
        "5 |     deps: [train.py, data.csv, data/nope.csv]\n"
        "  |                                ^^^^^^^^^^^^^\n"
        "  |\n"
        "  = help: create it, have a stage produce it, or correct the path\n"
        "\n"
        "1 warning\n"
    )


def test_what_is_held_somewhere_is_not_missing(tmp_path: Path) -> None:
    text = """\
params: {lr: 1}
data:
  raw: {path: raw/all.csv, url: "s3://bucket/all.csv"}
stages:
  make:
    cmd: make
    outs: [out/a, whole]
  use:
    cmd: use ${params.lr}
    deps:
      - out/a              # an output
      - out                # a directory around one
      - whole/part.csv     # something in one
      - raw/all.csv        # imported
      - tracked.bin        # tracked.bin.dvc
      - dir/deep/x.csv     # dir.dvc
      - other/made.csv     # other/dvc.yaml may produce it
      - params.yaml        # ours, perhaps not written yet
      - s3://bucket/x
      - /absolute/file
      - data.csv
    outs: [result]
"""
    beside = {"tracked.bin.dvc": "outs: []\n", "dir.dvc": "outs: []\n", "other/dvc.yaml": "stages: {}\n"}
    assert lines(tmp_path, BASE | beside | spec(text)) == []


def test_missing_data_is_reported_once_under_data(tmp_path: Path) -> None:
    text = """\
data:
  raw: {path: data/raw.csv, track: dvc}
  there: {path: data.csv}
stages:
  a: {cmd: "a ${data.raw}", outs: [x]}
  b: {cmd: "b ${data.raw} ${data.there}", outs: [y]}
"""
    assert lines(tmp_path, BASE | spec(text)) == [
        "missing-dependency at `data/raw.csv`: the data `raw` is neither at `data/raw.csv` nor tracked by DVC"
    ]
    lay(tmp_path, {"data/raw.csv.dvc": "outs: []\n"})
    assert check("mlproject.yaml", WorkTree(str(tmp_path))).diagnostics == ()


def test_a_looped_dependency_is_reported_once_with_an_example(tmp_path: Path) -> None:
    text = """\
stages:
  use:
    foreach: [a, b, c]
    do:
      cmd: use ${item}
      deps: ["in/${item}.csv"]
      outs: ["out/${item}"]
"""
    (found,) = lines(tmp_path, spec(text) | {"in/b.csv": ""})
    assert found.startswith(
        "missing-dependency at `in/${item}.csv`: nothing produces `in/a.csv` (for `use@a` and 1 more)"
    )


def test_paths_are_those_of_the_stage(tmp_path: Path) -> None:
    text = """\
stages:
  a: {cmd: "true", wdir: sub, deps: [here.csv, ../data.csv, gone.csv], outs: [x]}
  b: {cmd: "true", folder: books, wdir: deep, deps: [here.csv, ../gone.csv], outs: [x]}
"""
    files = BASE | {"sub/here.csv": "", "books/deep/here.csv": ""} | spec(text)
    assert [line.split(":")[0] for line in lines(tmp_path, files)] == [
        "missing-dependency at `gone.csv`",
        "missing-dependency at `../gone.csv`",
    ]


def test_the_spec_may_stand_below_the_top(tmp_path: Path) -> None:
    text = "name: demo\nstages:\n  a: {cmd: python train.py, deps: [../../shared.csv, ../../gone.csv], outs: [x]}\n"
    files = {"ml/one/mlproject.yaml": text, "ml/one/train.py": "", "shared.csv": "", "train.py": ""}
    found = said(tmp_path, files, "ml/one/mlproject.yaml")
    assert [d.code for d in found] == ["forgotten-script", "missing-dependency"]
    assert "`../../gone.csv`" in found[1].summary


def test_an_error_does_not_echo_as_a_missing_dependency(tmp_path: Path) -> None:
    text = """\
stages:
  make: {cmd: make, out: [x]}
  use: {cmd: use, deps: [x], outs: [y]}
"""
    assert [line.split()[0] for line in lines(tmp_path, spec(text))] == ["unknown-key"]


def test_a_forgotten_script_is_shown_in_the_command(tmp_path: Path) -> None:
    text = """\
stages:
  train:
    cmd: python src/train.py --out model
    deps: [data.csv]
    outs: [model]
"""
    assert shown(tmp_path, BASE | {"src/train.py": ""} | spec(text)) == (
        "warning[forgotten-script]: `cmd` runs `src/train.py`, which `deps` forgets\n"
        " --> mlproject.yaml:4:17\n"
        "  |\n"
        "4 |     cmd: python src/train.py --out model\n"
        "  |                 ^^^^^^^^^^^^\n"
        "  |\n"
        "  = help: add `src/train.py` to `deps`; without it a change of the script reruns nothing\n"
        "\n"
        "1 warning\n"
    )


@pytest.mark.parametrize("deps", ["[src/train.py]", "[src]", "[src/]", "[./src/train.py]", "[.]"])
def test_a_script_may_be_covered_by_a_directory(tmp_path: Path, deps: str) -> None:
    text = f"stages:\n  a: {{cmd: python src/train.py, deps: {deps}, outs: [/tmp/x]}}\n"
    found = lines(tmp_path, {"src/train.py": ""} | spec(text))
    assert [line for line in found if line.startswith("forgotten")] == []


def test_a_script_that_is_not_there_or_is_an_output_is_not_forgotten(tmp_path: Path) -> None:
    text = """\
stages:
  a:
    cmd: [generate, bash made.sh, python gone.py, python /opt/x.py]
    outs: [made.sh]
"""
    assert lines(tmp_path, {"made.sh": ""} | spec(text)) == []


def test_each_command_of_a_list_and_each_script_is_looked_at(tmp_path: Path) -> None:
    text = """\
stages:
  a:
    wdir: sub
    cmd:
      - python one.py && bash ../two.sh
      - python one.py
      - cd deep && python three.py
    outs: [x]
"""
    files = {"sub/one.py": "", "two.sh": "", "sub/deep/three.py": ""} | spec(text)
    assert lines(tmp_path, files) == [
        "forgotten-script at `one.py`: `cmd` runs `one.py`, which `deps` forgets",
        "forgotten-script at `../two.sh`: `cmd` runs `../two.sh`, which `deps` forgets",
        "forgotten-script at `three.py`: `cmd` runs `deep/three.py`, which `deps` forgets",
    ]


def test_a_loop_is_looked_at_instance_by_instance(tmp_path: Path) -> None:
    text = """\
stages:
  a:
    foreach: [x, y]
    do:
      cmd: python ${item}.py
      deps: ["x.py"]
      outs: ["${item}.out"]
"""
    assert lines(tmp_path, {"x.py": "", "y.py": ""} | spec(text)) == [
        "forgotten-script at `python ${item}.py`: `cmd` of `a@y` runs `y.py`, which `deps` forgets"
    ]


def test_a_misspelt_deps_does_not_echo_as_forgotten(tmp_path: Path) -> None:
    text = """\
stages:
  a: {cmd: python a.py, dep: [a.py], outs: [x]}
  b: {cmd: python b.py, outs: [y]}
"""
    found = lines(tmp_path, {"a.py": "", "b.py": ""} | spec(text))
    assert [line.split()[0] for line in found] == ["unknown-key", "forgotten-script"]


MODULES = {
    "src/train.py": "import json, features\nfrom lib.deep import thing\nfrom typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    import unused\n",
    "src/features.py": "import numpy\n",
    "src/unused.py": "",
    "src/lib/__init__.py": '"""Only words."""\n',
    "src/lib/deep.py": "# é\nfrom . import other; thing = 1\n",
    "src/lib/other.py": "import train\n",
}


def test_forgotten_modules_are_shown_with_their_imports(tmp_path: Path) -> None:
    text = """\
stages:
  train:
    cmd: python src/train.py
    deps: [src/train.py]
    outs: [model]
"""
    assert shown(tmp_path, MODULES | spec(text)) == (
        "warning[forgotten-module]: `src/train.py` imports 3 local modules that `deps` forgets: "
        "`src/features.py`, `src/lib/deep.py`, `src/lib/other.py`\n"
        " --> mlproject.yaml:5:11\n"
        "  |\n"
        "5 |     deps: [src/train.py]\n"
        "  |           ^^^^^^^^^^^^^^\n"
        "  |\n"
        " ::: src/train.py:1:1\n"
        "  |\n"
        "1 | import json, features\n"
        "  | --------------------- `src/features.py` is imported here\n"
        "  |\n"
        " ::: src/train.py:2:1\n"
        "  |\n"
        "2 | from lib.deep import thing\n"
        "  | -------------------------- `src/lib/deep.py` is imported here\n"
        "  |\n"
        " ::: src/lib/deep.py:2:1\n"
        "  |\n"
        "2 | from . import other; thing = 1\n"
        "  | ------------------- `src/lib/other.py` is imported here\n"
        "  |\n"
        "  = help: add `src/features.py`, `src/lib/deep.py`, `src/lib/other.py` to `deps`; "
        "without that a change there reruns nothing\n"
        "\n"
        "1 warning\n"
    )


def forgotten(tmp_path: Path, cmd: str, files: dict[str, str], deps: str = "[]", more: str = "") -> list[str]:
    """The modules that are reported."""
    text = f"stages:\n  a: {{cmd: '{cmd}', deps: {deps}, outs: [x]{more}}}\n"
    found = [d for d in said(tmp_path, files | spec(text)) if d.code == "forgotten-module"]
    names = [related.message.split("`")[1] for d in found for related in d.related]
    for d in found:
        for name in names:
            assert name.rsplit("/", 1)[-1] in d.summary
    return names


@pytest.mark.parametrize("deps", ["[src]", "[src/train.py, src/features.py, src/lib]"])
def test_modules_that_are_covered_are_not_forgotten(tmp_path: Path, deps: str) -> None:
    assert forgotten(tmp_path, "python src/train.py", MODULES, deps) == []


def test_modules_are_found_as_python_finds_them(tmp_path: Path) -> None:
    both = {"src/train.py": "import near, far, src.pkg.mod\n", "src/near.py": "", "near.py": "", "far.py": ""}
    pkg = {"src/pkg/mod.py": "", "src/pkg/__init__.py": "import far\n"}
    # A script's own directory comes first, and the top is not on the path at all.
    assert forgotten(tmp_path, "python src/train.py", both | pkg) == ["src/near.py"]
    # `-m` puts the directory that it runs in on the path; a directory without `__init__.py` is a package too.
    expected = ["near.py", "far.py", "src/pkg/__init__.py", "src/pkg/mod.py"]
    assert forgotten(tmp_path, "python -m src.train", {}) == expected
    assert forgotten(tmp_path, "PYTHONPATH=. python src/train.py", {}) == ["src/near.py", *expected[1:]]
    assert forgotten(tmp_path, "python train.py", {}, more=", wdir: src") == ["src/near.py"]


def test_packages_that_a_project_installs_are_its_own(tmp_path: Path) -> None:
    files = {
        "scripts/train.py": "import demo.model, flat, stray\n",
        "src/demo/__init__.py": "",
        "src/demo/model.py": "from demo import parts\n",
        "src/demo/parts.py": "from .. import nowhere\n",
        "flat/__init__.py": "x = 1\n",
        "stray.py": "",
    }
    assert forgotten(tmp_path, "python scripts/train.py", files) == []
    files["pyproject.toml"] = ""
    found = forgotten(tmp_path, "python scripts/train.py", files)
    assert found == ["src/demo/model.py", "flat/__init__.py", "src/demo/parts.py"]


def test_a_package_run_as_a_module_runs_its_main_file(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from pkg import base\n",
        "pkg/base.py": "",
        "pkg/__main__.py": "import pkg.more\n",
    }
    files["pkg/more.py"] = ""
    found = said(tmp_path, files | spec("stages: {a: {cmd: python -m pkg, outs: [x]}}\n"))
    assert [d.code for d in found] == ["forgotten-module", "forgotten-script"]
    assert "`pkg/__main__.py`, which" in found[1].summary
    assert "`pkg/__init__.py`, `pkg/base.py`, `pkg/more.py`" in found[0].summary
    assert found[0].span is not None
    assert found[0].span.column == 10  # no `deps` yet: at the stage's name


def test_unreadable_code_and_strange_modules_are_left_alone(tmp_path: Path) -> None:
    files = {
        "bad.py": "import near\nthis is no python(\n",
        "near.py": "x = '\\d'\n",
        "good.py": "import near\nimport importlib; importlib.import_module('far')\n",
        "far.py": "",
        "null.py": "import near\0\n",
        "deep.py": "import near\nx = " + "(" * 5000 + ")" * 5000 + "\n",
    }
    for script in ("bad", "null", "deep"):
        assert forgotten(tmp_path, f"python {script}.py", files) == []
    assert forgotten(tmp_path, "python good.py", files) == ["near.py"]
    assert forgotten(tmp_path, "python -m ..evil", files) == []


def test_checking_runs_and_writes_nothing(tmp_path: Path) -> None:
    files = {"train.py": "import helper\nopen('ran', 'w')\n", "helper.py": "open('ran', 'w')\n"}
    assert forgotten(tmp_path, "python train.py", files, "[train.py]") == ["helper.py"]
    assert {place.name for place in tmp_path.iterdir()} == {"train.py", "helper.py", "mlproject.yaml"}


def test_many_modules_are_one_warning(tmp_path: Path) -> None:
    files = {f"m{n}.py": "" for n in range(9)}
    files["train.py"] = "".join(f"import m{n}\n" for n in range(9))
    text = "stages:\n  a: {foreach: [x, y], do: {cmd: 'python train.py ${item}', deps: [train.py], outs: ['${item}']}}\n"
    (found,) = said(tmp_path, files | spec(text))
    assert "9 local modules" in found.summary
    assert found.summary.endswith("`m4.py` and 4 more")
    assert len(found.related) == 5
