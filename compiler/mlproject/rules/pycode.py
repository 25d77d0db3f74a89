"""What a Python file says about itself, read from its syntax tree and never by running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from mlproject.records import frozen


@frozen
class Import:
    """One name of an import statement: `import a.b` is (('a', 'b'), 0, ''); `from ..a import b` is (('a',), 2, 'b').

    Lines and columns count from 1, columns in characters, the end exclusive.
    """

    module: tuple[str, ...]
    level: int
    name: str
    line: int
    column: int
    end_line: int
    end_column: int


@frozen
class Code:
    """The imports of a file, and whether it holds nothing but a docstring."""

    imports: tuple[Import, ...]
    empty: bool


def parse(content: bytes) -> ast.Module | None:
    """The syntax tree of a file; None where it is not Python that this interpreter can read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a stranger's string escapes: not ours to print
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def code_of(content: bytes) -> Code | None:
    """The imports that a file runs, in order (those for type checkers alone are not run)."""
    tree = parse(content)
    if tree is None:
        return None
    lines = content.splitlines()
    imports = [found for node in _run_nodes(tree) for found in _imports(node, lines)]
    body = tree.body[1:] if tree.body and ast.get_docstring(tree, clean=False) is not None else tree.body
    return Code(tuple(imports), not body)


def _run_nodes(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement, without the branches that only a type checker takes."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and _for_types(node.test):
            left.extend(reversed(node.orelse))
            continue
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.expr):
            left.extend(
                reversed([child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)])
            )


def _for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def _imports(node: ast.stmt, lines: list[bytes]) -> list[Import]:
    if isinstance(node, ast.Import):
        place = place_of(node, lines)
        return [Import(tuple(alias.name.split(".")), 0, "", *place) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        place = place_of(node, lines)
        module = tuple(node.module.split(".")) if node.module else ()
        return [Import(module, node.level, alias.name, *place) for alias in node.names]
    return []


def place_of(node: ast.stmt | ast.expr, lines: list[bytes]) -> tuple[int, int, int, int]:
    """Where a node stands: line, column, end line, end column, as a span counts them."""
    end_line = node.end_lineno or node.lineno
    end = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return (
        node.lineno,
        _column(lines, node.lineno, node.col_offset),
        end_line,
        _column(lines, end_line, end),
    )


def _column(lines: list[bytes], line: int, offset: int) -> int:
    """A column in characters from one in bytes of UTF-8, as `ast` counts them."""
    text = lines[line - 1] if line <= len(lines) else b""
    return len(text[:offset].decode("utf-8", "replace")) + 1
