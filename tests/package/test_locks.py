"""The lists of hash-pinned requirements agree with pyproject.toml and with each other, and name no index."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# In pieces, because this file is searched too.
INDEX_HOSTS = tuple(
    name.encode() for name in ("py" + "pi.org", "python" + "hosted.org", "/opt/" + "py" + "pi")
)

Pins = dict[str, set[Version]]

# list -> (extras, dependency groups) that it locks beside the core
LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "core": ((), ()),
    "run": (("run",), ()),
    "demo": (("run",), ("projects", "build")),
    "dev": (("run",), ("dev",)),
    "lowest": (("run",), ("test", "projects", "build")),
}


def text(root: Path, name: str) -> str:
    return (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def entries(root: Path, name: str) -> list[str]:
    """One logical line a requirement, its hashes included; comments left out."""
    joined = text(root, name).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(root: Path, name: str) -> Pins:
    """Every version that a package is pinned to: more than one where Pythons differ."""
    found: Pins = {}
    for entry in entries(root, name):
        package, _, rest = entry.partition("==")
        found.setdefault(canonicalize_name(package), set()).add(Version(rest.split()[0]))
    return found


def wanted(root: Path, extras: tuple[str, ...], groups: tuple[str, ...]) -> list[Requirement]:
    config: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lines: list[str] = list(config["project"]["dependencies"])
    for extra in extras:
        lines += config["project"]["optional-dependencies"][extra]
    pending = list(groups)
    while pending:
        for item in config["dependency-groups"][pending.pop()]:
            if isinstance(item, str):
                lines.append(item)
            else:
                pending.append(item["include-group"])
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", [*LISTS, "uv"])
def test_every_entry_is_pinned_and_hashed_and_names_no_place(root: Path, name: str) -> None:
    for entry in entries(root, name):
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text(root, name)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_pyproject_asks_for(root: Path, name: str) -> None:
    locked = pins(root, name)
    for requirement in wanted(root, *LISTS[name]):
        versions = locked[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_floors_are_the_versions_that_the_lowest_list_tries(root: Path) -> None:
    locked = pins(root, "lowest")
    for requirement in wanted(root, ("run",), ()):
        (floor,) = (Version(part.version) for part in requirement.specifier if part.operator == ">=")
        assert locked[canonicalize_name(requirement.name)] == {floor}, requirement


@pytest.mark.parametrize("name", ["core", "run", "demo", "uv"])
def test_a_smaller_list_has_the_versions_of_the_whole_one(root: Path, name: str) -> None:
    whole = pins(root, "dev")
    for package, versions in pins(root, name).items():
        assert whole[package] == versions, package


def test_no_file_names_an_index(root: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False, timeout=30)
    if listed.returncode:
        pytest.skip("not a Git checkout: which files are the project's is not known")
    for name in filter(None, listed.stdout.split(b"\0")):
        file = root / name.decode()
        if file.is_file():
            found = [host for host in INDEX_HOSTS if host in file.read_bytes()]
            assert not found, f"{name.decode()} names {found}"
