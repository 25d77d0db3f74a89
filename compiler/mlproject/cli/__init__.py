"""The command line: the only place that prints, exits, and reads the environment or the clock.

`main` takes the cheapest way that answers: the cache of an unchanged run, then a plain `validate` without a parser of
options, then the verbs.
"""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """The command `mlproject`. An unchanged run is answered before anything that costs is imported."""
    arguments = sys.argv[1:]
    try:
        from mlproject.cli.fast import plain, replay

        asked = plain(arguments)
        code = replay(arguments, asked) if asked is not None else None
        if code is None:
            # A run is short and builds big trees that live to its end: looking for cycles in them is most of its time.
            gc.disable()
            # No plugin of some other package may change what a spec means here; looking for them costs a start, too.
            os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
            if asked is not None and asked.verb == "validate":
                from mlproject.cli.judge import validate

                code = validate(asked, arguments)
            else:
                from mlproject.cli.commands import run

                code = run(arguments)
    except BrokenPipeError:
        # The reader has gone (`| head`): not an error, and nothing more to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 130
    sys.exit(code)
