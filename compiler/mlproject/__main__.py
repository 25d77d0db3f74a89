"""`python -m mlproject` is the command `mlproject`."""

from mlproject.cli import main

if __name__ == "__main__":
    main()
