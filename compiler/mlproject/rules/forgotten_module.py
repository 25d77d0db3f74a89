"""A local module that a script imports and that `deps` forgets: DVC keeps the old result when the module changes."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import relpath

from mlproject.diagnostics import Diagnostic, Related, Site, Span, warning
from mlproject.files import Source
from mlproject.ir import Project, Stage
from mlproject.lower.paths import joined
from mlproject.rules.beside import Beside, covered
from mlproject.rules.modules import Modules, Origin
from mlproject.rules.runs import runs

_MOST = 5  # modules named in one warning


def forgotten_module(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each stage and Python script that imports local modules, itself or through others of them, that
    no dependency covers; each module with the import that leads to it. An empty `__init__.py` may be forgotten."""
    modules = Modules(Beside(source, project.root))
    for stage in project.stages:
        yield from _of_stage(stage, modules)


def _of_stage(stage: Stage, modules: Modules) -> Iterator[Diagnostic]:
    reported: set[tuple[str, str]] = set()
    for instance in stage.instances:
        directory = joined(stage.folder, instance.wdir)
        known = {file for _, file in instance.deps}.union([product.file for product in instance.outs])
        for text in instance.cmd:
            for run in runs(text, directory):
                file = modules.script(run) if run.python else None
                if file is None:
                    continue
                found = {
                    module: origin
                    for module, origin in modules.imported(run, file).items()
                    if (file, module) not in reported and not covered(module, known)
                }
                if found:
                    reported |= {(file, module) for module in found}
                    yield _warning(stage, directory, file, found, modules)


def _warning(
    stage: Stage, directory: str, script: str, found: dict[str, Origin | None], modules: Modules
) -> Diagnostic:
    names = [f"`{relpath(module, directory or '.')}`" for module in found]
    shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
    what = "a local module" if len(names) == 1 else f"{len(names)} local modules"
    summary = f"`{relpath(script, directory or '.')}` imports {what} that `deps` forgets: {shown}"
    related = tuple(_related(name, origin, modules) for name, origin in [*found.items()][:_MOST] if origin)
    declared = any(not dep.implied for dep in stage.deps)
    site = Site((*stage.body, "deps")) if declared else Site(stage.path, "key")
    add = shown if len(names) <= _MOST else "them, or the directory that they lie in,"
    help = f"add {add} to `deps`; without that a change there reruns nothing"
    return warning("forgotten-module", summary, site, help=help, related=related)


def _related(module: str, origin: Origin, modules: Modules) -> Related:
    place = modules.beside.place(origin.file)
    span = Span(place, origin.line, origin.column, origin.end_line, origin.end_column)
    return Related(f"`{module}` is imported here", span=span)
