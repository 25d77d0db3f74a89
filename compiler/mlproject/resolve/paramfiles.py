"""Parameter files that stay the user's: read as DVC reads them (YAML, JSON, TOML, Python), never run or written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from mlproject.diagnostics import Diagnostic, Path, Span, error
from mlproject.files import Source
from mlproject.load import Document, load, scalars
from mlproject.records import replace


def read(
    source: Source, file: str, shown: str, path: Path
) -> tuple[dict[object, object] | None, list[Diagnostic]]:
    """The values of a params file, None where it cannot be read (an absent one may be a stage's output)."""
    content = source.read(file)
    if isinstance(content, str):
        if content == "absent":
            return None, []
        what = {"outside": "lies outside the repository", "directory": "is a directory"}.get(
            content, f"is {content}"
        )
        code = "outside-repository" if content == "outside" else "file-unreadable"
        return None, [
            error(code, f"the params file `{shown}` {what}", path, help="name a file in the repository")
        ]
    suffix = file.rsplit(".", 1)[-1].lower()
    if suffix not in ("json", "toml", "py"):
        document, found = load(file, content)
        if any(d.severity == "error" for d in found):
            return None, list(found)
        data = _as_dvc_reads(document, found)
    else:
        try:
            data = _parse(suffix, content.decode("utf-8"))
        except (ValueError, SyntaxError, RecursionError) as problem:
            return None, [_unparsed(problem, file, shown, path)]
    if data is None:
        return {}, []
    if not isinstance(data, dict):
        return None, [error("file-unreadable", f"the params file `{shown}` is not a mapping", path)]
    return cast("dict[object, object]", data), []


def _as_dvc_reads(document: Document, found: Sequence[Diagnostic]) -> object:
    """The data with scalars that DVC reads differently (`1_000`, dates) as DVC reads them."""
    ambiguous = {(d.span.line, d.span.column) for d in found if d.code == "ambiguous-scalar" and d.span}
    if not ambiguous:
        return document.data
    lines = re.split("\r\n|\r|\n", document.text)
    for path, (line, column, end_line, end) in document.values.items():
        if path and line == end_line and (line + 1, column + 1) in ambiguous:
            holder: Any = document.data
            for step in path[:-1]:
                holder = holder[step]
            if not isinstance(holder[path[-1]], dict | list):
                holder[path[-1]] = scalars.dvc(lines[line][column:end])
    return document.data


def _unparsed(problem: Exception, file: str, shown: str, path: Path) -> Diagnostic:
    """Why a file is not what its name says, at the place in it where the parser tells one."""
    words = str(problem).splitlines()[0]
    told = re.search(r"\(?(?:at )?line (\d+)(?:,? column (\d+))?.*$", words)
    said = (words[: told.start()] if told else words).rstrip(" :(")
    summary = f"the params file `{shown}` cannot be parsed: {said[:1].lower() + said[1:]}"
    found = error("file-unreadable", summary, path, help=f"mend `{shown}`")
    column = getattr(problem, "offset", None) or (int(told[2]) if told and told[2] else 1)
    line = getattr(problem, "lineno", None) or (int(told[1]) if told else 0)
    return replace(found, span=Span(file, line, column, line, column + 1)) if line else found


def _parse(suffix: str, text: str) -> object:
    if suffix == "json":
        import json

        return json.loads(text)
    if suffix == "toml":
        import tomllib

        return tomllib.loads(text)
    import ast

    return _assignments(ast.parse(text).body)


def _assignments(body: object) -> dict[object, object]:
    """The literal assignments of a module, with classes as nested mappings and `self.x` of their `__init__`."""
    import ast

    values: dict[object, object] = {}
    for node in cast("list[ast.stmt]", body):
        if isinstance(node, ast.ClassDef):
            values[node.name] = _assignments(node.body)
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            values.update(_assignments(node.body))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = (
                target.id
                if isinstance(target, ast.Name)
                else target.attr
                if isinstance(target, ast.Attribute)
                else None
            )
            if name is None or node.value is None:
                continue
            try:
                values[name] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return values
