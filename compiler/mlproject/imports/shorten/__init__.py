"""A spec that says everything to the letter, said once: paths become references, and data gets names.

A proposal is compiled and compared: a stage that would mean anything else to DVC stays as it was. So what is proposed
need not be certain, only likely to read well.

    producers  who writes a path, and how another stage refers to it
    sources    what is data, and what it is called
    commands   paths inside a command
    stage      one stage with all of these
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from mlproject.imports.equal import meanings
from mlproject.imports.shorten.producers import Producers, Tree
from mlproject.imports.shorten.sources import Sources
from mlproject.imports.shorten.stage import shortened
from mlproject.ir import Project
from mlproject.pipeline import Checked

Sections = Mapping[str, object]
# How often stages that came out wrong are put back before everything stays as it was.
_ROUNDS = 4


def shorten(plain: Sections, project: Project, check: Callable[[Sections], Checked]) -> Sections:
    """The sections with references where they mean the same. `project` is the graph of `plain`; `check` makes one."""
    stages = cast("Mapping[str, Tree]", plain["stages"])
    producers, sources = Producers.of(stages, project), Sources.of(plain, project)
    short = {name: shortened(name, stage, producers, sources) for name, stage in stages.items()}
    wanted = meanings(project)
    kept: set[str] = set()
    for _ in range(_ROUNDS):
        chosen = {name: stages[name] if name in kept else stage for name, stage in short.items()}
        proposal = {**plain, "stages": chosen}
        if data := sources.entries(chosen):
            proposal["data"] = data
        checked = check(proposal)
        wrong = _broken(checked)
        if checked.project is not None:
            now = meanings(checked.project)
            wrong |= {name for name, meaning in wanted.items() if now.get(name) != meaning}
        if not wrong and checked.valid:
            return proposal
        if not wrong - kept:
            break
        kept |= wrong
    return plain


def _broken(checked: Checked) -> set[str]:
    """The stages that an error is about."""
    sites = (d.site.path for d in checked.diagnostics if d.severity == "error" and d.site is not None)
    return {str(path[1]) for path in sites if len(path) > 1 and path[0] == "stages"}
