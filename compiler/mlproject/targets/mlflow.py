"""MLflow: `MLproject` with the stages as entry points, `python_env.yaml`, and `mlflow.yaml` (see `mlflow_config`).

Entry points and an environment that the user wrote under `tracking` come out as they are, and then are the only ones.

MLflow puts a command through `str.format` with its parameters and quotes every value for the shell. So braces are
doubled, and a reference to a parameter becomes a placeholder only where the value needs no quotes and the formatted
command is byte for byte the one that DVC resolves; elsewhere the value itself stands in the command, and a diagnostic
says so. MLflow has no loops: a looped stage is one entry point an instance, under DVC's name for it (`train@forest`).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from math import isfinite
from posixpath import join, normpath
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, error, warning
from mlproject.interpolate import expressions, select, to_text
from mlproject.ir import EntryPoint, Instance, Project, ProjectFile, Stage
from mlproject.records import field, slotted
from mlproject.targets import mlflow_config, native
from mlproject.trees import Generated, Pins

PYTHON_ENV = "python_env.yaml"
# MLflow takes one environment, and none beside a Spark job: a native one stands instead of ours.
OTHER_ENVS = ("docker_env", "conda_env", "databricks_spark_job")
NATIVE = ("MLproject", "mlproject")

Output = tuple[tuple[Generated, ...], tuple[Diagnostic, ...]]


def compile(project: Project, pins: Pins) -> Output:
    """`MLproject` and `python_env.yaml` where there is something to run, and `mlflow.yaml` always."""
    config = mlflow_config.compile(project)
    if (
        not project.stages
        and project.mlproject == ProjectFile()
        and not any(k in project.native for k in NATIVE)
    ):
        return (config,), ()
    file, found = _mlproject(project)
    return (file, *_python_env(project), config), found


def judge(project: Project) -> tuple[Diagnostic, ...]:
    """What `compile` has to say. A command without a template is emitted as it stands, and nothing is said of it."""
    if any(key in project.native for key in NATIVE):
        return _mlproject(project)[1]
    if project.mlproject.entry_points is not None:
        return ()
    found: list[Diagnostic] = []
    for stage in project.stages:
        if any("${" in line for line in stage.cmd):
            found += _lost(stage, (_commands(project, stage, instance)[0] for instance in stage.instances))
    return tuple(found)


@slotted
class _Entry:
    """An entry point being written: `text` is a format string, `values` the defaults that it is formatted with."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    expressions: dict[str, str] = field(
        default_factory=dict[str, str]
    )  # what stands between DVC's braces → our name
    quoted: dict[str, None] = field(default_factory=dict[str, None])  # parameters that MLflow would quote
    lost: bool = False  # a template that cannot be taken apart: the command stands as it is

    def placeholder(self, expression: str, value: object) -> str:
        key = expression.replace("[", ".").replace("]", "")
        if key not in self.expressions:
            name = re.sub(r"\W", "_", key, flags=re.ASCII)
            name = f"p_{name}" if name[:1].isdigit() else name
            while name in self.values:
                name += "_"
            self.expressions[key] = name
            self.values[name] = value
        return "{" + self.expressions[key] + "}"


def _mlproject(project: Project) -> tuple[Generated, tuple[Diagnostic, ...]]:
    passages = [(key, project.native[key]) for key in NATIVE if key in project.native]
    own = project.mlproject
    tree: dict[str, object] = {}
    sources: dict[Path, Path] = {}
    if own.name is not None:
        tree["name"] = own.name or project.name
        sources[("name",)] = ("tracking", "project") if own.name else ("name",)
    if own.environment:
        tree[own.environment] = own.value
        sources[(own.environment,)] = ("tracking", own.environment)
    elif _needs_env(project):
        tree["python_env"] = PYTHON_ENV
        sources[("python_env",)] = project.python.path
    found: list[Diagnostic] = []
    if own.entry_points is None:
        points = _stage_points(project, sources, found)
        sources[("entry_points",)] = ("stages",)
    else:
        points = {point.name: _as_given(point) for point in own.entry_points}
        sources |= {("entry_points", point.name): point.path for point in own.entry_points}
        sources[("entry_points",)] = ("tracking", "entry_points")
    if points:
        tree["entry_points"] = points
    file = Generated(join(project.root, "MLproject"), "yaml", tree, sources=sources)
    for key, passage in passages:
        file, more = native.into(file, passage, ("native", key), "mlproject")
        found += more or _placeholders(file, ("native", key))
    return file, tuple(found)


