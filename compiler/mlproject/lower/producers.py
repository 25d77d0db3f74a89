"""Who writes what: every output by its file, and what is wrong with outputs that meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlproject.diagnostics import Diagnostic, Related, Site, error
from mlproject.ir import Instance, Product, Stage
from mlproject.lower.paths import ancestors, is_external
from mlproject.records import frozen


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
