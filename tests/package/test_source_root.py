"""`compiler/` is where sources lie, not a package to import."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("line", ["import compiler", "from compiler.mlproject import resources"])
def test_importing_the_source_root_is_refused(root: Path, line: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.is_file():
        pytest.skip("ruff is not in this environment")
    done = subprocess.run(
        [str(ruff), "check", "--no-cache", "--select", "TID251", "--stdin-filename", "tests/example.py", "-"],
        cwd=root,
        input=line + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "TID251" in done.stdout
