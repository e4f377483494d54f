"""Where a sound begins: out of silence a word starts where the level rises, not where a 25 ms window first feels it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import SAMPLES_PER_MS

_STEP_MS = 2
_BEFORE_MS, _AFTER_MS = 40, 60  # how far the rise may lie from where the search put the word
_ROOM_MS = 160  # what is listened to in front of it, for the level of the room
# The level has risen when it stands this much above the room, for so long.
_RISE = 10 ** (8 / 20)  # 8 dB
_HOLD_STEPS = 5
_LEAST_RMS = 4.0  # of 32,768: digital silence has no level to rise from


def rise_ms(samples: NDArray[np.int16], start_ms: int) -> int:
    """The moment near `start_ms` at which the sound rises out of the room's noise; `start_ms` itself when none does."""
    first_ms = max(0, start_ms - _BEFORE_MS - _ROOM_MS)
    last_ms = start_ms + _AFTER_MS + _STEP_MS * _HOLD_STEPS
    sound = samples[first_ms * SAMPLES_PER_MS : last_ms * SAMPLES_PER_MS].astype(np.float32)
    steps = len(sound) // (_STEP_MS * SAMPLES_PER_MS)
    looked_at = (start_ms - _BEFORE_MS - first_ms) // _STEP_MS
    if looked_at < _HOLD_STEPS or steps <= looked_at + _HOLD_STEPS:
        return start_ms
    parts = sound[: steps * _STEP_MS * SAMPLES_PER_MS].reshape(steps, -1)
    level = np.sqrt(((parts - parts.mean()) ** 2).mean(1))
    room = max(_LEAST_RMS, float(np.median(level[:looked_at])))
    loud = level > room * _RISE
    held = np.lib.stride_tricks.sliding_window_view(loud, _HOLD_STEPS).mean(1) >= 0.8
    rises = np.flatnonzero(held[looked_at:] & loud[looked_at : looked_at + len(held[looked_at:])])
    if not len(rises) or rises[0] == 0:  # nothing rises, or it was loud before: no silence to come out of
        return start_ms
    return first_ms + int(looked_at + rises[0]) * _STEP_MS
