"""The two workflows for GitHub as trees: their triggers, permissions, queues and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from mlproject.diagnostics import Path
from mlproject.ir import Environment, Project
from mlproject.targets import github_files as files
from mlproject.targets import github_steps as steps
from mlproject.targets.github_steps import Step
from mlproject.targets.stations import Station, default_runner, minutes, python, runner
from mlproject.trees import Generated, Pins

CHECK_MINUTES = 15

_QUIET_TOOLS = {"BENTOML_DO_NOT_TRACK": "True", "DVC_NO_ANALYTICS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
_READ = "to check out the repository"
_NO_DEFAULT = "nothing but what a job asks for"
_OIDC = (
    "for a cloud, `id-token: write` and its login action (under native.github) are better than stored keys"
)
_BRANCH = "a run by hand could name another branch, and schedules run on the default branch"


class _Workflow:
    """A tree as it grows, with its comments and sources. Lives within one call."""

    __slots__ = ("comments", "sources", "tree")

    def __init__(self, tree: dict[str, object], sources: Mapping[Path, Path]) -> None:
        self.tree = tree
        self.sources: dict[Path, Path] = dict(sources)
        self.comments: dict[Path, str] = {("permissions",): _NO_DEFAULT}

    def job(self, name: str, job: dict[str, object], found: Sequence[Step]) -> None:
        """Adds a job with its steps."""
        cast(dict[str, object], self.tree["jobs"])[name] = {
            **job,
            "steps": [dict(step.tree) for step in found],
        }
        for index, step in enumerate(found):
            where: Path = ("jobs", name, "steps", index)
            self.comments.update({(*where, *place): text for place, text in step.comments.items()})
            self.sources.update({(*where, *place): path for place, path in step.sources.items()})

    def generated(self, file: str) -> Generated:
        """The file, at the root of the repository."""
        return Generated(file, "yaml", self.tree, sources=self.sources, comments=self.comments)


def check(project: Project, pins: Pins) -> Generated:
    """`mlproject-NAME-check.yml`: for pull requests, without secrets, without running the project's code."""
    file = _file(project, "check")
    on: dict[str, object] = {"pull_request": _filter(project, file, _file(project, "apply")) or None}
    group = f"mlproject-{project.name}-check-${{{{ github.ref }}}}"
    workflow = _workflow(
        project, f"Check {project.name}", on, {"group": group, "cancel-in-progress": True}, {}
    )
    job: dict[str, object] = {
        "name": "Validate and compare",
        "runs-on": _runs_on(default_runner(project.ci)),
        "timeout-minutes": CHECK_MINUTES,
        "permissions": {"contents": "read"},
    }
    workflow.comments[("jobs", "check", "permissions", "contents")] = _READ
    _say_runner(workflow, "check", default_runner(project.ci))
    workflow.job(
        "check",
        job,
        [
            steps.check_out(pins),
            steps.set_up_python(pins, project, python(project)),
            steps.install(project),
            steps.validate(project),
            steps.compare(project),
        ],
    )
    return workflow.generated(file)


def apply(project: Project, pins: Pins, jobs: tuple[Station, ...]) -> Generated:
    """`mlproject-NAME-apply.yml`: after a merge, on schedule, or by hand; on the one branch only."""
    file = _file(project, "apply")
    ci = project.ci
    on: dict[str, object] = {
        "push": {"branches": [files.pattern(ci.branch)], **_filter(project, file)},
        "workflow_dispatch": None,
    }
    sources: dict[Path, Path] = {("on", "push", "branches"): (*ci.path, "apply", "branch")}
    if ci.retrain:
        on["schedule"] = [{"cron": ci.retrain}]
        sources["on", "schedule"] = (*ci.path, "retrain", "schedule")
    # One run at a time: two would race for the same lock. The newest of those that wait goes next.
    queue: dict[str, object] = {"group": f"mlproject-{project.name}-apply", "cancel-in-progress": False}
    workflow = _workflow(project, f"Apply {project.name}", on, queue, {"env": dict(_QUIET_TOOLS)})
    workflow.sources.update(sources)
    workflow.comments["concurrency", "cancel-in-progress"] = "a run in progress is never cut off"
    followed = {name for job in jobs for name in job.after}
    for job in jobs:
        _apply_job(workflow, project, pins, job, followed)
    return workflow.generated(file)


