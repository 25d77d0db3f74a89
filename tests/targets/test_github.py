"""What the GitHub workflows say, read as data."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mlproject import pins
from mlproject.diagnostics import Path
from mlproject.ir import Project, RunnerRule
from mlproject.records import replace
from mlproject.targets import github
from mlproject.targets.actions import used
from mlproject.trees import Generated
from targets.ci_projects import PROJECT, data, environment, remote, service, stage, with_ci

PROD = with_ci(environments=("prod",))


def _compile(project: Project) -> tuple[dict[str, Generated], list[str]]:
    files, said = github.compile(project, pins.SEED)
    return {file.file.rsplit("-", 1)[1].removesuffix(".yml"): file for file in files}, [d.code for d in said]


def _tree(project: Project, kind: str = "apply") -> dict[str, Any]:
    return cast(dict[str, Any], _compile(project)[0][kind].tree)


def _steps(project: Project, job: str = "apply-prod") -> dict[str, Any]:
    return {step["name"]: step for step in _tree(project)["jobs"][job]["steps"]}


def _promotion(*pairs: tuple[str, str], listed: tuple[str, ...], project: Project = PROJECT) -> Project:
    made = tuple(environment(name, promote_from=before) for name, before in pairs)
    return with_ci(replace(project, environments=made), environments=listed)


def _needs(project: Project) -> dict[str, list[str]]:
    return {name: job.get("needs", []) for name, job in _tree(project)["jobs"].items()}


def test_a_project_without_ci_has_no_workflow() -> None:
    assert github.compile(with_ci(providers=()), pins.SEED) == ((), ())


def test_gitlab_is_said_to_be_missing() -> None:
    files, said = github.compile(with_ci(providers=("gitlab",)), pins.SEED)
    assert files == ()
    assert [(d.code, d.site and d.site.path) for d in said] == [("not-expressible", ("ci", "provider"))]


def test_files_stand_at_the_root_of_the_repository_under_the_projects_name() -> None:
    files, _ = github.compile(PROD, pins.SEED)
    assert [file.file for file in files] == [
        ".github/workflows/mlproject-cancer-check.yml",
        ".github/workflows/mlproject-cancer-apply.yml",
    ]


class TestCheck:
    def test_runs_on_pull_requests_without_secrets_and_reads_only(self) -> None:
        project = with_ci(replace(PROD, environments=(environment("prod", env=("TOKEN",)),)), commit="push")
        tree = _tree(project, "check")
        assert list(tree["on"]) == ["pull_request"]
        assert tree["permissions"] == {}
        assert tree["jobs"]["check"]["permissions"] == {"contents": "read"}
        assert "environment" not in tree["jobs"]["check"]
        assert "secrets" not in str(tree)
        assert "write" not in str(tree)

    def test_validates_and_compares_with_annotations(self) -> None:
        commands = [step.get("run") for step in _tree(PROD, "check")["jobs"]["check"]["steps"]]
        assert commands[-2:] == [
            "mlproject validate --format github",
            "mlproject compile --check --format github",
        ]

    def test_runs_none_of_the_users_commands(self) -> None:
        tree = _tree(with_ci(PROD, setup=("make install",), container="x/y"), "check")
        assert "make install" not in str(tree)
        assert "container" not in tree["jobs"]["check"]


class TestTriggers:
    def test_a_project_in_a_folder_is_started_by_its_files(self) -> None:
        project = replace(
            PROD,
            presets=("presets/a+b.yaml",),
            data=(data("raw", "../../data/raw.csv", schema="../shared/[1].json"),),
            stages=(
                stage("a", deps=("../lib", "inside.py", "../../../gone"), outs=("../made",)),
                stage("b", deps=("../made",)),
            ),
        )
        own = [
            "projects/cancer/**",
            ".github/workflows/mlproject-cancer-apply.yml",
            "presets/a\\+b.yaml",
            "data/raw.csv",
            "data/raw.csv/**",
            "projects/lib",
            "projects/lib/**",
            "projects/shared/\\[1\\].json",
            "projects/shared/\\[1\\].json/**",
        ]
        assert _tree(project)["on"]["push"]["paths"] == own
        check = _tree(project, "check")["on"]["pull_request"]["paths"]
        assert set(check) == {*own, ".github/workflows/mlproject-cancer-check.yml"}

    def test_the_configuration_of_dvc_counts_where_it_lies_outside(self) -> None:
        for where, counts in (("", [".dvc/config"]), ("projects", ["projects/.dvc/config"]), (PROD.root, [])):
            project = replace(PROD, remotes=(remote(),), dvc_root=where)
            paths = _tree(project)["on"]["push"]["paths"]
            assert [path for path in paths if ".dvc" in path] == counts

    def test_a_project_at_the_root_is_started_by_everything(self) -> None:
        tree = _tree(replace(PROD, root=""))
        assert "paths" not in tree["on"]["push"]
        assert "working-directory" not in tree["defaults"]["run"]

    def test_a_project_that_reads_the_whole_repository_is_started_by_everything(self) -> None:
        assert "paths" not in _tree(replace(PROD, stages=(stage("a", deps=("../..",)),)))["on"]["push"]

    def test_apply_runs_for_its_branch_only_also_by_hand(self) -> None:
        tree = _tree(with_ci(PROD, branch="it's/+x"))
        assert tree["on"]["push"]["branches"] == ["it's/\\+x"]
        assert tree["jobs"]["apply-prod"]["if"] == "github.ref == 'refs/heads/it''s/+x'"

    def test_a_schedule_only_where_the_spec_retrains(self) -> None:
        assert "schedule" not in _tree(PROD)["on"]
        assert _tree(with_ci(PROD, retrain="0 3 * * 1"))["on"]["schedule"] == [{"cron": "0 3 * * 1"}]


class TestPromotion:
    def test_an_environment_waits_for_the_one_it_is_promoted_from_whatever_the_order(self) -> None:
        project = _promotion(("prod", "staging"), ("staging", ""), listed=("prod", "staging"))
        assert _needs(project) == {"apply-staging": [], "apply-prod": ["apply-staging"]}

    def test_one_that_is_not_listed_is_passed_over(self) -> None:
        project = _promotion(("dev", ""), ("staging", "dev"), ("prod", "staging"), listed=("dev", "prod"))
        assert _needs(project) == {"apply-dev": [], "apply-prod": ["apply-dev"]}

    def test_two_may_follow_one_and_others_wait_for_the_first_that_trains(self) -> None:
        project = _promotion(("a", ""), ("b", "a"), ("c", "a"), ("d", ""), listed=("a", "b", "c", "d"))
        assert _needs(project) == {f"apply-{n}": [] if n == "a" else ["apply-a"] for n in "abcd"}

    def test_a_loop_of_promotions_still_ends(self) -> None:
        project = _promotion(("a", "b"), ("b", "a"), listed=("a", "b"))
        assert _needs(project) == {"apply-a": [], "apply-b": ["apply-a"]}

    def test_results_are_handed_on_only_where_someone_waits_for_them(self) -> None:
        project = _promotion(("staging", ""), ("prod", "staging"), listed=("staging", "prod"))
        staging, prod = _steps(project, "apply-staging"), _steps(project)
        assert staging["Hand on the results"]["with"]["name"] == "mlproject-cancer-staging"
        assert prod["Fetch the results of staging"]["with"]["name"] == "mlproject-cancer-staging"
        assert "Hand on the results" not in prod

    def test_several_environments_without_a_remote_are_said_to_train_anew(self) -> None:
        project = _promotion(("staging", ""), ("prod", "staging"), listed=("staging", "prod"))
        assert _compile(project)[1] == ["not-expressible"]
        assert _compile(replace(project, remotes=(remote(),)))[1] == []

    def test_without_environments_only_a_schedule_makes_a_job(self) -> None:
        assert list(_compile(PROJECT)[0]) == ["check"]
        tree = _tree(with_ci(retrain="0 3 * * 1"))
        assert list(tree["jobs"]) == ["apply"]
        assert "environment" not in tree["jobs"]["apply"]


class TestSecrets:
    PROJECT = replace(
        with_ci(environments=("staging", "prod"), setup=("make ready",), retrain="0 0 * * *"),
        environments=(
            environment("staging", env=("S",)),
            environment("prod", env=("P", "Q"), promote_from="staging"),
        ),
        remotes=(remote(),),
        data=(data("raw", "raw.csv", url="s3://bucket/raw"),),
    )

    def test_each_job_has_the_variables_of_its_own_environment(self) -> None:
        jobs = _tree(self.PROJECT)["jobs"]
        assert jobs["apply-prod"]["environment"] == "prod"
        env = _steps(self.PROJECT)["Apply to prod"]["env"]
        assert env["P"] == "${{ secrets.P || vars.P }}"
        assert env["Q"] == "${{ secrets.Q || vars.Q }}"
        assert "secrets.P" not in str(jobs["apply-staging"])
        assert "secrets.S" not in str(jobs["apply-prod"])

    def test_only_steps_that_need_them_see_them(self) -> None:
        job = _tree(self.PROJECT)["jobs"]["apply-staging"]
        assert "env" not in job
        seeing = [step["name"] for step in job["steps"] if "secrets." in str(step)]
        assert seeing == [
            "Fetch what earlier runs made",
            "Bring the imported data up to date",
            "Apply to staging",
            "Store the results in the remote",
        ]

    def test_a_name_that_github_keeps_for_itself_is_said(self) -> None:
        files, said = github.compile(
            replace(PROD, environments=(environment("prod", env=("A", "GITHUB_X")),)), pins.SEED
        )
        assert [d.site and d.site.path for d in said] == [("environments", "prod", "env", 1)]
        assert "GITHUB_X" not in str(files[1].tree)

    def test_checkout_never_leaves_its_token(self) -> None:
        for kind in ("check", "apply"):
            for job in _tree(self.PROJECT, kind)["jobs"].values():
                assert job["steps"][0]["with"] == {"persist-credentials": False}


class TestCommit:
    @pytest.mark.parametrize(
        ("mode", "permissions"),
        [
            ("push", {"contents": "write"}),
            ("pull-request", {"contents": "write", "pull-requests": "write"}),
            ("none", {"contents": "read"}),
        ],
    )
    def test_permissions_are_the_least_and_each_has_its_reason(
        self, mode: str, permissions: dict[str, str]
    ) -> None:
        project = with_ci(PROD, commit=mode)
        file = _compile(project)[0]["apply"]
        assert cast(Any, file.tree)["jobs"]["apply-prod"]["permissions"] == permissions
        where: Path = ("jobs", "apply-prod", "permissions")
        assert all((*where, scope) in file.comments for scope in permissions)
        assert "contents: write" not in str(file.tree)

    def test_the_token_is_in_the_one_step_that_pushes(self) -> None:
        steps = _tree(PROD)["jobs"]["apply-prod"]["steps"]
        assert [step["name"] for step in steps if "github.token" in str(step)] == ["Commit the results"]
        assert not [
            step for step in _steps(with_ci(PROD, commit="none")).values() if "github.token" in str(step)
        ]

    def test_what_git_keeps_is_listed(self) -> None:
        project = replace(
            PROD,
            stages=(
                stage("a", outs=("model",), metrics=("m/a.json",)),
                stage("b", folder="books", metrics=("books/b.json", "s3://bucket/m.json", "/abs.json")),
            ),
            data=(data("raw", "raw.csv", url="https://example.com/raw.csv"), data("own", "own.csv")),
            services=(service("local", "prod"),),
        )
        assert _steps(project)["Gather the results"]["env"]["MLPROJECT_RESULTS"].splitlines() == [
            ":(literal)dvc.lock",
            ":(literal)books/dvc.lock",
            ":(literal)raw.csv.dvc",
            ":(literal)deploy/prod/image.yaml",
            ":(literal)m/a.json",
            ":(literal)books/b.json",
        ]

    def test_more_than_a_variable_holds_is_said(self) -> None:
        many = stage("many", metrics=tuple(f"metrics/{n:08}/measured.json" for n in range(4000)))
        project = replace(PROD, stages=(many,))
        assert _compile(project)[1] == ["not-expressible"]
        assert len(_steps(project)["Gather the results"]["env"]["MLPROJECT_RESULTS"]) <= 100_000


class TestMachine:
    def test_the_largest_need_picks_the_runner(self) -> None:
        from mlproject.ir import Resources

        rules = (
            RunnerRule({"gpus": ">=1", "memory": ">= 16GiB"}, ("gpu-large",)),
            RunnerRule({"gpus": ">=1"}, ("self-hosted", "gpu")),
            RunnerRule({"cpus": ">8"}, ("big",)),
        )
        for needs, runner in (
            ((Resources(1, "16384MiB", 1),), "gpu-large"),
            ((Resources(1, "16GB", 1),), ["self-hosted", "gpu"]),
            ((Resources(memory="32GiB"), Resources(gpus=2)), "gpu-large"),
            ((Resources(cpus=9), Resources(cpus=1)), "big"),
            ((Resources(cpus=8),), "ubuntu-24.04"),
            ((), "ubuntu-24.04"),
        ):
            stages = tuple(stage(f"s{n}", needs=need) for n, need in enumerate(needs))
            project = with_ci(replace(PROD, stages=stages), runners=rules)
            assert _tree(project)["jobs"]["apply-prod"]["runs-on"] == runner
            assert _tree(project, "check")["jobs"]["check"]["runs-on"] == "ubuntu-24.04"

    def test_a_condition_that_is_no_comparison_is_an_error(self) -> None:
        project = with_ci(PROD, runners=(RunnerRule({"gpus": "many"}, ("gpu",)),))
        _, said = github.compile(project, pins.SEED)
        assert [(d.code, d.site and d.site.path) for d in said] == [
            ("bad-value", ("ci", "runners", 0, "when", "gpus"))
        ]

    def test_timeouts_add_up_and_every_job_has_one(self) -> None:
        stages = (stage("a", timeout="1h30m"), stage("b", timeout="45s"))
        assert _tree(replace(PROD, stages=stages))["jobs"]["apply-prod"]["timeout-minutes"] == 90 + 1 + 30
        assert (
            _tree(replace(PROD, stages=(*stages, stage("c"))))["jobs"]["apply-prod"]["timeout-minutes"] == 360
        )
        assert _tree(PROD, "check")["jobs"]["check"]["timeout-minutes"] == 15

    def test_more_than_github_grants_is_said(self) -> None:
        long = replace(PROD, stages=(stage("a", timeout="7h"),))
        assert _compile(long)[1] == ["not-expressible"]
        assert _compile(with_ci(long, runner=("self-hosted",)))[1] == []

    def test_a_container_brings_its_own_python(self) -> None:
        steps = list(_steps(with_ci(PROD, container="ghcr.io/x/y:1")))
        assert "Set up Python 3.11" not in steps
        assert steps.index("Let Git read the checkout") == 1

    @pytest.mark.parametrize(
        ("version", "set_up"), [("3.13", "3.13"), ("", "3.12"), ("3.9", "3.12"), ("3.11.4", "3.11.4")]
    )
    def test_python_is_the_projects_where_the_compiler_runs_on_it(self, version: str, set_up: str) -> None:
        project = replace(PROD, python=replace(PROD.python, version=version))
        assert _steps(project)[f"Set up Python {set_up}"]["with"] == {"python-version": set_up}
        assert _compile(project)[1] == (["not-expressible"] if version == "3.9" else [])

    @pytest.mark.parametrize(
        ("requires", "check", "apply"),
        [
            ("mlproject ~=0.1", "mlproject-compiler~=0.1", "mlproject-compiler[run]~=0.1"),
            ("mlproject>=0.1,<1", "mlproject-compiler>=0.1,<1", "mlproject-compiler[run]>=0.1,<1"),
            ("mlproject-compiler ==0.1.0", "mlproject-compiler==0.1.0", "mlproject-compiler[run]==0.1.0"),
        ],
    )
    def test_the_compiler_is_the_one_asked_for(self, requires: str, check: str, apply: str) -> None:
        project = replace(PROD, requires=requires)
        first = {step["name"]: step for step in _tree(project, "check")["jobs"]["check"]["steps"]}
        assert first["Install the compiler"]["env"] == {"MLPROJECT_COMPILER": check}
        assert _steps(project)["Install the compiler"]["env"] == {"MLPROJECT_COMPILER": apply}


class TestText:
    @pytest.mark.parametrize("field", ["setup", "runner", "container", "branch"])
    def test_an_expression_where_none_can_be_escaped_is_an_error(self, field: str) -> None:
        bad = "a${{ github.token }}"
        _, said = github.compile(
            with_ci(PROD, **{field: bad if field in {"container", "branch"} else (bad,)}), pins.SEED
        )
        assert [d.code for d in said] == ["bad-value"]
        assert said[0].site is not None
        assert said[0].site.path[-1] == field

    def test_an_expression_in_a_path_is_written_as_text(self) -> None:
        project = replace(PROD, python=replace(PROD.python, requirements="${{ x }}.txt"))
        env = _steps(project)["Install the project's requirements"]["env"]
        assert env == {"MLPROJECT_REQUIREMENTS": "${{ '${{' }} x }}.txt"}


class TestNative:
    def test_a_passage_adds_to_one_workflow(self) -> None:
        passage = {
            "check": {"on": {"merge_group": None}},
            "apply": {"jobs": {"apply-prod": {"env": {"A": "b"}}}},
        }
        project = replace(PROD, native={"github": passage})
        assert list(_tree(project, "check")["on"]) == ["pull_request", "merge_group"]
        assert _tree(project)["jobs"]["apply-prod"]["env"] == {"A": "b"}
        assert _compile(project)[1] == []

    def test_our_values_stay_and_their_comments_with_them(self) -> None:
        conflict = {"apply": {"jobs": {"apply-prod": {"timeout-minutes": 5}}}}
        assert _compile(replace(PROD, native={"github": conflict}))[1] == ["native-conflict"]
        action = {"name": "Mine", "uses": "a/b@v1"}
        override = {"apply": {"override": {"jobs": {"apply-prod": {"steps": [action]}}}}}
        files, said = _compile(replace(PROD, native={"github": override}))
        assert said == []
        assert "v7.0.1" not in files["apply"].comments.values()

    def test_a_workflow_that_is_not_there_is_named(self) -> None:
        _, said = github.compile(replace(PROD, native={"github": {"chek": {}}}), pins.SEED)
        assert [(d.code, d.help) for d in said] == [("native-invalid", "did you mean `check`?")]


@pytest.mark.parametrize("commit", ["push", "pull-request", "none"])
@pytest.mark.parametrize("listed", [(), ("staging",), ("staging", "prod")])
def test_actions_are_pinned_as_given_and_all_are_known_to_the_lock(
    commit: str, listed: tuple[str, ...]
) -> None:
    project = with_ci(_promotion(("staging", ""), ("prod", "staging"), listed=listed), commit=commit)
    found: set[str] = set()
    for file in _compile(project)[0].values():
        for name, job in cast(Any, file.tree)["jobs"].items():
            for index, step in enumerate(job["steps"]):
                if "uses" in step:
                    action, sha = step["uses"].split("@")
                    assert sha == pins.SEED[action].sha
                    assert file.comments["jobs", name, "steps", index, "uses"] == pins.SEED[action].version
                    found.add(action)
    assert tuple(sorted(found)) == used(project)


def test_everything_has_a_name_and_a_place_in_the_spec() -> None:
    for file in _compile(TestSecrets.PROJECT)[0].values():
        tree = cast(Any, file.tree)
        assert tree["name"]
        assert tree["concurrency"]["group"].startswith("mlproject-cancer-")
        for job in tree["jobs"].values():
            assert job["name"]
            assert all(step["name"] for step in job["steps"])
        assert file.sources[()] == ("ci",)
        for place in (*file.sources, *file.comments):
            node = tree
            for step in place:
                node = node[step]
