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


def model_folders() -> tuple[Path, ...]:
    """Where weights may lie: `models/` in the current folder, then in the clone that the code runs from."""
    return Path("models"), _PACKAGE.parent / "models"
