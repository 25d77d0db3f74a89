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
    # Closed by the caller (`>&-`): there is nobody to tell.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    try:
        from mlproject.cli.fast import plain, replay

        asked = plain(arguments)
        code = replay(arguments, asked) if asked is not None else None
        if code is None:
            # A run is short and builds big trees that live to its end: looking for cycles in them is most of its time.
            gc.disable()
            _without_plugins()
            if asked is not None and asked.verb == "validate":
                from mlproject.cli.judge import validate

                code = validate(asked, arguments)
            else:
                from mlproject.cli.commands import run

                code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`| head`): not an error, and nothing more to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 130
    except OSError as why:
        from mlproject.cli.bug import unwritten

        code = unwritten(why, arguments)
    except Exception as bug:  # noqa: BLE001 -- the last resort: a mistake of the user's is told in its own words
        from mlproject.cli.bug import told

        code = told(bug, arguments)
    sys.exit(code)


def process() -> None:
    """The command as a process of its own, which ends as soon as it has answered.

    Taking down a tree of a hundred thousand values that nobody needs any more is a tenth of a short run. A run of
    other people's code (`apply` turns the collector on again) is left to end as it wants.
    """
    try:
        main()
    except SystemExit as done:
        if gc.isenabled():
            raise
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(done.code if isinstance(done.code, int) else 1)


def _without_plugins() -> None:
    """No plugin of some other package may change what a spec means here: pydantic is told that there are none.

    Its own switch is an environment variable, and it would import `importlib.metadata` all the same to look for
    plugins: a tenth of a cold `validate`. So its loader is answered for, as well.
    """
    from types import ModuleType

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    loader = ModuleType("pydantic.plugin._loader")
    loader.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules.setdefault(loader.__name__, loader)
