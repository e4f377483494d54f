"""From sound to the features of the acoustic model: mel cepstra without the room's noise, and how they change.

Reproduces what PocketSphinx computes with the model's own settings (`feat.params`): 25 mel bands from 130 to 6800 Hz, 100
frames a second, noise removed band by band after Kim & Stern, "Power-normalized cepstral coefficients" (2012), orthonormal
cosine transform, lifter 22, first and second differences. Only the mean is taken over a sliding window and not the whole file.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.threads import pool
from pipeline.timing import SAMPLE_RATE_HZ

Floats = NDArray[np.float32]

FRAME_MS = 10
_STEP = SAMPLE_RATE_HZ // 100
_WIDTH = 410  # samples: 25.6 ms
_FFT = 512
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 25, 130.0, 6800.0
_COEFFICIENTS, _LIFTER = 13, 22
_PREEMPHASIS = np.float32(0.97)
_CHUNK_FRAMES = 6000
_MEAN_FRAMES = 2000  # on either side: a voice and its room, not a whole film

# Noise removal: constants of PocketSphinx (fe_noise.c), per frame.
_POWER_MEMORY, _FLOOR_RISE, _FLOOR_FALL = 0.7, 0.995, 0.5
_MASK_DECAY, _MASK_LEVEL = 0.85, 0.2
_MAX_GAIN = 20.0
_SMOOTH_BANDS = 4


def cepstra(samples: NDArray[np.int16], warps: Sequence[float] = (1.0,), threads: int = 1) -> list[Floats]:
    """Cepstra of mono sound at 16 kHz without the room's noise and less their mean, shape (frames, 13) for each warp.

    A warp of 1.1 reads a voice whose resonances lie a tenth higher as if they did not. Frame t is centred on 10 t + 12.8 ms;
    sound shorter than a frame has no frames.
    """
    bands = _mel_bands(samples, warps)
    if not len(bands):
        return [np.zeros((0, _COEFFICIENTS), np.float32) for _ in warps]
    own = [bands[:, n * _BANDS : (n + 1) * _BANDS] for n in range(len(warps))]
    with pool(threads) as workers:
        return list(workers.map(lambda one: _centred(_cepstra(_without_noise(one))), own))


def _mel_bands(samples: NDArray[np.int16], warps: Sequence[float]) -> Floats:
    """Energy in each mel band of each warp, shape (frames, warps * 25)."""
    frames = max(0, (len(samples) - _WIDTH) // _STEP + 1)
    filters = np.concatenate([_filters(warp) for warp in warps], axis=1)
    window = np.hamming(_WIDTH).astype(np.float32)
    out = np.empty((frames, filters.shape[1]), np.float32)
    for first in range(0, frames, _CHUNK_FRAMES):
        count = min(_CHUNK_FRAMES, frames - first)
        at = first * _STEP
        sound = samples[max(0, at - 1) : at + (count - 1) * _STEP + _WIDTH].astype(np.float32)
        sharp = sound[1:] - _PREEMPHASIS * sound[:-1]
        if at == 0:
            sharp = np.concatenate([sound[:1], sharp])
        views = np.lib.stride_tricks.sliding_window_view(sharp, _WIDTH)[::_STEP]
        for part in range(0, count, 1000):
            spectrum = np.fft.rfft(views[part : part + 1000] * window, _FFT)
            power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
            out[first + part : first + part + len(power)] = power @ filters
    return out


def _filters(warp: float) -> Floats:
    """Triangles of unit area, their corners rounded to the nearest FFT bin; shape (257, 25)."""
    bin_hz = SAMPLE_RATE_HZ / _FFT
    low, high = _mel(_LOWEST_HZ), _mel(_HIGHEST_HZ)
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    corners = np.floor(np.minimum(corners * warp, SAMPLE_RATE_HZ / 2) / bin_hz + 0.5) * bin_hz
    hz = np.arange(_FFT // 2 + 1)[:, None] * bin_hz
    left, top, right = corners[:-2], corners[1:-1], corners[2:]
    slopes = np.minimum((hz - left) / (top - left), (right - hz) / (right - top))
    return (np.maximum(0, slopes) * 2 / (right - left)).astype(np.float32)


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _without_noise(bands: Floats, block: int = 1500, warm_up: int = 150) -> Floats:
    """Remove what is steady in each band. Recursive in time, so many blocks are run side by side, each warmed up before."""
    frames = len(bands)
    blocks = -(-frames // block)
    index = np.arange(blocks)[:, None] * block - warm_up + np.arange(block + warm_up)
    power_in = bands[np.clip(index, 0, frames - 1)]
    gain = _gains(power_in)
    low = np.maximum(np.arange(_BANDS) - _SMOOTH_BANDS, 0)
    high = np.minimum(np.arange(_BANDS) + _SMOOTH_BANDS, _BANDS - 1) + 1
    for part in range(blocks):
        sums = np.pad(np.cumsum(gain[part], axis=1), ((0, 0), (1, 0)))
        power_in[part] *= (sums[:, high] - sums[:, low]) / (high - low)
    quiet: Floats = power_in[:, warm_up:].reshape(-1, _BANDS)[:frames]
    return quiet


def _gains(power_in: Floats) -> Floats:
    """What to multiply each band with, shape (blocks, frames, bands)."""
    gain = np.empty_like(power_in)
    power = power_in[:, 0].copy()
    noise, floor, peak = power.copy(), power / _MAX_GAIN, np.zeros_like(power)
    for t in range(power_in.shape[1]):
        power = _POWER_MEMORY * power + (1 - _POWER_MEMORY) * power_in[:, t]
        noise = _lower_envelope(power, noise)
        signal = np.maximum(power - noise, 1.0)
        floor = _lower_envelope(signal, floor)
        peak *= _MASK_DECAY
        masked = np.where(signal < _MASK_DECAY * peak, peak * _MASK_LEVEL, signal)
        peak = np.maximum(signal, peak)
        masked = np.maximum(masked, floor)
        gain[:, t] = np.clip(masked / np.maximum(power, 1e-9), 1 / _MAX_GAIN, _MAX_GAIN)
    return gain


def _lower_envelope(value: Floats, envelope: Floats) -> Floats:
    memory: Floats = np.where(value >= envelope, np.float32(_FLOOR_RISE), np.float32(_FLOOR_FALL))
    lower: Floats = memory * envelope + (1 - memory) * value
    return lower


def _cepstra(bands: Floats) -> Floats:
    order = np.arange(_COEFFICIENTS)
    angles = np.pi * order * (np.arange(_BANDS)[:, None] + 0.5) / _BANDS
    transform = np.cos(angles) * np.sqrt(2 / _BANDS)
    transform[:, 0] = np.sqrt(1 / _BANDS)
    transform *= 1 + _LIFTER / 2 * np.sin(np.pi * order / _LIFTER)
    found: Floats = np.log(np.maximum(bands, 1e-4)) @ transform.astype(np.float32)
    return found


def _centred(cepstra: Floats) -> Floats:
    """Less their mean over 20 s on either side (at the ends: over the 40 s nearest)."""
    frames = len(cepstra)
    sums = np.pad(np.cumsum(cepstra, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
    first = np.clip(np.arange(frames) - _MEAN_FRAMES, 0, max(0, frames - 2 * _MEAN_FRAMES))
    last = np.minimum(first + 2 * _MEAN_FRAMES, frames)
    return (cepstra - (sums[last] - sums[first]) / (last - first)[:, None]).astype(np.float32)


def with_changes(cepstra: Floats) -> Floats:
    """Feature vectors, shape (frames, 39): three streams of 13, cepstra and their first and second differences."""
    if not len(cepstra):
        return np.zeros((0, 3 * _COEFFICIENTS), np.float32)
    padded = np.pad(cepstra, ((3, 3), (0, 0)), mode="edge")

    def moved(by: int) -> Floats:
        return padded[3 + by : 3 + by + len(cepstra)]

    first = moved(2) - moved(-2)
    second = (moved(3) - moved(-1)) - (moved(1) - moved(-3))
    return np.concatenate([cepstra, first, second], axis=1)
