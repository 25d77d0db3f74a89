"""What names mean while a spec is lowered: its data, stages in the making (drafts), loops and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, did_you_mean, error
from mlproject.files import Source
from mlproject.ir import Loop, OutputKind, ParamFile
from mlproject.lower.loops import Items
from mlproject.model import Spec
from mlproject.model.pipeline import StageBody, StageEntry
from mlproject.records import field, frozen, slotted
from mlproject.resolve import paramfiles
from mlproject.template import Ref


@frozen
class Declared:
    """An output as the spec has it: `raw` text, and flags as they are emitted."""

    name: str
    kind: OutputKind
    raw: str
    flags: Mapping[str, object]
    path: Path


@slotted
class Draft:
    """A stage in the making. `base` is the template of its directory, relative to the project; `local` are the values
    of its own `vars` (`local_unknown`: not all could be read); `placed` tells that `base` is known, `tainted` that
    something in it was reported and could not be resolved."""

    name: str
    entry: StageEntry
    body: StageBody
    path: Path
    body_path: Path
    folder: str
    outputs: tuple[Declared, ...]
    named: Mapping[str, Declared]
    local: Mapping[str, object] = field(default_factory=dict[str, object])
    loop: Loop | None = None
    items: Items | None = None
    wdir: str = ""
    base: str = ""
    local_unknown: bool = False
    placed: bool = False
    tainted: bool = False
    templates: dict[Path, str | None] = field(default_factory=dict[Path, str | None])

    @property
    def looped(self) -> bool:
        """Whether the stage has a `foreach` or `matrix`, expanded or not."""
        return self.entry.foreach is not None or self.entry.matrix is not None


@slotted
class Scope:
    """The tables that references are looked up in, and what was found wrong."""

    spec: Spec
    source: Source
    root: str
    poisoned: frozenset[Path]
    owned: bool
    params: Mapping[str, object]
    param_files: tuple[ParamFile, ...]
    produced_params: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    drafts: dict[str, Draft] = field(default_factory=dict[str, Draft])
    vars_files: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    resolving: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    read: dict[str, Mapping[str, object] | None] = field(
        default_factory=dict[str, "Mapping[str, object] | None"]
    )

    def say(self, diagnostic: Diagnostic) -> None:
        """Notes something for the user."""
        self.diagnostics.append(diagnostic)

    def is_poisoned(self, *path: str) -> bool:
        """Whether what stands at a path was already reported and taken out."""
        return path in self.poisoned or any(known[: len(path)] == path for known in self.poisoned)

    def was_removed(self, path: Path) -> bool:
        """Whether a value was taken out of the mapping at a path, or the mapping itself, or one around it."""
        return any(path[: len(known)] == known or known[: len(path)] == path for known in self.poisoned)

    def beside(self, folder: str) -> ParamFile | None:
        """The `params.yaml` beside the `dvc.yaml` of a `folder`, where the spec names it: DVC reads it first."""
        if not folder:
            return None
        file = join(folder, "params.yaml")
        return next((one for one in self.param_files if one.file == file and one.values is not None), None)

    def param_file(self, words: tuple[str, ...], folder: str) -> ParamFile | None:
        """The params file that defines a parameter for the stages of a folder: the one beside them first; one whose
        values are unknown where none does; else None."""
        unknown: ParamFile | None = None
        beside = self.beside(folder)
        if beside is not None and found(beside.values, words):
            return beside
        for file in self.param_files:
            if file.values is None or file.file in self.produced_params:
                unknown = unknown or file
            elif found(file.values, words):
                return file
        return unknown

    def is_ambiguous(self, words: tuple[str, ...], site: Site, name: str, folder: str) -> bool:
        """Whether several params files define a parameter and none is beside the folder's stages, which is reported."""
        beside = self.beside(folder)
        if beside is not None and found(beside.values, words):
            return False
        files = [one.text for one in self.param_files if one.values is not None and found(one.values, words)]
        if len(files) < 2:
            return False
        summary = f"the parameter `{name}` stands in {' and in '.join(f'`{file}`' for file in files)}"
        self.say(
            error("param-ambiguous", summary, site, help=f"name the file: `{files[0]}: [{name}]` in `params`")
        )
        return True

    def other_params(self, file: str) -> Mapping[str, object] | None:
        """The values of a params file that a stage names and `params` does not; None where it cannot be read."""
        if file not in self.read:
            values, _ = paramfiles.read(self.source, normpath(join(self.root, file)), file, ())
            self.read[file] = None if values is None else cast("Mapping[str, object]", values)
        return self.read[file]

    def check_param(self, ref: Ref, site: Site, folder: str) -> bool:
        """Whether `${params.…}` names a parameter for a stage of a folder; reports it where not."""
        words = ref.words
        if not words:
            self.say(
                error(
                    "bad-reference",
                    f"`{ref.text}` names no parameter",
                    site,
                    help="as in `${params.train.lr}`",
                )
            )
            return False
        if self.param_file(words, folder) is not None or self.is_poisoned("params"):
            return not self.is_ambiguous(words, site, ".".join(words), folder)
        value: object = self.params
        for position, word in enumerate(words):
            inner = child(value, word)
            if inner is _ABSENT:
                known = (
                    [str(key) for key in cast("Mapping[object, object]", value)]
                    if isinstance(value, dict)
                    else []
                )
                where = ".".join(("params", *words[:position]))
                summary = f"`{ref.text}`: there is no `{word}` in `{where}`"
                help = did_you_mean(word, known) or ("" if self.param_files else "declare it under `params`")
                self.say(error("param-missing", summary, site, help=help))
                return False
            value = inner
        return True


_ABSENT = object()


def child(value: object, word: str) -> object:
    """The value under a key or index, or a mark that there is none."""
    if isinstance(value, dict):
        mapping = cast("Mapping[object, object]", value)
        return mapping.get(word, _ABSENT)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return items[int(word)] if word.isdigit() and int(word) < len(items) else _ABSENT
    return _ABSENT


def found(values: object, words: tuple[str, ...]) -> bool:
    """Whether a path of keys leads to a value."""
    for word in words:
        values = child(values, word)
        if values is _ABSENT:
            return False
    return True
