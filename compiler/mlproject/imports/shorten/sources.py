"""What is data: files that no stage writes, that DVC tracks or that commands or several stages name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from posixpath import basename, splitext
from typing import cast

from mlproject.imports.pipelines import naming
from mlproject.imports.shorten.commands import mentions
from mlproject.imports.shorten.producers import Reader
from mlproject.ir import Project
from mlproject.lower.paths import ancestors, is_external, joined, respelled
from mlproject.records import frozen

Entries = Mapping[str, Mapping[str, object]]
# What is written by hand: code, notebooks, and what configures them.
_CODE = frozenset(
    "py pyx ipynb r rmd qmd jl sh bash zsh ps1 bat pl rb go rs c h cc cpp hpp cu java scala kt js ts mjs lua m do sas "
    "sql yaml yml toml cfg ini conf lock md rst tex bib html css jinja j2 dockerfile makefile mk".split()
)
_DATA_FOLDERS = re.compile(
    r"(^|/)(data|dataset|datasets|raw|input|inputs|corpus|images|annotations)(/|$)", re.IGNORECASE
)


@frozen
class Sources:
    """Data by file: its name in the spec. `declared` are the entries that were there before, `params` the files that
    the spec's `params` stands for."""

    root: str
    names: Mapping[str, str]
    declared: Entries
    params: tuple[str, ...]

    @staticmethod
    def of(plain: Mapping[str, object], project: Project) -> Sources:
        """The data of a project in its plain form."""
        declared = cast("Entries", plain.get("data", {}))
        names = {str(entry["path"]): name for name, entry in declared.items()}
        written = {out.file for stage in project.stages for one in stage.instances for out in one.outs}
        around = written | {folder for file in written for folder in ancestors(file)}
        named: Counter[str] = Counter()
        said: set[str] = set()
        for stage in project.stages:
            files: dict[str, None] = {}
            for one in stage.instances:
                for text, file in one.deps:
                    if text == _spelled(file, joined(stage.folder, one.wdir), project.root):
                        files[file] = None
                        if any(mentions(command, text) for command in one.cmd):
                            said.add(file)
            if len(stage.instances) == 1 or stage.loop is None:
                named.update(list(files))
        taken = set(names.values())
        for file, count in named.items():
            free = file not in names and file not in around and not any(a in written for a in ancestors(file))
            if free and (count > 1 or file in said) and _is_data(file):
                names[file] = naming.of_path(file, taken, "data")
                taken.add(names[file])
        params = (
            ("params.yaml",) if project.params.owned else tuple(file.file for file in project.params.files)
        )
        return Sources(project.root, names, declared, params)

    def reference(self, text: str, me: Reader) -> str | None:
        """How a stage refers to the data at a path."""
        if "${" in text or me.base is None:
            return None
        for file, name in self.names.items():
            if _spelled(file, me.base, self.root) == text:
                return f"${{data.{name}}}"
        return None

    def entries(self, stages: Mapping[str, object]) -> dict[str, object]:
        """The section `data`: what was declared before, and what the stages now refer to."""
        text = str(stages)
        entries: dict[str, object] = dict(self.declared)
        for file, name in self.names.items():
            if name not in entries and f"${{data.{name}}}" in text:
                entries[name] = {"path": file}
        return entries


def _spelled(file: str, base: str, root: str) -> str:
    return respelled(file, "", base, root)


def _is_data(file: str) -> bool:
    if is_external(file):
        return False
    ending = splitext(file)[1].removeprefix(".").lower()
    if ending:
        return ending not in _CODE
    return bool(_DATA_FOLDERS.search(file)) and basename(file).lower() not in _CODE
