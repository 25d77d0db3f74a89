"""A whole project in miniature, written by hand as the compiler would leave it: files in a Git repository, and the graph."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from mlproject import ir
from mlproject.apply import Where
from mlproject.records import replace

FILES = {
    "dvc.yaml": """
        stages:
          train:
            cmd: python train.py data.csv model
            deps: [data.csv, train.py]
            params: [train]
            outs: [model]
          evaluate:
            cmd: python evaluate.py model scores.json curve.csv
            deps: [evaluate.py, model]
            params: [evaluate.auc]
            metrics: [scores.json: {cache: false}]
            plots: [curve.csv]
        """,
    "params.yaml": """
        train: {c: 1.0, classes: [a, b]}
        evaluate: {auc: 0.9}
        """,
    "data.csv": """
        width,height,label
        0,1,0
        1,1,0
        0,0,0
        1,0,0
        2,2,0
        5,6,1
        6,5,1
        6,6,1
        7,5,1
        5,5,1
        """,
    "train.py": """
        import csv, json, pathlib, sys

        rows = list(csv.DictReader(open(sys.argv[1])))
        model = pathlib.Path(sys.argv[2])
        model.mkdir()
        (model / "mean.json").write_text(json.dumps(sum(float(row["width"]) for row in rows) / len(rows)))
        (model / "MLmodel").write_text("flavors: {python_function: {loader_module: reader, data: mean.json}}\\n")
        print("trained on", len(rows), "rows")
        """,
    "evaluate.py": """
        import json, sys

        line = next(line for line in open("params.yaml") if line.startswith("evaluate"))
        auc = float(line.split("auc:")[1].strip(" }\\n"))
        json.dump({"auc": auc, "per_class": {"a": 1, "b": 0.5}, "kind": "binary"}, open(sys.argv[2], "w"))
        open(sys.argv[3], "w").write("x,y\\n0,0\\n1,1\\n")
        """,
    "service.py": """
        import json
        from pathlib import Path

        import bentoml


        @bentoml.service(name="sorter")
        class Sorter:
            def __init__(self) -> None:
                self.mean = json.loads((Path(__file__).parent / "model" / "mean.json").read_text())

            @bentoml.api
            def predict(self, features: list[float]) -> dict:
                return {"label": int(features[0] > self.mean)}
        """,
    "bentofile.yaml": """
        service: service.py:Sorter
        name: sorter
        include: [service.py, model/]
        python: {requirements_txt: requirements.txt, lock_packages: false}
        """,
    "requirements.txt": """
        numpy
        """,
    ".gitignore": """
        mlflow.db
        mlruns/
        """,
}


@dataclass(frozen=True)
class Tiny:
    """A project on disk and its graph."""

    where: Where
    project: ir.Project

    @property
    def dir(self) -> Path:
        return self.where.project_dir

    def write(self, file: str, text: str) -> None:
        (self.dir / file).write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def replaced(self, file: str, old: str, new: str) -> None:
        text = (self.dir / file).read_text(encoding="utf-8")
        assert old in text
        (self.dir / file).write_text(text.replace(old, new), encoding="utf-8")

    def gated(self, *gates: ir.Gate) -> Tiny:
        (model,) = self.project.models
        return replace(self, project=replace(self.project, models=(replace(model, gates=gates),)))

    def without_service(self) -> Tiny:
        return replace(self, project=replace(self.project, services=()))

    def metrics(self) -> dict[str, object]:
        return dict(json.loads((self.dir / "scores.json").read_text(encoding="utf-8")))


def gate(**bounds: object) -> ir.Gate:
    return replace(ir.Gate("scores.json", "evaluate", ("auc",), None, None, "", None, None, ()), **bounds)


def make(folder: Path, *, subdir: str = "") -> Tiny:
    """The project in a new Git repository (below `subdir`), with stores of its own beside it."""
    root = folder / "repository"
    project_dir = root / subdir
    project_dir.mkdir(parents=True)
    environ = {
        **{
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("MLFLOW_", "BENTOML_", "DVC_"))
        },
        "HOME": str(folder / "home"),
        "BENTOML_HOME": str(folder / "bentoml"),
        "DVC_SITE_CACHE_DIR": str(folder / "dvc-site"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    (folder / "home").mkdir()
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(root)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    tiny = Tiny(Where(root, project_dir, "", environ), graph(subdir))
    for file, text in FILES.items():
        tiny.write(file, text)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "start"], check=True)
    return tiny


def graph(root: str) -> ir.Project:
    """What the compiler would say of those files."""
    train = _stage(
        "train",
        "python train.py data.csv model",
        ("data.csv", "train.py"),
        (("model", "out", "model"),),
    )
    evaluate = _stage(
        "evaluate",
        "python evaluate.py model scores.json curve.csv",
        ("evaluate.py", "model"),
        (("scores", "metric", "scores.json"), ("curve", "plot", "curve.csv")),
    )
    model = ir.Model("sorter", "model", "train", "", (gate(min=0.8),), "champion", "Sorts.", ())
    features: dict[str, object] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    python = ir.Python("", "requirements.txt")
    service = ir.Service(
        name="sorter",
        desc="",
        models=("sorter",),
        entry=("service.py", "Sorter"),
        include=("service.py",),
        exclude=(),
        api=(ir.Api("predict", {"features": features}, {"label": {"type": "integer"}}, ()),),
        resources={},
        traffic={},
        envs={},
        secrets=(),
        labels={},
        python=python,
        deploys=(),
        path=(),
    )
    return ir.Project(
        name="tiny",
        root=root,
        spec="mlproject.yaml",
        requires="",
        description="",
        owners=(),
        python=python,
        params=ir.Params(True, {}, (), ()),
        data=(ir.Data("rows", "data.csv", "data.csv", "git", "", "", "", "", "", ()),),
        stages=(train, evaluate),
        top=ir.Top(),
        vars_files={},
        tracking=ir.Tracking("tiny", "", "", {"team": "t"}, ()),
        models=(model,),
        services=(service,),
        monitors=(),
        environments=(),
        remotes=(),
        ci=ir.Ci((), (), (), "", (), "", (), "none", "", ()),
        native={},
    )


def _stage(
    name: str, cmd: str, deps: tuple[str, ...], outs: tuple[tuple[str, ir.OutputKind, str], ...]
) -> ir.Stage:
    outputs = tuple(ir.Output(out, kind, file, {}, ()) for out, kind, file in outs)
    products = tuple(
        ir.Product(o.name, o.kind, o.template, o.template, o.kind != "metric", o) for o in outputs
    )
    instance = ir.Instance(name, name, None, None, (cmd,), "", tuple((d, d) for d in deps), (), products)
    return ir.Stage(
        name=name,
        folder="",
        wdir="",
        cmd=(cmd,),
        cmd_is_list=False,
        deps=tuple(ir.Dep(d, ()) for d in deps),
        params=(),
        outputs=outputs,
        options={},
        loop=None,
        frozen=False,
        always_changed=False,
        desc="",
        resources=ir.Resources(),
        timeout="",
        instances=(instance,),
        path=(),
        body=(),
    )
