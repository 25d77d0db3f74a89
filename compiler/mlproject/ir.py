"""The graph: what a spec means, frozen and typed, after every default is explicit and every reference resolved.

Vocabulary
    template   text for `dvc.yaml`: our references are substituted, parameters are DVC's own `${lr}`, loops keep
               `${item}`
    text       what DVC resolves the template to for one instance, byte for byte
    file       a path, relative to the project's directory, normalised with `/` (may begin with `..`), used to find
               edges; a path is emitted as the user spelled it, never as `file`
    stage      a stage of the spec; its instances are what DVC runs: one, or one per item of `foreach` or `matrix`
    path       where the node stands in the merged spec (for spans and provenance)

Mappings in here are plain dictionaries that nobody changes; order is the spec's. Values compare by content, without
positions: two specs that mean the same give equal graphs up to `path`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from mlproject.diagnostics import Path
from mlproject.records import field, frozen

OutputKind = Literal["out", "metric", "plot"]
OUTPUT_SECTIONS: dict[OutputKind, str] = {"out": "outs", "metric": "metrics", "plot": "plots"}

NodeKind = Literal[
    "data",
    "param",
    "stage",
    "output",
    "metric",
    "plot",
    "model",
    "service",
    "deployment",
    "monitor",
    "workflow",
    "file",
]


class NodeId(NamedTuple):
    """A node of the graph. `name` is unique in its kind: an instance's address, an output's file, `ENV/SERVICE`, …"""

    kind: NodeKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Edge(NamedTuple):
    """`target` depends on `source`; `path` is the place in the spec that says so, `why` two or three words."""

    source: NodeId
    target: NodeId
    why: str
    path: Path


@frozen
class Data:
    """A source of the project: a file or directory that no stage produces."""

    name: str
    file: str
    text: str
    track: Literal["dvc", "git", "none", ""]  # '' = whatever the repository already does
    url: str
    repo: str
    rev: str
    schema: str
    desc: str
    path: Path


@frozen
class ParamFile:
    """A params file that stays the user's. `values` is None where its content is unknown (a stage writes it)."""

    file: str
    text: str
    values: Mapping[str, object] | None
    path: Path


@frozen
class Params:
    """`owned`: values stand in the spec and `params.yaml` is ours. Otherwise `files`, in order, are the user's.
    `used` are the parameters that the spec uses outside of stages, as tuples of keys."""

    owned: bool
    values: Mapping[str, object]
    files: tuple[ParamFile, ...]
    path: Path
    used: tuple[tuple[str, ...], ...] = ()


@frozen
class ParamDep:
    """Parameters of one file that a stage depends on; `keys` is None for the whole file. `text` is as emitted."""

    file: str
    text: str
    keys: tuple[str, ...] | None


@frozen
class Output:
    """An output as declared (a template). `name` is '' where the list form gives none. `flags` hold DVC's own
    flags and plot properties that are set (`cache`, `persist`, `remote`, `push`, `desc`, `type`, `labels`, `meta`,
    `x`, `y`, …), values as emitted."""

    name: str
    kind: OutputKind
    template: str
    flags: Mapping[str, object]
    path: Path


@frozen
class Product:
    """An output of one instance."""

    name: str
    kind: OutputKind
    text: str
    file: str
    cache: bool
    output: Output


@frozen
class Dep:
    """A dependency as declared or added: `template` as emitted; `implied` where a reference in `cmd` added it."""

    template: str
    path: Path
    implied: bool = False


@frozen
class Instance:
    """What DVC runs: a stage without a loop (`key` is None), or one of its items.

    `name` is unique in the project; `address` is DVC's: `train@0.1`, or `books/dvc.yaml:train@0.1` with a folder.
    `item` is the loop's value (for a matrix a mapping). `deps` are (text, file) pairs.
    """

    address: str
    name: str
    key: str | None
    item: object
    cmd: tuple[str, ...]
    wdir: str
    deps: tuple[tuple[str, str], ...]
    params: tuple[ParamDep, ...]
    outs: tuple[Product, ...]


@frozen
class Loop:
    """`foreach` or `matrix` as emitted (a mapping, a list, or DVC's `${param}` text)."""

    kind: Literal["foreach", "matrix"]
    source: object
    path: Path


