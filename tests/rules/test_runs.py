"""Which scripts a command runs."""

from __future__ import annotations

import pytest

from mlproject.rules.runs import runs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python src/train.py --lr 0.1", ["src/train.py"]),
        ("python3.11 -u -W ignore -X dev -O src/train.py a.py", ["src/train.py"]),
        ("/usr/bin/env python src/train.py", ["src/train.py"]),
        ("env -u HOME A=b python src/train.py", ["src/train.py"]),
        ("A=1 B='x y' python src/train.py", ["src/train.py"]),
        ("python -m pkg.train --x", ["-m pkg.train"]),
        ("python -um pkg.train", ["-m pkg.train"]),
        ("python -c 'import x' a.py", []),
        ("python - a.py", []),
        ("python $SCRIPT a.py", []),
        ("$PYTHON src/train.py", ["src/train.py"]),
        ("$TOOL src/train.txt", []),
        ("uv run python src/train.py", ["src/train.py"]),
        ("uv run --with numpy --extra gpu src/train.py", ["src/train.py"]),
        ("uv run -m pkg.train", ["-m pkg.train"]),
        ("uv pip install x.py", []),
        ("poetry -C sub run python src/train.py", ["src/train.py"]),
        ("pipenv run python src/train.py", ["src/train.py"]),
        ("conda run -n env --no-capture-output python src/train.py", ["src/train.py"]),
        ("nohup nice -n 5 timeout -k 5 1h python src/train.py", ["src/train.py"]),
        ("time python src/train.py", ["src/train.py"]),
        ("mpirun -np 4 python src/train.py", ["src/train.py"]),
        ("torchrun --nproc_per_node 2 src/train.py --lr 1", ["src/train.py"]),
        ("accelerate launch --mixed_precision fp16 src/train.py", ["src/train.py"]),
        ("accelerate config src/train.py", []),
        ("coverage run -m pkg.train", ["-m pkg.train"]),
        ("spark-submit --master local[2] job.py", ["job.py"]),
        ("bash run.sh", ["run.sh"]),
        ("bash -eo pipefail run.sh", ["run.sh"]),
        ("bash -lc 'cd src && python train.py'", ["src/train.py"]),
        ("sh -c 'python a.py && sh b.sh'", ["a.py", "b.sh"]),
        ("source env.sh && . ./more.sh", ["env.sh", "more.sh"]),
        ("./run.sh a", ["run.sh"]),
        ("scripts/run", ["scripts/run"]),
        ("run.sh", []),
        ("Rscript --vanilla model.R", ["model.R"]),
        ("Rscript -e 'x' model.R", []),
        ("julia --project=. -t 4 fit.jl", ["fit.jl"]),
        ("papermill -p lr 0.1 in.ipynb out.ipynb", ["in.ipynb"]),
        ("jupyter nbconvert --to html --execute report.ipynb", ["report.ipynb"]),
        ("quarto render report.qmd", ["report.qmd"]),
        ("python a.py && python b.py; python c.py | tee log & ./d.sh", ["a.py", "b.py", "c.py", "d.sh"]),
        ("cd src && python a.py", ["src/a.py"]),
        ("cat data.py > x.py", []),
        ("echo python a.py", []),
        ("", []),
    ],
)
def test_scripts_of_a_command(text: str, expected: list[str]) -> None:
    found = [f"-m {run.word}" if run.module else run.file for run in runs(text, "")]
    assert found == expected


def test_files_are_relative_to_where_it_runs() -> None:
    (run,) = runs("cd lib && PYTHONPATH=.:../src:$PYTHONPATH python ../tools/a.py", "sub")
    assert (run.file, run.directory, run.path) == ("sub/tools/a.py", "sub/lib", ("sub/lib", "sub/src"))
    assert run.word == "../tools/a.py"


def test_only_python_is_looked_into() -> None:
    assert [run.python for run in runs("python a && ./b.py && bash c.sh && papermill d.ipynb e", "")] == [
        True,
        True,
        False,
        False,
    ]
