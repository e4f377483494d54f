"""Mel-frequency cepstral coefficients with noise suppression, and their differences: the acoustic model's features.

Reproduces what PocketSphinx computes with the model's own settings (`feat.params`): 25 mel bands from 130 to 6800 Hz, 100
frames a second, noise removed band by band after Kim & Stern, "Power-normalized cepstral coefficients" (2012), orthonormal
cosine transform, lifter 22, first and second differences. Only cepstral mean normalisation differs: the mean is that of a
sliding window and not of the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.threads import map_ahead, pool, thread_count
from pipeline.timing import SAMPLE_RATE_HZ

Floats = NDArray[np.float32]

FRAME_MS = 10
# What the model was trained with: its `feat.params`, and PocketSphinx's defaults for what does not stand there.
_HOP_SAMPLES = SAMPLE_RATE_HZ // 100
_WINDOW_SAMPLES = 410  # 25.6 ms
_FFT_SAMPLES = 512
_BANDS = 25
_LOWEST_HZ = 130.0
_HIGHEST_HZ = 6800.0
_COEFFICIENTS = 13
_LIFTER = 22  # length of the sinusoidal lifter, in cepstra
_PREEMPHASIS = np.float32(0.97)
_LEAST_ENERGY = 1e-4  # of a band, so that its logarithm exists

_STRETCH_FRAMES = 30_000  # 5 min of sound in each thread at once, a multiple of `_BLOCK_FRAMES`
_SPECTRUM_FRAMES = 1000  # and of that, 10 s of spectra; both bound memory
_MEAN_FRAMES = 2000  # on either side, 20 s: a voice and its room, not a whole film

# Noise suppression: constants of PocketSphinx (fe_noise.c), per frame and band.
_POWER_MEMORY = 0.7  # lambda_power: share of the power's running mean that stays
_FLOOR_RISE = 0.995  # lambda_a: the same for the noise estimate while the power is above it
_FLOOR_FALL = 0.5  # lambda_b: and while it is below
_MASK_DECAY = 0.85  # lambda_t: how the temporal mask fades
_MASK_LEVEL = 0.2  # mu_t: what is masked, as a share of the peak
_MAX_GAIN = 20.0
_LEAST_SIGNAL = 1.0
_LEAST_POWER = 1e-9  # ours: nothing is divided by zero
_SMOOTH_BANDS = 4  # gains are averaged over so many bands on either side
# The filter is recursive in time, so blocks of frames are run side by side, each after a warm-up on those before it.
_BLOCK_FRAMES = 1500
_WARM_UP_FRAMES = 150


def frame_count(samples: NDArray[np.int16]) -> int:
    """How many frames there are; sound shorter than a frame has none."""
    return max(0, (len(samples) - _WINDOW_SAMPLES) // _HOP_SAMPLES + 1)


def cepstra(samples: NDArray[np.int16], warps: Sequence[float] = (1.0,), threads: int = 1) -> list[Floats]:
    """Noise-suppressed, mean-normalised cepstra of 16-bit mono sound at 16 kHz, shape (frames, 13) for each warp.

    A warp of 1.1 reads a voice whose resonances lie a tenth higher as if they did not. Frame t is centred on 10 t + 12.8 ms;
    sound shorter than a frame has no frames.
    """
    nothing = np.empty((len(warps), 0, _COEFFICIENTS), np.float32)
    return list(np.concatenate([nothing, *cepstra_by_stretch(samples, warps, threads)], axis=1))


def cepstra_by_stretch(
    samples: NDArray[np.int16], warps: Sequence[float], threads: int = 1
) -> Iterator[Floats]:
    """The same, one stretch of five minutes after the other, shape (warps, frames of the stretch, 13): what is needed of the
    whole at once is the sound alone."""
    frames = frame_count(samples)
    filters = np.concatenate([_filters(warp) for warp in warps], axis=1)

    def raw(first: int) -> Floats:
        last, lead = min(first + _STRETCH_FRAMES, frames), min(first, _WARM_UP_FRAMES)
        logs = _log_energies(_mel_bands(samples, filters, first - lead, last), lead)
        return np.stack([logs[:, number] @ _cosines() for number in range(len(warps))])

    cuts = [*range(0, frames, _STRETCH_FRAMES), frames]
    stretches = pairwise(cuts)
    held, at = np.empty((len(warps), 0, _COEFFICIENTS), np.float32), 0  # raw, from frame `at` on
    with pool(threads) as workers:
        begin, end = next(stretches, (0, 0))
        for found in map_ahead(workers, raw, cuts[:-1], thread_count(threads)):
            held = np.concatenate([held, found], axis=1)
            while begin < end and at + held.shape[1] >= min(end + _MEAN_FRAMES, frames):
                yield np.stack([_mean_normalised(own, at, begin, end, frames) for own in held])
                begin, end = next(stretches, (end, end))
                old = max(0, begin - 2 * _MEAN_FRAMES - at)
                held, at = held[:, old:], at + old


def _mel_bands(samples: NDArray[np.int16], filters: Floats, first: int, last: int) -> Floats:
    """Energy in each mel band of each warp in the frames from `first` to `last`, shape (frames, warps * 25)."""
    window = np.hamming(_WINDOW_SAMPLES).astype(np.float32)
    out = np.empty((last - first, filters.shape[1]), np.float32)
    for part in range(first, last, _SPECTRUM_FRAMES):
        count = min(_SPECTRUM_FRAMES, last - part)
        at = part * _HOP_SAMPLES
        sound = samples[max(0, at - 1) : at + (count - 1) * _HOP_SAMPLES + _WINDOW_SAMPLES].astype(np.float32)
        sharp = sound[1:] - _PREEMPHASIS * sound[:-1]
        if at == 0:
            sharp = np.concatenate([sound[:1], sharp])
        views = np.lib.stride_tricks.sliding_window_view(sharp, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
        spectrum = np.fft.rfft(views * window, _FFT_SAMPLES)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        np.matmul(power, filters, out=out[part - first : part - first + count])
    return out


def _filters(warp: float) -> Floats:
    """The mel filter bank: triangles of unit area, their corners rounded to the nearest FFT bin; shape (257, 25)."""
    bin_hz = SAMPLE_RATE_HZ / _FFT_SAMPLES
    low, high = _mel(_LOWEST_HZ), _mel(_HIGHEST_HZ)
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    corners = np.floor(np.minimum(corners * warp, SAMPLE_RATE_HZ / 2) / bin_hz + 0.5) * bin_hz
    hz = np.arange(_FFT_SAMPLES // 2 + 1)[:, None] * bin_hz
    left, top, right = corners[:-2], corners[1:-1], corners[2:]
    slopes = np.minimum((hz - left) / (top - left), (right - hz) / (right - top))
    return (np.maximum(0, slopes) * 2 / (right - left)).astype(np.float32)


def _mel(hz: float) -> float:
    """Hertz to mel: 2595 log10(1 + f / 700), O'Shaughnessy's formula."""
    return float(2595 * np.log10(1 + hz / 700))


def _log_energies(bands: Floats, lead: int) -> Floats:
    """Log energies without noise: what is steady in each band is removed; shape (frames, warps, 25).

    `bands` are energies, shape (lead + frames, warps * 25); the filters warm up on the first `lead` frames.
    """
    frames = len(bands) - lead
    blocks = -(-frames // _BLOCK_FRAMES)
    warm_up = np.arange(_BLOCK_FRAMES + _WARM_UP_FRAMES) - _WARM_UP_FRAMES + lead
    quiet = np.empty((frames, bands.shape[1] // _BANDS, _BANDS), np.float32)
    # Time first: the filter takes one step of all blocks after the other.
    index = np.clip(warm_up[:, None] + np.arange(blocks) * _BLOCK_FRAMES, 0, len(bands) - 1)
    gain = _gains(bands[index])[_WARM_UP_FRAMES:]
    low = np.maximum(np.arange(_BANDS) - _SMOOTH_BANDS, 0)
    high = np.minimum(np.arange(_BANDS) + _SMOOTH_BANDS, _BANDS - 1) + 1
    for block in range(blocks):
        here = slice(block * _BLOCK_FRAMES, min((block + 1) * _BLOCK_FRAMES, frames))
        own = gain[: here.stop - here.start, block].reshape(-1, *quiet.shape[1:])
        sums = np.pad(np.cumsum(own, axis=2), ((0, 0), (0, 0), (1, 0)))
        energy = bands[lead + here.start : lead + here.stop].reshape(own.shape)
        quiet[here] = energy * ((sums[:, :, high] - sums[:, :, low]) / (high - low))
    np.maximum(quiet, _LEAST_ENERGY, out=quiet)
    np.log(quiet, out=quiet)
    return quiet


def _gains(power_in: Floats) -> Floats:
    """The gain of each band in each frame, shape (frames, blocks, bands), after PocketSphinx (fe_noise.c); written over the
    energies."""
    power = power_in[0].copy()
    noise, floor, peak = power.copy(), power / _MAX_GAIN, np.zeros_like(power)
    for frame in power_in:
        power = _POWER_MEMORY * power + (1 - _POWER_MEMORY) * frame
        noise = _lower_envelope(power, noise)
        signal = np.maximum(power - noise, _LEAST_SIGNAL)
        floor = _lower_envelope(signal, floor)
        peak *= _MASK_DECAY
        masked = np.where(signal < _MASK_DECAY * peak, peak * _MASK_LEVEL, signal)
        np.maximum(signal, peak, out=peak)
        np.maximum(masked, floor, out=masked)
        masked /= np.maximum(power, _LEAST_POWER)
        np.clip(masked, 1 / _MAX_GAIN, _MAX_GAIN, out=frame)
    return power_in


def _lower_envelope(value: Floats, envelope: Floats) -> Floats:
    """The noise estimate after one more frame: it rises slowly and falls fast (Kim & Stern's asymmetric filter)."""
    change = value - envelope
    lower: Floats = envelope + np.minimum((1 - _FLOOR_RISE) * change, (1 - _FLOOR_FALL) * change)
    return lower


@cache
def _cosines() -> Floats:
    """The liftered, orthonormal cosine transform, shape (25, 13)."""
    order = np.arange(_COEFFICIENTS)
    angles = np.pi * order * (np.arange(_BANDS)[:, None] + 0.5) / _BANDS
    transform = np.cos(angles) * np.sqrt(2 / _BANDS)
    transform[:, 0] = np.sqrt(1 / _BANDS)
    transform *= 1 + _LIFTER / 2 * np.sin(np.pi * order / _LIFTER)
    cosines: Floats = transform.astype(np.float32)
    return cosines


def _mean_normalised(raw: Floats, at: int, begin: int, end: int, frames: int) -> Floats:
    """Cepstral mean normalisation of the frames from `begin` to `end` of so many: less the mean of 20 s on either side (at the
    ends, of the nearest 40 s). `raw`, from frame `at` on, reaches as far."""
    own = np.arange(begin, end)
    first = np.clip(own - _MEAN_FRAMES, 0, max(0, frames - 2 * _MEAN_FRAMES))
    last = np.minimum(first + 2 * _MEAN_FRAMES, frames)
    around = raw[first[0] - at : last[-1] - at]
    sums = np.pad(np.cumsum(around, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
    mean = (sums[last - first[0]] - sums[first - first[0]]) / (last - first)[:, None]
    found: Floats = (raw[begin - at : end - at] - mean).astype(np.float32)
    return found


class Features:
    """Feature vectors of 39 numbers, made when they are asked for: three streams of 13, cepstra and their first and second
    differences (PocketSphinx's "1s_c_d_dd": over 4 frames, and differences of those over 2). Held are the cepstra alone."""

    def __init__(self, cepstra: Floats) -> None:
        self._cepstra = cepstra

    def __len__(self) -> int:
        return len(self._cepstra)

    def __getitem__(self, frames: slice | NDArray[np.int64]) -> Floats:
        """The vectors of some frames, shape (frames, 39)."""
        if isinstance(frames, slice):
            frames = np.arange(*frames.indices(len(self)))
        last = len(self) - 1

        def shifted(by: int) -> Floats:
            near: Floats = self._cepstra[np.clip(frames + by, 0, last)]
            return near

        if last < 0:
            return np.zeros((0, 3 * _COEFFICIENTS), np.float32)
        first = shifted(2) - shifted(-2)
        second = (shifted(3) - shifted(-1)) - (shifted(1) - shifted(-3))
        return np.concatenate([self._cepstra[frames], first, second], axis=1)
