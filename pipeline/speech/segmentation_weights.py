"""Which speaker segmentation is here: what results are keyed by, asked in every run, without loading it or numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.files import model_folders

FILE = "segmentation.onnx"
IDENTITY = "pyannote segmentation-3.0"
FETCH_NAME = "overlap"


def find(folders: Sequence[Path] | None = None) -> Path | None:
    """Where the network lies; None where it was not fetched."""
    places = model_folders() if folders is None else folders
    return next((f / FILE for f in places if (f / FILE).is_file()), None)


def folder() -> Path | None:
    """The folder in which the network lies; None where it was not fetched."""
    path = find()
    return path.parent.resolve() if path else None


def identity() -> str:
    """The network that is used, by name; "" where it was not fetched. Only the one with the known digest is ever used."""
    return IDENTITY if find() else ""


def reads() -> dict[str, str]:
    """What a result that it may change depends on; nothing where it was not fetched, so that all stays as it was."""
    return {"segmentation": name} if (name := identity()) else {}
