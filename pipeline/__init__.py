"""Vignette: recordings of people talking, turned into captions to publish and transcripts to search."""

import os
from typing import Any

# Nothing leaves this machine: the library that runs our small networks would report their use to its makers.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def __getattr__(name: str) -> Any:
    """`__version__`, looked up when it is asked for: what reads a package's data is slow to load, and help needs none."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("vignette-captions")
    except PackageNotFoundError:  # a source tree that was never installed
        found = "0+unknown"
    globals()[name] = found
    return found