def _as_given(point: EntryPoint) -> dict[str, object]:
    parameters = {"parameters": dict(point.parameters)} if point.parameters else {}
    return {**parameters, "command": point.command}


def _stage_points(
    project: Project, sources: dict[Path, Path], found: list[Diagnostic]
) -> dict[str, dict[str, object]]:
    """An entry point for every instance of a stage, and `main` for all of them."""
    points: dict[str, dict[str, object]] = {}
    if project.stages and all(stage.name != "main" for stage in project.stages):
        points["main"] = {"command": _escape(_pipeline(project))}
    for stage in project.stages:
        entries: list[_Entry] = []
        for instance in stage.instances:
            points[instance.name], entry = _entry_point(project, stage, instance, sources)
            entries.append(entry)
        found += _lost(stage, entries)
    return points


def _lost(stage: Stage, entries: Iterable[_Entry]) -> list[Diagnostic]:
    """What MLflow cannot set of a stage: said of the first entry point, as it would be of every other."""
    for entry in entries:
        text = ""
        if entry.lost:
            text = f"parameters of `{stage.name}` stand in MLproject as values, not as parameters"
        elif entry.quoted:
            names = ", ".join(f"`{name}`" for name in entry.quoted)
            why = "as a parameter, MLflow would quote it"
            text = f"{names} of `{stage.name}` stands in MLproject as a value: {why}"
        if text:
            return [warning("not-expressible", text, (*stage.body, "cmd"))]
    return []


def _commands(project: Project, stage: Stage, instance: Instance) -> tuple[_Entry, list[str]]:
    """The commands of an instance as format strings, and the entry point that they make."""
    entry = _Entry()
    context = _context(project, stage.folder)
    pairs = zip(stage.cmd, instance.cmd, strict=True)
    return entry, [_formatted(entry, template, text, instance, context) for template, text in pairs]


def _placeholders(file: Generated, passage: Path) -> list[Diagnostic]:
    """Commands of a passage that `str.format` refuses, which MLflow would find out only when it runs them."""
    from mlproject.lower.placeholders import refused

    found: list[Diagnostic] = []
    tree = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", file.tree)
    for entry, point in tree.get("entry_points", {}).items():
        place = ("entry_points", entry, "command")
        if native.origin(place, file.sources)[: len(passage)] != passage:
            continue
        at = native.within(place, passage, file.sources)
        known = list(cast("Mapping[str, object]", point.get("parameters", {})))
        for text, why, help in refused(str(point["command"]), known):
            summary = f"{why} of `{entry}`" if text else why
            found.append(error("native-invalid", summary, at, help=help))
    return found


def _pipeline(project: Project) -> str:
    """The command that runs the whole project, wherever its stages are emitted."""
    folders = list(dict.fromkeys(stage.folder for stage in project.stages))
    if folders == [""]:
        return "dvc repro"
    return "dvc repro " + " ".join(shlex.quote(join(folder, "dvc.yaml")) for folder in folders)


def _entry_point(
    project: Project, stage: Stage, instance: Instance, sources: dict[Path, Path]
) -> tuple[dict[str, object], _Entry]:
    place: Path = ("entry_points", instance.name)
    sources |= {place: stage.path, (*place, "command"): (*stage.body, "cmd")}
    entry, lines = _commands(project, stage, instance)
    point: dict[str, object] = {}
    if entry.values:
        point["parameters"] = {name: _parameter(value) for name, value in entry.values.items()}
        if project.params.owned:
            for key, name in entry.expressions.items():
                sources[(*place, "parameters", name)] = (*project.params.path, *key.split("."))
    point["command"] = _where(stage) + (
        " && ".join(_alone(line) for line in lines) if len(lines) > 1 else lines[0]
    )
    return point, entry


