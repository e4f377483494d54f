"""Log mel filter bank features as Kaldi makes them, for CAM++ and for networks that a user brings (WeSpeaker, 3D-Speaker).

80 bands from 20 Hz to 8 kHz, 25 ms every 10 ms, samples in the range of int16, mean removed, pre-emphasis 0.97, Hamming window
(kaldi/src/feat/feature-window.cc and mel-computations.cc with WeSpeaker's settings).
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
    frames = _frames(scaled)
    means = frames.mean(axis=1, keepdims=True)
    # Each frame's mean off, then its pre-emphasis, the first sample by itself: in fewer passes over all of them.
    emphasised = _frames(scaled - _PREEMPHASIS * np.concatenate([scaled[:1], scaled[:-1]]))
    windowed = emphasised - (1 - _PREEMPHASIS) * means
    windowed[:, 0] = (1 - _PREEMPHASIS) * (frames[:, 0] - means[:, 0])
    windowed *= _window()
    spectrum = np.fft.rfft(windowed, _FFT_SAMPLES, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    energies: Floats = np.log(np.maximum(power @ _filters(), np.finfo(np.float32).eps)).astype(np.float32)
    return energies


def _frames(samples: Floats) -> Floats:
    """Frames of 25 ms every 10 ms, as a view: shape (frames, 400)."""
    return np.lib.stride_tricks.sliding_window_view(samples, FRAME_SAMPLES)[::HOP_SAMPLES]


@cache
def _window() -> Floats:
    """The Hamming window, shape (400,)."""
    return np.hamming(FRAME_SAMPLES).astype(np.float32)


def mean_normalised(windows: Floats) -> Floats:
    """Mean normalisation: windows, shape (n, frames, 80), each less its own mean over time."""
    relative: Floats = windows - windows.mean(axis=1, keepdims=True)
    return relative


@cache
def _filters() -> Floats:
    """The mel filter bank: triangles of height 1 on Kaldi's mel scale, 1127 ln(1 + f / 700), in columns: shape (257, 80)."""
    edges = np.linspace(_mel(np.array(_LOW_HZ)), _mel(np.array(_HIGH_HZ)), BANDS + 2)
    bins = _mel(np.fft.rfftfreq(_FFT_SAMPLES, 1 / SAMPLE_RATE_HZ))
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    # Laid out in one block, as the product is far slower otherwise.
    return np.ascontiguousarray(triangles.T)


def _mel(hz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return 1127 * np.log1p(hz.astype(np.float64) / 700)
