"""Vignette: recordings of people talking, turned into captions to publish and transcripts to search."""

import os
from importlib.metadata import PackageNotFoundError, version

# Nothing leaves this machine: the library that runs our small networks would report their use to its makers.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

try:
    __version__ = version("vignette-captions")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
