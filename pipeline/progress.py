"""How long work reports that it is alive: a callable that takes the share done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Called with the share done, rising from 0.0 to 1.0; cheap enough to call often."""


def silent(share: float) -> None:
    """A `Progress` for those who do not watch."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """A `Progress` for one part of the work, mapped onto `[start, end]` of the whole."""

    def report(share: float) -> None:
        progress(start + (end - start) * min(1.0, max(0.0, share)))

    return report
