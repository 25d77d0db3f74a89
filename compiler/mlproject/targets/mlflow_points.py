"""Entry points that the user wrote, as MLflow will take them.

MLflow checks nothing of them when it loads the file. A command goes through `str.format` when it is run, so a
placeholder that names no parameter is found then; a type that it does not know is text, a key nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, did_you_mean, error, nearest, warning
from mlproject.ir import EntryPoint

BRACES = "a brace that is meant for the shell is written twice"
TYPES = ("string", "float", "path", "uri")
KEYS = ("type", "default", "description")


def tree(point: EntryPoint) -> dict[str, object]:
    """An entry point as it stands in `MLproject`."""
    parameters = {"parameters": dict(point.parameters)} if point.parameters else {}
    return {**parameters, "command": point.command}


def refused(command: str, known: list[str]) -> Iterator[tuple[str, str, str]]:
    """What `str.format` would refuse in a command: the placeholder ('' for all of it), the reason, the way out."""
    try:
        used = [name for _, name, _, _ in Formatter().parse(command) if name is not None]
    except ValueError as no:
        yield "", f"MLflow cannot format this command: {no}", BRACES
        return
    for name in dict.fromkeys(used):
        if name not in known:
            near = nearest(name, known)
            help = f"did you mean `{near}`?" if near else BRACES
            yield f"{{{name}}}", f"`{{{name}}}` names no parameter", help


def check(points: tuple[EntryPoint, ...]) -> list[Diagnostic]:
    """Commands that MLflow cannot run, and what it passes over in silence."""
    found: list[Diagnostic] = []
    types: dict[str, list[Path]] = {}
    for point in points:
        at = (*point.path, "command")
        known = [str(name) for name in point.parameters]
        wrong = list(refused(point.command, known))
        for text, why, help in wrong:
            summary = f"{why} of `{point.name}`" if text else why
            found.append(error("entry-point", summary, Site(at, text=text), help=help))
        for name, given in point.parameters.items():
            place = (*point.path, "parameters", name)
            said, where = given, place
            if isinstance(given, Mapping):
                mapping = cast("Mapping[str, object]", given)
                found += _keys(mapping, name, place)
                said, where = mapping.get("type", "string"), (*place, "type")
            if said not in TYPES:
                types.setdefault(str(said), []).append(where)
            if not wrong and not _mentions(point.command, name):
                summary = (
                    f"the command does not mention `{{{name}}}`, so MLflow ignores the parameter's value"
                )
                found.append(warning("mlflow-ignores", summary, Site(place, "key")))
    return [*found, *(_unknown(kind, places) for kind, places in types.items())]


def _keys(given: Mapping[str, object], name: str, place: Path) -> Iterator[Diagnostic]:
    """Keys of a parameter that mean nothing to MLflow."""
    for key in given:
        if key in KEYS:
            continue
        word, _, rest = key.replace(" ", ":", 1).partition(":")
        help = did_you_mean(key, list(KEYS))
        if word in KEYS and rest:
            help = f"write `{word}: {rest.strip()}`, with a colon and a blank"
        yield warning(
            "mlflow-ignores", f"MLflow ignores `{key}` of `{name}`", Site((*place, key), "key"), help=help
        )


def _mentions(command: str, name: str) -> bool:
    return any(word == name for _, word, _, _ in Formatter().parse(command))


def _unknown(kind: str, places: list[Path]) -> Diagnostic:
    """One diagnostic for all parameters of one type."""
    others = f", and of {len(places) - 1} more" if len(places) > 1 else ""
    parameter = places[0][places[0].index("parameters") + 1]
    near = did_you_mean(kind, list(TYPES))
    help = "MLflow has `string`, `float`, `path` and `uri`; it checks the last two, and any other is text"
    return warning(
        "mlflow-ignores",
        f"MLflow knows no type `{kind}` (of `{parameter}`{others}) and takes it as text",
        Site(places[0]),
        help=near if kind not in ("str", "int", "bool") and near else help,
        related=tuple(Related("here too", Site(place)) for place in places[1:4]),
    )
