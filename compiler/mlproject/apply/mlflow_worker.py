"""A program of its own: what apply asks of MLflow, one request a line.

    python -P -m mlproject.apply.mlflow_worker       (in the project's folder)

A request is JSON on standard input: {"do": NAME, "with": {arguments}}, NAME a method of `Store`; the answer is a line
on the stream that was standard output when we started: {"ok": value}, or {"error": text, "kind": unreachable | user |
bug}. It ends with its input. Whatever user code or MLflow writes to the standard streams goes to standard error, a log.

MLflow is run in a process of its own because it takes two seconds to import (while the pipeline runs, it costs
nothing), and because loading a model runs the project's code.
"""

from __future__ import annotations

import glob
import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from mlproject.apply.flavors import ModelProblem, load_model, log_directory, log_loaded
from mlproject.apply.tags import DIGEST, FLAVOR, RECORDED

PAGE = 1000


class Store:
    """The tracking store and the registry, with what apply needs of them. Values in and out are plain data."""

    def __init__(self) -> None:
        self.client: Any = None
        self.experiment = ""

    def open(
        self, tracking_uri: str, registry_uri: str, experiment: str, database: str | None
    ) -> dict[str, Any]:
        """Connect, and make the embedded database and the experiment where they are missing."""
        mlflow = import_module("mlflow")

        if database and not os.path.exists(database):
            self.create(database)
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(registry_uri)
        self.client = mlflow.MlflowClient(tracking_uri, registry_uri)
        found = self.client.get_experiment_by_name(experiment)
        if found is not None and found.lifecycle_stage == "deleted":
            raise ModelProblem(
                f"the experiment `{experiment}` was deleted; restore it (mlflow experiments restore -x "
                f"{found.experiment_id}) or give `tracking.experiment` another name"
            )
        self.experiment = found.experiment_id if found else self.client.create_experiment(experiment)
        mlflow.set_experiment(experiment_id=self.experiment)
        return {"experiment": self.experiment}

    @staticmethod
    def prepare(flavor: str) -> None:
        """Import what logging a model will need; what is missing is said when it is needed."""
        with suppress(ImportError):
            import_module(f"mlflow.{flavor}")
            if flavor == "sklearn":
                import_module("skops.io")

    @staticmethod
    def create(database: str) -> None:
        """Make the database elsewhere and move it into place: killed meanwhile, there is none, never half of one."""
        folder = os.path.join(os.path.dirname(database), ".mlproject", "cache")
        for left in glob.glob(os.path.join(glob.escape(folder), "mlflow.*.db*")):
            os.unlink(left)
        fresh = os.path.join(folder, f"mlflow.{os.getpid()}.db")
        import_module("mlflow").MlflowClient(f"sqlite:///{fresh}").search_experiments(max_results=1)
        with suppress(FileExistsError):
            os.link(fresh, database)  # unlike a rename it does not replace what a stage has made meanwhile
        os.unlink(fresh)

    def find_run(self, digest: str) -> dict[str, Any] | None:
        """The whole run for a state of the pipeline, else one that was cut short, else None."""
        runs = self.client.search_runs([self.experiment], f"tags.`{DIGEST}` = '{digest}'", max_results=PAGE)
        runs = [run for run in runs if self.has_files(run)]
        runs.sort(key=lambda run: (RECORDED not in run.data.tags, run.info.start_time))
        if not runs:
            return None
        run = runs[0]
        return {
            "run": run.info.run_id,
            "recorded": RECORDED in run.data.tags,
            "tags": dict(run.data.tags),
            "artifacts": run.info.artifact_uri,
        }

    @staticmethod
    def has_files(run: Any) -> bool:
        """Whether the folder of a run's artifacts is there, where it is one of ours to look at."""
        place = local_path(run.info.artifact_uri)
        return RECORDED not in run.data.tags or place is None or os.path.isdir(place)

    def places(self, run: str, models: list[str]) -> list[str]:
        """The local folders in which a run and models keep their files."""
        uris = [self.client.get_run(run).info.artifact_uri]
        uris += [self.client.get_logged_model(model).artifact_location for model in models]
        return [place for place in map(local_path, uris) if place is not None]

    def discard_run(self, run: str, *, delete: bool) -> None:
        """Put a half-made run aside: deleted where nobody else can be writing it, else marked as killed."""
        if delete:
            self.client.delete_run(run)
        else:
            self.client.set_terminated(run, "KILLED")

    def create_run(self, name: str, tags: Mapping[str, str]) -> str:
        """A new run, still open."""
        return str(self.client.create_run(self.experiment, run_name=name, tags=dict(tags)).info.run_id)

    def log_values(self, run: str, params: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Parameters and metrics, in batches of the sizes that MLflow takes."""
        entities = import_module("mlflow.entities")
        start = self.client.get_run(run).info.start_time
        pairs = [entities.Param(key, value) for key, value in params.items()]
        for first in range(0, len(pairs), 100):
            self.client.log_batch(run, params=pairs[first : first + 100])
        points = [entities.Metric(key, value, start, 0) for key, value in metrics.items()]
        for first in range(0, len(points), 1000):
            self.client.log_batch(run, metrics=points[first : first + 1000])

    def log_files(self, run: str, files: list[tuple[str, str]]) -> None:
        """Files and directories as artifacts: (where it is, the folder among the artifacts)."""
        for path, folder in files:
            if os.path.isdir(path):
                self.client.log_artifacts(run, path, os.path.join(folder, os.path.basename(path)))
            else:
                self.client.log_artifact(run, path, folder or None)

    def log_model(  # noqa: PLR0913 (arguments of a request, always by name)
        self, run: str, name: str, path: str, flavor: str, requirements: str, folders: list[str]
    ) -> str:
        """Log a model to a run; its id. `folders` is where the project's own modules are looked for."""
        sys.path[:0] = [folder for folder in folders if folder not in sys.path]
        if not flavor:
            return log_directory(self.client, run, name, path, self.experiment)
        return log_loaded(load_model(flavor, path), run, name, flavor, requirements)

    def link_model(self, run: str, model: str) -> None:
        """Show a model that was logged before as an output of this run too."""
        self.client.log_outputs(run, [import_module("mlflow.entities").LoggedModelOutput(model, step=0)])

    def has_model(self, model: str) -> bool:
        """Whether a logged model is there and whole, its files too."""
        problem_type = import_module("mlflow.exceptions").MlflowException

        try:
            ready = str(self.client.get_logged_model(model).status) == "READY"
            return ready and bool(self.client.list_logged_model_artifacts(model))
        except problem_type as problem:
            if problem.error_code == "RESOURCE_DOES_NOT_EXIST":
                return False
            raise

    def tag_run(self, run: str, tags: Mapping[str, str]) -> None:
        """Set tags on a run."""
        entities = import_module("mlflow.entities")
        pairs = [entities.RunTag(key, value) for key, value in tags.items()]
        for first in range(0, len(pairs), 100):
            self.client.log_batch(run, tags=pairs[first : first + 100])

    def finish_run(self, run: str) -> str:
        """Close a run; where its artifacts are."""
        self.client.set_terminated(run, "FINISHED")
        return str(self.client.get_run(run).info.artifact_uri)

    def find_version(self, name: str, digest: str, flavor: str) -> dict[str, Any] | None:
        """The version of a registered model with this content, or None."""
        where = f"name = '{name}' and tag.`{DIGEST}` = '{digest}'"
        for version in self.client.search_model_versions(where, max_results=PAGE):
            same = version.tags.get(FLAVOR, "") == flavor
            if same and (not version.model_id or self.has_model(version.model_id)):
                return self.get_version(name, version.version)
        return None

    def get_version(self, name: str, number: str) -> dict[str, Any]:
        """One version, as plain data."""
        version = self.client.get_model_version(name, number)
        return {
            "version": str(version.version),
            "run": version.run_id or "",
            "model": version.model_id or "",
            "tags": dict(version.tags),
            "aliases": list(version.aliases),
        }

    def holder(self, name: str, alias: str) -> dict[str, Any] | None:
        """The version that holds an alias, or None."""
        problem_type = import_module("mlflow.exceptions").MlflowException

        try:
            version = self.client.get_model_version_by_alias(name, alias)
        except problem_type as problem:
            if problem.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise
        return self.get_version(name, version.version)

    def holder_elsewhere(self, registry_uri: str, name: str, alias: str) -> dict[str, Any] | None:
        """The version that holds an alias in another registry, or None."""
        other = Store()
        other.client = import_module("mlflow").MlflowClient(registry_uri, registry_uri)
        return other.holder(name, alias)

    def run_file(self, run: str, path: str) -> str | None:
        """The text of an artifact of a run, or None where the run or the file is missing."""
        import tempfile

        problem_type = import_module("mlflow.exceptions").MlflowException

        with tempfile.TemporaryDirectory() as folder:
            try:
                local = self.client.download_artifacts(run, path, folder)
            except (problem_type, OSError):
                return None
            with open(local, encoding="utf-8") as stream:
                return stream.read()

    def register(self, name: str, model: str, tags: Mapping[str, str], desc: str) -> str:
        """A new version of a registered model, from a logged model; its number."""
        mlflow = import_module("mlflow")
        problem_type = import_module("mlflow.exceptions").MlflowException

        try:
            self.client.create_registered_model(name, description=desc or None)
        except problem_type as problem:
            if problem.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        version = mlflow.register_model(f"models:/{model}", name, tags=dict(tags))
        return str(version.version)

    def tag_version(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Set tags on a version."""
        for key, value in tags.items():
            self.client.set_model_version_tag(name, version, key, value)

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Move an alias to a version."""
        self.client.set_registered_model_alias(name, alias, version)


def local_path(uri: str) -> str | None:
    """The path of a local artifact location, None for any other."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(uri)
    if parts.scheme == "file":
        return unquote(parts.path)
    return uri if not parts.scheme else None


def answer(store: Store, request: Mapping[str, Any]) -> dict[str, Any]:
    """Do one request; a problem is an answer too."""
    try:
        return {"ok": getattr(store, request["do"])(**request["with"])}
    except ModelProblem as problem:
        return {"error": str(problem), "kind": "user"}
    except Exception as problem:  # noqa: BLE001 (told to the parent)
        traceback.print_exc()
        return {"error": f"{type(problem).__name__}: {problem}", "kind": kind_of(problem)}


def kind_of(problem: BaseException) -> str:
    """Whether a server or database could not be reached, or something else went wrong."""
    cause: BaseException | None = problem
    while cause is not None:
        name = type(cause).__name__
        if isinstance(cause, ConnectionError | TimeoutError) or name in (
            "ConnectionError",
            "ConnectTimeout",
            "ReadTimeout",
            "MaxRetryError",
            "OperationalError",
            "EndpointConnectionError",
            "NoCredentialsError",
        ):
            return "unreachable"
        cause = cause.__cause__ or cause.__context__
    return "unreachable" if "API request to" in str(problem) else "bug"


def main() -> int:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    store = Store()
    for line in sys.stdin:
        answers.write(json.dumps(answer(store, json.loads(line))) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
