"""Onset detection: a word after silence starts where the level rises above the noise.

The search sees the sound through windows of 25.6 ms, and so puts such a word earlier or later than it begins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import SAMPLES_PER_MS

# All of these were chosen, none is from a standard.
_STEP_MS = 2  # resolution of the level
_BEFORE_MS = 40  # how far in front of where the search put the word its onset may lie
_AFTER_MS = 60  # and how far behind
_NOISE_MS = 160  # how much in front of that shows the level of the noise
_RISE = 10 ** (8 / 20)  # an amplitude ratio, 8 dB: how far above the noise speech stands
_HOLD_STEPS = 5  # steps of 2 ms for which it stands there; a click is shorter
_HELD_SHARE = 0.8  # of those steps that must stand there
_LEAST_RMS = 4.0  # least noise level, of 32,768: digital silence has no level to rise from


def onset_ms(samples: NDArray[np.int16], start_ms: int) -> int:
    """The onset near `start_ms`, in ms: where the level rises 8 dB above the noise; `start_ms` itself when it does not.

    `samples` are 16-bit mono sound at 16 kHz. Onsets from 40 ms before to 60 ms after `start_ms` are found.
    """
    first_ms = max(0, start_ms - _BEFORE_MS - _NOISE_MS)
    last_ms = start_ms + _AFTER_MS + _STEP_MS * _HOLD_STEPS
    sound = samples[first_ms * SAMPLES_PER_MS : last_ms * SAMPLES_PER_MS].astype(np.float32)
    steps = len(sound) // (_STEP_MS * SAMPLES_PER_MS)
    searched_from = (start_ms - _BEFORE_MS - first_ms) // _STEP_MS
    if searched_from < _HOLD_STEPS or steps <= searched_from + _HOLD_STEPS:
        return start_ms
    parts = sound[: steps * _STEP_MS * SAMPLES_PER_MS].reshape(steps, -1)
    level = np.sqrt(((parts - parts.mean()) ** 2).mean(1))
    noise = max(_LEAST_RMS, float(np.median(level[:searched_from])))
    loud = level > noise * _RISE
    held = np.lib.stride_tricks.sliding_window_view(loud, _HOLD_STEPS).mean(1) >= _HELD_SHARE
    rises = np.flatnonzero(
        held[searched_from:] & loud[searched_from : searched_from + len(held[searched_from:])]
    )
    if not len(rises) or rises[0] == 0:  # nothing rises, or it was loud before: no silence to come out of
        return start_ms
    return first_ms + int(searched_from + rises[0]) * _STEP_MS
