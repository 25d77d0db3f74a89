"""The cache of answers: an unchanged run is answered, any other is not, and nobody can forge an answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlproject import cache
from mlproject.files import WorkTree

KEY = ("compile", "--check", "mlproject.yaml")
ANSWER = (0, '{"diagnostics": []}')
LONG_AGO = 1_500_000_000


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "src").mkdir(parents=True)
    (root / "mlproject.yaml").write_text("name: x\n")
    (root / "src/train.py").write_text("pass\n")
    (root / "data.csv").write_text("1\n")
    return root


def age(root: Path) -> None:
    """As if every file had been written long before the cache, so that times decide."""
    for file in root.rglob("*"):
        if file.is_file() and ".mlproject" not in file.parts:
            os.utime(file, ns=(LONG_AGO * 10**9 + 5, LONG_AGO * 10**9 + 5))


def run(root: Path, key: tuple[str, ...] = KEY, answer: tuple[int, str] = ANSWER) -> bool:
    """What a run asks of the tree, and keeps."""
    tree = WorkTree(str(root))
    tree.read("mlproject.yaml")
    tree.read("src/train.py")
    tree.read("preset.yaml")
    tree.kind("data.csv")
    tree.kind("src")
    tree.kind("absent.csv")
    tree.names("")
    return cache.store(str(root), str(root), key, tree.seen, answer)


def found(root: Path, key: tuple[str, ...] = KEY) -> tuple[int, str] | None:
    return cache.lookup(str(root), str(root), key)


def entry(root: Path) -> Path:
    (only,) = (root / ".mlproject/cache").glob("answer-*")
    return only


def test_an_unchanged_run_is_answered_and_only_for_its_arguments(repo: Path) -> None:
    assert found(repo) is None
    assert run(repo)
    assert found(repo) == ANSWER
    assert found(repo, ("compile",)) is None
    assert found(repo, ("compile", "--check", "mlproject.yaml", "")) is None


def rewrite_same_size(root: Path) -> None:
    (root / "src/train.py").write_text("fail\n")


def touch_kept_times(root: Path) -> None:
    status = (root / "src/train.py").stat()
    (root / "src/train.py").write_text("fail\n")
    os.utime(root / "src/train.py", ns=(status.st_atime_ns, status.st_mtime_ns))


def swap_for_link(root: Path) -> None:
    target = root.parent / "outside.py"
    target.write_text("pass\n")
    (root / "src/train.py").unlink()
    (root / "src/train.py").symlink_to(target)


def directory_instead(root: Path) -> None:
    (root / "data.csv").unlink()
    (root / "data.csv").mkdir()


SEEN: list[Callable[[Path], object]] = [
    lambda r: (r / "mlproject.yaml").write_text("name: longer\n"),
    rewrite_same_size,
    lambda r: (r / "src/train.py").unlink(),
    lambda r: (r / "preset.yaml").write_text(""),
    lambda r: (r / "absent.csv").write_text(""),
    lambda r: (r / "data.csv").unlink(),
    directory_instead,
    lambda r: shutil.rmtree(r / "src"),
    lambda r: (r / "MLproject").write_text("new name in a listed folder"),
    swap_for_link,
]


@pytest.mark.parametrize("aged", [True, False])
@pytest.mark.parametrize("change", SEEN)
def test_a_change_that_a_run_would_see_is_a_miss(
    repo: Path, change: Callable[[Path], object], *, aged: bool
) -> None:
    if aged:
        age(repo)
    run(repo)
    change(repo)
    assert found(repo) is None


def test_a_file_written_just_before_the_cache_is_compared_by_content(repo: Path) -> None:
    run(repo)
    touch_kept_times(repo)
    assert found(repo) is None


def copy_over_itself(root: Path) -> None:
    shutil.copy2(root / "src/train.py", root / "src/t")
    (root / "src/t").replace(root / "src/train.py")


UNSEEN: list[Callable[[Path], object]] = [
    lambda r: (r / "data.csv").write_text("only its presence mattered\n"),
    lambda r: (r / "src/other.py").write_text("in a folder that was not listed"),
    lambda r: os.utime(r / "mlproject.yaml", ns=(1, 1)),
    lambda r: (r / "mlproject.yaml").chmod(0o600),
    copy_over_itself,
]


@pytest.mark.parametrize("change", UNSEEN)
def test_a_change_that_a_run_would_not_see_is_answered(repo: Path, change: Callable[[Path], object]) -> None:
    age(repo)
    run(repo)
    change(repo)
    assert found(repo) == ANSWER


def test_content_is_read_once_after_a_checkout_and_not_at_all_when_times_are_old(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(repo)
    run(repo)
    compared: list[str] = []
    real = cache._compared

    def counting(full: str, noted: str) -> cache.Fact | None:
        compared.append(full)
        return real(full, noted)

    monkeypatch.setattr(cache, "_compared", counting)
    assert found(repo) == ANSWER
    assert compared == []
    os.utime(repo / "mlproject.yaml", ns=(10**9 + 7, 10**9 + 7))
    assert found(repo) == ANSWER
    assert found(repo) == ANSWER
    assert compared == [str(repo / "mlproject.yaml")]


def test_what_the_run_wrote_holds_as_written(repo: Path) -> None:
    tree = WorkTree(str(repo))
    assert tree.read("dvc.yaml") == "absent"
    tree.names("")
    tree.write({"dvc.yaml": b"stages: {}\n"})
    facts = {**tree.seen, "dvc.yaml": cache.written(str(repo / "dvc.yaml"), b"stages: {}\n")}
    assert cache.store(str(repo), str(repo), KEY, facts, ANSWER)
    assert found(repo) == ANSWER
    (repo / "dvc.yaml").write_text("stages: []\n")
    assert found(repo) is None


def test_what_cannot_be_relied_on_is_not_kept(repo: Path) -> None:
    for file in ("../outside.yaml",):
        tree = WorkTree(str(repo))
        tree.read(file)
        assert not cache.store(str(repo), str(repo), KEY, tree.seen, ANSWER)
    tree = WorkTree(str(repo))
    tree.read("mlproject.yaml")
    (repo / "mlproject.yaml").write_text("changed between two reads")
    tree.read("mlproject.yaml")
    assert not cache.store(str(repo), str(repo), KEY, tree.seen, ANSWER)


def test_an_edit_during_the_run_is_a_miss(repo: Path) -> None:
    tree = WorkTree(str(repo))
    tree.read("mlproject.yaml")
    (repo / "mlproject.yaml").write_text("name: y\n")
    cache.store(str(repo), str(repo), KEY, tree.seen, ANSWER)
    assert found(repo) is None


def test_git_s_index_counts_also_in_a_linked_working_tree(repo: Path) -> None:
    def git(*args: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *args], cwd=repo, check=True, capture_output=True, timeout=60)

    git("init", "-q")
    git("add", "mlproject.yaml")
    git("commit", "-q", "-m", "m")
    linked = repo.parent / "linked"
    git("worktree", "add", "-q", str(linked))
    for place in (repo, linked):
        tree = WorkTree(str(place))
        assert tree.tracked() == frozenset({"mlproject.yaml"})
        assert cache.store(str(place), str(place), KEY, tree.seen, ANSWER)
        assert found(place) == ANSWER
        (place / "new").write_text("x")
        subprocess.run(["git", "add", "new"], cwd=place, check=True, timeout=60)
        assert found(place) is None


def test_a_copied_or_committed_cache_answers_nothing(repo: Path) -> None:
    age(repo)
    run(repo)
    copy = repo.parent / "copy"
    shutil.copytree(repo, copy)
    assert found(copy) is None
    assert found(repo) == ANSWER


def test_another_compiler_answers_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(repo)
    monkeypatch.setattr(cache, "__version__", "9.9.9")
    assert found(repo) is None
    monkeypatch.undo()
    assert found(repo) == ANSWER

    def stamps(_: str) -> list[str]:
        return ["cache.py 1 2"]

    monkeypatch.setattr(cache, "_stamps", stamps)
    assert found(repo) is None


def test_the_compiler_s_own_files_are_part_of_its_identity(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.py").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    before = list(cache._stamps(str(tmp_path)))
    assert len(before) == 1
    (tmp_path / "__pycache__/a.pyc").write_text("x")
    assert list(cache._stamps(str(tmp_path))) == before
    (tmp_path / "sub/a.py").write_text("22")
    assert list(cache._stamps(str(tmp_path))) != before


def test_any_damage_is_a_miss(repo: Path) -> None:
    run(repo)
    whole = entry(repo).read_bytes()
    for cut in range(0, len(whole), 7):
        entry(repo).write_bytes(whole[:cut])
        assert found(repo) is None
        entry(repo).write_bytes(whole[:cut] + b"\x00" + whole[cut + 1 :])
        assert found(repo) is None or whole[cut] == 0
    entry(repo).write_bytes(whole)
    assert found(repo) == ANSWER


@given(st.binary(max_size=200))
def test_no_content_of_the_cache_raises(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    root = tmp_path_factory.mktemp("repo")
    cache.prepare(str(root))
    sealed = cache.digest(body).encode() + body
    Path(cache._place(str(root), KEY)).write_bytes(sealed)
    assert found(root) is None


@given(st.text(max_size=40).filter(lambda t: "\0" not in t), st.integers(0, 255))
def test_any_answer_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str, code: int) -> None:
    root = tmp_path_factory.mktemp("repo")
    tree = WorkTree(str(root))
    tree.kind("ünï\ncode")
    tree.kind("caf\udce9")
    assert cache.store(str(root), str(root), KEY, tree.seen, (code, text))
    assert found(root) == (code, text)


def test_few_answers_are_kept(repo: Path) -> None:
    for number in range(40):
        run(repo, ("validate", str(number)))
    assert len(list((repo / ".mlproject/cache").glob("answer-*"))) == 16
    assert found(repo, ("validate", "39")) == ANSWER


def test_a_folder_that_is_a_link_is_not_written_through(repo: Path) -> None:
    elsewhere = repo.parent / "elsewhere"
    elsewhere.mkdir()
    (repo / ".mlproject").symlink_to(elsewhere)
    assert not run(repo)
    assert os.listdir(elsewhere) == []


def test_a_lookup_imports_next_to_nothing(repo: Path) -> None:
    run(repo)
    code = (
        "import os, sys; before = set(sys.modules)\n"
        "from mlproject import cache\n"
        f"assert cache.lookup({str(repo)!r}, {str(repo)!r}, {KEY!r}) == {ANSWER!r}\n"
        "print(sorted(set(sys.modules) - before))"
    )
    # With the same path of libraries, which is part of the key.
    paths = repr([p for p in sys.path if p])
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {paths}\n{code}"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(eval(done.stdout)) <= {"__future__", "_blake2", "mlproject", "mlproject.cache"}
