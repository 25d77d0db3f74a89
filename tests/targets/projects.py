"""Whole `ir.Project` values built by hand, for tests of targets that need resolved commands, models and services.

Every builder fills what a test does not say, in the way the front end would. A stage's templates are resolved against
the project's params when it is put into a project (`project(stages=[stage(...)])`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import normpath
from typing import Literal

from mlproject import ir
from mlproject.diagnostics import Path
from mlproject.interpolate import Refused, resolve
from mlproject.records import replace


def output(
    name: str, template: str, kind: ir.OutputKind = "out", stage: str = "s", **flags: object
) -> ir.Output:
    return ir.Output(name, kind, template, flags, ("stages", stage, ir.OUTPUT_SECTIONS[kind], name))


def stage(
    name: str,
    cmd: str | Sequence[str],
    *,
    deps: Sequence[str] = (),
    params: Sequence[str] = (),
    outputs: Sequence[ir.Output] = (),
    wdir: str = "",
    folder: str = "",
    items: Mapping[str, object] | None = None,
) -> ir.Stage:
    """A stage; with `items` (instance keys to items) a `foreach` stage."""
    at: Path = ("stages", name)
    lines = (cmd,) if isinstance(cmd, str) else tuple(cmd)
    pairs: list[tuple[str | None, object]] = [(None, None)] if items is None else list(items.items())
    return ir.Stage(
        name=name,
        folder=folder,
        wdir=wdir,
        cmd=lines,
        cmd_is_list=not isinstance(cmd, str),
        deps=tuple(ir.Dep(dep, (*at, "deps", i)) for i, dep in enumerate(deps)),
        params=tuple(params),
        outputs=tuple(outputs),
        options={},
        loop=None if items is None else ir.Loop("foreach", list(items.values()), (*at, "foreach")),
        frozen=False,
        always_changed=False,
        desc="",
        resources=ir.Resources(),
        timeout="",
        instances=tuple(_unresolved(name, key, item) for key, item in pairs),
        path=at,
        body=at if items is None else (*at, "do"),
    )


def _unresolved(name: str, key: str | None, item: object) -> ir.Instance:
    full = name if key is None else f"{name}@{key}"
    return ir.Instance(full, full, key, item, (), "", (), (), ())


def _resolved(given: ir.Stage, one: ir.Instance, values: Mapping[str, object]) -> ir.Instance:
    context = dict(values) if one.key is None else {**values, "item": one.item, "key": one.key}
    place = normpath(f"{given.folder or '.'}/{given.wdir or '.'}")

    def text(template: str, *, command: bool = False) -> str:
        answer = resolve(template, context, command=command)
        assert not isinstance(answer, Refused), answer
        return str(answer)

    def product(out: ir.Output) -> ir.Product:
        path = text(out.template)
        cache = out.flags.get("cache", True) is True
        return ir.Product(out.name, out.kind, path, normpath(f"{place}/{path}"), cache, out)

    params = ir.ParamDep("params.yaml", "params.yaml", tuple(str(p) for p in given.params))
    return ir.Instance(
        address=f"{given.folder}/dvc.yaml:{one.name}" if given.folder else one.name,
        name=one.name,
        key=one.key,
        item=one.item,
        cmd=tuple(text(line, command=True) for line in given.cmd),
        wdir=given.wdir,
        deps=tuple((text(dep.template), normpath(f"{place}/{text(dep.template)}")) for dep in given.deps),
        params=(params,) if given.params else (),
        outs=tuple(product(out) for out in given.outputs),
    )


def model(name: str, file: str, stage: str = "s", flavor: str = "sklearn", **fields: object) -> ir.Model:
    base = ir.Model(name, file, stage, flavor, (), "", "", ("models", name))
    return replace(base, **fields)


def gate(file: str, stage: str, key: str, model: str = "m", **bounds: object) -> ir.Gate:
    base = ir.Gate(
        file, stage, tuple(key.split(".")), None, None, "", None, None, ("models", model, "gates", 0)
    )
    return replace(base, **bounds)


Fields = Mapping[str, Mapping[str, object]]
DeployKind = Literal["none", "kubernetes", "bentocloud"]


def api(name: str, takes: Fields, gives: Fields, service: str = "s") -> ir.Api:
    return ir.Api(name, takes, gives, ("services", service, "api", name))


def deploy(environment: str, kind: DeployKind, service: str = "s", **fields: object) -> ir.Deploy:
    """One service's deployment in one environment. `fields` are those of the language's `deploy`."""
    return ir.Deploy(
        environment,
        kind,
        str(fields.get("image", "")),
        str(fields.get("namespace", "")),
        fields.get("replicas"),  # type: ignore[arg-type]
        fields.get("envs", {}),  # type: ignore[arg-type]
        {"kind": kind, **fields},
        ("environments", environment, "services", service, "deploy"),
    )


def service(name: str, **fields: object) -> ir.Service:
    base = ir.Service(
        name=name,
        desc="",
        models=(),
        entry=None,
        include=(),
        exclude=(),
        api=(),
        resources={},
        traffic={},
        envs={},
        secrets=(),
        labels={},
        python=ir.Python(),
        deploys=(),
        path=("services", name),
    )
    return replace(base, **fields)


def tracking(experiment: str = "demo", uri: str = "", tags: Mapping[str, str] | None = None) -> ir.Tracking:
    return ir.Tracking(experiment, uri, "", tags or {}, ("tracking",))


def environment(name: str, **fields: object) -> ir.Environment:
    base = ir.Environment(name, (), "", tracking(), {}, ("environments", name))
    return replace(base, **fields)


def project(
    name: str = "demo",
    *,
    values: Mapping[str, object] | None = None,
    stages: Sequence[ir.Stage] = (),
    **fields: object,
) -> ir.Project:
    """A project. `values` are the owned params; the stages are resolved against them."""
    params = values or {}
    base = ir.Project(
        name=name,
        root="",
        spec="mlproject.yaml",
        requires="",
        description="",
        owners=(),
        python=ir.Python(),
        params=ir.Params(owned=True, values=params, files=(), path=("params",)),
        data=(),
        stages=tuple(
            replace(s, instances=tuple(_resolved(s, i, params) for i in s.instances)) for s in stages
        ),
        top=ir.Top(),
        vars_files={},
        tracking=tracking(name),
        models=(),
        services=(),
        monitors=(),
        environments=(),
        remotes=(),
        ci=ir.Ci((), (), (), "", (), "main", (), "none", "", ("ci",)),
        native={},
    )
    return replace(base, **fields)
