"""What the code of a service says about the service: its class and the literals in its decorator."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from mlproject.records import frozen
from mlproject.rules.pycode import parse, place_of

Place = tuple[int, int, int, int]


@frozen
class ServiceCode:
    """`bound`: the module binds the name (or may, by `import *`). `bare`: as a class without any decorator. `classes`
    are the module's. `settings` are the literals of the keywords `resources` and `traffic`, with their places."""

    bound: bool
    bare: bool
    classes: tuple[str, ...]
    settings: Mapping[tuple[str, str], tuple[object, Place]]


def service_code(content: bytes, name: str) -> ServiceCode | None:
    """What a module says about the service class `name`; None where it is no Python that can be read here."""
    tree = parse(content)
    if tree is None:
        return None
    classes: dict[str, ast.ClassDef] = {}
    bound: set[str] = set()
    for node in _top(tree.body):
        if isinstance(node, ast.ClassDef):
            classes[node.name] = node
        bound.update(_names(node))
    found = classes.get(name)
    settings = _settings(found, content.splitlines()) if found else {}
    bare = found is not None and not found.decorator_list and not _rebound(tree.body, name)
    return ServiceCode(name in bound or "*" in bound, bare, tuple(classes), settings)


def _top(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that a module runs at its top, those inside `if`, `try` and `with` too."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for field in ("body", "orelse", "finalbody"):
                yield from _top(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                yield from _top(handler.body)


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds; `*` for those that cannot be known."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    yield part.id


def _rebound(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether the name is bound by something else than a class (`Service = bentoml.service(Service)`)."""
    return any(name in _names(node) for node in _top(body) if not isinstance(node, ast.ClassDef))


def _settings(node: ast.ClassDef, lines: list[bytes]) -> dict[tuple[str, str], tuple[object, Place]]:
    found: dict[tuple[str, str], tuple[object, Place]] = {}
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or not _is_service(decorator.func):
            continue
        for keyword in decorator.keywords:
            if keyword.arg in {"resources", "traffic"} and isinstance(keyword.value, ast.Dict):
                for key, value in _literals(keyword.value):
                    found[keyword.arg, key] = (ast.literal_eval(value), place_of(value, lines))
    return found


def _is_service(function: ast.expr) -> bool:
    """`bentoml.service`, or `service` imported from it."""
    if isinstance(function, ast.Attribute):
        return function.attr == "service"
    return isinstance(function, ast.Name) and function.id == "service"


def _literals(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    """The entries of a dictionary display whose keys are text and whose values are literals."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            try:
                ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            yield key.value, value
