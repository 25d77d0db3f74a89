"""What is drawn of a project: its nodes as boxes, and arrows between them.

Files and outputs are no boxes: an output is named by the arrows that carry it and by the box that writes it, files and
parameters are details of the box that reads them. A stage with a loop is one box with a count, or one box an instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from posixpath import basename

from mlproject.diagnostics import Path
from mlproject.ir import Instance, NodeId, NodeKind, Product, Project, Stage
from mlproject.lower.edges import edges
from mlproject.records import frozen
from mlproject.report.visible import visible

Detail = tuple[str, tuple[str, ...]]
_WRITTEN: tuple[NodeKind, ...] = ("output", "metric", "plot")


@frozen
class Box:
    """One box. `note` is what it writes, or where it is, in a few words; `count` the instances that it stands for;
    `place` is `FILE:LINE` of the spec; `details` are labels and values in order. All text is on one line."""

    kind: NodeKind
    name: str
    note: str
    count: int
    place: str
    details: tuple[Detail, ...]

    @property
    def title(self) -> str:
        """The name, with the count where there is one."""
        return self.name if self.count == 1 else f"{self.name} ×{self.count}"


@frozen
class Arrow:
    """`target` needs `source`, both numbers of boxes; `carries` says what passes between them."""

    source: int
    target: int
    carries: tuple[str, ...]


@frozen
class Picture:
    """Boxes in the order of the spec, arrows in order of their boxes, none twice and none to its own box."""

    name: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    def upstream(self) -> tuple[tuple[int, ...], ...]:
        """For each box those that it needs directly."""
        return self._sides(lambda arrow: (arrow.target, arrow.source))

    def downstream(self) -> tuple[tuple[int, ...], ...]:
        """For each box those that need it directly."""
        return self._sides(lambda arrow: (arrow.source, arrow.target))

    def _sides(self, pair: Callable[[Arrow], tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.boxes]
        for arrow in self.arrows:
            here, there = pair(arrow)
            found[here].append(there)
        return tuple(map(tuple, found))


def picture(project: Project, place: Callable[[Path], str], *, instances: bool = False) -> Picture:
    """The picture of a project. `place` gives `FILE:LINE` for a path of the spec."""
    drawn = _Drawing(project, place)
    for data in project.data:
        where = [("path", data.text), ("url", data.url), ("repo", data.repo), ("tracked by", data.track)]
        drawn.add(
            "data", data.name, basename(data.file) or data.text, data.path, [("about", data.desc), *where]
        )
    for stage in project.stages:
        drawn.stage(stage, apart=instances)
    _around(project, drawn)
    return Picture(
        visible(project.name), visible(project.description), tuple(drawn.boxes), tuple(drawn.arrows())
    )


def _around(project: Project, drawn: _Drawing) -> None:
    """What follows the pipeline."""
    for model in project.models:
        gates = [
            f"{'.'.join(gate.key)} "
            + " ".join(
                f"{word} {value}"
                for word, value in (
                    ("≥", gate.min),
                    ("≤", gate.max),
                    (f"may drop against {gate.against} by", gate.max_drop),
                    (f"may rise against {gate.against} by", gate.max_rise),
                )
                if value is not None
            )
            for gate in model.gates
        ]
        facts = [
            ("about", model.desc),
            ("artifact", model.file),
            ("flavor", model.flavor),
            ("alias", model.alias),
        ]
        drawn.add("model", model.name, model.alias and f"@{model.alias}", model.path, facts, ("gates", gates))
    for service in project.services:
        entry = ":".join(filter(None, service.entry)) if service.entry else "generated service.py"
        routes = [f"/{api.name}" for api in service.api]
        facts = [("about", service.desc), ("code", entry)]
        drawn.add("service", service.name, " ".join(routes), service.path, facts, ("routes", routes))
        for deploy in service.deploys:
            if deploy.kind == "none":
                continue
            replicas = "" if deploy.replicas is None else str(deploy.replicas)
            facts = [("kind", deploy.kind), ("namespace", deploy.namespace), ("replicas", replicas)]
            name = f"{deploy.environment}/{service.name}"
            drawn.add("deployment", name, deploy.kind, deploy.path, [*facts, ("image", deploy.image)])
    again: list[int] = []
    for monitor in project.monitors:
        facts = [("schedule", monitor.schedule), ("logs", monitor.logs), ("reference", monitor.reference)]
        number = drawn.add(
            "monitor",
            monitor.service,
            monitor.schedule,
            monitor.path,
            [*facts, ("on drift", monitor.on_drift)],
        )
        if monitor.on_drift == "retrain":
            again.append(number)
    if project.ci.retrain or again:
        facts = [("schedule", project.ci.retrain), ("runs", "the whole pipeline again")]
        number = drawn.add("workflow", "retrain", project.ci.retrain or "on drift", project.ci.path, facts)
        for monitor_number in again:
            drawn.arrow(monitor_number, number, "drift")


class _Drawing:
    """Boxes and arrows as they are found."""

    def __init__(self, project: Project, place: Callable[[Path], str]) -> None:
        self._project = project
        self._place = place
        self.boxes: list[Box] = []
        self._of: dict[NodeId, int] = {}
        self._arrows: dict[tuple[int, int], dict[str, None]] = {}

    def add(
        self,
        kind: NodeKind,
        name: str,
        note: str,
        path: Path,
        facts: Iterable[tuple[str, str]],
        *more: tuple[str, Sequence[str]],
    ) -> int:
        """A box, and its number. Facts that are not set are left out."""
        said = [(label, (value,)) for label, value in facts if value] + [
            (label, tuple(values)) for label, values in more
        ]
        return self._put(
            Box(kind, visible(name), visible(note), 1, self._place(path), _details(said)),
            [NodeId(kind, name)],
        )

    def _put(self, box: Box, nodes: Iterable[NodeId]) -> int:
        number = len(self.boxes)
        self.boxes.append(box)
        for node in nodes:
            self._of[node] = number
        return number

    def stage(self, stage: Stage, *, apart: bool) -> None:
        """The box of a stage, or those of its instances."""
        name = f"{stage.folder}:{stage.name}" if stage.folder else stage.name
        if apart and stage.loop is not None:
            for one in stage.instances:
                shown = f"{stage.folder}:{one.name}" if stage.folder else one.name
                self._stage_box(stage, shown, [one], one.cmd, [text for text, _ in one.deps])
        else:
            deps = [dep.template for dep in stage.deps]
            self._stage_box(stage, name, stage.instances, stage.cmd, deps)

    def _stage_box(
        self, stage: Stage, name: str, instances: Sequence[Instance], cmd: Sequence[str], deps: Sequence[str]
    ) -> None:
        products = [product for one in instances for product in one.outs]
        resources = stage.resources
        needs = [
            f"{value:g} {word}" for value, word in ((resources.cpus, "CPU"), (resources.gpus, "GPU")) if value
        ]
        params = dict.fromkeys(
            f"{param.file}: {key}"
            for one in instances
            for param in one.params
            for key in param.keys or ("(whole file)",)
        )
        found: list[tuple[str, Sequence[str]]] = [
            ("about", [stage.desc] if stage.desc else []),
            ("command", cmd),
            ("in", [stage.wdir] if stage.wdir not in ("", ".") else []),
            ("reads", deps),
            ("parameters", list(params)),
            ("writes", [f"{product.file} ({product.kind})" for product in products]),
            ("instances", [one.name for one in instances] if len(instances) != 1 else []),
            ("needs", [*needs, *([resources.memory] if resources.memory else [])]),
            ("timeout", [stage.timeout] if stage.timeout else []),
            ("frozen", ["never runs"] if stage.frozen else []),
        ]
        nodes = [NodeId("stage", one.address) for one in instances]
        nodes += [NodeId(kind, product.file) for product in products for kind in _WRITTEN]
        note = _names(products, len(instances))
        self._put(
            Box("stage", visible(name), note, len(instances), self._place(stage.path), _details(found)), nodes
        )

    def arrow(self, source: int, target: int, carries: str) -> None:
        """An arrow, or one thing more on it."""
        self._arrows.setdefault((source, target), {})[visible(carries)] = None

    def arrows(self) -> list[Arrow]:
        """All arrows, those of the graph's edges too."""
        for edge in edges(self._project):
            source, target = self._of.get(edge.source), self._of.get(edge.target)
            if source is None or target is None or source == target:
                continue
            carries = edge.source.name if edge.source.kind in _WRITTEN else edge.why
            self.arrow(source, target, carries)
        return [Arrow(*ends, tuple(carries)) for ends, carries in sorted(self._arrows.items())]


def _details(found: Iterable[tuple[str, Sequence[str]]]) -> tuple[Detail, ...]:
    """Those that say something; long lists cut, and what is cut is said."""
    said: list[Detail] = []
    for label, values in found:
        shown = [visible(value) for value in values[:40]]
        if len(values) > 40:
            shown.append(f"and {len(values) - 40} more")
        if shown:
            said.append((label, tuple(shown)))
    return tuple(said)


def _names(products: Sequence[Product], instances: int) -> str:
    """What is written, in a few words."""
    if instances > 1:
        first = list(dict.fromkeys(product.output.name or product.output.template for product in products))
    else:
        first = [product.name or basename(product.file.rstrip("/")) for product in products]
    return visible("→ " + ", ".join(first) if first else "")
