"""`deploy/ENV/`: what is in it, what Kubernetes' own schemas and kustomize make of it, and who owns `image.yaml`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from mlproject import ir
from mlproject.emit.own import standing
from mlproject.emit.record import Previous
from mlproject.emit.rendered import render
from mlproject.emit.writes import plan_writes
from mlproject.files import WorkTree
from mlproject.records import replace
from mlproject.targets import kubernetes as target
from mlproject.trees import Generated
from targets.projects import deploy, environment, project, service

IMAGE = "registry.example.com:5000/ml/screening"
DIGEST = "sha256:" + "0123456789abcdef" * 4
PROD = deploy("prod", "kubernetes", image=IMAGE, namespace="ml", replicas=3, envs={"LOG_LEVEL": "warning"})
SCREENING = service(
    "Screening_2",
    resources={"cpu": 0.5, "memory": "4GiB", "gpu": 1},
    traffic={"timeout": 10},
    envs={"LOG_LEVEL": "info", "A": "on"},
    secrets=("API_TOKEN",),
    deploys=(deploy("local", "none"), PROD),
)


def made(*deploys: ir.Deploy, **fields: Any) -> ir.Project:  # noqa: ANN401 - fields of a project
    environments = [environment("local"), environment("prod")]
    given = replace(SCREENING, deploys=deploys) if deploys else SCREENING
    given_fields: dict[str, Any] = {"services": [given], "environments": environments, **fields}
    return project("Demo_project", **given_fields)


def compiled(given: ir.Project) -> tuple[dict[str, Generated], list[str]]:
    files, diagnostics = target.compile(given, {})
    return {file.file: file for file in files}, [d.code for d in diagnostics]


def tree(given: ir.Project, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", compiled(given)[0][f"deploy/prod/{name}"].tree)


def written(given: ir.Project, folder: Path) -> Path:
    for file in compiled(given)[0].values():
        (folder / file.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.file).write_text(file.text if file.form == "text" else yaml.safe_dump(file.tree))
    return folder / "deploy" / "prod"


def test_what_stands_in_the_folder() -> None:
    files, said = compiled(made())
    assert said == []
    assert list(files) == [
        "deploy/prod/Screening_2-deployment.yaml",
        "deploy/prod/Screening_2-service.yaml",
        "deploy/prod/kustomization.yaml",
        "deploy/prod/image.yaml",
    ]


def test_the_deployment() -> None:
    deployment = tree(made(), "Screening_2-deployment.yaml")
    assert deployment["metadata"] == {
        "name": "screening-2",
        "namespace": "ml",
        "labels": {"app.kubernetes.io/name": "screening-2", "app.kubernetes.io/part-of": "demo-project"},
    }
    assert deployment["spec"]["replicas"] == 3
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    [container] = pod["containers"]
    assert container["image"] == IMAGE
    assert container["resources"] == {
        "requests": {"cpu": "0.5", "memory": "4Gi"},
        "limits": {"memory": "4Gi", "nvidia.com/gpu": "1"},
    }
    assert container["env"] == [
        {"name": "LOG_LEVEL", "value": "warning"},
        {"name": "A", "value": "on"},
        {
            "name": "API_TOKEN",
            "valueFrom": {"secretKeyRef": {"name": "screening-2-secrets", "key": "API_TOKEN"}},
        },
        {"name": "HOME", "value": "/tmp"},
        {"name": "BENTOML_HOME", "value": "/tmp/bentoml"},
        {"name": "BENTOML_CONFIG", "value": "/home/bentoml/bento/src/bentoml_configuration.yaml"},
    ]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}


def test_the_user_and_the_paths_are_those_of_bentomls_images() -> None:
    from bentoml._internal.container.generate import BENTO_UID_GID

    from mlproject.targets import manifests, packing

    assert manifests.USER == BENTO_UID_GID
    assert packing.IN_IMAGE.startswith("/home/bentoml/bento/src/")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (2, "2Gi"),
        ("512Mi", "512Mi"),
        ("1.5", "1.5Gi"),
        ("4GB", "4G"),
        ("2000", "2000Gi"),
        ("1e9x", None),
        ("", None),
    ],
)
def test_memory(given: object, expected: str | None) -> None:
    from mlproject.targets.manifests import memory

    assert memory(given) == expected


def test_every_object_is_valid_for_kubernetes() -> None:
    validate = pytest.importorskip(
        "kubernetes_validate", reason="kubernetes-validate is not installed"
    ).validate
    hostile = service(
        "0",
        envs={"A.b-c": "yes"},
        deploys=(deploy("prod", "kubernetes", image="i", annotations={"a/b": "on"}),),
    )
    bare = deploy("prod", "kubernetes", image=IMAGE, labels={"team": "1e3"}, service_account="runner")
    for given in (made(), made(bare), made(services=[hostile])):
        for file in compiled(given)[0].values():
            if file.form == "yaml" and "kustomization" not in file.file:
                validate(yaml.safe_load(yaml.safe_dump(file.tree)), "1.30", strict=True)


def test_sources_lead_to_the_spec() -> None:
    file = compiled(made())[0]["deploy/prod/Screening_2-deployment.yaml"]
    at = ("environments", "prod", "services", "s", "deploy")
    assert file.sources[("spec", "replicas")] == (*at, "replicas")
    container = ("spec", "template", "spec", "containers", 0)
    assert file.sources[(*container, "image")] == (*at, "image")
    assert file.sources[(*container, "env", 0, "value")] == (*at, "envs", "LOG_LEVEL")
    assert file.sources[(*container, "env", 1, "value")] == ("services", "Screening_2", "envs", "A")
    assert file.sources[(*container, "env", 2)] == ("services", "Screening_2", "secrets", 0)


class TestImages:
    def test_the_folder_can_be_built_before_and_after_apply(self, tmp_path: Path) -> None:
        if shutil.which("kubectl") is None:
            pytest.skip("no kubectl here, which has kustomize in it")
        other = service("other", deploys=(deploy("prod", "kubernetes", image="${env.IMAGE}"),))
        given = made(services=[SCREENING, other])
        folder = written(given, tmp_path)

        def images() -> list[str]:
            built = subprocess.run(
                ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True
            )
            objects = [o for o in yaml.safe_load_all(built.stdout) if o["kind"] == "Deployment"]
            return sorted(o["spec"]["template"]["spec"]["containers"][0]["image"] for o in objects)

        assert images() == ["image.invalid/other", IMAGE]
        digests = {"Screening_2": (IMAGE, DIGEST), "other": ("r.example.com/o", DIGEST)}
        (folder / "image.yaml").write_text(target.images(given, "prod", digests))
        assert images() == [f"r.example.com/o@{DIGEST}", f"{IMAGE}@{DIGEST}"]

    def test_it_is_applys_once_it_is_there(self, tmp_path: Path) -> None:
        file = compiled(made())[0]["deploy/prod/image.yaml"]
        ours = render(file, "mlproject.yaml")
        tree, previous = WorkTree(str(tmp_path)), Previous({})
        [action] = plan_writes([ours], "mlproject.yaml", tree, previous).actions
        assert (action.kind, action.finding is not None) == ("create", True)
        path = tmp_path / file.file
        path.parent.mkdir(parents=True)
        for text in (ours.text + target.images(made(), "prod", {"Screening_2": (IMAGE, DIGEST)}), "anything"):
            path.write_text(text)
            assert standing(ours, tree, previous).state == "current"
            [action] = plan_writes([ours], "mlproject.yaml", tree, previous).actions
            assert (action.kind, action.finding) == ("keep", None)


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"image": ""}, "missing-key"),
            ({"image": "r.example.com/a:latest"}, "bad-value"),
            ({"image": f"a@{DIGEST}"}, "bad-value"),
            ({"namespace": "Ml_1"}, "bad-name"),
            ({"namespace": "${env.NS}"}, "env-not-allowed"),
            ({"service_account": "-x"}, "bad-name"),
            ({"labels": {"a b": "c"}}, "bad-name"),
            ({"labels": {"a": "b c"}}, "bad-value"),
            ({"labels": {"a": "${env.X}"}}, "env-not-allowed"),
            ({"envs": {"A=B": "c"}}, "bad-name"),
            ({"envs": {"A": "${env.A}"}}, "env-not-allowed"),
        ],
    )
    def test_what_kubernetes_would_refuse(self, fields: dict[str, Any], code: str) -> None:
        assert compiled(made(deploy("prod", "kubernetes", **{"image": IMAGE, **fields})))[1] == [code]

    def test_services_that_would_be_one(self) -> None:
        twins = [replace(SCREENING, name=name) for name in ("a-b", "a_b")]
        assert compiled(made(services=twins))[1] == ["bad-name", "bad-value"]

    def test_what_cannot_be_said(self) -> None:
        odd = replace(SCREENING, resources={"gpu": 0.5, "gpu_type": "nvidia-l4", "memory": "much"})
        assert compiled(made(services=[odd]))[1] == ["not-expressible"] * 3


class TestNative:
    def test_an_addition_to_the_container(self) -> None:
        addition = {"name": "screening-2", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
        spec = {"template": {"spec": {"containers": [addition, {"name": "sidecar", "image": "i"}]}}}
        passage = {
            "services": {"Screening_2": {"Deployment": {"spec": spec}}},
            "kustomization": {"namePrefix": "x-"},
        }
        given = made(native={"deploy": {"prod": passage}})
        [ours, sidecar] = tree(given, "Screening_2-deployment.yaml")["spec"]["template"]["spec"]["containers"]
        assert (ours["image"], "lifecycle" in ours, sidecar["name"]) == (IMAGE, True, "sidecar")
        assert tree(given, "kustomization.yaml")["namePrefix"] == "x-"
        assert compiled(given)[1] == []

    @pytest.mark.parametrize(
        "passage",
        [
            {"prd": {}},
            {"prod": {"service": {}}},
            {"prod": {"services": {"x": {"Deployment": {}}}}},
            {"prod": {"services": {"Screening_2": {"BentoCloud": {}}}}},
        ],
    )
    def test_a_passage_that_belongs_nowhere(self, passage: dict[str, object]) -> None:
        assert compiled(made(native={"deploy": passage}))[1] == ["native-invalid"]


def test_bentocloud_reads_its_file() -> None:
    from bentoml._internal.cloud.schemas.schemasv2 import DeploymentConfigSchema
    from bentoml._internal.utils.cattr import bentoml_cattr

    given = deploy("prod", "bentocloud", replicas=2, envs={"A": "b"}, labels={"team": "x"}, namespace="ml")
    files, said = compiled(made(given))
    assert said == ["not-expressible"]
    assert list(files) == ["deploy/prod/Screening_2-bentocloud.yaml"]
    content = cast("dict[str, Any]", files["deploy/prod/Screening_2-bentocloud.yaml"].tree)
    assert content["name"] == "demo-project-screening-2-prod"
    read = cast("Any", bentoml_cattr).structure(content, DeploymentConfigSchema)
    assert [(env.name, env.value) for env in read.envs] == [("A", "b")]
    assert read.secrets == ["screening-2-secrets"]
    scaling = read.services["Screening_2"].scaling
    assert (scaling.min_replicas, scaling.max_replicas) == (2, 2)
    assert read.services["Screening_2"].config_overrides == {"traffic": {"timeout": 10}}
