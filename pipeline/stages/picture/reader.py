"""Which reader of text on the screen is installed: what results are keyed by, asked in every run, without loading it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def reader_identity() -> str:
    """The name and version of the reader that is installed, "" without one; results of another may differ."""
    try:
        return f"rapidocr {version('rapidocr')}"
    except PackageNotFoundError:
        return ""
