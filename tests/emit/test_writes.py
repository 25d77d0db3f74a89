"""Whose a file is, and what `compile`, `compile --check` and `compile --diff` do about it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlproject.emit.record import Previous, read_record
from mlproject.emit.rendered import Rendered, render
from mlproject.emit.writes import Plan, Wish, diff_text, execute, findings, plan_writes
from mlproject.files import WorkTree
from mlproject.trees import Generated

Revision = Callable[[], Mapping[str, str] | None]


@dataclass
class Project:
    """A repository with one spec and what it compiles to, without the compiler before `emit`."""

    root: Path
    spec: str = "proj/mlproject.yaml"
    generated: dict[str, Generated] = field(default_factory=dict)
    revisions: tuple[Revision, ...] = ()

    def __post_init__(self) -> None:
        (self.root / self.spec).parent.mkdir(parents=True, exist_ok=True)
        (self.root / self.spec).write_text("version: 1\n")

    def yaml(self, file: str, **tree: object) -> None:
        self.generated[file] = Generated(file, "yaml", tree=tree)

    def block(self, file: str, text: str) -> None:
        self.generated[file] = Generated(file, "block", text=text)

    def rendered(self) -> list[Rendered]:
        return [render(each, self.spec) for each in self.generated.values()]

    def texts(self) -> dict[str, str]:
        return {each.file: each.text for each in self.rendered()}

    def plan(self, wish: Wish = Wish()) -> Plan:  # noqa: B008 - frozen
        tree = WorkTree(str(self.root))
        record = read_record(str(self.root / Path(self.spec).parent))
        return plan_writes(self.rendered(), self.spec, tree, Previous(record, self.revisions), wish)

    def compile(self, *, force: bool = False) -> list[tuple[str, str]]:
        said = execute(self.plan(Wish(force=force)), WorkTree(str(self.root)))
        return [(each.severity, each.code) for each in said]

    def check(self) -> list[tuple[str, str]]:
        """What `--check` finds: (file, code)."""
        plan = self.plan()
        assert all(each.severity == "error" and each.help and each.span for each in findings(plan))
        return [(a.file, a.finding.code) for a in plan.actions if a.finding is not None]

    def forget(self) -> None:
        """As in a fresh clone: no record of what we wrote."""
        for file in (self.root / self.spec).parent.glob(".mlproject/cache/*.json"):
            file.unlink()

    def read(self, file: str) -> str:
        return (self.root / file).read_text()

    def edit(self, file: str, text: str) -> None:
        (self.root / file).write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.yaml("proj/dvc.yaml", stages={"a": {"cmd": "x"}})
    made.yaml("proj/params.yaml", lr=0.1)
    made.yaml(".github/workflows/mlproject-proj.yml", name="proj")
    made.block(".gitattributes", "proj/dvc.yaml linguist-generated\n")
    return made


def test_compile_creates_then_nothing_is_left_to_do(project: Project) -> None:
    assert project.check() == [(file, "missing") for file in project.generated]
    assert project.compile() == []
    assert project.check() == []
    assert {file: project.read(file) for file in project.generated} == project.texts()
    before = {file: (project.root / file).stat() for file in project.generated}
    assert project.compile() == []
    assert {file: (project.root / file).stat() for file in project.generated} == before


def test_the_record_is_ignored_by_itself(project: Project) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True, timeout=60)
    project.compile()
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=project.root, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ".mlproject" not in done.stdout
    assert "proj/dvc.yaml" in done.stdout


def test_a_file_as_we_wrote_it_is_stale_and_updated(project: Project) -> None:
    project.compile()
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "y"}})
    assert project.check() == [("proj/dvc.yaml", "stale")]
    assert project.compile() == []
    assert 'cmd: "y"' in project.read("proj/dvc.yaml")


def test_in_a_fresh_clone_a_revision_tells_stale_from_edited(project: Project) -> None:
    project.compile()
    old = project.texts()
    project.forget()
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "new"}})
    assert project.check() == [("proj/dvc.yaml", "hand-edited")]
    project.revisions = (lambda: None, lambda: old)
    assert project.check() == [("proj/dvc.yaml", "stale")]
    assert project.compile() == []


def test_no_revision_is_asked_where_the_record_knows(project: Project) -> None:
    def never() -> None:
        pytest.fail("compiled HEAD for nothing")

    project.revisions = (never,)
    project.compile()
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "new"}})
    assert project.check() == [("proj/dvc.yaml", "stale")]
    assert project.compile() == []


def test_a_file_edited_by_hand_stops_everything_until_forced(project: Project) -> None:
    project.compile()
    edited = project.read("proj/dvc.yaml").replace("cmd: x", "cmd: mine")
    project.edit("proj/dvc.yaml", edited)
    project.yaml("proj/params.yaml", lr=0.2)
    assert project.check() == [("proj/dvc.yaml", "hand-edited"), ("proj/params.yaml", "stale")]
    finding = findings(project.plan(Wish(adoptable=["proj/dvc.yaml"])))[0]
    assert finding.span is not None
    assert finding.span.line == 4
    assert "--force" in finding.help
    assert "--adopt" in finding.help
    assert project.compile() == [("error", "hand-edited")]
    assert project.read("proj/dvc.yaml") == edited
    assert "0.1" in project.read("proj/params.yaml")
    assert project.compile(force=True) == [("warning", "hand-edited")]
    assert {file: project.read(file) for file in project.generated} == project.texts()


def test_a_file_that_is_not_ours_is_never_touched_unless_forced(project: Project) -> None:
    (project.root / "proj/dvc.yaml").write_text("stages: {}\n")
    assert ("proj/dvc.yaml", "not-ours") in project.check()
    assert project.compile() == [("error", "not-ours")]
    assert project.read("proj/dvc.yaml") == "stages: {}\n"
    assert not (project.root / "proj/params.yaml").exists()
    assert project.compile(force=True) == [("warning", "not-ours")]
    assert project.check() == []


def test_line_endings_do_not_count(project: Project) -> None:
    project.compile()
    for file in project.generated:
        raw = (project.root / file).read_bytes().replace(b"\n", b"\r\n")
        (project.root / file).write_bytes(raw)
    assert project.check() == []
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "new"}})
    assert project.check() == [("proj/dvc.yaml", "stale")]


def test_two_projects_of_one_name_collide_and_force_does_not_help(project: Project) -> None:
    project.compile()
    other = Project(project.root, "other/mlproject.yaml")
    other.yaml(".github/workflows/mlproject-proj.yml", name="other")
    assert other.check() == [(".github/workflows/mlproject-proj.yml", "workflow-collision")]
    assert other.compile(force=True) == [("error", "workflow-collision")]


def test_after_a_move_of_the_project_force_takes_its_workflow_back(project: Project) -> None:
    project.compile()
    project.forget()
    (project.root / "proj").rename(project.root / "moved")
    moved = Project(project.root, "moved/mlproject.yaml")
    moved.yaml(".github/workflows/mlproject-proj.yml", name="proj", on="push")
    assert moved.compile() == [("error", "hand-edited")]
    assert moved.compile(force=True) == [("warning", "hand-edited")]
    assert moved.check() == []


def test_orphans_go_when_they_are_byte_for_byte_ours(project: Project) -> None:
    project.yaml("proj/services/s/bentofile.yaml", service="x")
    project.yaml("proj/books/dvc.yaml", stages={})
    project.compile()
    del project.generated["proj/services/s/bentofile.yaml"], project.generated["proj/books/dvc.yaml"]
    assert project.check() == [
        ("proj/books/dvc.yaml", "orphaned"),
        ("proj/services/s/bentofile.yaml", "orphaned"),
    ]
    assert project.compile() == []
    assert not (project.root / "proj/services").exists()
    assert not (project.root / "proj/books").exists()
    assert project.check() == []


def test_in_a_fresh_clone_orphans_are_found_and_an_edited_one_is_kept(project: Project) -> None:
    gone = [
        "proj/MLproject",
        "proj/deploy/prod/s/deployment.yaml",
        ".gitlab/mlproject-proj.yml",
        "proj/x/dvc.yaml",
    ]
    for file in gone:
        project.yaml(file, name="v")
    project.compile()
    old = project.texts()
    project.forget()
    for file in gone:
        del project.generated[file]
    project.edit("proj/MLproject", project.read("proj/MLproject") + "# mine\n")
    (project.root / "proj/deploy/prod/users.yaml").write_text("kind: Mine\n")
    project.revisions = (lambda: old,)
    plan = project.plan(Wish(folders=["proj/x"]))
    assert sorted(a.file for a in plan.actions if a.state == "orphaned") == sorted(gone)
    # The edited one is a warning on compile: it stops nothing.
    assert project.compile() == [("warning", "orphaned")]
    assert (project.root / "proj/MLproject").exists()
    assert not (project.root / ".gitlab").exists()
    assert (project.root / "proj/deploy/prod/users.yaml").exists()
    assert project.check() == [("proj/MLproject", "orphaned")]
    assert project.compile(force=True) == []
    assert not (project.root / "proj/MLproject").exists()


def test_another_spec_s_files_are_no_orphans_of_ours(project: Project) -> None:
    project.compile()
    other = Project(project.root, "other/mlproject.yaml")
    assert other.check() == []


def test_only_our_block_of_a_user_s_file_is_looked_at(project: Project) -> None:
    (project.root / ".gitattributes").write_text("*.bin binary\n")
    assert (".gitattributes", "missing") in project.check()
    project.compile()
    text = project.read(".gitattributes")
    assert text.startswith("*.bin binary\n\n# >>>")
    project.edit(".gitattributes", text.replace("*.bin", "*.dat") + "*.png binary\n")
    assert project.check() == []
    project.block(".gitattributes", "other linguist-generated\n")
    assert project.check() == [(".gitattributes", "stale")]
    project.compile()
    assert project.read(".gitattributes").startswith("*.dat binary\n")
    assert project.read(".gitattributes").endswith("*.png binary\n")
    project.edit(".gitattributes", project.read(".gitattributes").replace("other", "mine"))
    assert project.check() == [(".gitattributes", "hand-edited")]
    assert project.compile() == [("error", "hand-edited")]
    del project.generated[".gitattributes"]
    assert project.check() == [(".gitattributes", "orphaned")]


def test_a_block_without_lines_goes_and_the_user_s_file_stays(project: Project) -> None:
    (project.root / ".gitattributes").write_text("*.bin binary\n")
    project.compile()
    project.block(".gitattributes", "")
    assert project.check() == [(".gitattributes", "orphaned")]
    assert project.compile() == []
    assert project.read(".gitattributes") == "*.bin binary\n"


def test_a_block_with_a_lost_marker_is_refused_even_by_force(project: Project) -> None:
    project.compile()
    project.edit(".gitattributes", project.read(".gitattributes").replace("# <<<", "#"))
    assert project.check() == [(".gitattributes", "hand-edited")]
    assert project.compile(force=True) == [("error", "hand-edited")]


IN_THE_WAY: list[tuple[Callable[[Path], object], str]] = [
    (lambda root: (root / "proj/dvc.yaml").mkdir(), "not-ours"),
    (lambda root: (root / "proj/dvc.yaml").symlink_to(root / "elsewhere.yaml"), "outside-repository"),
    (
        lambda root: (root / "proj/dvc.yaml").symlink_to(root.parent / "outside.yaml"),
        "outside-repository",
    ),
    (lambda root: (root / ".github").symlink_to(root / "proj"), "outside-repository"),
    (lambda root: (root / ".github").write_text("x"), "not-ours"),
]


@pytest.mark.parametrize(("prepare", "code"), IN_THE_WAY)
def test_what_is_in_the_way_is_refused_and_nothing_written(
    project: Project, prepare: Callable[[Path], object], code: str
) -> None:
    prepare(project.root)
    assert project.compile(force=True) == [("error", code)]
    assert not (project.root / "proj/params.yaml").exists()
    assert not (project.root / ".gitattributes").exists()


def test_a_path_that_leaves_the_repository_is_refused(project: Project) -> None:
    project.yaml("../evil.yaml", a=1)
    assert project.compile(force=True) == [("error", "outside-repository")]
    assert not (project.root.parent / "evil.yaml").exists()


def test_a_cache_folder_that_is_a_link_is_not_written_through(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project.root / "proj/.mlproject").symlink_to(elsewhere)
    assert project.compile() == []
    assert os.listdir(elsewhere) == []


def test_killed_after_the_record_the_old_files_are_still_known(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.compile()
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "next"}})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(WorkTree, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            project.compile()
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "after"}})
    assert project.check() == [("proj/dvc.yaml", "stale")]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"proj/dvc.yaml": 3}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_record_costs_certainty_only(project: Project, damage: bytes) -> None:
    project.compile()
    (project.root / "proj/.mlproject/cache/written.json").write_bytes(damage)
    assert project.check() == []
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "new"}})
    assert project.check() == [("proj/dvc.yaml", "hand-edited")]


def test_the_diff_shows_what_compile_would_do_and_git_can_apply_it(project: Project) -> None:
    project.yaml("proj/services/s/bentofile.yaml", service="x")
    (project.root / ".gitattributes").write_text("*.bin binary")
    project.compile()
    del project.generated["proj/services/s/bentofile.yaml"]
    project.yaml("proj/dvc.yaml", stages={"a": {"cmd": "x"}, "b": {"cmd": "z"}})
    project.yaml("proj/new.yaml", a=1)
    project.block(".gitattributes", "p linguist-generated\n")
    patch = diff_text(project.plan())
    assert "+  b:\n" in patch
    assert "--- /dev/null\n+++ b/proj/new.yaml\n" in patch
    assert "+++ /dev/null\n" in patch
    done = subprocess.run(
        ["git", "apply", "-"],
        cwd=project.root,
        input=patch,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert project.check() == []
    assert diff_text(project.plan()) == ""
