"""Models, monitoring, environments and CI: what happens around the pipeline."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from mlproject.model.parts import KIND, Name, OneOrMany, Part, Text, TextList
from mlproject.model.service import DeployPart
from mlproject.model.tracking import TrackingPatch


class GateEntry(Part):
    """A condition that a model must meet before the alias moves to it."""

    metric: Text = Field(
        description="The metrics file: a reference to an output.", examples=["${stages.evaluate.eval}"]
    )
    key: Text = Field(
        description="The metric's path in the file, steps parted by dots.", examples=["roc_auc"]
    )
    min: float | None = Field(default=None, description="It must be at least this.", examples=[0.95])
    max: float | None = Field(default=None, description="It must be at most this.", examples=[0.1])
    against: Text | None = Field(
        default=None, description="The alias that holds the version to compare with.", examples=["champion"]
    )
    max_drop: float | None = Field(
        default=None, ge=0, description="It may be lower by at most this.", examples=[0.005]
    )
    max_rise: float | None = Field(
        default=None, ge=0, description="It may be higher by at most this.", examples=[0.01]
    )


class ModelEntry(Part):
    """A model of the registry."""

    desc: str | None = Field(
        default=None, description="What it is, in a sentence.", examples=["Flags malignant tumours."]
    )
    artifact: Text = Field(description="The output that is the model.", examples=["${stages.train.model}"])
    flavor: Name | None = Field(
        default=None,
        description="The MLflow flavor; an MLflow model directory needs none.",
        examples=["sklearn"],
    )
    gates: list[GateEntry] | None = Field(
        default=None,
        description="What it must meet before the alias moves.",
        examples=[[{"metric": "${stages.evaluate.eval}", "key": "roc_auc", "min": 0.95}]],
    )
    alias: Name | None = Field(
        default=None,
        description="The alias that a version which meets its gates gets.",
        examples=["champion"],
    )


class Drift(Part):
    """How drift is measured."""

    method: Literal["psi", "ks", "chi2", "wasserstein", "js"] = Field(
        description="The measure.", examples=["psi"]
    )
    threshold: float = Field(gt=0, description="Drift is reported above this.", examples=[0.2])
    columns: TextList | None = Field(
        default=None, description="The columns watched; default: all.", examples=[["radius"]]
    )


class MonitorEntry(Part):
    """Monitoring of a service, under the service's name."""

    logs: Text | None = Field(
        default=None, description="Where requests and answers are collected.", examples=["s3://bucket/logs"]
    )
    redact: TextList | None = Field(
        default=None, description="Fields that are never logged.", examples=[["patient_id"]]
    )
    reference: Text | None = Field(
        default=None, description="What live data is compared with.", examples=["${stages.prepare.train}"]
    )
    drift: Drift | None = Field(
        default=None, description="How drift is measured.", examples=[{"method": "psi", "threshold": 0.2}]
    )
    schedule: Text | None = Field(
        default=None, description="When it is measured, as cron.", examples=["0 6 * * *"]
    )
    on_drift: Literal["report", "retrain"] | None = Field(
        default=None,
        description="What drift sets off. `retrain` needs data with a source of new rows.",
        examples=["report"],
    )


class ServicePatch(Part):
    """What an environment may change of a service."""

    deploy: DeployPart | None = Field(
        default=None, description="Where it is deployed here.", examples=[{"replicas": 3}]
    )


class ModelPatch(Part):
    """What an environment may change of a model."""

    alias: Name | None = Field(default=None, description="The alias here.", examples=["staging"])


class EnvironmentEntry(Part):
    """A named place to run. It varies where things run, never what is trained or built."""

    env: list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] | None = Field(
        default=None,
        description="The variables that ${env.…} may name here.",
        examples=[["MLFLOW_TRACKING_URI"]],
    )
    promote_from: Name | None = Field(
        default=None,
        description="The environment whose artifact is promoted into this one.",
        examples=["staging"],
    )
    tracking: TrackingPatch | None = Field(
        default=None, description="Changes of `tracking` here.", examples=[{"tags": {"env": "prod"}}]
    )
    services: dict[Name, ServicePatch] | None = Field(
        default=None,
        description="Changes of services' `deploy` here.",
        examples=[{"screening": {"deploy": {"replicas": 3}}}],
    )
    monitoring: dict[Name, MonitorEntry] | None = Field(
        default=None,
        description="Changes of monitoring here.",
        examples=[{"screening": {"schedule": "0 * * * *"}}],
    )
    models: dict[Name, ModelPatch] | None = Field(
        default=None,
        description="Changes of models' aliases here.",
        examples=[{"breast-cancer": {"alias": "staging"}}],
    )


class RunnerEntry(Part):
    """A runner for stages that need it."""

    when: dict[Literal["cpus", "memory", "gpus"], str] = Field(
        description="Resources to a comparison.", examples=[{"gpus": ">=1"}]
    )
    runner: OneOrMany = Field(description="The runner's label or labels.", examples=[["self-hosted", "gpu"]])


class CiApply(Part):
    """When and where CI applies."""

    branch: Text | None = Field(
        default=None, description="The branch whose pushes are applied.", examples=["main"]
    )
    environments: list[Name] | None = Field(
        default=None, description="The environments, in order.", examples=[["staging", "prod"]]
    )
    commit: Literal["push", "pull-request", "none"] | None = Field(
        default=None, description="What happens to the new dvc.lock.", examples=["push"]
    )


class CiRetrain(Part):
    """When CI trains anew."""

    schedule: Text = Field(description="A cron expression.", examples=["0 3 * * 1"])


Provider = Literal["github", "gitlab"]
Providers = Annotated[Annotated[Provider, Tag("<text>")] | Annotated[list[Provider], Tag("<list>")], KIND]


class CiPart(Part):
    """Continuous integration."""

    provider: Providers | None = Field(
        default=None, description="Which CI: one, or a list.", examples=["github"]
    )
    runner: OneOrMany | None = Field(
        default=None, description="The default runner.", examples=["ubuntu-24.04"]
    )
    runners: list[RunnerEntry] | None = Field(
        default=None,
        description="Runners by what a stage needs.",
        examples=[[{"when": {"gpus": ">=1"}, "runner": "gpu"}]],
    )
    container: Text | None = Field(
        default=None, description="An image that jobs run in.", examples=["python:3.11-slim"]
    )
    setup: TextList | None = Field(
        default=None,
        description="Commands that prepare a runner.",
        examples=[["sudo apt-get install -y libgomp1"]],
    )
    apply: CiApply | None = Field(
        default=None, description="When and where it applies.", examples=[{"branch": "main"}]
    )
    retrain: CiRetrain | None = Field(
        default=None, description="When it trains anew.", examples=[{"schedule": "0 3 * * 1"}]
    )
