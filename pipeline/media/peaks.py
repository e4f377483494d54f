"""Peaks of a waveform: the lowest and the highest sample of every hundredth of a second, small enough to draw from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Samples
from pipeline.timing import SAMPLE_RATE_HZ

PEAKS_PER_S = 100
_SAMPLES_PER_PEAK = SAMPLE_RATE_HZ // PEAKS_PER_S
# 16-bit samples lose their lower byte: a screen has fewer lines than that.
_SHIFT = 8


def peaks(samples: Samples) -> NDArray[np.int8]:
    """The peaks of int16 samples at 16 kHz, shape (n, 2): lowest and highest of each hundredth of a second, of full scale 127.

    The last, begun hundredth counts with what it has.
    """
    missing = -len(samples) % _SAMPLES_PER_PEAK
    whole = np.pad(np.asarray(samples), (0, missing), mode="edge") if missing else np.asarray(samples)
    rows = whole.reshape(-1, _SAMPLES_PER_PEAK)
    found = np.stack([rows.min(axis=1, initial=0), rows.max(axis=1, initial=0)], axis=1)
    return (found >> _SHIFT).astype(np.int8)
