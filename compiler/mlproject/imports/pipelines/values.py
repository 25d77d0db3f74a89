"""What the names in a pipeline's templates mean: DVC's `vars`, the params files that it loads, a stage's own `vars`.

DVC refuses a name that two of them set, so the first that holds the whole path of a template is the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from posixpath import join
from typing import Literal, cast

from mlproject.diagnostics import Diagnostic, Path, did_you_mean, error, warning
from mlproject.files import Source
from mlproject.interpolate import walk
from mlproject.lower.paths import file_of
from mlproject.lower.variables import conflict, merged
from mlproject.records import field, frozen
from mlproject.resolve import paramfiles

Values = Mapping[str, object]
Home = Literal["vars", "params", "local", "loop"]

DEFAULT = "params.yaml"


@frozen
class ParamsFile:
    """A params file that DVC loads for templates. `keys` are the only ones it takes (none: all); `values` is None where
    the file cannot be read, which was reported."""

    file: str
    keys: tuple[str, ...]
    values: Values | None
    path: Path = ()


@frozen
class Names:
    """The names that templates of one `dvc.yaml` may use. `inline` are its `vars`, `renamed` what a name of them is
    called in the spec where another pipeline has it too."""

    inline: Values
    files: tuple[ParamsFile, ...]
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    def home(self, words: tuple[str, ...], local: Values, *, looped: bool) -> Home | None:
        """Where the value lies that a template names; None where DVC would not find it either."""
        if looped and words[0] in ("item", "key"):
            return "loop"
        if holds(local, words):
            return "local"
        if holds(self.inline, words):
            return "vars"
        return "params" if any(one.values is None or taken(one, words) for one in self.files) else None

    def values(self) -> Values:
        """All values that DVC knows before it reads a stage."""
        return reduce(merged, (chosen(file) for file in self.files), self.inline)

    def known(self) -> list[str]:
        """The names that a template may begin with."""
        return [
            str(name) for one in (self.inline, *(file.values or {} for file in self.files)) for name in one
        ]


def taken(one: ParamsFile, words: tuple[str, ...]) -> bool:
    """Whether DVC takes the value at `words` from a params file."""
    return holds(one.values or {}, words) and (not one.keys or words[0] in one.keys)


def holds(values: object, words: tuple[str, ...]) -> bool:
    """Whether a path of names leads to a value, by DVC's rules."""
    try:
        walk(values, words)
    except LookupError:
        return False
    return True


@frozen
class Folder:
    """Where a `dvc.yaml` lies: its folder relative to the project, that of the project in the repository, and what is
    read."""

    folder: str
    root: str
    source: Source

    def load(self, entry: str, path: Path) -> tuple[ParamsFile, list[Diagnostic]]:
        """A params file as DVC loads it for templates: `FILE` or `FILE:key,key`, which stands at `path`."""
        name, _, listed = entry.partition(":")
        keys = tuple(key.strip() for key in listed.split(",") if key.strip())
        file = file_of(name, self.folder, self.root)
        values, found = paramfiles.read(self.source, join(self.root, file), name, path)
        if values is None and not found:
            help = "put it there, or take it out of `vars`"
            found = [error("file-unreadable", f"there is no `{name}`, which `vars` names", path, help=help)]
        missing = [key for key in keys if values is not None and key not in values]
        if missing:
            known = [str(key) for key in values or {}]
            summary = f"there is no `{missing[0]}` in `{name}`"
            found = [*found, error("param-missing", summary, path, help=did_you_mean(missing[0], known))]
        return ParamsFile(file, keys, cast("Values | None", values), path), found


def read(given: object, home: Folder, path: Path) -> tuple[Names, list[Diagnostic]]:
    """The names that `vars` (as data) gives, and `params.yaml` beside it, which DVC loads unasked.

    Diagnostics have sites in the `dvc.yaml`.
    """
    inline: Values = {}
    files: list[ParamsFile] = []
    found: list[Diagnostic] = []
    for index, entry in enumerate(cast("list[object]", given if isinstance(given, list) else [])):
        if isinstance(entry, dict):
            found += _clash(inline, cast("Values", entry), (*path, index))
            inline = merged(inline, cast("Values", entry))
        elif isinstance(entry, str):
            file, said = home.load(entry, (*path, index))
            files.append(file)
            found += said
    default = file_of(DEFAULT, home.folder, home.root)
    if all(one.file != default for one in files) and home.source.kind(join(home.root, default)) == "file":
        file, said = home.load(DEFAULT, path)
        files.insert(0, file)
        found += said
    for file in files:
        found += _clash(inline, chosen(file), file.path or path)
    return _apart(Names(inline, tuple(files)), found, path)


def chosen(one: ParamsFile) -> Values:
    """The values that DVC takes from a params file."""
    return {key: value for key, value in (one.values or {}).items() if not one.keys or key in one.keys}


def _clash(before: Values, more: Values, path: Path) -> list[Diagnostic]:
    """What DVC has against names that are set twice."""
    clash = conflict(before, more, ())
    if clash is None:
        return []
    summary = f"`{'.'.join(map(str, clash))}` is set twice, and DVC refuses that"
    return [error("param-ambiguous", summary, path, help="keep it in one place")]


def _apart(names: Names, found: list[Diagnostic], path: Path) -> tuple[Names, list[Diagnostic]]:
    """The names without files of which only some keys can be loaded beside the others: the spec loads whole files, so
    those keys become values of its own."""
    whole = [set(leaves(one.values or {})) for one in names.files]
    kept: list[ParamsFile] = []
    inline = names.inline
    for index, one in enumerate(names.files):
        others = {leaf for i, held in enumerate(whole) if i != index for leaf in held}
        if one.keys and whole[index] & others:
            inline = merged(inline, chosen(one))
            summary = f"`vars` loads some keys of `{one.file}`, and another file has others of them too"
            help = "their values stand under `vars` in the spec now, and no longer follow the file"
            found.append(warning("import-copied", summary, one.path or path, help=help))
        else:
            kept.append(one)
    return Names(inline, tuple(kept)), found


def leaves(values: Values, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The paths of everything that is no mapping: what two files may not both hold."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(cast("Values", value), (*at, key))
        else:
            yield (*at, key)
