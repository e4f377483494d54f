"""Times in a film's truth.json, in milliseconds, whichever of two builders wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.timing import seconds_to_ms


def clock(truth: Mapping[str, Any]) -> Callable[[Mapping[str, Any], str], int]:
    """How a truth gives times: `clock(truth)(row, "start")` in ms. Our own builder writes ms, another one seconds."""
    if "duration_ms" in truth:
        return lambda row, key: int(row[f"{key}_ms"])
    return lambda row, key: seconds_to_ms(row[key])
