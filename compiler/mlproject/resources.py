"""Where the files that are data, not code, lie: `templates/` and `schemas/`.

A wheel carries them inside the package, under `_data/`. In a checkout (and so in an editable install) they
are folders of the repository's root, and there is no `_data/`.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent.parent


def data_dir() -> Traversable:
    """The directory that holds `templates/` and `schemas/`, in a wheel as in a checkout."""
    installed = files("mlproject") / "_data"
    return installed if installed.is_dir() else _CHECKOUT
