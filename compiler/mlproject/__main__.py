"""`python -m mlproject` is the command `mlproject`."""

from mlproject.cli import process

if __name__ == "__main__":
    process()
