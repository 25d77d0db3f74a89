"""The table of images, as every script reads it: 64 pixels a row, then the digit that they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_images(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the pixels (0 to 16, one row an image) and the digits."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1].astype(np.int64)
