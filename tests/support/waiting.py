"""Waiting for something to happen, never for a time to pass."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOK_AGAIN_S = 0.01


def wait_until(happened: Callable[[], Any], process: subprocess.Popen[Any], deadline_s: float = 120) -> bool:
    """Wait until this happened or the process that does it ended; whether it happened. Past the deadline the test fails."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        ended = process.poll() is not None  # before looking: what it did last counts
        if happened():
            return True
        if ended:
            return False
        time.sleep(LOOK_AGAIN_S)
    raise AssertionError(f"nothing happened within {deadline_s} s")


class Seen:
    """The files that were ever seen in a folder, those that are gone too: a clock that ticks with the work."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.states = folder, set[tuple[str, int]]()

    def count(self) -> int:
        for path in self.folder.rglob("*"):
            try:
                self.states.add((path.name, path.stat().st_mtime_ns))
            except FileNotFoundError:
                continue
        return len(self.states)
