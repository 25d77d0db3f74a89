"""Measure what one family of models read: the share of validation images that it got right."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("scores", type=Path)
    args = parser.parse_args()

    with args.predictions.open(encoding="utf-8", newline="") as file:
        right = [row["actual"] == row["predicted"] for row in csv.DictReader(file)]
    scores = {"accuracy": round(sum(right) / len(right), 6)}
    args.scores.parent.mkdir(parents=True, exist_ok=True)
    args.scores.write_text(json.dumps(scores, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
