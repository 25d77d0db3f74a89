"""An output that Git tracks: DVC refuses to cache it, but only after the stage has run."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, warning
from mlproject.files import Source
from mlproject.ir import Product, Project, Stage
from mlproject.lower.paths import ancestors, is_external
from mlproject.rules.beside import Beside


def output_in_git(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each output that DVC caches and that is in Git, or has files that are. Git is asked once, and
    only where there is such an output."""
    if not any(product.cache for stage in project.stages for i in stage.instances for product in i.outs):
        return
    tracked = source.tracked()
    if not tracked:
        return
    known = tracked.union(directory for file in tracked for directory in ancestors(file))
    beside = Beside(source, project.root)
    for stage in project.stages:
        yield from _of_stage(stage, beside, known)


def _of_stage(stage: Stage, beside: Beside, known: frozenset[str]) -> Iterator[Diagnostic]:
    reported: set[str] = set()
    for instance in stage.instances:
        for product in instance.outs:
            template = product.output.template
            if template in reported or not product.cache or is_external(product.file):
                continue
            if beside.place(product.file) in known:
                reported.add(template)
                yield _warning(product)


def _warning(product: Product) -> Diagnostic:
    summary = f"Git tracks the output `{product.text}`, which DVC is to cache"
    help = f"`git rm -r --cached {product.text}`, or `cache: false` to leave it to Git"
    return warning(
        "output-in-git", summary, Site(product.output.path, text=product.output.template), help=help
    )
