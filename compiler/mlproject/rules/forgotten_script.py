"""A script that a command runs and that `deps` forgets: DVC keeps the old result when the script changes."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import relpath

from mlproject.diagnostics import Diagnostic, Site, warning
from mlproject.files import Source
from mlproject.ir import Project, Stage
from mlproject.lower.paths import joined
from mlproject.rules.beside import Beside, covered
from mlproject.rules.modules import Modules
from mlproject.rules.runs import runs


def forgotten_script(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each stage and script that exists, is run by `cmd` and is covered by no dependency."""
    modules = Modules(Beside(source, project.root))
    for stage in project.stages:
        yield from _of_stage(stage, modules)


def _of_stage(stage: Stage, modules: Modules) -> Iterator[Diagnostic]:
    reported: set[str] = set()
    for instance in stage.instances:
        directory = joined(stage.folder, instance.wdir)
        known = {file for _, file in instance.deps}.union([product.file for product in instance.outs])
        for index, text in enumerate(instance.cmd):
            for run in runs(text, directory):
                file = modules.script(run)
                if file is None or file in reported or covered(file, known):
                    continue
                reported.add(file)
                there = relpath(file, directory or ".")
                summary = f"`cmd` runs `{there}`, which `deps` forgets"
                if instance.key is not None:
                    summary = f"`cmd` of `{instance.name}` runs `{there}`, which `deps` forgets"
                path = (*stage.body, "cmd", index) if stage.cmd_is_list else (*stage.body, "cmd")
                help = f"add `{there}` to `deps`; without it a change of the script reruns nothing"
                yield warning("forgotten-script", summary, Site(path, text=run.word), help=help)
