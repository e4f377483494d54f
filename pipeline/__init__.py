"""Vignette: recordings of people talking, turned into captions to publish and transcripts to search."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("vignette-captions")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
