"""The screening service: thirty measurements of one biopsy in, a verdict out.

Where it runs and how much it gets (resources, timeout, concurrency) is configuration, not code.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

import bentoml
import joblib
from pydantic import BaseModel, Field

MODEL = Path(__file__).parent / "models" / "model.joblib"
THRESHOLD = 0.5

logger = logging.getLogger("bentoml.screening")


class Verdict(BaseModel):
    """Whether the tumour is taken for malignant, and how likely the model finds that."""

    malignant: bool
    probability: float


@bentoml.service(name="screening")
class Screening:
    """Answers with the forest that was packed beside this file."""

    def __init__(self) -> None:
        logger.setLevel(os.environ.get("LOG_LEVEL", "info").upper())
        self.model = joblib.load(MODEL)

    @bentoml.api
    def predict(self, features: Annotated[list[float], Field(min_length=30, max_length=30)]) -> Verdict:
        """Judge one biopsy; the measurements stand in the order of the columns of data/raw.csv."""
        probability = float(self.model.predict_proba([features])[0, 1])
        verdict = Verdict(malignant=probability >= THRESHOLD, probability=probability)
        logger.info("malignant=%s probability=%.3f", verdict.malignant, verdict.probability)
        return verdict
