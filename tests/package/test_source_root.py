"""`compiler/` is where sources lie, not a package to import."""

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("line", ["import compiler", "from compiler.mlproject import resources"])
def test_importing_the_source_root_is_refused(root: Path, line: str) -> None:
    if shutil.which("ruff") is None:
        pytest.skip("ruff is not in this environment")
    done = subprocess.run(
        ["ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename", "tests/example.py", "-"],
        cwd=root,
        input=line + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "TID251" in done.stdout
