"""Speaker vectors without trained weights: mean and standard deviation of mel cepstra over a window.

The last resort: they differ between microphones as much as between people, so that whatever rests on them is marked as of low
confidence.
"""

from __future__ import annotations

import numpy as np

from pipeline.speech.voices.mel import BANDS, Floats

CEPSTRA = 20  # coefficients, of which the first is left out; a choice
_LEAST_POWER = 1e-8  # so that its logarithm exists


def statistics(mels: Floats) -> Floats:
    """Cepstral statistics of windows of power mel spectra, shape (n, frames, 40): vectors of shape (n, 38).

    Means and standard deviations of cepstra 1 to 19 over the is_loud half of each window's frames (cepstrum 0 is loudness);
    a type-2 cosine transform of the log spectrum, as in Davis & Mermelstein 1980.
    """
    logs = np.log(mels + _LEAST_POWER)
    cepstra = logs @ _cosines().T
    loudness = logs.mean(axis=2)
    is_loud = (loudness >= np.median(loudness, axis=1, keepdims=True))[..., None]
    count = np.maximum(1, is_loud.sum(axis=1))
    mean = (cepstra * is_loud).sum(axis=1) / count
    spread = np.sqrt(((cepstra - mean[:, None]) ** 2 * is_loud).sum(axis=1) / count)
    found: Floats = np.concatenate([mean, spread], axis=1).astype(np.float32)
    return found


def _cosines() -> Floats:
    """The rows 1 to 19 of the cosine transform over 40 bands, shape (19, 40)."""
    order, band = np.arange(1, CEPSTRA)[:, None], np.arange(BANDS)[None]
    rows: Floats = (np.sqrt(2 / BANDS) * np.cos(np.pi * order * (band + 0.5) / BANDS)).astype(np.float32)
    return rows
