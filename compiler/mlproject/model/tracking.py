"""MLflow's section: where runs are recorded, and the `MLproject` that `mlflow run` reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from mlproject.model.parts import KIND, OFF, Labels, Part, Text, TextList

# A parameter of an entry point in MLflow's own two forms. MLflow looks at `type` and `default` and takes anything else.
Parameter = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[dict[str, object], Tag("<mapping>")],
    KIND,
]
Variable = Annotated[Annotated[Text, Tag("<text>")] | Annotated[list[object], Tag("<list>")], KIND]
NameOrOff = Annotated[Annotated[Text, Tag("<text>")] | Annotated[Literal[False], Tag("<off>")], OFF]


class TrackingPatch(Part):
    """MLflow: where runs are recorded."""

    experiment: Text | None = Field(
        default=None, description="The experiment. Default: the project's name.", examples=["cancer"]
    )
    uri: Text | None = Field(
        default=None,
        description="The tracking server; default: an embedded sqlite store. May be one whole ${env.NAME}.",
        examples=["${env.MLFLOW_TRACKING_URI}"],
    )
    registry_uri: Text | None = Field(
        default=None,
        description="The model registry, where it is another server.",
        examples=["${env.MLFLOW_REGISTRY_URI}"],
    )
    tags: Labels | None = Field(
        default=None, description="Tags of every run.", examples=[{"team": "ml-platform"}]
    )


class EntryPoint(Part):
    """A command that `mlflow run -e NAME` runs."""

    parameters: dict[Text, Parameter] | None = Field(
        default=None,
        description="Its parameters: a type (`string`, `float`, `path`, `uri`), or `type`, `default`, `description`.",
        examples=[{"lr": {"type": "float", "default": 0.1}, "data": "path"}],
    )
    command: Text = Field(
        description="The command. `{lr}` is a parameter; a brace that is meant for the shell is written twice.",
        examples=["python train.py --lr {lr} {data}"],
    )


class DockerEnv(Part):
    """The image that MLflow runs entry points in."""

    image: Text = Field(description="The image, local or of a registry.", examples=["python:3.11-slim"])
    volumes: TextList | None = Field(
        default=None, description="Volumes, as for `docker run`.", examples=[["/data:/data"]]
    )
    environment: list[Variable] | None = Field(
        default=None,
        description="Variables: a name is copied from the host, a pair is a name and its value.",
        examples=[["MLFLOW_TRACKING_TOKEN", ["MODE", "train"]]],
    )


class TrackingPart(TrackingPatch):
    """MLflow: where runs are recorded, and the project file that `mlflow run` reads."""

    project: NameOrOff | None = Field(
        default=None,
        description="The name in MLproject. Default: the project's name; false: none.",
        examples=["My project"],
    )
    python_env: Text | None = Field(
        default=None,
        description="Your own file with MLflow's Python environment; else one is made of `python`.",
        examples=["python_env.yaml"],
    )
    conda_env: Text | None = Field(
        default=None, description="Your own file with a conda environment.", examples=["conda.yaml"]
    )
    docker_env: DockerEnv | None = Field(
        default=None, description="The image that MLflow runs in.", examples=[{"image": "python:3.11-slim"}]
    )
    entry_points: dict[Text, EntryPoint] | None = Field(
        default=None,
        description="The entry points of MLproject, in MLflow's form. Default: one for every stage, and `main`.",
        examples=[{"main": {"command": "python train.py {lr}", "parameters": {"lr": "float"}}}],
    )
