"""How a table of biopsies becomes what the model sees: the one place that training and evaluation share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TARGET = "diagnosis"
MALIGNANT = "M"


def read_biopsies(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the measurements, one row a biopsy in the file's column order, and 1 where it is malignant."""
    table = pd.read_csv(path)
    features = table.drop(columns=TARGET).to_numpy(dtype=np.float64)
    labels = (table[TARGET] == MALIGNANT).to_numpy(dtype=np.int64)
    return features, labels
