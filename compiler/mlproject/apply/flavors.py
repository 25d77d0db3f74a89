"""Models of several libraries: read from the file that a stage wrote, logged as what MLflow calls a flavor.

One function a flavor, in one table. The libraries are imported when a model of theirs is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


class ModelProblem(Exception):  # noqa: N818 (something to say to the user, not an error of ours)
    """What is wrong with the user's model or store, in a sentence."""


def _sklearn(path: str) -> Any:
    return import_module("joblib").load(path)


def _xgboost(path: str) -> Any:
    if path.endswith((".joblib", ".pkl", ".pickle")):
        return _sklearn(path)
    booster = import_module("xgboost").Booster()
    booster.load_model(path)
    return booster


def _lightgbm(path: str) -> Any:
    if path.endswith((".joblib", ".pkl", ".pickle")):
        return _sklearn(path)
    return import_module("lightgbm").Booster(model_file=path)


def _pytorch(path: str) -> Any:
    torch = import_module("torch")
    model = torch.load(path, map_location="cpu", weights_only=False)
    if not isinstance(model, torch.nn.Module):
        raise ModelProblem(
            f"{path} holds {type(model).__name__}, not a whole module; save the module itself (torch.save(model, …)), "
            "or let the stage write an MLflow model directory"
        )
    return model


def _onnx(path: str) -> Any:
    return import_module("onnx").load(path)


LOADERS: Mapping[str, Callable[[str], Any]] = {
    "sklearn": _sklearn,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "pytorch": _pytorch,
    "onnx": _onnx,
}


def load_model(flavor: str, path: str) -> Any:
    """The model in a file. Raises ModelProblem where the flavor is not among ours or the file is not of it."""
    loader = LOADERS.get(flavor)
    if loader is None:
        known = ", ".join(LOADERS)
        raise ModelProblem(
            f"models of flavor `{flavor}` are not read from a file (only {known}); let the stage write an MLflow model "
            f"directory (mlflow.{flavor}.save_model) and leave `flavor` out"
        )
    if os.path.isdir(path):
        raise ModelProblem(
            f"{path} is a directory; a model of flavor `{flavor}` is one file (leave `flavor` out for an MLflow model)"
        )
    try:
        return loader(path)
    except ModelProblem:
        raise
    except ModuleNotFoundError as problem:
        raise ModelProblem(
            f"{path} needs the module `{problem.name}`, which is not installed here"
        ) from problem
    except Exception as problem:
        raise ModelProblem(
            f"{path} can't be read as a {flavor} model: {type(problem).__name__}: {problem}"
        ) from problem


def log_loaded(model: Any, run: str, name: str, flavor: str, requirements: str) -> str:
    """Log a model object to a run, with the project's requirements beside what the flavor needs itself; its id."""
    mlflow = import_module("mlflow")
    library = import_module(f"mlflow.{flavor}")
    options: dict[str, Any] = _sklearn_options(model) if flavor == "sklearn" else {}
    own = library.get_default_pip_requirements(
        **({"include_skops": True} if options.get("skops_trusted_types") is not None else {})
    )
    options["pip_requirements"] = [f"-r {requirements}", *_beside(requirements, own)] if requirements else own
    with mlflow.start_run(run_id=run):
        return str(library.log_model(model, name=name, **options).model_id)


def _sklearn_options(model: Any) -> dict[str, Any]:
    """How to write a scikit-learn model: as skops, trusting the types that it holds (the stage's own pickle, which we
    have just read, is no less trusted); as cloudpickle where skops has no form for it."""
    skops = import_module("skops.io")
    try:
        content = skops.dumps(model)
    except Exception:  # noqa: BLE001 (skops names no class for what it can't write)
        return {"serialization_format": "cloudpickle"}
    return {
        "serialization_format": "skops",
        "skops_trusted_types": skops.get_untrusted_types(data=content),
    }


def _beside(requirements: str, own: list[str]) -> list[str]:
    """Those of the flavor's own requirements that a requirements file does not name."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    named: set[str] = set()
    with open(requirements, encoding="utf-8") as stream:
        for line in stream:
            try:
                named.add(
                    canonicalize_name(Requirement(line.split("#")[0].split(" --")[0].rstrip("\\ \n")).name)
                )
            except InvalidRequirement:
                continue
    return [line for line in own if canonicalize_name(Requirement(line).name) not in named]


def log_directory(client: Any, run: str, name: str, path: str, experiment: str) -> str:
    """Log a directory that is an MLflow model already; its id."""
    mlflow, entities = import_module("mlflow"), import_module("mlflow.entities")
    if not os.path.isfile(os.path.join(path, "MLmodel")):
        raise ModelProblem(
            f"{path} is no MLflow model (a directory with a file MLmodel); give the model a `flavor`: "
            f"{', '.join(LOADERS)}"
        )
    model = mlflow.initialize_logged_model(name=name, source_run_id=run, experiment_id=experiment)
    client.log_model_artifacts(model.model_id, path)
    client.finalize_logged_model(model.model_id, entities.LoggedModelStatus.READY)
    client.log_outputs(run, [entities.LoggedModelOutput(model.model_id, step=0)])
    return str(model.model_id)
