"""A dependency that no stage produces and no file holds: DVC finds out only when the stage runs."""

from __future__ import annotations

from collections.abc import Iterator

from mlproject.diagnostics import Diagnostic, Site, warning
from mlproject.files import Source
from mlproject.ir import Data, Instance, Project, Stage
from mlproject.lower.paths import ancestors, is_external
from mlproject.rules.beside import Beside, covered

_HELP = "create it, have a stage produce it, or correct the path"


def missing_dependency(project: Project, source: Source) -> Iterator[Diagnostic]:
    """One warning for each declared dependency, and for each entry of `data`, that is nowhere to be had.

    Held is what exists, what a stage produces (it, something in it or around it), what `data` imports, what a `.dvc`
    file beside it or beside a directory around it tracks, and what another `dvc.yaml` around it may produce. URLs and
    absolute paths are not looked at.
    """
    beside = Beside(source, project.root)
    held = _Held(project, beside)
    for data in project.data:
        if not is_external(data.file) and not held.data(data):
            summary = f"the data `{data.name}` is neither at `{data.text}` nor tracked by DVC"
            help = "put it there, correct the path, or say with `url:` where it is imported from"
            yield warning("missing-dependency", summary, Site(data.path, text=data.text), help=help)
    for stage in project.stages:
        yield from _of_stage(stage, held)


def _of_stage(stage: Stage, held: _Held) -> Iterator[Diagnostic]:
    """The missing dependencies of one stage; a template that many instances fill is reported once."""
    missing: dict[int, list[tuple[Instance, str]]] = {}
    for instance in stage.instances:
        for index, (text, file) in enumerate(instance.deps):
            if not held.dependency(file):
                missing.setdefault(index, []).append((instance, text))
    for index, cases in missing.items():
        dep = stage.deps[index]
        instance, text = cases[0]
        summary = f"nothing produces `{text}`, and there is no such file"
        if instance.key is not None:
            more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
            summary = f"nothing produces `{text}` (for `{instance.name}`{more}), and there is no such file"
        yield warning("missing-dependency", summary, Site(dep.path, text=dep.template), help=_HELP)


class _Held:
    """What can be had: products of stages, entries of `data`, files and what DVC tracks beside them."""

    __slots__ = ("_answers", "_around", "_beside", "_declared", "_ours", "_products")

    def __init__(self, project: Project, beside: Beside) -> None:
        self._beside = beside
        products = [p.file for stage in project.stages for instance in stage.instances for p in instance.outs]
        self._products = frozenset(products)
        # Data is reported under `data`, not again at every stage that uses it.
        self._declared = frozenset(data.file for data in project.data)
        self._around = frozenset(
            directory for file in (*products, *self._declared) for directory in ancestors(file)
        )
        self._ours = frozenset({"", *(stage.folder for stage in project.stages)})
        self._answers: dict[str, bool] = {"params.yaml": True} if project.params.owned else {}

    def dependency(self, file: str) -> bool:
        """Whether a dependency can be had, or is not ours to judge."""
        answer = self._answers.get(file)
        if answer is None:
            answer = self._answers[file] = self._dependency(file)
        return answer

    def _dependency(self, file: str) -> bool:
        if is_external(file) or file in self._around:
            return True
        return covered(file, self._products) or covered(file, self._declared) or self._on_disk(file)

    def data(self, data: Data) -> bool:
        """Whether an entry of `data` can be had."""
        file = data.file
        return bool(data.url or data.repo) or covered(file, self._products) or self._on_disk(file)

    def _on_disk(self, file: str) -> bool:
        """Whether it exists (or lies outside the repository), or DVC tracks or produces it there."""
        if self._beside.kind(file) != "absent" or self._beside.is_file(f"{file}.dvc"):
            return True
        for directory in ancestors(file):
            if self._beside.is_file(f"{directory}.dvc"):
                return True
            if directory not in self._ours and self._beside.is_file(f"{directory}/dvc.yaml"):
                return True
        return False
