"""Fit one family of models, as params.yaml says, and read the validation images with it."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import yaml
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from images import read_images

FAMILIES = {
    "forest": RandomForestClassifier,
    "knn": KNeighborsClassifier,
    "logistic": LogisticRegression,
    "svm": SVC,
}
SCALED = {"logistic"}  # the others do well on raw pixels, which share one range


def build(family: str, settings: Mapping[str, Any]) -> Any:
    """Return the unfitted estimator of a family; scikit-learn refuses a setting that it does not know."""
    estimator = FAMILIES[family](**settings)
    return make_pipeline(StandardScaler(), estimator) if family in SCALED else estimator


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=sorted(FAMILIES))
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("predictions", type=Path)
    args = parser.parse_args()

    settings = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["families"][args.family]
    pixels, digits = read_images(args.train)
    model = build(args.family, settings).fit(pixels, digits)
    args.model.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, args.model, compress=3)

    pixels, actual = read_images(args.valid)
    args.predictions.parent.mkdir(parents=True, exist_ok=True)
    with args.predictions.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["actual", "predicted"])
        table.writerows(zip(actual, model.predict(pixels), strict=True))


if __name__ == "__main__":
    main()
