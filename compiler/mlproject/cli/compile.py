"""`mlproject compile`: the files of the tools, written, checked or shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from itertools import chain
from posixpath import dirname, join

import click

from mlproject import cache
from mlproject.cli.fast import key_of
from mlproject.cli.judge import report, verdict
from mlproject.cli.session import common_options, format_option, located, project_argument
from mlproject.cli.where import Place
from mlproject.diagnostics import Diagnostic, has_errors
from mlproject.emit.own import State
from mlproject.emit.record import Previous, digest_of, read_record
from mlproject.emit.upgrade import Upgrade
from mlproject.emit.writes import Plan, Wish, diff_text, execute, findings, outcome, plan_writes
from mlproject.files import WorkTree
from mlproject.pipeline import Compiled
from mlproject.pipeline import compile as compiled

# How many earlier commits of the spec are compiled, at most, to tell a stale file from one edited by hand.
EARLIER = 3
WORDS: Mapping[State, str] = {"missing": "created", "stale": "updated", "orphaned": "deleted"}


@click.command("compile")
@project_argument
@format_option
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 where a file is not what the spec compiles to."
)
@click.option("--diff", "show", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--adopt", is_flag=True, help="First take parameter values edited in params.yaml into the spec."
)
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@click.option("--strict", is_flag=True, help="A warning is a verdict against you, too.")
@common_options
def command(
    path: str,
    form: str,
    check: bool,
    show: bool,
    adopt: bool,
    force: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    no_color: bool,
) -> int:
    """Write the files of DVC, MLflow, BentoML and CI that a spec compiles to.

    Only what changed is written, and only files that are ours: one edited by hand is left alone and reported. Nothing
    of the project is run, and no network is used.
    """
    if sum((check, show, adopt)) > 1:
        raise click.UsageError("--check, --diff and --adopt exclude each other")
    found = located(path)
    tree = WorkTree(found.root)
    if adopt:
        return _adopt(found, tree, no_color=no_color)
    result = compiled(found.file, tree)
    if not result.valid:
        sys.stdout.write(report(result.diagnostics, form, tree, no_color=no_color))
        return 1
    plan, previous = planned(found, tree, result, force=force)
    if show:
        sys.stdout.write(diff_text(plan))
        return 0
    said = list(result.diagnostics) + (findings(plan) if check else execute(plan, tree))
    code = verdict(said, strict=strict)
    shown = [d for d in said if not quiet or d.severity == "error"]
    out = report(shown, form, tree, no_color=no_color) if shown or form != "text" else ""
    if form == "text" and not quiet:
        sys.stdout.write(out + summary(result, plan, check=check, failed=has_errors(said), verbose=verbose))
    else:
        sys.stdout.write(out)
    if form == "text" and not previous.asked and not verbose and not (code and not check):
        again = (
            ""
            if quiet
            else unchanged(result, plan)
            if not code
            else summary(result, plan, check, True, False)
        )
        facts = {**tree.seen, **({} if check else outcome(plan, tree))}
        cache.store(found.root, found.project, key_of(sys.argv[1:], found), facts, (code, out + again))
    return code


def planned(
    found: Place, tree: WorkTree, result: Compiled, *, force: bool = False, adopted: Collection[str] = ()
) -> tuple[Plan, Previous]:
    """What is to be done about the compiled files."""
    previous = Previous(read_record(found.project), _earlier(found), Upgrade(found.root, found.file))
    project = result.checked.project
    assert project is not None
    folders = [join(project.root, stage.folder) for stage in project.stages if stage.folder]
    folders += [join(project.root, folder) for folder in project.folders]
    adoptable = [join(project.root, "params.yaml")] if project.params.owned else []
    wish = Wish(force=force, adoptable=adoptable, adopted=adopted, folders=folders)
    return plan_writes(result.files, found.file, tree, previous, wish), previous


def _earlier(found: Place) -> list[Callable[[], Mapping[str, str] | None]]:
    """What HEAD's spec compiles to, then the ones before it: asked for only where a file is in doubt."""

    def at(step: int) -> Callable[[], Mapping[str, str] | None]:
        def texts() -> Mapping[str, str] | None:
            from mlproject.revision import commits_of, open_revision

            names = ["HEAD", *commits_of(found.root, found.file, EARLIER)]
            revision = open_revision(found.root, names[step]) if step < len(names) else None
            if revision is None:
                return None
            try:
                return {file.file: file.text for file in compiled(found.file, revision).files}
            finally:
                revision.close()

        return texts

    return [at(step) for step in range(EARLIER + 1)]


