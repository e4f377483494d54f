"""Files that come with the code: in the wheel they lie in `pipeline/data/`, in a clone where people edit them."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import WeightsError

_PACKAGE = Path(__file__).resolve().parent


def data_file(name: str) -> Path:
    """The file of this name from the clone's `models/` folder, else the copy in the wheel. Raises WeightsError."""
    for folder in (_PACKAGE.parent / "models", _PACKAGE / "data"):
        if (folder / name).is_file():
            return folder / name
    raise WeightsError(name, "is missing from this installation", "install Vignette again")
