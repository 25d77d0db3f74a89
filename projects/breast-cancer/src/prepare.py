"""Split the biopsies into rows to train on and rows to test with; the share of each diagnosis is kept."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--test-size", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()

    # Read as text: the split copies the measurements, it does not reformat them.
    raw = pd.read_csv(args.raw, dtype=str)
    train, test = train_test_split(
        raw, test_size=args.test_size, random_state=args.seed, stratify=raw["diagnosis"]
    )
    for part, path in ((train, args.train), (test, args.test)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.sort_index().to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
