"""Keys of documents: numbers that rise as their paths do, and that a document keeps for as long as it is
there.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.search import storage

_APPEND_STEP = 1 << 20


class NoRoomError(Exception):
    """Between two documents' keys no further key fits: everything must be numbered anew."""


def assign(held: dict[str, int], names: Sequence[str]) -> dict[str, int]:
    """A key for every path, rising with the paths; those that have one keep it. Raises NoRoomError."""
    keys: dict[str, int] = {}
    before, waiting = 0, list[str]()
    for name in sorted({*names, *held}):
        if name in held:
            keys.update(_between(before, held[name], waiting))
            keys[name] = before = held[name]
            waiting = []
        else:
            waiting.append(name)
    # The first build leaves half of all keys free behind the last document; what is appended takes small
    # steps into it.
    half, limit = 1 << storage.KEY_BITS - 1, 1 << storage.KEY_BITS
    end = half if not held else min(limit, before + _APPEND_STEP * (len(waiting) + 1))
    keys.update(_between(before, end, waiting))
    return keys


def _between(low: int, high: int, names: Sequence[str]) -> dict[str, int]:
    """Keys spread evenly between two others, both excluded."""
    step = (high - low) // (len(names) + 1)
    if names and step < 1:
        raise NoRoomError
    return {name: low + step * number for number, name in enumerate(names, 1)}