def _apply_job(
    workflow: _Workflow, project: Project, pins: Pins, station: Station, followed: set[str]
) -> None:
    """The job of one environment."""
    environment = station.environment
    name = environment.name if environment else ""
    job_id = _job_id(name)
    where: Path = ("jobs", job_id)
    job: dict[str, object] = {"name": f"Apply to {name}" if name else "Apply"}
    if station.after:
        job["needs"] = [_job_id(earlier) for earlier in station.after]
        workflow.sources[*where, "needs"] = (*environment.path, "promote_from") if environment else ()
    job["if"] = f"github.ref == '{_branch_ref(project)}'"
    workflow.comments[*where, "if"] = _BRANCH
    job["runs-on"] = _runs_on(runner(project))
    _say_runner(workflow, job_id, runner(project))
    job["timeout-minutes"] = minutes(project)
    if environment:
        job["environment"] = name
        workflow.comments[*where, "environment"] = "its secrets and variables, and its approvals"
        workflow.sources[*where, "environment"] = environment.path
    job["permissions"] = _permissions(workflow, project, where)
    if project.ci.container:
        job["container"] = {"image": project.ci.container}
        workflow.sources[*where, "container"] = (*project.ci.path, "container")
        if "@sha256:" not in project.ci.container:
            workflow.comments[*where, "container", "image"] = (
                "zizmor: ignore[unpinned-images] as the spec names it"
            )
    workflow.job(job_id, job, _apply_steps(project, pins, station, name in followed))


def _apply_steps(project: Project, pins: Pins, station: Station, followed: bool) -> list[Step]:
    environment = station.environment
    name = environment.name if environment else ""
    secrets = _variables(environment)
    found = [steps.check_out(pins)]
    if project.ci.container:
        found += steps.enter_container()
    for earlier in station.after:
        found += steps.take_over(pins, earlier, _artifact(project, earlier))
    found += steps.set_up(project)
    if not project.ci.container:
        found.append(steps.set_up_python(pins, project, python(project)))
    found += [steps.install(project, steps.EXTRA), *steps.install_requirements(project)]
    if project.remotes:
        found.append(steps.pull(secrets))
    imports = files.imports(project)
    if project.ci.retrain and imports and not station.after:
        found.append(steps.update(imports, secrets))
    found.append(steps.apply(project, environment, secrets))
    if project.remotes:
        found.append(steps.push(secrets))
    if followed or project.ci.commit != "none":
        found.append(steps.gather(files.fitting(files.results(project, name))))
    if followed:
        found.append(steps.hand_on(pins, _artifact(project, name)))
    return [*found, *steps.commit(pins, project, name)]


def _workflow(
    project: Project,
    name: str,
    on: Mapping[str, object],
    queue: Mapping[str, object],
    more: Mapping[str, object],
) -> _Workflow:
    """A workflow without jobs; `more` stands before them."""
    run: dict[str, object] = {"shell": "bash"}
    if project.root:
        run["working-directory"] = project.root
    tree: dict[str, object] = {
        "name": name,
        "on": on,
        "permissions": {},
        "concurrency": queue,
        "defaults": {"run": run},
        **more,
        "jobs": {},
    }
    return _Workflow(tree, {(): project.ci.path, ("name",): ("name",)})


def _permissions(workflow: _Workflow, project: Project, where: Path) -> dict[str, object]:
    """What the job's token may do, each with the reason; at the mapping, a word about credentials of clouds."""
    commit = project.ci.commit
    workflow.comments[*where, "permissions"] = _OIDC
    if commit == "none":
        workflow.comments[*where, "permissions", "contents"] = _READ
        return {"contents": "read"}
    workflow.comments[*where, "permissions", "contents"] = (
        "to commit what the stages wrote, dvc.lock first of all"
    )
    if commit == "push":
        return {"contents": "write"}
    workflow.comments[*where, "permissions", "pull-requests"] = "to open the pull request with it"
    return {"contents": "write", "pull-requests": "write"}


def _say_runner(workflow: _Workflow, job: str, labels: tuple[str, ...]) -> None:
    """A self-hosted runner is the user's choice; the auditor is told that it is one."""
    key: Path = ("jobs", job, "runs-on")
    workflow.sources[key] = ("ci", "runner")
    if "self-hosted" in labels:
        place = key if len(labels) == 1 else (*key, labels.index("self-hosted"))
        workflow.comments[place] = "zizmor: ignore[self-hosted-runner] as the spec names it"


def _filter(project: Project, *workflows: str) -> dict[str, object]:
    paths = files.triggers(project, workflows)
    return {"paths": list(paths)} if paths else {}


def _file(project: Project, kind: str) -> str:
    return f".github/workflows/mlproject-{project.name}-{kind}.yml"


def _artifact(project: Project, environment: str) -> str:
    return f"mlproject-{project.name}-{environment}"


def _job_id(environment: str) -> str:
    return f"apply-{environment}" if environment else "apply"


def _runs_on(labels: tuple[str, ...]) -> object:
    return labels[0] if len(labels) == 1 else list(labels)


def _branch_ref(project: Project) -> str:
    """The branch as it stands between the quotes of an expression."""
    return "refs/heads/" + project.ci.branch.replace("'", "''")


def _variables(environment: Environment | None) -> dict[str, object]:
    """The environment's variables: GitHub's secret of that name or, where there is none, its plain variable."""
    names = environment.env if environment else ()
    return {name: f"${{{{ secrets.{name} || vars.{name} }}}}" for name in names if not refused(name)}


def refused(name: str) -> bool:
    """Whether GitHub gives nobody a secret or variable of this name."""
    return name.upper().startswith("GITHUB_")