def summary(result: Compiled, plan: Plan, check: bool, failed: bool, verbose: bool) -> str:
    """One line that says what was done, and with `verbose` one for each file."""
    project = result.checked.project
    assert project is not None
    changed = [action for action in plan.actions if action.kind in ("create", "update", "delete")]
    if failed:
        return "" if check else f"{project.name}: nothing was written\n"
    if not changed or check:
        return unchanged(result, plan)
    counts = {
        word: sum(WORDS.get(a.state, "updated") == word for a in changed)
        for word in dict.fromkeys(WORDS.values())
    }
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    lines = [f"{project.name}: {told}, {len(plan.actions) - len(changed)} unchanged"]
    lines += [f"  {WORDS.get(action.state, 'updated'):8} {action.file}" for action in changed]
    if verbose:
        lines += [f"  {'kept':8} {action.file}" for action in plan.actions if action not in changed]
    return "\n".join(lines) + "\n"


def unchanged(result: Compiled, plan: Plan) -> str:
    """The line of a run that has nothing to do."""
    project = result.checked.project
    assert project is not None
    number = len([action for action in plan.actions if action.state != "orphaned"])
    return f"{project.name}: {number} files are up to date\n"


def _adopt(found: Place, tree: WorkTree, *, no_color: bool) -> int:
    """Takes the edits of `params.yaml` into the spec, and compiles that."""
    from mlproject.emit.adopt import FILE, adopt

    params = join(dirname(found.file), FILE)
    before = compiled(found.file, tree)
    plan, previous = planned(found, tree, before) if before.valid else (None, None)
    state = next((action.state for action in plan.actions if action.file == params), None) if plan else None
    if state in ("stale", "missing"):
        # What stands there is what an earlier spec compiled to: to take that back would undo an edit of the spec.
        sys.stdout.write(f"{params} is as it was compiled; nothing to adopt\n")
    else:
        changed, said = adopt(found.file, tree, _base(found, before, previous, params) if previous else None)
        if changed is not None:
            said += tree.write({found.file: changed.content})
        sys.stdout.write(report(said, "text", tree, no_color=no_color))
        if has_errors(said):
            return 1
        told = changed.told if changed is not None else ("nothing to adopt",)
        sys.stdout.write("".join(f"{line}\n" for line in told))
    again = WorkTree(found.root)
    result = compiled(found.file, again)
    if not result.valid:
        sys.stdout.write(report(result.diagnostics, "text", again, no_color=no_color))
        return 1
    plan, _ = planned(found, again, result, adopted=(params,))
    diagnostics: list[Diagnostic] = execute(plan, again)
    sys.stdout.write(report(diagnostics, "text", again, no_color=no_color))
    sys.stdout.write(summary(result, plan, False, has_errors(diagnostics), False))
    return verdict(diagnostics)


def _base(found: Place, now: Compiled, previous: Previous, params: str) -> str | None:
    """The text that `params` had when last compiled, here or (without a record) in HEAD; None if nobody knows."""
    last = previous.written.get(params, ())[:1]
    earlier = ((revision() or {}).get(params) for revision in _earlier(found))
    if not last:
        return next(earlier)
    texts = chain((file.text for file in now.files if file.file == params), earlier)
    return next((text for text in texts if text is not None and digest_of(text) in last), None)
