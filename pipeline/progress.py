"""Progress callbacks: how long work reports the share of it that is done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Called with the share done, rising from 0.0 to 1.0; cheap enough to call often."""


def silent(share: float) -> None:
    """The null callback, for those who do not watch."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """The callback for one part of the work: its 0 to 1, clamped, mapped onto `[start, end]` of the whole."""

    def report(share: float) -> None:
        progress(start + (end - start) * min(1.0, max(0.0, share)))

    return report
