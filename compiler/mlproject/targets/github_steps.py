"""The steps of the GitHub workflows, each with its comments and the places in the spec that it comes from.

Text of the user's reaches a command through `env:` and quotes, never by being pasted into it; only `ci.setup` is
commands of the user's own. What GitHub would take for an expression in such text is written as one that yields it.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlproject import __version__
from mlproject.diagnostics import Path
from mlproject.ir import Environment, Project
from mlproject.records import field, frozen
from mlproject.targets import actions
from mlproject.trees import Pins

RESULTS = "${{ runner.temp }}/mlproject"
EXTRA = "[run]"

# From here on scripts of ours; they run in bash with `-eo pipefail`, in the project's directory.
_STAGE_RESULTS = """\
# Only what the stages wrote, and only where it exists and Git doesn't ignore it.
while IFS= read -r spec; do
  git ls-files -z --modified --others --exclude-standard -- "$spec" |
    while IFS= read -r -d '' file; do
      if [ -e "$file" ]; then
        git --literal-pathspecs add -- "$file"
      fi
    done
done <<< "$MLPROJECT_RESULTS"
mkdir -p "$RUNNER_TEMP/mlproject"
git diff --cached --binary > "$RUNNER_TEMP/mlproject/results.patch"
"""
_TAKE_OVER = """\
if [ -s "$RUNNER_TEMP/mlproject/results.patch" ]; then
  git -C "$GITHUB_WORKSPACE" apply --index "$RUNNER_TEMP/mlproject/results.patch"
fi
"""
_COMMIT = """\
if git diff --cached --quiet; then
  echo "The results are the committed ones."
  exit 0
fi
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
git commit --quiet --message "$MLPROJECT_MESSAGE"
"""
_PUSH = (
    _COMMIT
    + """\
for attempt in 1 2 3 4 5; do
  if git push --quiet origin "HEAD:refs/heads/$MLPROJECT_BRANCH"; then
    exit 0
  fi
  echo "The branch has moved on (attempt $attempt)."
  sleep "$attempt"
  git pull --quiet --rebase --autostash origin "refs/heads/$MLPROJECT_BRANCH"
done
echo "::error::The results could not be pushed: the branch kept moving, or its rules refuse this workflow."
exit 1
"""
)
_PROPOSE = (
    _COMMIT
    + """\
git push --quiet --force origin "HEAD:refs/heads/$MLPROJECT_BRANCH"
echo "pushed=true" >> "$GITHUB_OUTPUT"
"""
)
_OPEN = """\
const {owner, repo} = context.repo;
const {MLPROJECT_BRANCH: branch, MLPROJECT_BASE: base, MLPROJECT_MESSAGE: title} = process.env;
const head = `${owner}:${branch}`;
const {data: open} = await github.rest.pulls.list({owner, repo, base, head, state: 'open'});
if (open.length === 0) {
  const body = 'What applying the project wrote.';
  await github.rest.pulls.create({owner, repo, base, head, title, body});
}
"""
_VENV = """\
python3 -m venv --system-site-packages "$RUNNER_TEMP/venv"
echo "$RUNNER_TEMP/venv/bin" >> "$GITHUB_PATH"
"""
_UPDATE = """\
while IFS= read -r file; do
  dvc update -- "$file"
done <<< "$MLPROJECT_IMPORTS"
"""
# A helper that Git starts: the token is in no file and on no command line.
_CREDENTIALS = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "credential.helper",
    "GIT_CONFIG_VALUE_0": '!f() { echo username=x-access-token; echo "password=$MLPROJECT_TOKEN"; }; f',
    "MLPROJECT_TOKEN": "${{ github.token }}",
}


@frozen
class Step:
    """A step as it stands in the workflow; `comments` and `sources` are keyed by places inside it."""

    tree: Mapping[str, object]
    comments: Mapping[Path, str] = field(default_factory=dict[Path, str])
    sources: Mapping[Path, Path] = field(default_factory=dict[Path, Path])


def literal(text: str) -> str:
    """The text as GitHub has to see it in order to read nothing into it."""
    return text.replace("${{", "${{ '${{' }}")


def check_out(pins: Pins) -> Step:
    """The commit that the workflow runs for, without leaving a token behind."""
    return _uses(pins, actions.CHECKOUT, "Check out the repository", {"persist-credentials": False})


def set_up_python(pins: Pins, project: Project, version: str) -> Step:
    """The project's interpreter. Nothing is restored from a cache: another workflow could have filled it."""
    step = _uses(pins, actions.SETUP_PYTHON, f"Set up Python {version}", {"python-version": version})
    return Step(step.tree, step.comments, {("with", "python-version"): (*project.python.path, "version")})


