"""`mlproject explain`: what a code, a place in the spec or a line of a generated file is about."""

from __future__ import annotations

import os
import sys

import click

from mlproject.cli.session import NoInput, common_options, located
from mlproject.codes import BY_NAME
from mlproject.diagnostics import Path, did_you_mean, nearest
from mlproject.files import WorkTree
from mlproject.pipeline import Compiled
from mlproject.pipeline import compile as compiled


@click.command("explain")
@click.argument("subject")
@click.option("-C", "--project", "path", default=".", metavar="PROJECT", help="The project that is meant.")
@common_options
def command(subject: str, path: str, quiet: bool, verbose: bool, no_color: bool) -> int:
    """Say what SUBJECT is about.

    \b
    A code                 duplicate-output
    A place in the spec    stages.train.cmd        what it means, and what it produces
    A generated line       dvc.yaml:12             the line of the spec that it came from
    """
    if subject in BY_NAME:
        return _code(subject)
    file, colon, number = subject.rpartition(":")
    if colon and number.isdigit():
        return _line(file, int(number), path)
    head, *_ = subject.split(".")
    from mlproject.model import Spec

    if head in Spec.model_fields:
        return _place(subject, path)
    known = [*BY_NAME, *Spec.model_fields]
    near = nearest(subject, known)
    hint = f"did you mean `{near}`?" if near else "as in `stale`, `stages.train`, `dvc.yaml:12`"
    raise click.UsageError(f"`{subject}` is neither a code, a place in the spec, nor FILE:LINE; {hint}")


def _code(code: str) -> int:
    from mlproject.report.explain_code import section

    known = BY_NAME[code]
    sys.stdout.write(f"{code} ({known.severity}): {known.title}\n\n{section(code) or ''}")
    return 0


def _compiled(path: str) -> tuple[Compiled, WorkTree]:
    found = located(path)
    tree = WorkTree(found.root)
    result = compiled(found.file, tree)
    if not result.valid:
        raise click.ClickException(f"`{found.file}` is not valid; `mlproject validate` says why")
    return result, tree


def _line(file: str, line: int, path: str) -> int:
    """The place in the spec that a line of a generated file came from."""
    from mlproject.emit.rendered import offset_in

    full = os.path.abspath(file if os.path.exists(file) else os.path.join(path, file))
    result, tree = _compiled(path if path != "." else _project_of(full))
    name = os.path.relpath(full, tree.root).replace(os.sep, "/")
    rendered = next((one for one in result.files if one.file == name), None)
    if rendered is None:
        known = [one.file for one in result.files]
        raise click.UsageError(f"`{file}` is not generated from this spec; {did_you_mean(name, known)}")
    number = line
    if rendered.form == "block":
        number = line - offset_in(rendered, _text(tree, rendered.file))
    if not 0 < number <= rendered.text.count("\n"):
        raise click.UsageError(f"`{file}` has no line {line} of ours")
    places = result.checked.places
    document = places.documents[0]
    origin = rendered.origin(number, lambda place: place in document.values)
    sys.stdout.write(f"{file}:{line}  {rendered.text.splitlines()[number - 1].strip()}\n")
    sys.stdout.write(f"comes from  {_dotted(origin) or 'the whole spec'}\n")
    for span in dict.fromkeys(places.spans(origin)):
        sys.stdout.write(
            f"  {span.file}:{span.line}:{span.column}  {_source_line(tree, span.file, span.line)}\n"
        )
    return 0


def _project_of(full: str) -> str:
    """The spec that a generated file names in its first lines; without one, that of the nearest directory above."""
    from mlproject.cli.where import SPEC, repository
    from mlproject.emit.header import spec_of

    directory = os.path.dirname(full)
    root = repository(directory)
    try:
        with open(full, encoding="utf-8", errors="replace") as stream:
            named = spec_of(os.path.relpath(full, root).replace(os.sep, "/"), stream.read())
    except OSError:
        raise NoInput(f"there is no `{full}`") from None
    if named is not None:
        return os.path.join(root, named)
    while directory != root and not os.path.exists(os.path.join(directory, SPEC)):
        directory = os.path.dirname(directory)
    return directory


def _text(tree: WorkTree, file: str) -> str:
    content = tree.read(file)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _source_line(tree: WorkTree, file: str, line: int) -> str:
    lines = _text(tree, file).splitlines()
    return lines[line - 1].strip() if line <= len(lines) else ""


def _place(subject: str, path: str) -> int:
    """What a place in the spec means, where it stands, and what it produces."""
    from mlproject.emit.rendered import produced
    from mlproject.validate.mapping import describe

    result, tree = _compiled(path)
    places = result.checked.places
    known = set(places.documents[0].values) | set(places.moved)
    place = _parse(subject, known)
    described = describe(place)
    if place not in known:
        _misspelt(subject, place, known)
        sys.stdout.write(f"{subject}\n" + (f"  {described}\n" if described else "") + "not in this spec\n")
        return 0
    sys.stdout.write(f"{subject}\n")
    if described:
        sys.stdout.write(f"  {described}\n")
    for span in dict.fromkeys(places.spans(place)):
        sys.stdout.write(
            f"stands in\n  {span.file}:{span.line}:{span.column}  {_source_line(tree, span.file, span.line)}\n"
        )
    lines = produced(result.files, place)
    by_file: dict[str, list[int]] = {}
    for file, line in lines:
        by_file.setdefault(file, []).append(line)
    sys.stdout.write("produces\n" if by_file else "produces nothing in a generated file\n")
    texts = {one.file: one.text.splitlines() for one in result.files}
    for file, numbers in by_file.items():
        for number in numbers[: None if len(numbers) < 8 else 6]:
            sys.stdout.write(f"  {file}:{number}  {texts[file][number - 1].strip()}\n")
        if len(numbers) >= 8:
            sys.stdout.write(f"  {file}: and {len(numbers) - 6} more lines\n")
    return 0


def _misspelt(subject: str, place: Path, known: set[Path]) -> None:
    """Raises UsageError where a step of a place is neither in the spec nor a key that the language has there."""
    from mlproject.validate.mapping import fields_at

    for length in range(1, len(place) + 1):
        above, step = place[: length - 1], str(place[length - 1])
        fields = fields_at(above)
        if place[:length] in known or step in fields:
            continue
        siblings = [str(path[-1]) for path in known if path[:-1] == above]
        near = nearest(step, sorted({*siblings, *fields}))
        if near is not None:
            whole = _dotted((*above, near, *place[length:]))
            raise click.UsageError(f"`{subject}` is not in this spec; did you mean `{whole}`?")
        hint = did_you_mean(step, siblings)
        raise click.UsageError(f"`{subject}` is not in this spec{f'; {hint}' if hint else ''}")


def _parse(subject: str, known: set[Path]) -> Path:
    """A dotted place as a path; digits are indices where the spec has a list there."""
    path: Path = ()
    for step in subject.split("."):
        index = (*path, int(step)) if step.isdigit() else None
        path = index if index is not None and index in known else (*path, step)
    return path


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
