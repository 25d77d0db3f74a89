"""Data, stages, outputs and DVC's own top-level sections: the part of the spec that becomes `dvc.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, Tag

from mlproject.model.parts import KIND, Name, OneOrMany, Part, Resources, Text, TextList


class DataEntry(Part):
    """A source of the project: a file or directory that no stage produces."""

    path: Text = Field(description="Where it lies, relative to the project.", examples=["data/raw.csv"])
    track: Literal["dvc", "git", "none"] | None = Field(
        default=None,
        description="Who versions it: `dvc`, `git`, or nobody. Default: what the repository already does.",
        examples=["dvc"],
    )
    url: Text | None = Field(
        default=None,
        description="Where it is imported from, with `dvc import-url`.",
        examples=["s3://bucket/raw.csv"],
    )
    repo: Text | None = Field(
        default=None,
        description="Another Git repository that it is imported from.",
        examples=["https://example.com/data.git"],
    )
    rev: Text | None = Field(default=None, description="The revision of that repository.", examples=["v1.2"])
    contract: Text | None = Field(
        default=None,
        alias="schema",
        description="A JSON Schema of its rows, in a file.",
        examples=["data/raw.schema.json"],
    )
    desc: str | None = Field(
        default=None, description="What it is, in a sentence.", examples=["Measurements, one row a cell."]
    )


class Flags(Part):
    """DVC's flags of an output."""

    cache: bool | None = Field(
        default=None, description="Kept in DVC's cache; false leaves it to Git.", examples=[False]
    )
    persist: bool | None = Field(
        default=None, description="Not deleted before the stage runs.", examples=[True]
    )
    remote: Text | None = Field(default=None, description="The remote it is pushed to.", examples=["storage"])
    push: bool | None = Field(default=None, description="Pushed by `dvc push`.", examples=[False])
    desc: str | None = Field(
        default=None, description="What it is, in a sentence.", examples=["The fitted forest."]
    )
    type: str | None = Field(default=None, description="A type for people and tools.", examples=["model"])
    labels: list[str] | None = Field(
        default=None, description="Labels for people and tools.", examples=[["forest"]]
    )
    meta: object = Field(
        default=None, description="Anything; DVC keeps it and ignores it.", examples=[{"owner": "ml"}]
    )


class PlotFlags(Flags):
    """DVC's flags and plot properties of an output under `plots`."""

    template: Text | None = Field(default=None, description="A DVC plot template.", examples=["linear"])
    x: Text | None = Field(default=None, description="The field on the x axis.", examples=["fpr"])
    y: Text | None = Field(default=None, description="The field on the y axis.", examples=["tpr"])
    x_label: str | None = Field(
        default=None, description="The label of the x axis.", examples=["false positive rate"]
    )
    y_label: str | None = Field(
        default=None, description="The label of the y axis.", examples=["true positive rate"]
    )
    title: str | None = Field(default=None, description="The plot's title.", examples=["ROC"])
    header: bool | None = Field(
        default=None, description="Whether a CSV or TSV file has a header.", examples=[True]
    )


class OutputPath(Part):
    """Where an output lies; the first thing that is said of it."""

    path: Text = Field(
        description="Where the stage writes it, relative to its `wdir`.", examples=["models/model.joblib"]
    )


class NamedOutput(Flags, OutputPath):
    """An output with a name: its path and DVC's flags."""


class NamedPlot(PlotFlags, OutputPath):
    """A plot with a name: its path, DVC's flags and plot properties."""


TextTag = Annotated[Text, Tag("<text>")]
OutputValue = Annotated[TextTag | Annotated[NamedOutput, Tag("<mapping>")], KIND]
PlotValue = Annotated[TextTag | Annotated[NamedPlot, Tag("<mapping>")], KIND]
OutputItem = Annotated[TextTag | Annotated[dict[Text, Flags], Tag("<mapping>")], KIND]
PlotItem = Annotated[TextTag | Annotated[dict[Text, PlotFlags], Tag("<mapping>")], KIND]
Outputs = Annotated[
    Annotated[dict[Name, OutputValue], Tag("<mapping>")] | Annotated[list[OutputItem], Tag("<list>")], KIND
]
Plots = Annotated[
    Annotated[dict[Name, PlotValue], Tag("<mapping>")] | Annotated[list[PlotItem], Tag("<list>")], KIND
]
ParamItem = Annotated[TextTag | Annotated[dict[Text, TextList | None], Tag("<mapping>")], KIND]


class Described(Part):
    """A stage's first line."""

    desc: str | None = Field(
        default=None, description="What it does, in a sentence.", examples=["Fits the forest."]
    )


