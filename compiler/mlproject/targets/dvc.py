"""DVC: `dvc.yaml` (one a folder), `params.yaml`, our blocks of `.dvcignore` and `.dvc/config`.

Commands, paths and parameters are emitted as the templates that `lower` made: what DVC resolves them to is byte for
byte what the user wrote. Loops stay loops, so that DVC names the instances.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join
from typing import cast

from mlproject.diagnostics import Diagnostic, Path
from mlproject.interpolate import expressions
from mlproject.ir import OUTPUT_SECTIONS, Output, Project, Stage, Top
from mlproject.lower.paths import file_of
from mlproject.targets import native
from mlproject.trees import Generated, Pins

Tree = dict[str, object]

# What no stage should see: a stray cache in a directory dependency reruns the stage.
IGNORED = ("__pycache__/", "*.pyc", ".ipynb_checkpoints/", ".venv/", ".mlproject/", "mlruns/", "mlflow.db")


def compile(project: Project, pins: Pins) -> tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]:
    """Every file that DVC reads."""
    files: list[Generated] = []
    diagnostics: list[Diagnostic] = []
    passage = project.native.get("dvc")
    folders = dict.fromkeys([*(stage.folder for stage in project.stages), *project.folders])
    if passage or project.top != Top() or (not project.stages and project.params.files):
        folders = {"": None, **folders}
    for folder in folders:
        generated = _pipeline(project, folder)
        if folder == "":
            generated, found = native.into(generated, passage, ("native", "dvc"), "dvc")
            diagnostics += found
        files.append(generated)
    if project.params.owned and project.params.values:
        sources: dict[Path, Path] = {(): ("params",)}
        sources |= {(key,): ("params", key) for key in project.params.values}
        values = dict(project.params.values)
        files.append(Generated(join(project.root, "params.yaml"), "yaml", values, sources=sources))
    ignored = _ignored(project) if project.ignore is None else "".join(f"{line}\n" for line in project.ignore)
    if project.stages and ignored:
        sources = {(): ("stages",) if project.ignore is None else ("ignore",)}
        files.append(Generated(join(project.root, ".dvcignore"), "block", text=ignored, sources=sources))
    files += _config(project)
    return tuple(files), tuple(diagnostics)


def _pipeline(project: Project, folder: str) -> Generated:
    sources: dict[Path, Path] = {(): ("stages",)}
    tree: Tree = {}
    files = project.vars_files.get(folder, ())
    if files:
        tree["vars"] = list(files)
        sources[("vars",)] = ("params",)
    stages = [stage for stage in project.stages if stage.folder == folder]
    if stages:
        tree["stages"] = {stage.dvc_name or stage.name: _stage(stage, sources) for stage in stages}
    _top(project, folder, tree, sources)
    return Generated(join(project.root, folder, "dvc.yaml"), "yaml", tree, sources=sources)


def _top(project: Project, folder: str, tree: Tree, sources: dict[Path, Path]) -> None:
    """DVC's own sections of the project, or of one of its folders."""
    top = project.folders.get(folder, Top()) if folder else project.top
    base: Path = ("folders", folder) if folder else ()
    sections: tuple[tuple[str, object], ...] = (
        ("params", list(top.params) if folder else _shown_params(project)),
        ("metrics", list(top.metrics)),
        ("plots", list(top.plots)),
        ("artifacts", dict(top.artifacts)),
        ("datasets", list(top.datasets)),
    )
    for section, value in sections:
        if value:
            tree[section] = value
            sources[(section,)] = (*base, section)


def _shown_params(project: Project) -> list[str]:
    """The params files that DVC does not know from the stages, as those they track or their templates are read from."""
    used = {dep.file for stage in project.stages for one in stage.instances for dep in one.params}
    for folder, texts in project.vars_files.items():
        used |= {file_of(text, folder, project.root) for text in texts}
    for stage in project.stages:
        source = stage.loop.source if stage.loop is not None else None
        if _templated([value for _, value in _fields(stage)]) or _templated(source):
            used.add(join(stage.folder, "params.yaml"))
    used |= {join(folder, "params.yaml") for folder in project.folders}
    return [file.text for file in project.params.files if file.file not in used]


