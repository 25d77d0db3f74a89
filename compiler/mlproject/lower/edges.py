"""The edges between nodes, found by equality and containment of paths; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlproject.diagnostics import Diagnostic, Path, Related, Site, error
from mlproject.ir import Data, Edge, Instance, NodeId, NodeKind, Product, Stage
from mlproject.lower.paths import ancestors, is_external
from mlproject.records import frozen

OUTPUT_NODES: Mapping[str, NodeKind] = {"out": "output", "metric": "metric", "plot": "plot"}


@frozen
class Producer:
    """The instance that writes a file, and the output it declares."""

    instance: Instance
    product: Product


@frozen
class Producers:
    """Every output by its file, and under every directory the outputs that lie below it."""

    exact: Mapping[str, Producer]
    below: Mapping[str, Sequence[str]]

    def of(self, file: str) -> list[Producer]:
        """The producers of what stands at a path: itself, a directory around it, or things inside it."""
        found = self.exact.get(file)
        if found is not None:
            return [found]
        for directory in ancestors(file):
            around = self.exact.get(directory)
            if around is not None:
                return [around]
        return [self.exact[inner] for inner in self.below.get(file, ())]


def producers(stages: Sequence[Stage]) -> tuple[Producers, list[Diagnostic]]:
    """Who writes what; two producers of one output and an output inside another are errors."""
    exact: dict[str, Producer] = {}
    diagnostics: list[Diagnostic] = []
    for stage in stages:
        for instance in stage.instances:
            for product in instance.outs:
                before = exact.get(product.file)
                if before is None:
                    exact[product.file] = Producer(instance, product)
                else:
                    diagnostics.append(_twice(before, Producer(instance, product)))
    below: dict[str, list[str]] = {}
    for file, producer in exact.items():
        if is_external(file):
            continue
        for directory in ancestors(file):
            below.setdefault(directory, []).append(file)
            around = exact.get(directory)
            if around is not None:
                diagnostics.append(_inside(around, producer))
    return Producers(exact, below), diagnostics


def _twice(first: Producer, second: Producer) -> Diagnostic:
    one, two = first.instance.address, second.instance.address
    related = (Related(f"`{one}` writes it here", Site(first.product.output.path)),)
    summary = f"`{two}` writes `{second.product.text}`, which `{one}` writes already"
    if one == two:
        summary = f"`{one}` declares `{second.product.text}` twice"
    elif first.product.output is second.product.output:
        summary += "; every instance needs a path of its own"
    help = "give each its own path" + ("; a loop's path needs `${item}` or `${key}`" if "@" in two else "")
    return error("duplicate-output", summary, Site(second.product.output.path), related=related, help=help)


def _inside(around: Producer, inner: Producer) -> Diagnostic:
    summary = f"the output `{inner.product.text}` lies inside `{around.product.text}`, another output"
    related = (Related("the output around it", Site(around.product.output.path)),)
    help = "write it beside the directory, or declare the directory alone"
    return error("overlapping-outputs", summary, Site(inner.product.output.path), related=related, help=help)


def edges(
    stages: Sequence[Stage], data: Sequence[Data], known: Producers
) -> tuple[list[Edge], list[Diagnostic]]:
    """The edges of the pipeline, and the loops in it."""
    sources = {entry.file: entry for entry in data}
    inner: dict[str, list[Data]] = {}
    for entry in data:
        for directory in ancestors(entry.file):
            inner.setdefault(directory, []).append(entry)
    found: list[Edge] = []
    upstream: dict[str, list[tuple[str, Path]]] = {}
    for stage in stages:
        for instance in stage.instances:
            me = NodeId("stage", instance.address)
            for product in instance.outs:
                node = NodeId(OUTPUT_NODES[product.kind], product.file)
                found.append(Edge(me, node, "writes", product.output.path))
            before: list[tuple[str, Path]] = []
            for dep, (_, file) in zip(stage.deps, instance.deps, strict=True):
                for producer in known.of(file):
                    node = NodeId(OUTPUT_NODES[producer.product.kind], producer.product.file)
                    found.append(Edge(node, me, "reads", dep.path))
                    before.append((producer.instance.address, dep.path))
                found += [Edge(node, me, "reads", dep.path) for node in _others(file, known, sources, inner)]
            for param in instance.params:
                names = [param.file] if param.keys is None else [f"{param.file}:{key}" for key in param.keys]
                found += [Edge(NodeId("param", name), me, "reads", (*stage.body, "params")) for name in names]
                writers = known.of(param.file)
                before += [(writer.instance.address, (*stage.body, "params")) for writer in writers]
            upstream[instance.address] = before
    return found, _cycles(upstream)


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


def _cycles(upstream: Mapping[str, Sequence[tuple[str, Path]]]) -> list[Diagnostic]:
    """Each loop once, shown whole. Depth first, without recursion: pipelines can be deep."""
    diagnostics: list[Diagnostic] = []
    done: set[str] = set()
    for start in upstream:
        if start in done:
            continue
        chain: list[str] = [start]
        on_chain = {start: 0}
        pending = [iter(upstream[start])]
        reasons: list[Path] = []
        while pending:
            step = next(pending[-1], None)
            if step is None:
                pending.pop()
                last = chain.pop()
                on_chain.pop(last)
                done.add(last)
                if reasons:
                    reasons.pop()
                continue
            name, path = step
            if name in on_chain:
                cut = on_chain[name]
                diagnostics.append(_cycle(chain[cut:], [*reasons[cut:], path]))
            elif name not in done:
                chain.append(name)
                on_chain[name] = len(chain) - 1
                reasons.append(path)
                pending.append(iter(upstream.get(name, ())))
    return diagnostics


def _cycle(chain: list[str], reasons: list[Path]) -> Diagnostic:
    if len(chain) == 1:
        summary = f"`{chain[0]}` depends on an output of its own"
    else:
        summary = "stages that depend on each other: " + " → ".join(
            f"`{name}`" for name in [*reversed(chain), chain[-1]]
        )
    related = tuple(
        Related(f"`{name}` needs it here", Site(path))
        for name, path in list(zip(chain, reasons, strict=True))[1:]
    )
    return error(
        "stage-cycle", summary, Site(reasons[0]), related=related, help="remove one of the dependencies"
    )
