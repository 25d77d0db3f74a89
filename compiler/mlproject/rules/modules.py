"""Which local files a Python script imports, resolved as the interpreter does, without running anything.

The path of a script begins with its own directory, that of `python -m` with the directory it runs in; then comes what
the command sets as `PYTHONPATH`; then the project's own packages, if a `pyproject.toml` or `setup.py` says that it is
one that may be installed (`src/` and the top). Whatever is found on none of these is somebody else's.
"""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath, relpath
from typing import TYPE_CHECKING

from mlproject.records import frozen
from mlproject.rules.beside import Beside
from mlproject.rules.runs import Run

if TYPE_CHECKING:
    from mlproject.rules.pycode import Code, Import

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg")
_INIT = "__init__.py"


@frozen
class Origin:
    """The import statement that first leads to a module: the file it stands in, and its span there."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@frozen
class _Root:
    """A directory of the import path. From an `installed` one at the top only packages come, not any file there."""

    directory: str
    packages_only: bool = False


class Modules:
    """Answers for one project, each file parsed once."""

    __slots__ = ("_closures", "_codes", "_installed", "beside")

    def __init__(self, beside: Beside) -> None:
        self.beside = beside
        self._codes: dict[str, Code | None] = {}
        self._closures: dict[tuple[str, tuple[str, ...], str, str], dict[str, Origin | None]] = {}
        self._installed: tuple[_Root, ...] | None = None

    def script(self, run: Run) -> str | None:
        """The file of the project that a command runs, or None where there is none."""
        if not run.module:
            return run.file if self.beside.is_file(run.file) else None
        files = self._named(run)
        if not files:
            return None
        last, name = files[-1], run.word.rpartition(".")[2]
        if basename(last) == _INIT and basename(dirname(last)) == name:
            last = join(dirname(last), "__main__.py")
            return last if self.beside.is_file(last) else None
        return last if basename(last) == f"{name}.py" else None

    def _named(self, run: Run) -> list[str]:
        """What `python -m` loads: the packages on the way and the module."""
        parts = tuple(run.word.split("."))
        return self._found(parts, self._path(run, "")) if all(part.isidentifier() for part in parts) else []

    def imported(self, run: Run, file: str) -> dict[str, Origin | None]:
        """The local modules that a script imports, through each other too, each with the statement that leads to it
        (None: a package that `python -m` itself loads). Left out are the script and every empty `__init__.py`."""
        asked = (file, run.path, run.word if run.module else "", run.directory if run.module else "")
        found = self._closures.get(asked)
        if found is None:
            packages = tuple(f for f in self._named(run) if basename(f) == _INIT) if run.module else ()
            found = self._closures[asked] = self._closure(file, self._path(run, file), packages)
        return found

    def _path(self, run: Run, file: str) -> tuple[_Root, ...]:
        first = run.directory if run.module else dirname(file)
        return (_Root(first), *(_Root(directory) for directory in run.path), *self._own_packages())

    def _own_packages(self) -> tuple[_Root, ...]:
        """Where the packages of the project, and of the repository around it, lie if they are installed."""
        if self._installed is None:
            tops = dict.fromkeys(["", relpath(".", self.beside.root) if self.beside.root else ""])
            roots: list[_Root] = []
            for top in tops:
                if any(self.beside.is_file(join(top, marker)) for marker in _MARKERS):
                    roots += [_Root(join(top, "src")), _Root(top, packages_only=True)]
            self._installed = tuple(roots)
        return self._installed

    def _code(self, file: str) -> Code | None:
        """What a file imports; None where it cannot be read as Python."""
        if file not in self._codes:
            from mlproject.rules.pycode import code_of

            content = self.beside.read(file)
            self._codes[file] = code_of(content) if isinstance(content, bytes) else None
        return self._codes[file]

    def _closure(
        self, script: str, path: tuple[_Root, ...], packages: tuple[str, ...]
    ) -> dict[str, Origin | None]:
        found: dict[str, Origin | None] = {file: None for file in packages if not self._is_empty(file)}
        seen = {script, *packages}
        left = [*packages, script]
        while left:
            file = left.pop(0)
            code = self._code(file)
            for statement in code.imports if code else ():
                for module in self._targets(statement, file, path):
                    if module in seen:
                        continue
                    seen.add(module)
                    left.append(module)
                    if not (module.endswith(_INIT) and self._is_empty(module)):
                        where = (statement.line, statement.column, statement.end_line, statement.end_column)
                        found[module] = Origin(file, *where)
        return found

    def _is_empty(self, file: str) -> bool:
        code = self._code(file)
        return code is not None and code.empty

    def _targets(self, statement: Import, file: str, path: tuple[_Root, ...]) -> list[str]:
        """The local files that one imported name loads: the packages on the way and the module."""
        if statement.level:
            base = normpath(join(dirname(file), *[".."] * (statement.level - 1)))
            path = (_Root("" if base == "." else base),)
            own = join(path[0].directory, _INIT)
            files = [own] if self.beside.is_file(own) else []
        else:
            files = []
        if statement.module:
            files += self._found(statement.module, path)
        # `from package import name`: the name may be a module of the package.
        if statement.name and statement.name != "*":
            deeper = self._found((*statement.module, statement.name), path)
            files += [module for module in deeper if module not in files]
        return files

    def _found(self, parts: tuple[str, ...], path: tuple[_Root, ...]) -> list[str]:
        """The files that importing `parts` loads: of each package its `__init__.py`, then the module's own. Empty
        where the first part is not local; as far as they exist where a later one does not."""
        bare: str | None = (
            None  # a directory without `__init__.py` counts only where nothing better is on the path
        )
        for root in path:
            here = join(root.directory, parts[0])
            if self.beside.kind(here) == "directory":
                if self.beside.is_file(join(here, _INIT)):
                    return self._inside(here, parts[1:])
                bare = here if bare is None and not root.packages_only else bare
            if not root.packages_only and self.beside.is_file(f"{here}.py"):
                return [f"{here}.py"] if len(parts) == 1 else []
        return self._inside(bare, parts[1:]) if bare is not None else []

    def _inside(self, directory: str, parts: tuple[str, ...]) -> list[str]:
        """The files of a package found at `directory`, and of what lies in it."""
        init = join(directory, _INIT)
        files = [init] if self.beside.is_file(init) else []
        if not parts:
            return files
        below = join(directory, parts[0])
        if self.beside.kind(below) == "directory" and (
            len(parts) > 1 or self.beside.is_file(join(below, _INIT))
        ):
            return files + self._inside(below, parts[1:])
        if len(parts) == 1 and self.beside.is_file(f"{below}.py"):
            files.append(f"{below}.py")
        return files
