"""Fit a random forest. `train` in params.yaml holds its settings, under scikit-learn's own names."""

from __future__ import annotations

import argparse
from pathlib import Path

import joblib
import yaml
from sklearn.ensemble import RandomForestClassifier

from features import read_biopsies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("model", type=Path)
    args = parser.parse_args()

    settings = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["train"]
    features, labels = read_biopsies(args.train)
    model = RandomForestClassifier(n_jobs=1, **settings).fit(features, labels)

    args.model.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, args.model, compress=3)


if __name__ == "__main__":
    main()