class StageBody(Described):
    """What DVC knows of a stage."""

    cmd: OneOrMany | None = Field(
        default=None,
        description="The command, or a list of commands. DVC gets it byte for byte, after references.",
        examples=["python src/train.py ${stages.prepare.train} ${outs.model}"],
    )
    wdir: Text | None = Field(
        default=None,
        description="The directory it runs in; paths of the stage are relative to it.",
        examples=["src"],
    )
    deps: TextList | None = Field(
        default=None,
        description="Files and directories it reads. A path referred to in `cmd` is added.",
        examples=[["src/train.py"]],
    )
    params: list[ParamItem] | None = Field(
        default=None,
        description="Parameters it depends on: keys, or a file with its keys (null: the whole file).",
        examples=[["train"], [{"config.yaml": ["lr"]}]],
    )
    vars: list[object] | None = Field(
        default=None, description="DVC's variables of this stage.", examples=[[{"depth": 3}]]
    )
    outs: Outputs | None = Field(
        default=None,
        description="Outputs: names to paths, or a plain list.",
        examples=[{"model": "models/model.joblib"}],
    )
    metrics: Outputs | None = Field(
        default=None,
        description="Metrics files: names to paths, or a plain list.",
        examples=[{"eval": {"path": "metrics/eval.json", "cache": False}}],
    )
    plots: Plots | None = Field(
        default=None,
        description="Plots: names to paths and their properties, or a plain list.",
        examples=[{"roc": {"path": "plots/roc.csv", "x": "fpr", "y": "tpr"}}],
    )
    frozen: bool | None = Field(default=None, description="Never runs again.", examples=[True])
    always_changed: bool | None = Field(default=None, description="Runs every time.", examples=[True])
    meta: object = Field(
        default=None, description="Anything; DVC keeps it and ignores it.", examples=[{"owner": "ml"}]
    )


LoopSource = Annotated[
    Annotated[dict[object, object], Tag("<mapping>")]
    | Annotated[list[object], Tag("<list>")]
    | Annotated[Text, Tag("<text>")],
    KIND,
]
MatrixAxis = Annotated[Annotated[list[object], Tag("<list>")] | Annotated[Text, Tag("<text>")], KIND]


class Loop(Described):
    """Where a stage is emitted, and what it is repeated for: said before what it does."""

    folder: Text | None = Field(
        default=None,
        description="Emits the stage into FOLDER/dvc.yaml; its paths are relative to that.",
        examples=["books"],
    )
    name: Annotated[str, StringConstraints(min_length=1, pattern="^[^@]+$")] | None = Field(
        default=None,
        description="Its name in dvc.yaml, where that is no name here or two folders have it. Default: its key here.",
        examples=["cluster"],
    )
    foreach: LoopSource | None = Field(
        default=None, description="Repeats `do` for every item of a list or mapping.", examples=[["us", "uk"]]
    )
    do: StageBody | None = Field(
        default=None,
        description="The stage that `foreach` repeats.",
        examples=[{"cmd": "python fetch.py ${item}"}],
    )
    matrix: dict[str, MatrixAxis] | None = Field(
        default=None,
        description="Repeats the stage for every combination.",
        examples=[{"model": ["svm", "forest"]}],
    )


class StageEntry(StageBody, Loop):
    """A stage: DVC's fields, a loop, and where and how long it may run."""

    resources: Resources | None = Field(
        default=None,
        description="What it needs; picks the CI runner and the cluster slot. Never reruns anything.",
        examples=[{"cpus": 2, "memory": "4GiB"}],
    )
    timeout: str | None = Field(
        default=None,
        pattern=r"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
        min_length=1,
        description="How long it may run.",
        examples=["2h", "90m"],
    )


class Artifact(Part):
    """A DVC artifact: a file that DVC's registry names."""

    path: Text = Field(description="The file.", examples=["models/model.joblib"])
    type: str | None = Field(default=None, description="A type for people and tools.", examples=["model"])
    desc: str | None = Field(
        default=None, description="What it is, in a sentence.", examples=["The fitted forest."]
    )
    labels: list[str] | None = Field(
        default=None, description="Labels for people and tools.", examples=[["forest"]]
    )
    meta: object = Field(
        default=None, description="Anything; DVC keeps it and ignores it.", examples=[{"owner": "ml"}]
    )


TopPlot = Annotated[TextTag | Annotated[dict[str, dict[str, object] | None], Tag("<mapping>")], KIND]
TopPlots = Annotated[
    Annotated[list[TopPlot], Tag("<list>")]
    | Annotated[dict[str, dict[str, object] | None], Tag("<mapping>")],
    KIND,
]


class FolderEntry(Part):
    """What DVC's own sections say in the `dvc.yaml` of a folder. Paths are relative to that folder."""

    params: TextList | None = Field(
        default=None, description="Params files that DVC shows.", examples=[["params.yaml"]]
    )
    metrics: TextList | None = Field(
        default=None, description="DVC's top-level metrics.", examples=[["metrics.json"]]
    )
    plots: TopPlots | None = Field(
        default=None, description="DVC's top-level plots.", examples=[[{"roc.csv": {"x": "fpr"}}]]
    )
    artifacts: dict[str, Artifact] | None = Field(
        default=None,
        description="DVC's artifacts.",
        examples=[{"forest": {"path": "model.joblib", "type": "model"}}],
    )
    datasets: list[dict[str, object]] | None = Field(
        default=None,
        description="DVC's datasets.",
        examples=[[{"type": "url", "name": "raw", "url": "s3://bucket/raw"}]],
    )


Remote = dict[str, object]
