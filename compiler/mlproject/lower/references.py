"""References in stages, turned into what `dvc.yaml` says: paths substituted, parameters and loops left to DVC."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.lower.binding import Binding, bind
from mlproject.lower.own import carried, of_loop, of_stage, parameter
from mlproject.lower.placing import placed
from mlproject.lower.scope import Declared, Draft, Scope
from mlproject.lower.selecting import Selection, choose
from mlproject.records import frozen
from mlproject.template import Broken, Escape, Part, Ref, parse


@frozen
class Paths:
    """What a path reference stands for: one path, or (`many`) any number; `input` unless it is an output of mine."""

    texts: tuple[str, ...]
    many: bool
    input: bool


Piece = str | Paths


def piece(scope: Scope, me: Draft, part: Part, path: Path) -> Piece | None:
    """What one part of a text in a stage stands for; None where it was reported."""
    if isinstance(part, str):
        return part
    if isinstance(part, Escape):
        return f"\\${{{part.inner}}}"
    site = Site(path, text=part.text)
    if isinstance(part, Broken):
        scope.say(error("bad-reference", f"`{part.text[:60]}`: {part.problem}", site, help=part.help))
        return None
    if part.head == "env":
        summary = f"`{part.text}`: what is trained or built never depends on an environment variable"
        help = f"use a parameter; or, if it is the shell's, write `$${part.text[1:]}`"
        scope.say(error("env-not-allowed", summary, site, help=help))
        return None
    if part.head == "vars":
        return None  # reported where it was looked up
    return READ.get(part.head, of_stage)(scope, me, part, site)


def _data(scope: Scope, me: Draft, ref: Ref, site: Site) -> Piece | None:
    data = scope.spec.data or {}
    name = ref.words[0] if ref.words else ""
    if len(ref.words) != 1 or name not in data:
        if name and scope.is_poisoned("data", name):
            return None
        summary = f"`{ref.text}`: there is no data named `{'.'.join(ref.words)}`"
        scope.say(
            error(
                "unresolved-reference",
                summary,
                site,
                help=did_you_mean(name, list(data)) or "declare it in `data`",
            )
        )
        return None
    text = _told(scope, ref, site, placed(scope, me, data[name].path, ""))
    return None if text is None else Paths((text,), False, True)


def _told(scope: Scope, ref: Ref, site: Site, spelled: str | None) -> str | None:
    """The path as it could be spelled; reports it where DVC has no way to say it."""
    if spelled is None:
        summary = f"`{ref.text}`: DVC cannot say this path in the words of this stage's loop"
        help = "loop over the same items in both stages, or use `[*]`; a `wdir` must be equally deep for every item"
        scope.say(error("bad-reference", summary, site, help=help))
    return spelled


def _own(scope: Scope, me: Draft, ref: Ref, site: Site) -> Piece | None:
    name = ref.words[0] if ref.words else ""
    if len(ref.words) != 1 or name not in me.named:
        if not name or not _hidden(scope, me, name):
            summary = f"`{ref.text}`: this stage has no output named `{'.'.join(ref.words)}`"
            help = did_you_mean(name, list(me.named)) or _elsewhere(scope, name) or "declare it in `outs`"
            scope.say(error("unresolved-reference", summary, site, help=help))
        return None
    template = output_template(scope, me, me.named[name], site)
    return None if template is None else Paths((template,), False, False)


def _hidden(scope: Scope, stage: Draft, name: str) -> bool:
    """Whether an output of that name was there and had a mistake of its own."""
    return any(
        scope.was_removed((*stage.body_path, section, name)) for section in ("outs", "metrics", "plots")
    )


def _elsewhere(scope: Scope, name: str) -> str:
    for other in scope.drafts.values():
        if name in other.named:
            return f"`{other.name}` has one: `${{stages.{other.name}.{name}}}`"
    return ""


def output_template(scope: Scope, stage: Draft, declared: Declared, site: Site) -> str | None:
    """The emitted path of a named output; a name that leads back to itself is reported whole."""
    if declared.path in stage.templates:
        return stage.templates[declared.path]
    mark = (stage.name, declared.name)
    if mark in scope.resolving:
        loop = [*scope.resolving[scope.resolving.index(mark) :], mark]
        shown = " → ".join(f"`stages.{s}.{n}`" for s, n in loop)
        scope.say(
            error(
                "reference-cycle", f"paths that lead back to themselves: {shown}", site, help="write one out"
            )
        )
        return None
    scope.resolving.append(mark)
    template = one_path(scope, stage, declared.raw, declared.path)
    scope.resolving.pop()
    stage.templates[declared.path] = template
    return template


def _stages(scope: Scope, me: Draft, ref: Ref, site: Site) -> Piece | None:
    """`${stages.S.N}`, `${stages.S[sel].N}`, `${stages.S.*}`."""
    name = ref.words[0] if ref.words else ""
    target = scope.drafts.get(name)
    if target is None or 0 in ref.selectors:
        if not name or not scope.was_removed(("stages", name)):
            summary = f"`{ref.text}`: there is no stage named `{name}`"
            scope.say(
                error("unresolved-reference", summary, site, help=did_you_mean(name, list(scope.drafts)))
            )
        return None
    selector = ref.words[1] if 1 in ref.selectors else None
    words = ref.words[1 if selector is None else 2 :]
    if len(words) != 1:
        help = did_you_mean("", list(target.named)) or f"as in `${{stages.{name}.NAME}}`"
        scope.say(error("bad-reference", f"`{ref.text}` must name one output of `{name}`", site, help=help))
        return None
    if words[0] != "*" and words[0] not in target.named:
        if not _hidden(scope, target, words[0]) and not (target.tainted and not target.named):
            summary = f"`{ref.text}`: the stage `{name}` has no output named `{words[0]}`"
            scope.say(
                error("unresolved-reference", summary, site, help=did_you_mean(words[0], list(target.named)))
            )
        return None
    selection = _selection(scope, me, target, selector, site)
    if selection is None:
        return None
    if not target.placed:
        _too_early(scope, target, "directory", site)
        return None
    every = words[0] == "*"
    meant = Meant(target, tuple(target.named) if every else (words[0],), selection, selection.many or every)
    return _outputs(scope, me, meant, ref, site)


WHOLE = Selection((Binding(None, None, {}),), False)


def _selection(scope: Scope, me: Draft, target: Draft, selector: str | None, site: Site) -> Selection | None:
    if target.items is None:
        if target.looped:
            if target.loop is None and me is not target:
                _too_early(scope, target, "loop", site)
            return None  # else its loop could not be expanded, which was reported
        if selector is None:
            return WHOLE
        summary = f"`{target.name}` has no loop, so there is nothing to select with `[{selector}]`"
        scope.say(error("bad-reference", summary, site, help=f"write `${{stages.{target.name}.NAME}}`"))
        return None
    if selector is None:
        one = "`[item]` for the one with the same item, " if me.items is not None else ""
        help = f"{one}`[{next(iter(target.items.values), 'key')}]` for one, `[*]` for all"
        scope.say(error("instance-needed", f"`{target.name}` is a loop: say which instance", site, help=help))
        return None
    return choose(scope, me, target, selector, site)


def _too_early(scope: Scope, target: Draft, what: str, site: Site) -> None:
    summary = f"`{site.text}`: the {what} of `{target.name}` is not settled where this is needed"
    help = f"put `{target.name}` above this stage, or write the path out"
    scope.say(error("reference-not-allowed", summary, site, help=help))


@frozen
class Meant:
    """The outputs that a reference means: these names of the selected instances of a stage."""

    target: Draft
    names: tuple[str, ...]
    selection: Selection
    many: bool

    def template(self, binding: Binding, path: str) -> str | None:
        """A template of the target (the path of an output, its directory) in the words of the one who refers."""
        target = self.target
        return bind(path, binding, target.local) if target.items is not None or target.local else path


def _outputs(scope: Scope, me: Draft, meant: Meant, ref: Ref, site: Site) -> Piece | None:
    target = meant.target
    texts: list[str] = []
    for binding in meant.selection.bindings:
        base = meant.template(binding, target.base)
        for name in meant.names:
            template = output_template(scope, target, target.named[name], site)
            if template is None:
                return None
            text = meant.template(binding, template)
            spelled = None if text is None or base is None else placed(scope, me, text, base)
            if spelled is None:
                return _told(scope, ref, site, None)
            carried(scope, me, spelled)
            texts.append(spelled)
    return Paths(tuple(texts), meant.many, target is not me)


def one_path(scope: Scope, me: Draft, text: str, path: Path) -> str | None:
    """A text that must stay one: an output's path, a description. None where it was reported."""
    if "${" not in text:
        return text
    texts = many_paths(scope, me, text, path)
    if texts is not None and len(texts) != 1:
        summary = "a reference to several paths cannot stand here"
        scope.say(
            error("reference-not-allowed", summary, Site(path), help="it may stand in `cmd` and `deps`")
        )
        return None
    return None if texts is None else texts[0]


