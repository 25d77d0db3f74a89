"""The one list of actions that `compile` carries out, `compile --check` judges and `compile --diff` shows.

Everything is looked at before anything is written: one refusal, and no file changes.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from posixpath import dirname
from typing import Literal

from mlproject import __version__
from mlproject.cache import Fact, written
from mlproject.diagnostics import Diagnostic, Span
from mlproject.emit.difftext import unified
from mlproject.emit.orphans import orphans, without
from mlproject.emit.own import Standing, State, becomes, standing, text_of
from mlproject.emit.record import Digests, Previous, write_record
from mlproject.emit.rendered import Rendered
from mlproject.files import WorkTree
from mlproject.records import replace

ActionKind = Literal["create", "update", "delete", "keep", "refuse"]


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to one file. `before` and `after` are its whole contents, None where it is not there; `text` is what
    of it will be ours. `finding` is what `--check` says (None for a file that is current), `refusal` why nothing may be
    written, `notice` what a person has to be told when this is carried out."""

    kind: ActionKind
    file: str
    state: State
    before: bytes | None
    after: bytes | None
    text: str | None = field(default=None, repr=False)
    finding: Diagnostic | None = None
    refusal: Diagnostic | None = None
    notice: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What may be done about files that are not as we left them. `force` overwrites files edited by hand and takes over
    those that are not ours; `adoptable` are files whose edits `--adopt` can take back into the spec, `adopted` those
    whose edits it has taken; `folders` are further places to look for orphans in."""

    force: bool = False
    adoptable: Collection[str] = ()
    adopted: Collection[str] = ()
    folders: Collection[str] = ()


_NO_WISH = Wish()
_COMPILE = "run `mlproject compile` and commit what it writes"


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions for one spec: each generated file in the order of the targets, then each orphan. `written` is the
    record they were decided on."""

    spec: str
    actions: tuple[Action, ...]
    written: Digests = field(repr=False)


def plan_writes(
    rendered: Iterable[Rendered], spec: str, tree: WorkTree, previous: Previous, wish: Wish = _NO_WISH
) -> Plan:
    """What to do about what a spec compiles to. Reads only."""
    files = [each for each in rendered if each.text]
    actions = [_action(each, standing(each, tree, previous), tree, wish) for each in files]
    emitted = {each.file for each in files}
    for orphan, whole in orphans(tree, spec, emitted, previous, wish.folders):
        actions.append(_orphan(orphan, spec, deletable=whole or wish.force))
    return Plan(spec, tuple(actions), previous.written)


def _action(rendered: Rendered, now: Standing, tree: WorkTree, wish: Wish) -> Action:
    """What to do about a file that is emitted."""
    file, state, before, text = rendered.file, now.state, now.before, rendered.text
    if state == "current":
        return Action("keep", file, state, before, before, now.ours)
    finding, may_force = _judge(rendered, now, tree, wish)
    after = None if state == "blocked" else becomes(rendered, before)
    if state in ("stale", "missing") or (state == "hand-edited" and file in wish.adopted):
        kind: ActionKind = "create" if before is None else "update"
        return Action(kind, file, state, before, after, text, finding)
    if not (may_force and wish.force):
        return Action("refuse", file, state, before, after, None, finding, finding)
    notice = replace(
        finding,
        severity="warning",
        summary=f"{finding.summary}; it is overwritten",
        help="what it was is in Git, if it was committed",
    )
    return Action("update", file, state, before, after, text, finding, None, notice)


def _judge(rendered: Rendered, now: Standing, tree: WorkTree, wish: Wish) -> tuple[Diagnostic, bool]:
    """What is wrong with a file that is not current, and whether `--force` may overwrite it."""
    file, spec = rendered.file, rendered.spec
    adopt = "; `--adopt` takes changed parameter values into the spec" if file in wish.adoptable else ""
    match now.state:
        case "missing":
            what = "has no block of ours" if now.before is not None else "is missing"
            return _said("missing", f"`{file}` {what}", _COMPILE, _top(file)), False
        case "stale":
            what = "is not what the spec compiles to"
            if now.detail:
                what = f"was made by compiler {now.detail}, and compiler {__version__} makes it otherwise"
            return _said("stale", f"`{file}` {what}", _COMPILE, _first(rendered, now)), False
        case "not-ours":
            help = f"move it away, or move its content into `{spec}` and run `mlproject compile --force`"
            return _said(
                "not-ours", f"`{file}` is in the way: mlproject did not write it", help, _first(rendered, now)
            ), True
        case "collision":
            return _collision(rendered, now, tree)
        case "blocked":
            return _blocked(file, now.detail), False
        case "hand-edited" if now.detail == "markers":
            help = "put back the two comments around our block, or delete the block"
            return _said(
                "hand-edited", f"the comments around our block in `{file}` do not pair up", help, _top(file)
            ), False
        case _:
            help = f"move the edit into `{spec}`; `mlproject compile --force` overwrites it{adopt}"
            return _said("hand-edited", f"`{file}` was edited by hand", help, _first(rendered, now)), True


