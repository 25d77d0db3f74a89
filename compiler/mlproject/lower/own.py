"""References that stay DVC's own in `dvc.yaml`: parameters, the loop's item and key, a stage's own variables."""

from __future__ import annotations

from mlproject.diagnostics import Site, did_you_mean, error
from mlproject.interpolate import expressions
from mlproject.lower.paths import respelled
from mlproject.lower.scope import Draft, Scope
from mlproject.template import Ref

NAMESPACES = ("data", "stages", "outs", "params", "vars", "env", "item", "key")


def parameter(scope: Scope, me: Draft, ref: Ref, site: Site) -> str | None:
    """`${params.X}` as DVC's `${X}`; None where it was reported."""
    if not scope.check_param(ref, site, me.folder):
        return None
    need_values(scope, me, ref.words)
    inner = ref.words[0]
    for number, word in enumerate(ref.words[1:], 1):
        inner += f"[{word}]" if number in ref.selectors else f".{word}"
    return f"${{{inner}}}"


def carried(scope: Scope, me: Draft, path: str) -> None:
    """Notes the parameters in a path that another stage declared: its folder may read other files than mine."""
    if "${" not in path:
        return
    for _, _, expression in expressions(path):
        words = tuple(word.strip() for word in expression.replace("[", ".").replace("]", "").split("."))
        if words[0] not in ("item", "key"):
            need_values(scope, me, words)


def need_values(scope: Scope, me: Draft, words: tuple[str, ...]) -> None:
    """Notes that templates of my folder read a parameter, so that `dvc.yaml` there loads its file."""
    if scope.owned:
        file = "params.yaml"
    else:
        owner = scope.param_file(words, me.folder)
        if owner is None:
            return
        file = owner.file
    text = respelled(file, "", me.folder, scope.root)
    if text != "params.yaml":
        files = scope.vars_files.setdefault(me.folder, [])
        if text not in files:
            files.append(text)


def of_loop(scope: Scope, me: Draft, ref: Ref, site: Site) -> str | None:
    """`${item…}` and `${key}`, themselves; None where it was reported."""
    if me.items is None:
        if me.loop is None:
            summary = f"`{ref.text}` needs a `foreach` or `matrix`, and this stage has none"
            scope.say(
                error(
                    "reference-not-allowed",
                    summary,
                    site,
                    help=f"if it is the shell's, write `$${ref.text[1:]}`",
                )
            )
        return None
    if ref.head == "key" and not me.items.keyed:
        summary = "`${key}` exists in a matrix and in a `foreach` over a mapping"
        scope.say(error("reference-not-allowed", summary, site, help="use `${item}`"))
        return None
    if me.items.kind == "matrix" and ref.head == "item" and ref.words and ref.words[0] not in me.items.axes:
        summary = f"`{ref.text}`: the matrix has no `{ref.words[0]}`"
        scope.say(
            error("unresolved-reference", summary, site, help=did_you_mean(ref.words[0], list(me.items.axes)))
        )
        return None
    return ref.text


def of_stage(scope: Scope, me: Draft, ref: Ref, site: Site) -> str | None:
    """One of the stage's own `vars`, itself; None where the name means nothing, which was reported."""
    if ref.head in me.local or me.local_unknown:
        return ref.text
    if not me.placed and any(isinstance(entry, dict) and ref.head in entry for entry in me.body.vars or []):
        summary = f"`{ref.text}`: DVC reads a stage's own `vars` only after its `wdir` and its loop"
        scope.say(error("reference-not-allowed", summary, site, help="write it out, or make it a parameter"))
        return None
    inner = ref.text[2:-1]
    if scope.param_file((ref.head,), me.folder) is not None or ref.head in scope.params:
        help = f"a parameter is `${{params.{inner}}}`"
    else:
        near = did_you_mean(ref.head, list(NAMESPACES))
        help = f"{near} " if near.startswith("did") else ""
        help += f"if it is the shell's, write `$${ref.text[1:]}`"
    summary = f"`{ref.text}`: `{ref.head}` is none of {', '.join(f'`{name}`' for name in NAMESPACES)}"
    scope.say(error("unresolved-reference", summary, site, help=help))
    return None
