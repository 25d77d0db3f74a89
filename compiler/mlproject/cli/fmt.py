"""`mlproject fmt`: a spec in the order of the language, everything else as it was."""

from __future__ import annotations

import sys

import click

from mlproject.cli.judge import report, verdict
from mlproject.cli.rewriting import Texts, diffs, given, put, rewriting_options, written
from mlproject.cli.session import common_options, format_option
from mlproject.diagnostics import Diagnostic, Span, has_errors, order
from mlproject.emit.own import text_of
from mlproject.load.content import LINE_BREAK
from mlproject.rewrite.canonical import Rewritten, canonical


@click.command("fmt")
@rewriting_options
@format_option
@common_options
def command(
    paths: tuple[str, ...], check: bool, show: bool, form: str, quiet: bool, verbose: bool, no_color: bool
) -> int:
    """Put a spec into canonical order: its sections, and the known keys inside them.

    SPEC is a spec, a preset, a project's directory, or - for standard input (the result then goes to standard output);
    there may be several. Comments, quoting and style stay, names of your own keep their order, and the spec means the
    same afterwards. A spec that cannot be read is left alone, and so are then the others. Exit code 1 where --check
    finds a difference.
    """
    specs, said = given(paths)
    made: list[Rewritten] = []
    for one in specs:
        done, found = canonical(one.label, one.content)
        said += found
        if done is not None:
            made.append(done)
            said += done.notes
    piped = bool(specs) and specs[0].tree is None
    failed = has_errors(said)
    if check:
        said += [_finding(one) for one in made if one.changed]
    elif not (failed or show or piped):
        said += written(specs, made)
        failed = has_errors(said)
    if show:
        sys.stdout.write(diffs(made))
    elif piped and not check and not failed:
        put(made[0].after)
    shown = [one for one in order(said) if not quiet or one.severity == "error"]
    out = report(shown, form, Texts(specs), no_color=no_color) if shown or form != "text" else ""
    # Where standard output is the result, what there is to say goes beside it.
    (sys.stderr if show or (piped and not check) else sys.stdout).write(out)
    if form == "text" and not (quiet or failed or show or piped):
        sys.stdout.write(_summary(made, check=check, verbose=verbose))
    return verdict(said)


def _finding(one: Rewritten) -> Diagnostic:
    before, after = (LINE_BREAK.split(text_of(text)) for text in (one.before, one.after))
    differ = [number for number, line in enumerate(before) if after[number : number + 1] != [line]] or [0]
    # A blank line says little: the first line with something on it that is not where it was.
    line = next((number for number in differ if before[number].strip()), differ[0])
    text = before[line]
    span = Span(one.file, line + 1, len(text) - len(text.lstrip()) + 1, line + 1, len(text.rstrip()) + 1)
    summary = f"`{one.file}` is not in canonical order, from here on"
    return Diagnostic("not-canonical", "error", summary, None, span, (), "`mlproject fmt` writes it so")


def _summary(made: list[Rewritten], *, check: bool, verbose: bool) -> str:
    """A line for each spec that was written, or for all of one; the others are counted."""
    lines: list[str] = []
    if not check:
        lines += [f"{one.file}: formatted" for one in made if one.changed]
    same = [one for one in made if not one.changed]
    if verbose or len(made) == 1:
        lines += [f"{one.file}: in canonical order already" for one in same]
    elif same:
        lines.append(f"{len(same)} of {len(made)} specs are in canonical order already")
    return "".join(f"{line}\n" for line in lines)
