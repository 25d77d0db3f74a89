"""Shuffle the images and deal them out, as `split` in params.yaml says: to train, to choose with, to test."""

from __future__ import annotations

import argparse
import gzip
import random
from pathlib import Path

import yaml


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("test", type=Path)
    args = parser.parse_args()

    settings = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["split"]
    with gzip.open(args.images, "rt", encoding="utf-8") as file:
        header, *rows = file
    random.Random(settings["seed"]).shuffle(rows)

    test = settings["test_size"]
    valid = test + settings["valid_size"]
    parts = ((args.test, rows[:test]), (args.valid, rows[test:valid]), (args.train, rows[valid:]))
    for path, part in parts:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join([header, *part]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
