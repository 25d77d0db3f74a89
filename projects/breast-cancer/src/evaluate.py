"""Measure the model on unseen biopsies: a JSON file of scores and the points of the ROC curve."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_auc_score, roc_curve

from features import read_biopsies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("scores", type=Path)
    parser.add_argument("roc", type=Path)
    args = parser.parse_args()

    features, labels = read_biopsies(args.test)
    model = joblib.load(args.model)
    predicted = model.predict(features)
    probability = model.predict_proba(features)[:, 1]

    scores = {
        "accuracy": accuracy_score(labels, predicted),
        "precision": precision_score(labels, predicted),
        "recall": recall_score(labels, predicted),
        "roc_auc": roc_auc_score(labels, probability),
    }
    rounded = {name: round(float(score), 6) for name, score in scores.items()}
    args.scores.parent.mkdir(parents=True, exist_ok=True)
    args.scores.write_text(json.dumps(rounded, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    false_positive, true_positive, _ = roc_curve(labels, probability)
    curve = pd.DataFrame({"fpr": false_positive, "tpr": true_positive})
    args.roc.parent.mkdir(parents=True, exist_ok=True)
    curve.to_csv(args.roc, index=False, float_format="%.6f", lineterminator="\n")


if __name__ == "__main__":
    main()