def _templated(value: object) -> bool:
    """Whether DVC resolves something in a part of a stage from a params file that it reads unasked."""
    if isinstance(value, str):
        return any(name.strip().split(".")[0] not in ("item", "key") for _, _, name in expressions(value))
    if isinstance(value, Mapping):
        return any(
            _templated(part) for pair in cast("Mapping[object, object]", value).items() for part in pair
        )
    return isinstance(value, list | tuple) and any(_templated(item) for item in cast("list[object]", value))


def _stage(stage: Stage, sources: dict[Path, Path]) -> Tree:
    at: Path = ("stages", stage.dvc_name or stage.name)
    sources[at] = stage.path
    loop = stage.loop
    if loop is not None and loop.kind == "foreach":
        sources[(*at, "foreach")] = loop.path
        sources[(*at, "do")] = stage.body
        return {"foreach": loop.source, "do": _body(stage, (*at, "do"), sources)}
    tree: Tree = {}
    if loop is not None:
        tree["matrix"] = loop.source
        sources[(*at, "matrix")] = loop.path
    return tree | _body(stage, at, sources)


def _body(stage: Stage, at: Path, sources: dict[Path, Path]) -> Tree:
    tree: Tree = {}
    for key, value in _fields(stage):
        tree[key] = value
        sources[(*at, key)] = (*stage.body, key)
    for index, dep in enumerate(stage.deps):
        sources[(*at, "deps", index)] = dep.path
    for index in range(len(stage.cmd) if stage.cmd_is_list else 0):
        sources[(*at, "cmd", index)] = (*stage.body, "cmd", index)
    for kind, section in OUTPUT_SECTIONS.items():
        outputs = [output for output in stage.outputs if output.kind == kind]
        for index, output in enumerate(outputs):
            sources[(*at, section, index)] = output.path
    return tree


def _fields(stage: Stage) -> Iterator[tuple[str, object]]:
    """The fields of a stage in the order in which they are emitted."""
    options = dict(stage.options)
    if "desc" in options:
        yield "desc", options.pop("desc")
    if stage.wdir:
        yield "wdir", stage.wdir
    if "vars" in options:
        yield "vars", options.pop("vars")
    yield "cmd", list(stage.cmd) if stage.cmd_is_list else stage.cmd[0] if stage.cmd else ""
    if stage.deps:
        yield "deps", [dep.template for dep in stage.deps]
    if stage.params:
        yield "params", list(stage.params)
    for kind, section in OUTPUT_SECTIONS.items():
        outputs = [_output(output) for output in stage.outputs if output.kind == kind]
        if outputs:
            yield section, outputs
    yield from options.items()


def _output(output: Output) -> object:
    if not output.flags:
        return output.template
    return {output.template: dict(output.flags)}


def _ignored(project: Project) -> str:
    """The lines of `.dvcignore`, without those that would hide a file the pipeline names."""
    used: set[str] = set()
    for stage in project.stages:
        for instance in stage.instances:
            for file in (*(file for _, file in instance.deps), *(product.file for product in instance.outs)):
                used.update(file.split("/"))
    used.update(step for entry in project.data for step in entry.file.split("/"))
    return "".join(f"{line}\n" for line in IGNORED if line.rstrip("/") not in used)


def _config(project: Project) -> list[Generated]:
    """Remotes: our block of `.dvc/config`, in DVC's own format, and what Git must not see there."""
    if not project.remotes:
        return []
    lines: list[str] = []
    sources: dict[Path, Path] = {(): ("remotes",)}
    for remote in project.remotes:
        if remote.default and project.dvc_core:
            lines += ["[core]", f"    remote = {remote.name}"]
    for remote in project.remotes:
        sources[(len(lines) + 1,)] = remote.path
        lines.append(f"['remote \"{remote.name}\"']")
        for key, value in remote.options.items():
            sources[(len(lines) + 1,)] = (*remote.path, key)
            lines.append(f"    {key} = {_option(value)}")
    folder = join(project.dvc_root, ".dvc")
    return [
        Generated(join(folder, "config"), "block", text="\n".join(lines) + "\n", sources=sources),
        Generated(join(folder, ".gitignore"), "block", text="/config.local\n/tmp\n/cache\n"),
    ]


def _option(value: object) -> str:
    """A value of DVC's configuration (configobj): quoted where it would be read otherwise."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        items = cast("list[object] | Mapping[object, object]", value)
        return ", ".join(_option(item) for item in items)
    text = str(value)
    if text and text == text.strip() and not any(char in text for char in "'\"#,\n"):
        return text
    return f"'{text}'" if "'" not in text else f'"{text}"'
