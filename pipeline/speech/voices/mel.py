"""Mel power spectra, the features that the GE2E speaker encoder was trained on, with numpy alone.

Frames of 25 ms every 10 ms at 16 kHz, periodic Hann window, centred, zeros outside the sound; 40 bands on Slaney's mel scale
with Slaney's area norm, power and not logarithm (Resemblyzer's `wav_to_mel_spectrogram`, which calls librosa 0.x defaults).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import SAMPLE_RATE_HZ

Floats = NDArray[np.float32]

# Resemblyzer's `hparams.py`.
FRAME_SAMPLES = 400  # 25 ms
HOP_SAMPLES = 160  # 10 ms
HOP_MS = 1000 * HOP_SAMPLES // SAMPLE_RATE_HZ
BANDS = 40

_BLOCK_FRAMES = 4096  # 41 s at once: 13 MB of floats

# Slaney's mel scale: linear up to 1 kHz (200/3 Hz a mel), then 27 mels for every factor of 6.4 (Auditory Toolbox, 1998).
_LINEAR_HZ = 200 / 3  # a mel below the break
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27  # growth of ln(Hz) in a mel above it


def power_mel(samples: Floats) -> Floats:
    """The mel power spectra of a stretch of 16 kHz sound in [-1, 1]: shape (1 + n // 160, 40), float32.

    Frame `k` is centred on sample `160 k`.
    """
    frames = 1 + len(samples) // HOP_SAMPLES
    padded = np.pad(samples.astype(np.float32), FRAME_SAMPLES // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, FRAME_SAMPLES)[::HOP_SAMPLES][:frames]
    weights, hann = _weights(), _hann()
    found = np.empty((frames, BANDS), np.float32)
    for first in range(0, frames, _BLOCK_FRAMES):
        block = windows[first : first + _BLOCK_FRAMES] * hann
        spectrum = np.fft.rfft(block, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        found[first : first + len(block)] = power @ weights
    return found


@cache
def filters() -> Floats:
    """The mel filter bank: triangles, each of unit area over Hz, shape (40, 201)."""
    edges_hz = _to_hz(np.linspace(0.0, _to_mel(SAMPLE_RATE_HZ / 2), BANDS + 2))
    bins_hz = np.fft.rfftfreq(FRAME_SAMPLES, 1 / SAMPLE_RATE_HZ)
    rising = (bins_hz - edges_hz[:-2, None]) / (edges_hz[1:-1] - edges_hz[:-2])[:, None]
    falling = (edges_hz[2:, None] - bins_hz) / (edges_hz[2:] - edges_hz[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    shaped: Floats = (triangles * (2 / (edges_hz[2:] - edges_hz[:-2]))[:, None]).astype(np.float32)
    return shaped


@cache
def _weights() -> Floats:
    """The filters in columns; laid out in one block, as the product is 200 times slower otherwise."""
    return np.ascontiguousarray(filters().T)


@cache
def _hann() -> Floats:
    """The periodic Hann window, shape (400,)."""
    turns = np.arange(FRAME_SAMPLES) / FRAME_SAMPLES
    return (0.5 - 0.5 * np.cos(2 * np.pi * turns)).astype(np.float32)


def _to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ
    return float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    found: NDArray[np.float64] = np.where(mel < _BREAK_MEL, mel * _LINEAR_HZ, above)
    return found
