"""BentoML's section: what is served, how it is packed and built, and where it is deployed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, Tag

from mlproject.model.parts import KIND, NUMBER, OFF, Labels, Name, OneOrMany, Part, Schema, Text, TextList

TextOrOff = Annotated[Annotated[Text, Tag("<text>")] | Annotated[Literal[False], Tag("<off>")], OFF]
Version = Annotated[str, StringConstraints(pattern=r"^3\.[0-9]+(\.[0-9]+)?$")]
VersionOrOff = Annotated[Annotated[Version, Tag("<text>")] | Annotated[Literal[False], Tag("<off>")], OFF]


class StoreModel(Part):
    """A model of BentoML's own store, which must hold it when the Bento is built."""

    tag: Text = Field(description="The model's tag.", examples=["tokenizer:latest"])
    filter: Text | None = Field(
        default=None, description="Which versions it may be.", examples=["label:stage=prod"]
    )
    alias: Text | None = Field(default=None, description="Its name in the code.", examples=["tokenizer"])


class EnvEntry(Part):
    """An environment variable that only one stage has."""

    value: str = Field(default="", description="Its value.", examples=["fast"])
    stage: Literal["all", "build", "runtime"] | None = Field(
        default=None, description="When it is set. Default: all.", examples=["build"]
    )


ServedModel = Annotated[Annotated[Name, Tag("<text>")] | Annotated[StoreModel, Tag("<mapping>")], KIND]
EnvValue = Annotated[Annotated[str, Tag("<text>")] | Annotated[EnvEntry, Tag("<mapping>")], KIND]
DockerEnv = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[TextList, Tag("<list>")] | Annotated[Labels, Tag("<mapping>")],
    KIND,
]


class ServicePython(Part):
    """The interpreter and what it needs. What is not said here is the project's `python`."""

    version: VersionOrOff | None = Field(
        default=None,
        description="The Python version, in quotes; false: BentoML's own choice, whatever the project has.",
        examples=["3.11"],
    )
    requirements: TextOrOff | None = Field(
        default=None,
        description="A pip requirements file, relative to the project; false: none. Default: the project's, "
        "where there are no `packages`.",
        examples=["requirements.txt"],
    )
    packages: TextList | None = Field(
        default=None, description="Packages to install.", examples=[["scikit-learn>=1.5"]]
    )
    lock_packages: bool | None = Field(
        default=None,
        description="Whether versions are resolved when the Bento is built, which takes the network. Default: false.",
        examples=[True],
    )
    pack_git_packages: bool | None = Field(
        default=None, description="Whether packages from Git are packed.", examples=[False]
    )
    index_url: Text | None = Field(
        default=None, description="The package index.", examples=["https://packages.example.com/simple"]
    )
    no_index: bool | None = Field(default=None, description="Whether no index is asked.", examples=[True])
    trusted_host: OneOrMany | None = Field(
        default=None, description="Hosts trusted without HTTPS.", examples=["packages.example.com"]
    )
    find_links: OneOrMany | None = Field(
        default=None, description="Where else packages are looked for.", examples=["wheels/"]
    )
    extra_index_url: OneOrMany | None = Field(
        default=None, description="Further indexes.", examples=["https://packages.example.com/simple"]
    )
    pip_args: Text | None = Field(default=None, description="Further arguments for pip.", examples=["--pre"])
    wheels: TextList | None = Field(
        default=None,
        description="Wheels packed with it. An old form: BentoML then builds the image its old way.",
        examples=[["dist/mine-1.0-py3-none-any.whl"]],
    )
    is_src_layout: bool | None = Field(
        default=None, description="Whether `src/` is where modules are found.", examples=[True]
    )


class DockerPart(Part):
    """The image that BentoML builds, in its own words."""

    distro: Literal["alpine", "amazonlinux", "debian", "ubi8"] | None = Field(
        default=None, description="The distribution.", examples=["debian"]
    )
    python_version: (
        Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]{1,2}(\.[0-9A-Za-z_]+)?$")] | None
    ) = Field(default=None, description="The Python version. Default: `python.version`.", examples=["3.11"])
    cuda_version: (
        Annotated[Annotated[str, Tag("<text>")] | Annotated[int, Tag("<number>")], NUMBER] | None
    ) = Field(
        default=None,
        description="The CUDA version. An old form: BentoML then builds the image its old way.",
        examples=["12.8.1"],
    )
    env: DockerEnv | None = Field(
        default=None,
        description="Environment variables of the image: a mapping, a list of `NAME=VALUE`, or a file of them.",
        examples=[{"LOG_LEVEL": "info"}],
    )
    system_packages: TextList | None = Field(
        default=None, description="Packages of the distribution.", examples=[["libgomp1"]]
    )
    setup_script: Text | None = Field(
        default=None, description="A script that prepares the image.", examples=["setup.sh"]
    )
    base_image: Text | None = Field(
        default=None, description="The image to start from.", examples=["python:3.11-slim"]
    )
    dockerfile_template: Text | None = Field(
        default=None,
        description="A template of the Dockerfile. An old form: BentoML then builds the image its old way.",
        examples=["Dockerfile.template"],
    )


