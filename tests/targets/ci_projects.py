"""Graphs made by hand, for tests of single targets."""

from __future__ import annotations

from mlproject.ir import (
    Ci,
    Data,
    Deploy,
    Environment,
    Instance,
    Output,
    Params,
    Product,
    Project,
    Python,
    Remote,
    Resources,
    Service,
    Stage,
    Top,
    Tracking,
)
from mlproject.records import replace

TRACKING = Tracking("cancer", "", "", {}, ("tracking",))


def stage(
    name: str,
    *,
    deps: tuple[str, ...] = (),
    outs: tuple[str, ...] = (),
    metrics: tuple[str, ...] = (),
    needs: Resources = Resources(),
    timeout: str = "",
    folder: str = "",
) -> Stage:
    """A stage of one instance; `metrics` are outside DVC's cache."""
    path = ("stages", name)
    made = tuple(
        Product("", kind, file, file, kind == "out", Output("", kind, file, {}, path))  # type: ignore[arg-type]
        for kind, files in (("out", outs), ("metric", metrics))
        for file in files
    )
    cmd = (f"python {name}.py",)
    instance = Instance(name, name, None, None, cmd, ".", tuple((dep, dep) for dep in deps), (), made)
    return Stage(
        name, folder, "", cmd, False, (), (), tuple(product.output for product in made), {}, None, False, False, "",
        needs, timeout, (instance,), path, path,
    )  # fmt: skip


def environment(name: str, *, env: tuple[str, ...] = (), promote_from: str = "") -> Environment:
    return Environment(name, env, promote_from, TRACKING, {}, ("environments", name))


def data(name: str, file: str, *, url: str = "", schema: str = "") -> Data:
    return Data(name, file, file, "", url, "", "", schema, "", ("data", name))


def service(*environments: str, include: tuple[str, ...] = ()) -> Service:
    deploys = tuple(
        Deploy(name, "kubernetes", "registry.example.com/s", "ml", 1, {}, {}, ("environments", name))
        for name in environments
    )
    return Service(
        "screening",
        "",
        (),
        None,
        include,
        (),
        (),
        {},
        {},
        {},
        (),
        {},
        Python(),
        deploys,
        ("services", "screening"),
    )


CI = Ci(("github",), ("ubuntu-24.04",), (), "", (), "main", (), "push", "", ("ci",))

PROJECT = Project(
    name="cancer",
    root="projects/cancer",
    spec="mlproject.yaml",
    requires="",
    description="",
    owners=(),
    python=Python("3.11", "requirements.txt", ("python",)),
    params=Params(True, {}, (), ("params",)),
    data=(),
    stages=(stage("train", deps=("train.py",), outs=("model.joblib",), metrics=("metrics/eval.json",)),),
    top=Top(),
    vars_files={},
    tracking=TRACKING,
    models=(),
    services=(),
    monitors=(),
    environments=(environment("local"), environment("prod", env=("MLFLOW_TRACKING_URI",))),
    remotes=(),
    ci=CI,
    native={},
)


def remote() -> Remote:
    return Remote("storage", True, {"url": "s3://bucket/dvc"}, ("remotes", "storage"))


def with_ci(project: Project = PROJECT, **fields: object) -> Project:
    """The project with other fields of its `ci`."""
    return replace(project, ci=replace(project.ci, **fields))