@frozen
class Resources:
    """What a stage or service needs. `memory` as written ('4GiB'), '' where not said."""

    cpus: float = 0
    memory: str = ""
    gpus: float = 0


@frozen
class Stage:
    """A stage of the spec, in DVC's terms. `cmd` has one template or, where `cmd_is_list`, the list's.

    `params` is DVC's list as emitted: text, or a mapping of a file to keys or None. `body` is the path of the mapping
    that holds the fields (`path` itself, or its `do`). `options` are further emitted keys in DVC's order and meaning:
    `vars`, `frozen`, `always_changed`, `desc`, `meta`.
    """

    name: str
    folder: str
    wdir: str
    cmd: tuple[str, ...]
    cmd_is_list: bool
    deps: tuple[Dep, ...]
    params: tuple[object, ...]
    outputs: tuple[Output, ...]
    options: Mapping[str, object]
    loop: Loop | None
    frozen: bool
    always_changed: bool
    desc: str
    resources: Resources
    timeout: str
    instances: tuple[Instance, ...]
    path: Path
    body: Path
    dvc_name: str = ""  # its name in `dvc.yaml`, where that differs


@frozen
class Gate:
    """A condition on a metric: `file` is the metrics file of `stage` (an instance's address), `key` a path in it.
    Bounds that are not set are None."""

    file: str
    stage: str
    key: tuple[str, ...]
    min: float | None
    max: float | None
    against: str
    max_drop: float | None
    max_rise: float | None
    path: Path


@frozen
class Model:
    """A model to register: `file` is the artifact's, `stage` the address of the instance that produces it.
    `flavor` is '' where the artifact is an MLflow model directory."""

    name: str
    file: str
    stage: str
    flavor: str
    gates: tuple[Gate, ...]
    alias: str
    desc: str
    path: Path


@frozen
class Deploy:
    """Where a service runs in one environment ('' for the part that holds for all). `values` are the merged fields of
    `deploy` that are set, in the order of the language."""

    environment: str
    kind: Literal["none", "kubernetes", "bentocloud"]
    image: str
    namespace: str
    replicas: int | None
    envs: Mapping[str, str]
    values: Mapping[str, object]
    path: Path


@frozen
class Api:
    """One route of a service: names of the fields to JSON Schemas."""

    name: str
    input: Mapping[str, Mapping[str, object]]
    output: Mapping[str, Mapping[str, object]]
    path: Path


@frozen
class StoreModel:
    """A model of BentoML's own store that a service needs; '' where not said."""

    tag: str
    filter: str
    alias: str
    path: Path


@frozen
class Service:
    """A service. `entry` is (file, class name) or None where `service.py` is generated; the name is '' where the file
    has but one service. `models` are names; `positions` where they stand in the spec's list (() for all of it), among
    the `stored` ones. `bento` is the Bento's name: '' the service's, None none. `service` is what BentoML is told to
    serve, as the user wrote it: '' what `entry` says, None nothing. `env_stages` are the stages of `envs` that have
    one. `options` are BentoML's sections `python`, `docker`, `conda` and `args` as given."""

    name: str
    desc: str
    models: tuple[str, ...]
    entry: tuple[str, str] | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    api: tuple[Api, ...]
    resources: Mapping[str, object]
    traffic: Mapping[str, object]
    envs: Mapping[str, str]
    secrets: tuple[str, ...]
    labels: Mapping[str, str]
    python: Python
    deploys: tuple[Deploy, ...]  # one per environment, in order
    path: Path
    bento: str | None = ""
    service: str | None = ""
    stored: tuple[StoreModel, ...] = ()
    positions: tuple[int, ...] = ()
    env_stages: Mapping[str, str] = field(default_factory=dict[str, str])
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])

    def at_model(self, number: int) -> Path:
        """Where the spec names one of `models`."""
        return (*self.path, "models", self.positions[number] if self.positions else number)


@frozen
class Monitor:
    """Monitoring of one service. `reference` is the file compared against ('' if none)."""

    service: str
    logs: str
    redact: tuple[str, ...]
    reference: str
    drift: Mapping[str, object]
    schedule: str
    on_drift: Literal["report", "retrain"]
    path: Path