class CondaPart(Part):
    """Conda packages of the image."""

    environment_yml: Text | None = Field(
        default=None, description="A conda environment file.", examples=["environment.yml"]
    )
    channels: TextList | None = Field(default=None, description="Channels.", examples=[["conda-forge"]])
    dependencies: list[object] | None = Field(
        default=None, description="Packages.", examples=[["libgcc", {"pip": ["numpy"]}]]
    )
    pip: TextList | None = Field(default=None, description="Packages for pip.", examples=[["numpy"]])


class ApiRoute(Part):
    """One route of a service: the fields it takes and gives, as JSON Schemas."""

    input: dict[str, Schema] = Field(
        description="Fields of the request, as JSON Schemas.",
        examples=[{"features": {"type": "array", "items": {"type": "number"}}}],
    )
    output: dict[str, Schema] = Field(
        description="Fields of the answer, as JSON Schemas.", examples=[{"probability": {"type": "number"}}]
    )


class DeployPart(Part):
    """Where and how a service is deployed."""

    kind: Literal["none", "kubernetes", "bentocloud"] | None = Field(
        default=None, description="What runs it.", examples=["kubernetes"]
    )
    image: Text | None = Field(
        default=None,
        description="The container image, without a tag.",
        examples=["registry.example.com/ml/screening"],
    )
    namespace: Name | None = Field(default=None, description="The Kubernetes namespace.", examples=["ml"])
    replicas: int | None = Field(default=None, ge=0, description="How many copies run.", examples=[3])
    envs: Labels | None = Field(
        default=None, description="Environment variables at run time.", examples=[{"LOG_LEVEL": "warning"}]
    )
    labels: Labels | None = Field(
        default=None, description="Labels of the deployment.", examples=[{"team": "ml"}]
    )
    annotations: Labels | None = Field(
        default=None, description="Annotations of the deployment.", examples=[{"note": "blue"}]
    )
    service_account: Name | None = Field(
        default=None, description="The Kubernetes service account.", examples=["screening"]
    )


class ServiceEntry(Part):
    """A BentoML service."""

    desc: str | None = Field(
        default=None, alias="description", description="What it does.", examples=["Screens samples."]
    )
    name: TextOrOff | None = Field(
        default=None,
        description="The Bento's name. Default: the service's; false: BentoML takes the class's.",
        examples=["screening"],
    )
    models: list[ServedModel] | None = Field(
        default=None,
        description="The models it serves: names of `models`, or models of BentoML's own store.",
        examples=[["breast-cancer", {"tag": "tokenizer:latest", "alias": "tokenizer"}]],
    )
    entry: TextOrOff | None = Field(
        default=None,
        description="The file (or module) and class of the service; false: BentoML finds it. May be omitted where it "
        "can be generated from `api`.",
        examples=["service.py:Screening"],
    )
    include: TextList | None = Field(
        default=None,
        description="Files packed with it, as patterns; its models' files are included by themselves.",
        examples=[["service.py"]],
    )
    exclude: TextList | None = Field(default=None, description="Files left out.", examples=[["*.ipynb"]])
    api: dict[Name, ApiRoute] | None = Field(
        default=None,
        description="The serving contract: routes to the fields they take and give.",
        examples=[{"predict": {"input": {"x": {"type": "number"}}, "output": {"y": {"type": "number"}}}}],
    )
    resources: dict[str, object] | None = Field(
        default=None, description="What BentoML reserves for it.", examples=[{"cpu": "1", "memory": "512Mi"}]
    )
    traffic: dict[str, object] | None = Field(
        default=None,
        description="BentoML's limits of traffic.",
        examples=[{"timeout": 10, "concurrency": 32}],
    )
    envs: dict[str, EnvValue] | None = Field(
        default=None,
        description="Environment variables, built in: a value, or a value and the stage that has it.",
        examples=[{"LOG_LEVEL": "info", "MODE": {"value": "fast", "stage": "build"}}],
    )
    secrets: TextList | None = Field(
        default=None,
        description="Names of secret environment variables. Names only.",
        examples=[["API_TOKEN"]],
    )
    labels: Labels | None = Field(
        default=None, description="Labels of the Bento.", examples=[{"owner": "ml"}]
    )
    python: ServicePython | None = Field(
        default=None,
        description="Its own interpreter, requirements and packages.",
        examples=[{"requirements": "serve.txt"}],
    )
    docker: DockerPart | None = Field(
        default=None, description="Its image.", examples=[{"system_packages": ["libgomp1"]}]
    )
    conda: CondaPart | None = Field(
        default=None,
        description="Its conda packages. An old form: BentoML then builds the image its old way.",
        examples=[{"environment_yml": "environment.yml"}],
    )
    args: dict[str, object] | None = Field(
        default=None, description="Arguments of the service's code.", examples=[{"model": "small"}]
    )
    deploy: DeployPart | None = Field(
        default=None,
        description="Where it is deployed.",
        examples=[{"image": "registry.example.com/ml/screening"}],
    )
