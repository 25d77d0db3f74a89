"""The verbs, each in a module of its own that is imported when it is asked for; and what an exit code means.

0    done; nothing against you
1    a verdict against you: an invalid spec, drift found by `--check`, a gate or a stage that failed
64   wrong usage
66   an input that is missing or cannot be read; an output that cannot be written
69   a server that cannot be reached
70   our bug
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import cast

import click

from mlproject import __version__
from mlproject.diagnostics import nearest

USAGE, NO_INPUT, UNAVAILABLE = 64, 66, 69

# A verb, its module, and the line that the list of verbs shows (so that the list imports nothing).
VERBS: dict[str, tuple[str, str]] = {
    "init": ("init", "Start a project that validates, compiles and runs as it is."),
    "import": ("import_", "Write a spec from the files that a project has."),
    "fmt": ("fmt", "Put a spec into canonical order, with every comment."),
    "upgrade": ("upgrade", "Bring a spec to the current version of the language."),
    "validate": ("validate", "Check a spec, and say everything that is wrong at once."),
    "compile": ("compile", "Write the files of DVC, MLflow, BentoML and CI from a spec."),
    "apply": ("apply", "Make it so: run, record, check the gates, register, build, try."),
    "explain": ("explain", "Say what an error code, a field of the spec or a generated line is about."),
    "graph": ("graph", "Draw the project: data, stages, models, services."),
    "schema": ("schema", "Print a JSON Schema, for editors and checks."),
}


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"mlproject.cli.{VERBS[cmd_name][0]}")
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb asked for; a misspelt one is told the nearest."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = nearest(args[0], list(VERBS))
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(VERBS)}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mlproject")
def cli() -> None:
    """One mlproject.yaml is the truth of a machine learning project.

    It is checked and compiled into the files of DVC, MLflow, BentoML and CI; applying makes it so.
    """


def run(arguments: list[str]) -> int:
    """Runs a command line and gives its exit code."""
    try:
        if "_MLPROJECT_COMPLETE" in os.environ:
            cli.main(prog_name="mlproject")  # a shell asks for completions: click answers, and exits
        # Not through click's `main`, which would exit by 1 where the reader has gone.
        with cli.make_context("mlproject", arguments) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as wrong:
        wrong.show()
        return USAGE
    except click.Abort:
        sys.stderr.write("interrupted\n")
        return 130
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    return code if isinstance(code, int) else 0
