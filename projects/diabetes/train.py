"""Predict how far the disease progresses in a year: ridge regression, scored on a quarter of the patients."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = "progression"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("scores", type=Path)
    parser.add_argument("alpha", type=float)
    parser.add_argument("seed", type=int)
    args = parser.parse_args()

    train, test = train_test_split(pd.read_csv(args.patients), test_size=0.25, random_state=args.seed)
    model = make_pipeline(StandardScaler(), Ridge(alpha=args.alpha))
    model.fit(train.drop(columns=TARGET), train[TARGET])
    predicted = model.predict(test.drop(columns=TARGET))

    args.model.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, args.model)
    scores = {
        "r2": round(float(r2_score(test[TARGET], predicted)), 6),
        "rmse": round(float(root_mean_squared_error(test[TARGET], predicted)), 6),
    }
    args.scores.parent.mkdir(parents=True, exist_ok=True)
    args.scores.write_text(json.dumps(scores, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
