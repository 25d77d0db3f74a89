"""Entry points that the user wrote, as MLflow will take them: it checks nothing of them when it loads the file.

A placeholder that names no parameter is found when the command is run; a type that MLflow does not know is text, and a
key nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Related, Site, did_you_mean, error, warning
from mlproject.files import Source
from mlproject.ir import Project
from mlproject.lower.placeholders import mentions, refused

TYPES = ("string", "float", "path", "uri")
KEYS = ("type", "default", "description")


def entry_points(project: Project, source: Source) -> list[Diagnostic]:
    """Commands that MLflow cannot run, and what it passes over in silence: once for all parameters of one type."""
    found: list[Diagnostic] = []
    types: dict[str, list[Path]] = {}
    for point in project.mlproject.entry_points or ():
        if not point.command:
            continue  # a reference in it was reported
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
            if not wrong and not mentions(point.command, name):
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