def _collision(rendered: Rendered, now: Standing, tree: WorkTree) -> tuple[Diagnostic, bool]:
    file, other = rendered.file, now.detail
    if tree.kind(other) == "file":
        help = "give one of the two projects another `name`"
        return _said(
            "workflow-collision", f"`{file}` is already generated from `{other}`", help, _top(file)
        ), False
    help = "if the project has moved, `mlproject compile --force` overwrites it"
    return _said(
        "hand-edited", f"`{file}` was generated from `{other}`, which is gone", help, _top(file)
    ), True


_OBSTACLES = {
    "outside": ("outside-repository", "would be written outside the repository, or into Git's own files"),
    "link": ("outside-repository", "is a symbolic link, or lies behind one"),
    "directory": ("not-ours", "cannot be written: a directory is in the way"),
    "other": ("not-ours", "cannot be written: something that is no file is in the way"),
    "unreadable": ("file-unreadable", "cannot be read"),
    "too-large": ("file-unreadable", "is too large to be one of ours"),
}


def _blocked(file: str, why: str) -> Diagnostic:
    code, what = _OBSTACLES[why]
    return _said(code, f"`{file}` {what}", "move it away; nothing was written", _top(file))


def _orphan(orphan: Standing, spec: str, *, deletable: bool) -> Action:
    """What to do about a file, or a block in one, that is not emitted any more."""
    file, before = orphan.file, orphan.before
    summary = f"`{file}` is generated from `{spec}`, which does not produce it any more"
    if not deletable:
        finding = _said(
            "orphaned",
            f"{summary}, and it was edited by hand",
            "delete it, or remove its first comment",
            _top(file),
        )
        return Action(
            "keep",
            file,
            "orphaned",
            before,
            before,
            None,
            finding,
            None,
            replace(finding, severity="warning"),
        )
    finding = _said(
        "orphaned", summary, "run `mlproject compile`, which deletes it, and commit that", _top(file)
    )
    after = without(file, spec, before or b"")
    return Action("delete" if after is None else "update", file, "orphaned", before, after, None, finding)


def _said(code: str, summary: str, help: str, span: Span) -> Diagnostic:
    return Diagnostic(code, "error", summary, span=span, help=help)


def _top(file: str) -> Span:
    return Span(file, 1, 1, 1, 1)


def _first(rendered: Rendered, now: Standing) -> Span:
    """The first line of the file that is not as it will be."""
    lines = text_of(now.before or b"").replace("\r\n", "\n").split("\n")
    after = text_of(becomes(rendered, now.before)).replace("\r\n", "\n").split("\n")
    for number, (line, other) in enumerate(zip(lines, after, strict=False), 1):
        if line != other:
            return Span(rendered.file, number, 1, number, len(line) + 1)
    return Span(rendered.file, len(lines), 1, len(lines), len(lines[-1]) + 1)


def findings(plan: Plan) -> list[Diagnostic]:
    """What `--check` has to say: an error for every file that is not as the spec compiles to."""
    return [action.finding for action in plan.actions if action.finding is not None]


def diff_text(plan: Plan) -> str:
    """What would be written, as a unified diff of all files, those that would be refused included."""
    parts: list[str] = []
    for action in plan.actions:
        if action.kind != "keep" and action.before != action.after:
            before = None if action.before is None else text_of(action.before)
            after = None if action.after is None else text_of(action.after)
            parts.append(unified(action.file, before, after))
    return "".join(parts)


def execute(plan: Plan, tree: WorkTree) -> list[Diagnostic]:
    """Carry the actions out and return what there is to say; an error says whether anything was written."""
    refused = [action.refusal for action in plan.actions if action.refusal is not None]
    if refused:
        return refused
    record = {action.file: action.text for action in plan.actions if action.text is not None}
    write_record(os.path.join(tree.root, dirname(plan.spec)), plan.written, record)
    failed = tree.write({a.file: a.after for a in plan.actions if a.kind in ("create", "update", "delete")})
    return failed or [action.notice for action in plan.actions if action.notice is not None]


def outcome(plan: Plan, tree: WorkTree) -> dict[str, Fact]:
    """The facts of the generated files after `execute`, to lay over `tree.seen` for the cache of answers."""
    facts: dict[str, Fact] = {}
    for action in plan.actions:
        if action.after is None:
            facts[action.file] = ("read", "absent", 0, 0, 0, 0, "")
        else:
            facts[action.file] = written(os.path.join(tree.root, action.file), action.after)
    return facts