def enter_container() -> tuple[Step, ...]:
    """What a job needs inside an image: Git may read a tree that belongs to another user, and an environment over the
    image's own packages that pip may write to."""
    return (
        _run("Let Git read the checkout", 'git config --global --add safe.directory "$GITHUB_WORKSPACE"\n'),
        _run("Make a Python environment over the image's", _VENV),
    )


def set_up(project: Project) -> tuple[Step, ...]:
    """The user's own commands, as they are."""
    if not project.ci.setup:
        return ()
    lines = "".join(f"{command.rstrip()}\n" for command in project.ci.setup)
    return (
        Step({"name": "Prepare the runner", "run": lines}, sources={("run",): (*project.ci.path, "setup")}),
    )


def install(project: Project, extra: str = "") -> Step:
    """The compiler that the spec asks for, by default the one that wrote this file."""
    wanted = project.requires.strip().removeprefix("mlproject").removeprefix("-compiler").strip()
    requirement = f"mlproject-compiler{extra}{wanted or f'=={__version__}'}"
    return Step(
        {
            "name": "Install the compiler",
            "env": {"MLPROJECT_COMPILER": literal(requirement)},
            "run": 'python -m pip install "$MLPROJECT_COMPILER"',
        },
        sources={("env", "MLPROJECT_COMPILER"): ("requires",)} if wanted else {},
    )


def install_requirements(project: Project) -> tuple[Step, ...]:
    """What the project's own code imports."""
    if not project.python.requirements:
        return ()
    step = Step(
        {
            "name": "Install the project's requirements",
            "env": {"MLPROJECT_REQUIREMENTS": literal(project.python.requirements)},
            "run": 'python -m pip install --requirement "$MLPROJECT_REQUIREMENTS"',
        },
        sources={("env",): (*project.python.path, "requirements")},
    )
    return (step,)


def validate(project: Project) -> Step:
    """The spec, its mistakes shown in the pull request at their lines."""
    return _mlproject("Validate the spec", "mlproject validate --format github", project, {})


def compare(project: Project) -> Step:
    """The compiled files that are committed against those that the spec compiles to."""
    return _mlproject(
        "Check that the compiled files are current", "mlproject compile --check --format github", project, {}
    )


def take_over(pins: Pins, earlier: str, artifact: str) -> tuple[Step, ...]:
    """What the environment before this one found, so that nothing is trained twice."""
    download = _uses(
        pins, actions.DOWNLOAD, f"Fetch the results of {earlier}", {"name": artifact, "path": RESULTS}
    )
    return (download, _run(f"Take over the results of {earlier}", _TAKE_OVER))


def hand_on(pins: Pins, artifact: str) -> Step:
    """The results for the environments behind this one."""
    where = {
        "name": artifact,
        "path": f"{RESULTS}/results.patch",
        "if-no-files-found": "error",
        "retention-days": 7,
    }
    return _uses(pins, actions.UPLOAD, "Hand on the results", where)


def pull(secrets: Mapping[str, object]) -> Step:
    """What earlier runs left in the remote; what is not there is made anew."""
    return _run("Fetch what earlier runs made", "dvc pull --run-cache --allow-missing", secrets)


