"""Record one MLflow run for the state of the pipeline: parameters, metrics, plots, files, models.

The run is found by the digest of that state, in a tag. Another tag is set last of all; a run without it was cut short,
is put aside and made again.
"""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Mapping

from mlproject.apply.content import of_path
from mlproject.apply.context import Context
from mlproject.apply.events import VERDICT, Failure
from mlproject.apply.leaves import TAG_LENGTH, UnreadableError, cut, metrics, name_of, parameters, read
from mlproject.apply.steps.pipeline import State
from mlproject.apply.tags import DIGEST, MODEL, PROJECT, RECORDED
from mlproject.apply.where import Where
from mlproject.ir import Instance, Model, OutputKind, Product, Project
from mlproject.records import frozen

STEP = ("record",)


@frozen
class Logged:
    """A model in the tracking store: `digest` is the content of its file, `id` MLflow's for what was logged."""

    digest: str
    id: str


@frozen
class Recorded:
    """The run of a state, the models logged to it by name, and where its artifacts are."""

    run: str
    models: Mapping[str, Logged]
    artifacts: str


@frozen
class _Values:
    """What a run shows: parameters, metrics, and the leaves of metrics files that are no numbers."""

    params: Mapping[str, str]
    numbers: Mapping[str, float]
    texts: Mapping[str, str]


