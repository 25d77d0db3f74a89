"""Choose the model with the best validation accuracy; measure it on the test images."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from pathlib import Path

import joblib
from sklearn.metrics import accuracy_score, f1_score

from images import read_images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("test", type=Path)
    parser.add_argument("best", type=Path)
    parser.add_argument("metrics", type=Path)
    parser.add_argument("leaderboard", type=Path)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="in the order of the models")
    args = parser.parse_args()
    for output in (args.best, args.metrics, args.leaderboard):
        output.parent.mkdir(parents=True, exist_ok=True)

    accuracy = {
        model: json.loads(scores.read_text(encoding="utf-8"))["accuracy"]
        for model, scores in zip(args.models, args.scores, strict=True)
    }
    # A stable sort: of equals, the first.
    ranking = sorted(accuracy, key=lambda model: -accuracy[model])
    shutil.copyfile(ranking[0], args.best)
    with args.leaderboard.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["family", "accuracy"])
        table.writerows((model.stem, f"{accuracy[model]:.6f}") for model in ranking)

    pixels, digits = read_images(args.test)
    predicted = joblib.load(args.best).predict(pixels)
    result = {
        "accuracy": round(float(accuracy_score(digits, predicted)), 6),
        "macro_f1": round(float(f1_score(digits, predicted, average="macro")), 6),
    }
    args.metrics.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