def update(files: tuple[str, ...], secrets: Mapping[str, object]) -> Step:
    """New data from where it is imported from: on schedule only, so that a push trains on what is committed."""
    env = {**secrets, "MLPROJECT_IMPORTS": _lines(files)}
    step = _run("Bring the imported data up to date", _UPDATE, env)
    return Step({"name": step.tree["name"], "if": "github.event_name == 'schedule'", **step.tree})


def apply(project: Project, environment: Environment | None, secrets: Mapping[str, object]) -> Step:
    """The project, in this environment. Its variables are set here and at the remote, and nowhere else."""
    if environment is None:
        return _mlproject("Apply", "mlproject apply", project, {})
    env = {**secrets, "MLPROJECT_ENVIRONMENT": environment.name}
    command = 'mlproject apply --env="$MLPROJECT_ENVIRONMENT"'
    step = _mlproject(f"Apply to {environment.name}", command, project, env)
    where = (*environment.path, "env")
    return Step(step.tree, sources={("env", name): where for name in secrets})


def push(secrets: Mapping[str, object]) -> Step:
    """The results into the remote, before a lock is committed that names them."""
    return _run("Store the results in the remote", "dvc push --run-cache", secrets)


def gather(files: tuple[str, ...]) -> Step:
    """What belongs into Git of the results: staged, and as a patch."""
    return _run("Gather the results", _STAGE_RESULTS, {"MLPROJECT_RESULTS": _lines(files)})


def commit(pins: Pins, project: Project, environment: str) -> tuple[Step, ...]:
    """The results into Git, as `ci.apply.commit` says."""
    where = (*project.ci.path, "apply", "commit")
    message = f"Results of {project.name}" + (f" in {environment}" if environment else "")
    if project.ci.commit == "none":
        return ()
    if project.ci.commit == "push":
        env = {"MLPROJECT_BRANCH": literal(project.ci.branch), "MLPROJECT_MESSAGE": message, **_CREDENTIALS}
        return (Step({"name": "Commit the results", "env": env, "run": _PUSH}, _QUIET, {(): where}),)
    branch = "/".join(("mlproject", project.name, environment or "apply"))
    env = {"MLPROJECT_BRANCH": branch, "MLPROJECT_MESSAGE": message, **_CREDENTIALS}
    propose = Step(
        {"name": "Commit the results to a branch", "id": "propose", "env": env, "run": _PROPOSE}, _QUIET
    )
    opened = _uses(pins, actions.SCRIPT, "Open a pull request", {"script": _OPEN})
    asked = {
        "MLPROJECT_BRANCH": branch,
        "MLPROJECT_BASE": literal(project.ci.branch),
        "MLPROJECT_MESSAGE": message,
    }
    tree = {
        "name": opened.tree["name"],
        "if": "steps.propose.outputs.pushed == 'true'",
        "uses": opened.tree["uses"],
        "env": asked,
        "with": opened.tree["with"],
    }
    allowed = "the repository's settings must allow Actions to open pull requests"
    return (
        Step(propose.tree, propose.comments, {(): where}),
        Step(tree, {**opened.comments, ("name",): allowed}, {(): where}),
    )


_QUIET: dict[Path, str] = {
    ("env", "MLPROJECT_TOKEN"): "what this token pushes starts no workflow, so there is no loop"
}


def _uses(pins: Pins, action: str, name: str, inputs: Mapping[str, object]) -> Step:
    pin = pins[action]
    return Step({"name": name, "uses": f"{action}@{pin.sha}", "with": dict(inputs)}, {("uses",): pin.version})


def _run(name: str, script: str, env: Mapping[str, object] | None = None) -> Step:
    return Step({"name": name, **({"env": dict(env)} if env else {}), "run": script})


def _mlproject(name: str, command: str, project: Project, env: Mapping[str, object]) -> Step:
    """A command of ours; the spec is named where it hasn't the name that the command looks for."""
    if project.spec == "mlproject.yaml":
        return _run(name, command, env)
    return _run(name, f'{command} "$MLPROJECT_SPEC"', {**env, "MLPROJECT_SPEC": literal(project.spec)})


def _lines(files: tuple[str, ...]) -> str:
    return literal("\n".join(files))