def record(context: Context, state: State) -> Recorded | Failure:
    """Find or make the run, and the models in it. Raises StoreError."""
    project, setting, store, log = context.project, context.setting, context.store, context.log
    log.started(STEP, f"one MLflow run for this state of the pipeline, in experiment `{setting.experiment}`")
    values = _missing(context) or _values(context, state)
    if isinstance(values, Failure):
        log.failed(STEP, values)
        return values
    found = store.ask("find_run", digest=state.digest)
    if found is not None and not found["recorded"]:
        log.output(STEP, "an earlier run was cut short: it is made again")
        store.ask("discard_run", run=found["run"], delete=setting.database is not None)
        found = None
    run = str(found["run"]) if found else _write(context, state, values)
    tags: Mapping[str, str] = found["tags"] if found else {}
    models: dict[str, Logged] = {}
    fresh: list[str] = []
    for model in project.models:
        digest = state.outputs.get(model.file) or of_path(context.path(model.file))
        content, _, logged = tags.get(f"{MODEL}.{model.name}", "").rpartition(" ")
        if content != f"{digest} {model.flavor}":
            logged = _log_model(context, model, digest, run)
            store.ask("tag_run", run=run, tags={f"{MODEL}.{model.name}": f"{digest} {model.flavor} {logged}"})
            fresh.append(model.name)
        models[model.name] = Logged(digest, logged)
    if found and not fresh:
        log.unchanged(STEP, f"run {run[:8]} has it")
        return Recorded(run, models, str(found["artifacts"]))
    store.ask("tag_run", run=run, tags={RECORDED: "true"})
    artifacts = str(store.ask("finish_run", run=run))
    parts = (
        [] if found else [_counted(len(values.numbers), "metric"), _counted(len(values.params), "parameter")]
    )
    parts += [_counted(len(fresh), "model")] if project.models else []
    log.done(STEP, f"run {run[:8]}: {', '.join(parts)}")
    return Recorded(run, models, artifacts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _products(project: Project, kind: OutputKind) -> list[Product]:
    """The outputs of a kind, in the spec's order."""
    return [
        product
        for stage in project.stages
        for instance in stage.instances
        for product in instance.outs
        if product.kind == kind
    ]


def _missing(context: Context) -> Failure | None:
    """A failure where a model's file is not there: its stage declares the directory and did not write the file."""
    for model in context.project.models:
        if not context.path(model.file).exists():
            what = f"the model {model.name} is not there: stage {model.stage} did not write {model.file}"
            return Failure(VERDICT, what, "Mend the stage or the model's `artifact`, then run apply again.")
    return None


def _values(context: Context, state: State) -> _Values | Failure:
    """Read the metrics files; a directory of metrics is recorded as files only."""
    contents: dict[str, object] = {}
    for product in _products(context.project, "metric"):
        path = context.path(product.file)
        if path.is_dir():
            continue
        try:
            contents[product.file] = read(product.file, path.read_text(encoding="utf-8"))
        except (OSError, UnreadableError, UnicodeDecodeError) as problem:
            what = f"the metrics file {product.file} can't be read: {problem}"
            return Failure(
                VERDICT,
                what,
                "Let its stage write JSON, YAML or TOML as the suffix says, then run apply again.",
            )
    numbers, texts = metrics(contents)
    return _Values(parameters(state.params), numbers, texts)


def _write(context: Context, state: State, values: _Values) -> str:
    """Make the run with everything but the models; it stays without its last tag."""
    project, store = context.project, context.store
    tags = {
        **{name_of(key): cut(value, TAG_LENGTH) for key, value in context.setting.tags.items()},
        **{name_of(key): value for key, value in values.texts.items()},
        **_commit(context.where),
        PROJECT: project.name,
        DIGEST: state.digest,
    }
    run = str(store.ask("create_run", name=f"{project.name}-{state.digest[:8]}", tags={DIGEST: state.digest}))
    store.ask("tag_run", run=run, tags=tags)
    store.ask("log_values", run=run, params=values.params, metrics=values.numbers)
    files = [product.file for kind in ("metric", "plot") for product in _products(project, kind)]
    files += [*state.files, *state.params]
    there = [file for file in dict.fromkeys(files) if context.path(file).exists()]
    pairs = [(str(context.path(file)), _folder(file)) for file in there]
    store.ask("log_files", run=run, files=pairs)
    return run


def _folder(file: str) -> str:
    """The folder among a run's artifacts: where the file is in the project; `outside` for what lies outside of it."""
    folder = posixpath.dirname(file)
    return (
        folder
        if not folder.startswith(("..", "/"))
        else posixpath.normpath(
            posixpath.join("outside", *(part for part in folder.split("/") if part not in ("", "..")))
        )
    )


def _commit(where: Where) -> dict[str, str]:
    """The commit that is checked out, where there is one."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        said = subprocess.run(command, cwd=where.project_dir, capture_output=True, text=True, check=False)
    except OSError:
        return {}
    commit = said.stdout.strip()
    return {"mlflow.source.git.commit": commit} if said.returncode == 0 and commit else {}


def _log_model(context: Context, model: Model, digest: str, run: str) -> str:
    """The id of the model as logged: the one of the registered version with this content, where there is one."""
    store = context.store
    version = store.ask("find_version", name=model.name, digest=digest, flavor=model.flavor)
    if version is not None and version["model"] and store.ask("has_model", model=version["model"]):
        store.ask("link_model", run=run, model=version["model"])
        return str(version["model"])
    context.log.output(STEP, f"model {model.name}: logging {model.file}")
    requirements = context.project.python.requirements
    return str(
        store.ask(
            "log_model",
            run=run,
            name=model.name,
            path=str(context.path(model.file)),
            flavor=model.flavor,
            requirements=str(context.path(requirements)) if requirements else "",
            folders=_module_folders(context, model),
        )
    )


def _module_folders(context: Context, model: Model) -> list[str]:
    """Where modules were found when the model was made: beside the scripts that its stage depends on, in its working
    directory, in the project."""
    instances = [i for stage in context.project.stages for i in stage.instances if i.address == model.stage]
    scripts = [file for i in instances for _, file in i.deps if file.endswith(".py")]
    folders = (
        [posixpath.dirname(script) for script in scripts]
        + [_wdir(context.project, i) for i in instances]
        + [""]
    )
    return list(dict.fromkeys(str(context.path(folder)) for folder in folders))


def _wdir(project: Project, instance: Instance) -> str:
    folder = next(stage.folder for stage in project.stages if instance in stage.instances)
    return posixpath.join(folder, instance.wdir)
