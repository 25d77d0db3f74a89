"""The file as pydantic models: its shape, its descriptions and its examples; nothing of its meaning.

`Spec` is `mlproject.yaml` after presets are merged, variables substituted and nulls removed. `mlproject schema` prints
the JSON Schema made from these models.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, Tag

from mlproject.model.operation import (
    CiPart,
    EnvironmentEntry,
    ModelEntry,
    MonitorEntry,
)
from mlproject.model.parts import KIND, Name, OneOrMany, Part, PythonPart, Schema, Text, TextList
from mlproject.model.pipeline import Artifact, DataEntry, FolderEntry, Remote, StageEntry, TopPlots
from mlproject.model.service import ServiceEntry
from mlproject.model.tracking import TrackingPart

__all__ = ["Spec"]

Params = Annotated[
    Annotated[Schema, Tag("<mapping>")] | Annotated[TextList, Tag("<list>")] | Annotated[Text, Tag("<text>")],
    KIND,
]


class Spec(Part):
    """`mlproject.yaml`: one machine learning project, from data to service."""

    version: Literal[1] = Field(default=1, description="The version of this language.", examples=[1])
    requires: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        default=None,
        description="The compiler that CI installs; another one warns.",
        examples=["mlproject ~=0.1"],
    )
    name: Name = Field(description="The project's name.", examples=["breast-cancer"])
    description: str | None = Field(
        default=None, description="What it is for.", examples=["Flags malignant tumours."]
    )
    owners: TextList | None = Field(
        default=None, description="Who answers for it.", examples=[["ml-platform@example.com"]]
    )
    extends: OneOrMany | None = Field(
        default=None,
        description="Presets in the repository that this spec is merged over.",
        examples=[["../company.yaml"]],
    )
    python: PythonPart | None = Field(
        default=None, description="The interpreter and what it needs.", examples=[{"version": "3.11"}]
    )
    vars: Schema | None = Field(
        default=None, description="Values, substituted as ${vars.NAME}.", examples=[{"scope": "v2"}]
    )
    params: Params | None = Field(
        default=None,
        description="Parameters: a mapping (params.yaml is then generated), or your own files.",
        examples=[{"train": {"n_estimators": 200}}, "params.yaml"],
    )
    remotes: dict[Name, Remote] | None = Field(
        default=None,
        description="DVC remotes. Never credentials.",
        examples=[{"storage": {"url": "s3://bucket/dvc", "default": True}}],
    )
    ignore: TextList | None = Field(
        default=None,
        description="What DVC does not see, as lines of `.dvcignore`. Default: caches; [] for nothing.",
        examples=[["__pycache__/", "*.pyc"]],
    )
    data: dict[Name, DataEntry] | None = Field(
        default=None,
        description="Files and directories that no stage produces.",
        examples=[{"raw": {"path": "data/raw.csv"}}],
    )
    stages: dict[Name, StageEntry] | None = Field(
        default=None,
        description="The pipeline.",
        examples=[{"train": {"cmd": "python train.py", "deps": ["train.py"]}}],
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
        examples=[{"forest": {"path": "models/model.joblib", "type": "model"}}],
    )
    datasets: list[Schema] | None = Field(
        default=None,
        description="DVC's datasets.",
        examples=[[{"type": "url", "name": "raw", "url": "s3://bucket/raw"}]],
    )
    folders: dict[Text, FolderEntry] | None = Field(
        default=None,
        description="DVC's sections of FOLDER/dvc.yaml, beside the stages of that `folder`.",
        examples=[{"books": {"metrics": ["metrics.json"]}}],
    )
    tracking: TrackingPart | None = Field(
        default=None, description="MLflow.", examples=[{"experiment": "breast-cancer"}]
    )
    models: dict[Name, ModelEntry] | None = Field(
        default=None,
        description="Models of the registry.",
        examples=[{"cancer": {"artifact": "${stages.train.model}"}}],
    )
    services: dict[Name, ServiceEntry] | None = Field(
        default=None,
        description="BentoML services.",
        examples=[{"screening": {"models": ["cancer"], "entry": "service.py:Svc"}}],
    )
    monitoring: dict[Name, MonitorEntry] | None = Field(
        default=None,
        description="Monitoring of services.",
        examples=[{"screening": {"schedule": "0 6 * * *"}}],
    )
    environments: dict[Name, EnvironmentEntry] | None = Field(
        default=None,
        description="Named places to run.",
        examples=[{"local": {}, "prod": {"promote_from": "staging"}}],
    )
    ci: CiPart | None = Field(
        default=None, description="Continuous integration.", examples=[{"provider": "github"}]
    )
    native: Schema | None = Field(
        default=None,
        description="Verbatim passages, merged into a target's file.",
        examples=[{"dvc": {"plots": ["roc.csv"]}}],
    )
