"""`.dvc` files as the data of a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import dirname, join
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, warning
from mlproject.imports.pipelines import naming
from mlproject.imports.pipelines.sections import located
from mlproject.imports.taken import Native, Taken
from mlproject.lower.paths import file_of

Data = Mapping[str, object]


def read(files: Sequence[Native], root: str) -> Taken:
    """The section `data` of a project in the directory `root`, one entry for each output of a `.dvc` file below it."""
    entries: dict[str, object] = {}
    origins: dict[Path, tuple[str, Path]] = {}
    found: list[Diagnostic] = []
    for native in files:
        content = native.document.data
        if not isinstance(content, dict):
            continue
        data = cast("Data", content)
        if "cmd" in data:
            summary = "a stage in a `.dvc` file is how DVC before 1.0 kept it"
            help = f"write it as a stage of `dvc.yaml`: `{str(data['cmd'])[:60]}`"
            found.append(
                located(native, warning("import-old-form", summary, Site(("cmd",), "key"), help=help))
            )
            continue
        base = join(dirname(native.file), str(data.get("wdir") or ""))
        for index, out in enumerate(_mappings(data.get("outs"))):
            if not isinstance(out.get("path"), str):
                continue
            path = file_of(join(base, str(out["path"])), "", "")
            path = _within(path, root)
            name = naming.of_path(path, entries, "data")
            entries[name] = {"path": path, **_source(data), **_said(data, out)}
            origins[("data", name)] = (native.file, ("outs", index))
            origins[("data", name, "path")] = (native.file, ("outs", index, "path"))
    return Taken({"data": entries} if entries else {}, origins, tuple(found))


def _within(path: str, root: str) -> str:
    return path.removeprefix(f"{root}/") if root else path


def _source(data: Data) -> Data:
    """Where it was imported from: `dvc import-url` notes a URL, `dvc import` a repository."""
    for dep in _mappings(data.get("deps")):
        repo = dep.get("repo")
        if isinstance(repo, dict):
            given = cast("Data", repo)
            rev = given.get("rev")
            return {"url": dep.get("path"), "repo": given.get("url")} | ({"rev": str(rev)} if rev else {})
        if isinstance(dep.get("path"), str):
            return {"url": dep["path"]}
    return {}


def _said(data: Data, out: Data) -> Data:
    desc = out.get("desc") or data.get("desc")
    return {"desc": desc} if isinstance(desc, str) and desc else {}


def _mappings(value: object) -> list[Data]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Data", item) for item in items if isinstance(item, dict)]
