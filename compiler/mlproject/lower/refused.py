"""Places that DVC refuses: outputs over its own files, directories outside of the repository."""

from __future__ import annotations

from posixpath import isabs, join, normpath

from mlproject.diagnostics import Path, Site, error
from mlproject.ir import Product
from mlproject.lower.scope import Draft, Scope


def check_folder(scope: Scope, stage: Draft) -> None:
    """Reports a `folder` that is no plain directory of the project."""
    text = stage.entry.folder or ""
    site = Site((*stage.path, "folder"))
    if "${" in text:
        summary = "a `folder` is where `dvc.yaml` lies; only `${vars.…}` may stand in it"
        scope.say(error("reference-not-allowed", summary, site, help="write the directory out"))
    elif isabs(text) or stage.folder == ".." or stage.folder.startswith("../"):
        help = "it is relative to the project; one spec emits no files outside of it"
        scope.say(error("bad-path", f"the folder `{text}` lies outside the project", site, help=help))


def check_directory(scope: Scope, folder: str, wdir: str, path: Path) -> None:
    """Reports a `wdir` outside of the repository, where DVC runs nothing."""
    place = normpath(join(scope.root, folder, wdir))
    if isabs(wdir) or place == ".." or place.startswith("../"):
        help = "a path inside the repository, relative to the folder of the stage's `dvc.yaml`"
        scope.say(
            error("bad-path", f"the `wdir` `{wdir}` lies outside the repository", Site(path), help=help)
        )


def check_output(scope: Scope, product: Product) -> None:
    """Reports an output that DVC cannot have: its own files, and a directory that holds a `dvc.yaml` of ours."""
    file = product.file
    steps = file.split("/")
    why = ""
    if ".dvc" in steps or ".git" in steps:
        why = "belongs to DVC or Git"
    elif steps[-1] in ("dvc.yaml", "dvc.lock") or file.endswith(".dvc"):
        why = "is a file of DVC's own"
    elif scope.owned and file == "params.yaml":
        why = "is generated from `params`"
    else:
        holds = next((folder for folder in scope.folders if file == "." or _inside(folder, file)), None)
        if holds is not None:
            why = f"holds the `{join(holds, 'dvc.yaml')}` of a stage"
    if why:
        summary = f"the output `{product.text}` {why}"
        scope.say(error("bad-path", summary, Site(product.output.path), help="write it somewhere else"))


def _inside(folder: str, file: str) -> bool:
    return bool(folder) and (folder == file or folder.startswith(f"{file}/"))
