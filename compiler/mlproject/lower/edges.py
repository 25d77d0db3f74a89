"""The edges of a graph, found by equality and containment of paths. They follow from its nodes, and only those who draw
a project ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlproject.diagnostics import Path
from mlproject.ir import Data, Edge, Instance, NodeId, NodeKind, Project, Stage
from mlproject.lower.paths import ancestors
from mlproject.lower.producers import Producers, producers

OUTPUT_NODES: Mapping[str, NodeKind] = {"out": "output", "metric": "metric", "plot": "plot"}


def edges(project: Project) -> list[Edge]:
    """Every edge of a project: those of the pipeline, then those that leave it."""
    known, _ = producers(project.stages)
    sources = {entry.file: entry for entry in project.data}
    inner: dict[str, list[Data]] = {}
    for entry in project.data:
        for directory in ancestors(entry.file):
            inner.setdefault(directory, []).append(entry)
    found: list[Edge] = []
    for stage in project.stages:
        for instance in stage.instances:
            found += _of_instance(stage, instance, known, sources, inner)
    return [*found, *_later(project, known)]


def _of_instance(
    stage: Stage,
    instance: Instance,
    known: Producers,
    sources: Mapping[str, Data],
    inner: Mapping[str, Sequence[Data]],
) -> Iterator[Edge]:
    me = NodeId("stage", instance.address)
    for product in instance.outs:
        yield Edge(me, NodeId(OUTPUT_NODES[product.kind], product.file), "writes", product.output.path)
    for dep, (_, file) in zip(stage.deps, instance.deps, strict=True):
        yield from _from(known, file, me, "reads", dep.path)
        for node in _others(file, known, sources, inner):
            yield Edge(node, me, "reads", dep.path)
    for param in instance.params:
        names = [param.file] if param.keys is None else [f"{param.file}:{key}" for key in param.keys]
        for name in names:
            yield Edge(NodeId("param", name), me, "reads", (*stage.body, "params"))


def _others(
    file: str, known: Producers, sources: Mapping[str, Data], inner: Mapping[str, Sequence[Data]]
) -> list[NodeId]:
    """The data that a path means, or else the plain file."""
    entry = sources.get(file)
    if entry is not None:
        return [NodeId("data", entry.name)]
    around = next((sources[directory] for directory in ancestors(file) if directory in sources), None)
    if around is not None:
        return [NodeId("data", around.name)]
    nodes = [NodeId("data", one.name) for one in inner.get(file, ())]
    return nodes if nodes or known.of(file) else [NodeId("file", file)]


def _later(project: Project, known: Producers) -> Iterator[Edge]:
    """The edges from the pipeline's outputs to models, services, deployments, monitoring and workflows."""
    models = {model.name: NodeId("model", model.name) for model in project.models}
    for model in project.models:
        me = models[model.name]
        yield from _from(known, model.file, me, "is registered", (*model.path, "artifact"))
        for gate in model.gates:
            yield from _from(known, gate.file, me, "gates", (*gate.path, "metric"))
    for service in project.services:
        me = NodeId("service", service.name)
        for index, name in enumerate(service.models):
            if name in models:
                yield Edge(models[name], me, "is served", service.at_model(index))
        for deploy in service.deploys:
            if deploy.kind != "none":
                node = NodeId("deployment", f"{deploy.environment}/{service.name}")
                yield Edge(me, node, "is deployed", deploy.path)
    for monitor in project.monitors:
        me = NodeId("monitor", monitor.service)
        yield Edge(NodeId("service", monitor.service), me, "is watched", monitor.path)
        if monitor.reference:
            yield from _from(known, monitor.reference, me, "is the reference", (*monitor.path, "reference"))


def _from(known: Producers, file: str, target: NodeId, why: str, path: Path) -> Iterator[Edge]:
    """The edges from the outputs that a file means."""
    for producer in known.of(file):
        product = producer.product
        yield Edge(NodeId(OUTPUT_NODES[product.kind], product.file), target, why, path)
