"""In which shape a command answers: `--format` says so, and `--json` is short for one of them."""

from __future__ import annotations

from pipeline.errors import UsageError


def shape_of(format: str, as_json: bool) -> str:
    """The shape that is meant. Raises UsageError where the two options contradict each other."""
    if as_json and format not in ("text", "json"):
        raise UsageError(f"--json and --format {format} contradict each other", "give one of them")
    return "json" if as_json else format
