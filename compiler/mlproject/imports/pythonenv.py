"""`python_env.yaml` as `python: {version, requirements}`, where it says exactly what would be compiled from that."""

from __future__ import annotations

import re
import shlex
from posixpath import dirname, join, normpath
from typing import cast

from mlproject.files import Source
from mlproject.imports.reading import Mapping, Taking, as_read
from mlproject.load import load_source

FILE = "python_env.yaml"
BUILT_WITH = ["pip", "setuptools", "wheel"]


def read(taking: Taking, source: Source, named: str) -> bool:
    """Puts in place the `python` section that gives the file back. False where there is none: the file says more, lies
    elsewhere, or cannot be read."""
    if normpath(named) != FILE:
        return False
    file = join(dirname(taking.native.file), FILE)
    document, found = load_source(source, file)
    data = as_read(document)
    python = None if found else _python(data)
    if not python:
        return False
    taking.put(("python",), python, ())
    taking.origins[("python",)] = (file, ())
    taking.origins[("python", "version")] = (file, ("python",))
    taking.origins[("python", "requirements")] = (file, ("dependencies",))
    return True


def _python(data: object) -> Mapping | None:
    tree = cast("Mapping", data) if isinstance(data, dict) else {}
    if set(tree) - {"python", "build_dependencies", "dependencies"}:
        return None
    if tree.get("build_dependencies") != BUILT_WITH:
        return None
    python: Mapping = {}
    if "python" in tree:
        version = tree["python"]
        if not isinstance(version, str) or not re.fullmatch(r"3\.[0-9]+(\.[0-9]+)?", version):
            return None
        python["version"] = version
    if "dependencies" in tree:
        requirements = _requirements(tree["dependencies"])
        if not requirements:
            return None
        python["requirements"] = requirements
    return python


def _requirements(given: object) -> str:
    """The file in `[-r FILE]`; '' where the list says anything else, or says it in another spelling."""
    items = cast("list[object]", given) if isinstance(given, list) else []
    if len(items) != 1 or not isinstance(items[0], str):
        return ""
    line = items[0]
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    file = words[1] if len(words) == 2 and words[0] == "-r" else ""
    return file if file and line == f"-r {shlex.quote(file)}" and "${" not in file else ""
