"""Where boxes stand: layers from the top down by the longest path, ordered to cross few arrows.

A layered drawing in the manner of Sugiyama: arrows that close a loop are left aside, an arrow over several layers gets
a bend in each of them, barycentres order the layers, and each box is pulled towards its neighbours as far as the order
allows. Same boxes, same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mlproject.records import frozen
from mlproject.report.graph.boxes import Picture

SWEEPS = 6
BEND = 0.14  # how much of a box's breadth an arrow takes that passes by


@frozen
class Layout:
    """`layer` and `column` of each box (columns count in units of one box with its gap and may be fractions), and for
    each arrow the (layer, column) points that it passes, its two ends included; `layers` and `breadth` are the size."""

    layer: tuple[int, ...]
    column: tuple[float, ...]
    bends: tuple[tuple[tuple[int, float], ...], ...]
    layers: int
    breadth: float


def topological(picture: Picture) -> list[int]:
    """Boxes so that each comes after what it needs (arrows that close a loop apart), otherwise in their own order."""
    downstream = picture.downstream()
    state = [0] * len(picture.boxes)
    finished: list[int] = []
    for root in reversed(range(len(picture.boxes))):
        pending = [root]
        while pending:
            here = pending[-1]
            if state[here] == 0:
                state[here] = 1
                pending += [there for there in downstream[here] if state[there] == 0]
            else:
                pending.pop()
                if state[here] == 1:
                    state[here] = 2
                    finished.append(here)
    return finished[::-1]


def layout(picture: Picture) -> Layout:
    """Places for every box of a picture."""
    layer = _layer(picture)
    count = max(layer, default=-1) + 1
    rows: list[list[int]] = [[] for _ in range(count)]
    for box in topological(picture):
        rows[layer[box]].append(box)
    # Nodes from len(boxes) on are bends.
    chains: list[list[int]] = []
    number = len(picture.boxes)
    before: list[list[int]] = [[] for _ in range(number)]
    after: list[list[int]] = [[] for _ in range(number)]
    for arrow in picture.arrows:
        chain = [arrow.source]
        for between in range(layer[arrow.source] + 1, layer[arrow.target]):
            chain.append(number)
            rows[between].append(number)
            before.append([])
            after.append([])
            number += 1
        chain.append(arrow.target)
        chains.append(chain)
        if layer[arrow.source] < layer[arrow.target]:
            for source, target in pairwise(chain):
                after[source].append(target)
                before[target].append(source)
    _order(rows, before, after)
    column = _columns(rows, before, after, len(picture.boxes))
    left = min(column, default=0.0)
    column = [value - left for value in column]
    depth = dict(enumerate(layer))
    for level, nodes in enumerate(rows):
        depth.update(dict.fromkeys((node for node in nodes if node >= len(layer)), level))
    bends = tuple(tuple((depth[node], column[node]) for node in chain) for chain in chains)
    return Layout(tuple(layer), tuple(column[: len(layer)]), bends, count, max(column, default=0.0) + 1)


def _layer(picture: Picture) -> list[int]:
    """The longest path to each box; then what nothing precedes moves beside what follows it."""
    upstream, downstream = picture.upstream(), picture.downstream()
    order = topological(picture)
    position = {box: index for index, box in enumerate(order)}
    layer = [0] * len(picture.boxes)
    for box in order:
        layer[box] = max(
            (layer[one] + 1 for one in upstream[box] if position[one] < position[box]), default=0
        )
    for box in reversed(order):
        later = [layer[one] for one in downstream[box] if position[one] > position[box]]
        if later and not upstream[box]:
            layer[box] = min(later) - 1
    return layer


def _order(rows: list[list[int]], before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> None:
    """Orders each layer by the mean place of its neighbours, forth and back; the best order seen is kept."""
    best, fewest = [list(row) for row in rows], _crossings(rows, after)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        sides = before if forth else after
        for level in range(1, len(rows)) if forth else range(len(rows) - 2, -1, -1):
            fixed = {node: index for index, node in enumerate(rows[level - 1 if forth else level + 1])}
            own = {node: index for index, node in enumerate(rows[level])}

            def mean(
                node: int, fixed: dict[int, int] = fixed, own: dict[int, int] = own
            ) -> tuple[float, int]:
                near = [fixed[one] for one in sides[node] if one in fixed]  # noqa: B023 - called at once
                return (sum(near) / len(near) if near else own[node], own[node])

            rows[level].sort(key=mean)
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _crossings(rows: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    """How many pairs of arrows cross, counted by a Fenwick tree layer by layer."""
    total = 0
    for left, right in pairwise(rows):
        place = {node: index for index, node in enumerate(right)}
        ends = [index for node in left for index in sorted(place[one] for one in after[node] if one in place)]
        tree = [0] * (len(right) + 1)
        for seen, end in enumerate(ends):
            index, below = end + 1, 0
            while index:
                below += tree[index]
                index &= index - 1
            total += seen - below
            index = end + 1
            while index < len(tree):
                tree[index] += 1
                index += index & -index
    return total


def _columns(
    rows: Sequence[Sequence[int]], before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], boxes: int
) -> list[float]:
    """A column for each node: its order is kept, a box takes one, a bend less."""
    column = [0.0] * len(before)
    for nodes in rows:
        at = 0.0
        for node in nodes:
            column[node] = at
            at += _size(node, boxes)
    for sweep in range(SWEEPS * 2):
        forth = sweep % 2 == 0
        sides = before if forth else after
        for nodes in rows if forth else reversed(rows):
            wished = [_middle([column[one] for one in sides[node]], column[node]) for node in nodes]
            for node, value in zip(nodes, _apart(wished, nodes, boxes), strict=True):
                column[node] = value
    return column


def _middle(values: list[float], own: float) -> float:
    return sum(values) / len(values) if values else own


def _apart(wished: Sequence[float], nodes: Sequence[int], boxes: int) -> list[float]:
    """The columns nearest to those wished (least squares) in which neighbours keep their distance."""
    offsets: list[float] = []
    at = 0.0
    for index, node in enumerate(nodes):
        if index:
            at += (_size(nodes[index - 1], boxes) + _size(node, boxes)) / 2
        offsets.append(at)
    # Without the distances it is a monotone regression: neighbours in the wrong order are pooled to their mean.
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    flat = [total / count for total, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(flat, offsets, strict=True)]


def _size(node: int, boxes: int) -> float:
    return 1.0 if node < boxes else BEND