def _context(project: Project, folder: str) -> Mapping[str, object]:
    """What DVC's templates can name in a folder and MLflow may set: the parameters, those of the file beside the stages
    before others', and of these an earlier file's before a later one's."""
    if project.params.owned:
        return project.params.values
    beside = join(folder, "params.yaml")
    files = sorted(project.params.files, key=lambda file: file.file != beside)
    return {k: v for file in reversed(files) for k, v in (file.values or {}).items()}


def _formatted(
    entry: _Entry, template: str, text: str, instance: Instance, context: Mapping[str, object]
) -> str:
    """The format string of one command. Where the template cannot be followed, the command itself, escaped."""
    pieces: list[str] = []  # of the format string
    plain: list[str] = []  # of what it gives with the defaults
    at = 0
    trial = _Entry(dict(entry.values), dict(entry.expressions), dict(entry.quoted))
    for start, end, expression in expressions(template):
        literal = template[at:start].replace("\\${", "${")
        piece = _piece(trial, expression, instance, context)
        if piece is None:
            entry.lost = True
            return _escape(text)
        pieces += [_escape(literal), piece[0]]
        plain += [literal, piece[1]]
        at = end
    rest = template[at:].replace("\\${", "${")
    if "".join(plain) + rest != text:
        entry.lost = True
        return _escape(text)
    entry.values, entry.expressions, entry.quoted = trial.values, trial.expressions, trial.quoted
    return "".join(pieces) + _escape(rest)


def _piece(
    entry: _Entry, expression: str, instance: Instance, context: Mapping[str, object]
) -> tuple[str, str] | None:
    """An interpolation as a format string and as text; None where it is no parameter and no item of a loop."""
    looped = instance.key is not None and re.match(r"(item|key)\b", expression) is not None
    scope: Mapping[str, object] = {"item": instance.item, "key": instance.key} if looped else context
    try:
        value = select(scope, expression)
    except LookupError:
        return None
    if isinstance(value, Mapping | list | tuple):
        return None
    text = to_text(value)
    if looped:
        return _escape(text), text
    if shlex.quote(text) != text:
        entry.quoted[expression] = None
        return _escape(text), text
    return entry.placeholder(expression, value), text


def _parameter(value: object) -> dict[str, object]:
    """The declaration of a parameter: MLflow writes `str(default)`, DVC its own text; they must be the same."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return {"type": "float", "default": value}
    return {"type": "string", "default": to_text(value)}


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _where(stage: Stage) -> str:
    """What changes to the directory that DVC runs the stage in. A line of its own: `&&` would bind into the command."""
    place = normpath(join(stage.folder, stage.wdir) or ".")
    return "" if place == "." else f"cd {_escape(shlex.quote(place))} || exit\n"


_BUILTINS = "alias|cd|eval|exec|exit|export|set|shift|source|trap|ulimit|umask|unset|\\."
_ENTANGLED = re.compile(rf"[;&|()<>#\n\\=]|^\s*({_BUILTINS})(\s|$)")


def _alone(command: str) -> str:
    """One command of a list: DVC runs each in a shell of its own, so what could touch the next gets a subshell."""
    return f"(\n{command}\n)" if _ENTANGLED.search(command) else command


def _needs_env(project: Project) -> bool:
    """Whether our `python_env.yaml` is the environment: something to say, and no other environment in a passage."""
    passages = [project.native.get(key) for key in NATIVE]
    foreign = any(
        isinstance(passage, Mapping) and env in passage for passage in passages for env in OTHER_ENVS
    )
    return (
        not foreign
        and not project.mlproject.environment
        and bool(project.python.version or project.python.requirements)
    )


def _python_env(project: Project) -> tuple[Generated, ...]:
    if not _needs_env(project):
        return ()
    tree: dict[str, object] = {}
    sources: dict[Path, Path] = {(): project.python.path}
    if project.python.version:
        tree["python"] = project.python.version
        sources[("python",)] = (*project.python.path, "version")
    tree["build_dependencies"] = ["pip", "setuptools", "wheel"]
    if project.python.requirements:
        tree["dependencies"] = ["-r " + shlex.quote(project.python.requirements)]
        sources[("dependencies",)] = (*project.python.path, "requirements")
    return (Generated(join(project.root, PYTHON_ENV), "yaml", tree, sources=sources),)