def many_paths(scope: Scope, me: Draft, text: str, path: Path) -> list[str] | None:
    """A text where a reference may stand for several paths: the text once for each."""
    if "${" not in text:
        return [text]
    texts = [""]
    broken = after_path = False
    for part in parse(text):
        found = piece(scope, me, part, path)
        before = texts[0] if texts else ""
        if found is not None and before.endswith("\\") and escaped(scope, found, part, path):
            found = None
        if found is None:
            broken = True
        elif isinstance(found, str):
            texts = [continued(text, found) if after_path else text + found for text in texts]
        else:
            texts = [text + alternative for text in texts for alternative in found.texts]
        after_path = isinstance(found, Paths)
    return None if broken else texts


def escaped(scope: Scope, found: Piece, part: Part, path: Path) -> bool:
    """Whether a backslash before a part stands before what remains a template of DVC's, which would make it literal;
    reports it."""
    if isinstance(part, str | Escape):
        return False
    texts = (found,) if isinstance(found, str) else found.texts
    if not any(text.startswith("${") for text in texts):
        return False
    summary = f"a backslash before `{part.text}` makes it literal text to DVC"
    help = "put something between them"
    scope.say(error("bad-reference", summary, Site(path, text=part.text), help=help))
    return True


def continued(path: str, tail: str) -> str:
    """A path with what follows it, with one `/` between them where both have one."""
    return path + (tail[1:] if path.endswith("/") and tail.startswith("/") else tail)


# The namespaces, and who reads a reference in them; any other name must be one of the stage's own variables.
READ: Mapping[str, Callable[[Scope, Draft, Ref, Site], Piece | None]] = {
    "data": _data,
    "stages": _stages,
    "outs": _own,
    "params": parameter,
    "item": of_loop,
    "key": of_loop,
}
