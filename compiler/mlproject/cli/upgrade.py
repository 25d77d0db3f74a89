"""`mlproject upgrade`: a spec in the current version of the language."""

from __future__ import annotations

import sys

import click

from mlproject.cli.judge import report, verdict
from mlproject.cli.rewriting import Texts, diffs, given, put, rewriting_options, written
from mlproject.cli.session import common_options
from mlproject.diagnostics import has_errors, order
from mlproject.rewrite.versions import CURRENT, Upgraded, upgrade


@click.command("upgrade")
@rewriting_options
@common_options
def command(
    paths: tuple[str, ...], check: bool, show: bool, quiet: bool, verbose: bool, no_color: bool
) -> int:
    """Bring a spec from an older version of the language to this compiler's.

    SPEC is a spec, a preset, a project's directory, or - for standard input (the result then goes to standard output);
    there may be several. Comments and order stay. Where one cannot be upgraded nothing is written. Exit code 1 where
    --check finds an older version.
    """
    specs, said = given(paths)
    made: list[Upgraded] = []
    for one in specs:
        done, found = upgrade(one.label, one.content)
        said += found
        if done is not None:
            made.append(done)
    piped = bool(specs) and specs[0].tree is None
    texts = [one.spec for one in made]
    if not (check or show or piped or has_errors(said)):
        said += written(specs, texts)
    failed = has_errors(said)
    if show:
        sys.stdout.write(diffs(texts))
    elif piped and not check and not failed:
        put(texts[0].after)
    shown = [one for one in order(said) if not quiet or one.severity == "error"]
    # Where standard output is the result, what there is to say goes beside it.
    aside = sys.stderr if show or (piped and not check) else sys.stdout
    aside.write(report(shown, "text", Texts(specs), no_color=no_color))
    if not (quiet or failed or show or (piped and not check)):
        sys.stdout.write("".join([_line(one, check=check) for one in made]))
    return 1 if check and any(one.spec.changed for one in made) else verdict(said)


def _line(one: Upgraded, *, check: bool) -> str:
    if not one.spec.changed:
        return f"{one.spec.file}: already version {CURRENT}, nothing to do\n"
    if check:
        return f"{one.spec.file}: version {one.version}; `mlproject upgrade` makes it {CURRENT}\n"
    return f"{one.spec.file}: version {one.version} is now {CURRENT}\n"
