"""`mlproject schema`: the JSON Schemas of the files that we read and write."""

from __future__ import annotations

import sys

import click

from mlproject.cli.session import NoInput, common_options, write_text

# A name, the file under `schemas/`, and what it describes.
SCHEMAS = {
    "spec": ("mlproject.schema.json", "mlproject.yaml"),
    "mlflow": ("mlflow-config.schema.json", "mlflow.yaml, the run configuration"),
    "lock": ("lock.schema.json", "mlproject.lock"),
    "diagnostics": ("diagnostics.schema.json", "what --format json prints"),
}


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="spec", required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write it to a file instead.")
@click.option(
    "--check", type=click.Path(dir_okay=False), help="Exit 1 where FILE is not this schema.", metavar="FILE"
)
@common_options
def command(
    name: str, output: str | None, check: str | None, quiet: bool, verbose: bool, no_color: bool
) -> int:
    """Print a JSON Schema, for editors and checks.

    In an editor with yaml-language-server, begin the spec with
    `# yaml-language-server: $schema=PATH/mlproject.schema.json`.
    """
    if name == "spec":
        from mlproject.model.schema import text

        content = text()
    else:
        from mlproject.resources import data_dir

        content = (data_dir() / "schemas" / SCHEMAS[name][0]).read_text(encoding="utf-8")
    if check is not None:
        return _compare(check, name, content)
    if output is None:
        sys.stdout.write(content)
        return 0
    write_text(output, content)
    return 0


def _compare(file: str, name: str, content: str) -> int:
    try:
        with open(file, encoding="utf-8") as stream:
            same = stream.read() == content
    except OSError as why:
        raise NoInput(f"`{file}` cannot be read: {why.strerror}") from None
    if not same:
        sys.stdout.write(
            f"{file} is not the schema of this compiler: `mlproject schema {name} -o {file}` writes it\n"
        )
    return int(not same)
