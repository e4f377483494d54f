"""What can be said of a voice without any trained weights: cepstra, their mean and their spread over a window.

The last resort: it hears microphones as much as people, so that whatever rests on it is marked as of low confidence.
"""

from __future__ import annotations

import numpy as np

from pipeline.speech.voices.mel import BANDS, Floats

CEPSTRA = 20


def statistics(mels: Floats) -> Floats:
    """Windows of power mel spectra, shape (n, frames, 40), to vectors of shape (n, 38).

    Means and standard deviations of cepstra 1 to 19 over the louder half of each window's frames (cepstrum 0 is loudness);
    a type-2 cosine transform of the log spectrum, as in Davis & Mermelstein 1980.
    """
    logs = np.log(mels + 1e-8)
    cepstra = logs @ _cosines().T
    loudness = logs.mean(axis=2)
    louder = (loudness >= np.median(loudness, axis=1, keepdims=True))[..., None]
    count = np.maximum(1, louder.sum(axis=1))
    mean = (cepstra * louder).sum(axis=1) / count
    spread = np.sqrt(((cepstra - mean[:, None]) ** 2 * louder).sum(axis=1) / count)
    found: Floats = np.concatenate([mean, spread], axis=1).astype(np.float32)
    return found


def _cosines() -> Floats:
    """The rows 1 to 19 of the cosine transform over 40 bands, shape (19, 40)."""
    order, band = np.arange(1, CEPSTRA)[:, None], np.arange(BANDS)[None]
    rows: Floats = (np.sqrt(2 / BANDS) * np.cos(np.pi * order * (band + 0.5) / BANDS)).astype(np.float32)
    return rows
