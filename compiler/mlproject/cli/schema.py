"""`mlproject schema`: the JSON Schemas of the files that we read and write."""

from __future__ import annotations

import sys

import click

from mlproject.cli.session import common_options

# A name, the file under `schemas/`, and what it describes.
SCHEMAS = {
    "spec": ("mlproject.schema.json", "mlproject.yaml"),
    "mlflow": ("mlflow-config.schema.json", "mlflow.yaml, the run configuration"),
    "lock": ("lock.schema.json", "mlproject.lock"),
    "diagnostics": ("diagnostics.schema.json", "what --format json prints"),
}


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="spec", required=False)
@click.option("--write", type=click.Path(dir_okay=False), help="Write it to a file instead.")
@common_options
def command(name: str, write: str | None, quiet: bool, verbose: bool, no_color: bool) -> int:
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
    if write is None:
        sys.stdout.write(content)
    else:
        with open(write, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
    return 0
