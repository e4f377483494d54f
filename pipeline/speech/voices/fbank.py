"""Log mel filter bank features as Kaldi makes them, for speaker networks other than GE2E (WeSpeaker, 3D-Speaker).

80 bands from 20 Hz to 8 kHz, 25 ms every 10 ms, samples in the range of int16, mean removed, pre-emphasis 0.97, Hamming window
(kaldi/src/feat/feature-window.cc and mel-computations.cc with WeSpeaker's settings). No such network comes with Vignette.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices.mel import FRAME_SAMPLES, HOP_SAMPLES, Floats
from pipeline.timing import SAMPLE_RATE_HZ

# Kaldi's defaults, with the bands of WeSpeaker.
BANDS = 80
_FFT_SAMPLES = 512
_LOW_HZ = 20.0
_HIGH_HZ = SAMPLE_RATE_HZ / 2
_PREEMPHASIS = np.float32(0.97)


def log_mel(samples: Floats) -> Floats:
    """Log mel energies of a stretch of 16 kHz sound in [-1, 1]: shape (frames, 80); at least one frame."""
    scaled = np.pad(samples * np.float32(32768), (0, max(0, FRAME_SAMPLES - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(scaled, FRAME_SAMPLES)[::HOP_SAMPLES]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    windowed = (frames - _PREEMPHASIS * before) * np.hamming(FRAME_SAMPLES).astype(np.float32)
    power = np.abs(np.fft.rfft(windowed, _FFT_SAMPLES, axis=1)) ** 2
    energies: Floats = np.log(np.maximum(power @ _filters().T, np.finfo(np.float32).eps)).astype(np.float32)
    return energies


def mean_normalised(windows: Floats) -> Floats:
    """Mean normalisation: windows, shape (n, frames, 80), each less its own mean over time."""
    relative: Floats = windows - windows.mean(axis=1, keepdims=True)
    return relative


@cache
def _filters() -> Floats:
    """The mel filter bank: triangles of height 1 on Kaldi's mel scale, 1127 ln(1 + f / 700): shape (80, 257)."""
    edges = np.linspace(_mel(np.array(_LOW_HZ)), _mel(np.array(_HIGH_HZ)), BANDS + 2)
    bins = _mel(np.fft.rfftfreq(_FFT_SAMPLES, 1 / SAMPLE_RATE_HZ))
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles: Floats = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return triangles


def _mel(hz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return 1127 * np.log1p(hz.astype(np.float64) / 700)
