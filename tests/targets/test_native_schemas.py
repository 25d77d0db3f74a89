"""The shapes that native passages are held against know the keys that the tools know: no more, no fewer."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, cast

import attr
import jsonschema
import pytest

from mlproject import pins
from mlproject.resources import data_dir
from mlproject.targets import github, kubernetes
from targets.projects import deploy
from targets.test_github_tools import PROJECTS
from targets.test_kubernetes import IMAGE, made


def shape(name: str) -> dict[str, Any]:
    path = data_dir() / "schemas" / "native" / f"{name}.schema.json"
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def wrong(name: str, tree: object) -> list[str]:
    validator = cast("Any", jsonschema.Draft202012Validator(shape(name)))
    return [f"{problem.json_path}: {problem.message}" for problem in validator.iter_errors(tree)]


class TestWorkflow:
    THEIRS = json.loads(
        (files("check_jsonschema") / "builtin_schemas" / "vendor" / "github-workflows.json").read_text(
            "utf-8"
        )
    )

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ("job", "normalJob"),
            ("call", "reusableWorkflowCallJob"),
            ("step", "step"),
            ("concurrency", "concurrency"),
        ],
    )
    def test_the_keys_are_githubs(self, ours: str, theirs: str) -> None:
        here, there = shape("github")["$defs"][ours], self.THEIRS["definitions"][theirs]
        assert set(here["properties"]) == set(there["properties"])

    def test_the_keys_of_the_whole_are_githubs(self) -> None:
        ours, theirs = shape("github"), self.THEIRS
        assert set(ours["properties"]) == set(theirs["properties"])
        permissions = ours["$defs"]["permissions"]["else"]["properties"]
        assert set(permissions) == set(theirs["definitions"]["permissions-event"]["properties"])
        events = set(theirs["definitions"]["event"]["enum"]) | {"schedule"}
        assert set(ours["$defs"]["event"]["enum"]) == events
        assert set(ours["properties"]["on"]["properties"]) == events

    @pytest.mark.parametrize("name", list(PROJECTS))
    def test_what_we_write_ourselves_is_accepted(self, name: str) -> None:
        for file in github.compile(PROJECTS[name], pins.SEED)[0]:
            assert wrong("github", file.tree) == []


class TestKubernetes:
    OBJECTS = (
        "Deployment DeploymentSpec DeploymentStrategy RollingUpdateDeployment ObjectMeta LabelSelector PodTemplateSpec "
        "PodSpec Container EnvVar EnvVarSource EnvFromSource ContainerPort Lifecycle LifecycleHandler Probe HTTPGetAction "
        "ResourceRequirements SecurityContext PodSecurityContext LocalObjectReference Toleration TopologySpreadConstraint "
        "Volume VolumeMount Service ServiceSpec ServicePort"
    ).split()
    PACKAGES = ("io.k8s.api.core.v1.", "io.k8s.api.apps.v1.", "io.k8s.apimachinery.pkg.apis.meta.v1.")

    @pytest.mark.parametrize("name", OBJECTS)
    def test_the_keys_are_kubernetes_own(self, name: str) -> None:
        pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
        folder = files("kubernetes_validate") / "kubernetes-json-schema"
        [*_, newest] = sorted(each.name for each in folder.iterdir() if each.name.endswith("-strict"))
        known = json.loads((folder / newest / "_definitions.json").read_text("utf-8"))["$defs"]
        [theirs] = [known[package + name] for package in self.PACKAGES if package + name in known]
        ours = shape("kubernetes")["$defs"][name]
        assert set(ours["properties"]) == set(theirs["properties"])
        assert set(ours.get("required", ())) == set(theirs.get("required", ()))

    def test_every_object_is_one_that_is_compared(self) -> None:
        objects = {name for name, part in shape("kubernetes")["$defs"].items() if "properties" in part}
        assert objects == set(self.OBJECTS)

    def test_what_we_write_ourselves_is_accepted(self) -> None:
        for given in (made(), made(deploy("prod", "kubernetes", image=IMAGE, labels={"a": "b"}))):
            trees = [file.tree for file in kubernetes.compile(given, {})[0] if file.form == "yaml"]
            kinds = {str(cast("dict[str, object]", tree)["kind"]): tree for tree in trees}
            assert set(kinds) == {"Deployment", "Service", "Kustomization"}
            assert wrong("kubernetes", kinds["Deployment"]) == []
            assert wrong("kubernetes", kinds["Service"]) == []
            assert wrong("kustomization", kinds["Kustomization"]) == []


class TestBentoCloud:
    def test_the_keys_are_bentomls(self) -> None:
        from bentoml._internal.cloud.schemas import modelschemas, schemasv2

        def fields(schema: type) -> set[str]:
            return {field.name for field in attr.fields(cast("Any", schema))}

        ours = shape("bentocloud")
        # `cluster` is taken out before the rest is read.
        assert set(ours["properties"]) == fields(schemasv2.CreateDeploymentSchema) | {"cluster"}
        service = ours["$defs"]["services"]["additionalProperties"]["properties"]
        assert set(service) == fields(modelschemas.DeploymentServiceConfig)
        assert set(service["scaling"]["properties"]) == fields(modelschemas.DeploymentTargetHPAConf)
        canary = ours["properties"]["canary"]["properties"]
        assert set(canary) == fields(schemasv2.DeploymentCanarySchema)
        version = canary["versions"]["additionalProperties"]["properties"]
        assert set(version) == fields(schemasv2.DeploymentVersionSchema)

    def test_what_we_write_ourselves_is_accepted(self) -> None:
        given = made(deploy("prod", "bentocloud", replicas=2, envs={"A": "b"}, labels={"team": "x"}))
        [file] = kubernetes.compile(given, {})[0]
        assert wrong("bentocloud", file.tree) == []
