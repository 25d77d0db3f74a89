"""The command line: the only place that prints, exits, and reads the environment or the clock."""

from __future__ import annotations

import sys


def main() -> None:
    """The command `mlproject`. An unchanged run is answered before anything that costs is imported."""
    arguments = sys.argv[1:]
    try:
        from mlproject.cli.fast import replay

        code = replay(arguments)
        if code is None:
            from mlproject.cli.commands import run

            code = run(arguments)
    except BrokenPipeError:
        # The reader has gone (`| head`): not an error, and nothing more to say to it.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 130
    sys.exit(code)
