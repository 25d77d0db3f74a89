"""`python -m mlproject` is the command `mlproject`."""

import sys

from mlproject.cli import main

if __name__ == "__main__":
    sys.exit(main())