@frozen
class Python:
    """The interpreter and the requirements file ('' where not said)."""

    version: str = ""
    requirements: str = ""
    path: Path = ()


@frozen
class Tracking:
    """MLflow's part. `uri` is '' for the embedded store; it may be one whole `${env.NAME}`."""

    experiment: str
    uri: str
    registry_uri: str
    tags: Mapping[str, str]
    path: Path


@frozen
class EntryPoint:
    """An entry point of `MLproject` that the user wrote: the command as MLflow formats it, the parameters as given."""

    name: str
    command: str
    parameters: Mapping[str, object]
    path: Path


@frozen
class ProjectFile:
    """What the spec says of `MLproject` itself. `name`: '' is the project's, None is none. `environment` is MLflow's
    key for the user's own environment ('' for none), `value` what stands under it. `entry_points` is None where the
    stages are the entry points."""

    name: str | None = ""
    environment: str = ""
    value: object = None
    entry_points: tuple[EntryPoint, ...] | None = None


@frozen
class Environment:
    """A named place to run. `env` are the variables that `${env.…}` may name; `tracking` is merged; `aliases` maps a
    model to its alias here."""

    name: str
    env: tuple[str, ...]
    promote_from: str
    tracking: Tracking
    aliases: Mapping[str, str]
    path: Path


@frozen
class Remote:
    """A DVC remote: its section of `.dvc/config` as written."""

    name: str
    default: bool
    options: Mapping[str, object]
    path: Path


@frozen
class RunnerRule:
    """A runner for stages whose resources fit `when`: a resource to a comparison such as '>=1'."""

    when: Mapping[str, str]
    runner: tuple[str, ...]


@frozen
class Ci:
    """Continuous integration. `providers` is empty where the spec has no `ci`."""

    providers: tuple[Literal["github", "gitlab"], ...]
    runner: tuple[str, ...]
    runners: tuple[RunnerRule, ...]
    container: str
    setup: tuple[str, ...]
    branch: str
    environments: tuple[str, ...]
    commit: Literal["push", "pull-request", "none"]
    retrain: str  # a cron expression or ''
    path: Path


@frozen
class Top:
    """DVC's own top-level sections of one `dvc.yaml`, references resolved, as emitted; empty where absent. `params` are
    those of a folder; the project's are in `Project.params`."""

    params: tuple[object, ...] = ()
    metrics: tuple[object, ...] = ()
    plots: tuple[object, ...] = ()
    artifacts: Mapping[str, object] = field(default_factory=dict[str, object])
    datasets: tuple[object, ...] = ()
    vars: tuple[object, ...] = ()


@frozen
class Project:
    """The whole graph of one spec.

    `root` is the project's directory relative to the repository ('' at its root); `spec` the spec's file name.
    `vars_files` are, per folder, the params files that the templates there read, as `dvc.yaml` there names them.
    `dvc_root` is the directory of the DVC repository that the project belongs to, relative to the repository.
    `dvc_core` tells that `[core]` of `.dvc/config` is ours to write; otherwise the user's own names the default remote.
    `ignore` are the lines of `.dvcignore` that the spec gives, None where it leaves them to us.
    `presets` are the files that the spec extends and that lie outside `root`, relative to the repository.
    """

    name: str
    root: str
    spec: str
    requires: str
    description: str
    owners: tuple[str, ...]
    python: Python
    params: Params
    data: tuple[Data, ...]
    stages: tuple[Stage, ...]
    top: Top
    vars_files: Mapping[str, tuple[str, ...]]
    tracking: Tracking
    models: tuple[Model, ...]
    services: tuple[Service, ...]
    monitors: tuple[Monitor, ...]
    environments: tuple[Environment, ...]
    remotes: tuple[Remote, ...]
    ci: Ci
    native: Mapping[str, object]
    presets: tuple[str, ...] = ()
    dvc_root: str = ""
    dvc_core: bool = True
    mlproject: ProjectFile = ProjectFile()
    folders: Mapping[str, Top] = field(default_factory=dict[str, Top])
    ignore: tuple[str, ...] | None = None
