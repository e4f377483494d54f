"""Silence and music detection: whether a stretch without speech holds room tone alone, and where music plays in it.

Two cheap measures must agree: the level of the stretch against that of the speech and of the recording's noise floor, and
its tonality, the share of frames with spectral peaks that stand out of their neighbourhood. All levels are in dB of full
scale. The thresholds are chosen; tests/media/test_quiet.py holds them to rooms, melodies and rain from -20 to -120 dB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.timing import SAMPLES_PER_MS, Span, gaps, union

FRAME_MS = 64
# Silence lies this far below speech ...
FAR_BELOW_SPEECH_DB = 25.0
# ... or, in a noisy room, at least this far below speech ...
BELOW_SPEECH_DB = 12.0
# ... and at most this far above the noise floor: people who are silent breathe and move.
ABOVE_NOISE_FLOOR_DB = 12.0
# This far below speech nothing is heard, whatever the noise floor is: a part of the recording may be digitally silent.
INAUDIBLE_BELOW_SPEECH_DB = 45.0
# The share of a stretch that may be louder (a cough, a chair).
MOST_LOUD_SHARE = 0.1
# The noise floor is this quantile of the levels outside speech.
NOISE_FLOOR_QUANTILE = 0.1
# A spectral peak stands this far above the median power of its neighbourhood; noise alone does so once in some 60,000 times.
PEAK_DB = 12.0
# The width of that neighbourhood.
NEIGHBOURHOOD_HZ = 300
# Peaks are looked for between these: below lies the hum of mains and fans.
LOWEST_PEAK_HZ = 200
HIGHEST_PEAK_HZ = 4000
# A frame with so many peaks is tonal ...
TONAL_FRAME_PEAKS = 2
# ... and a stretch with more than this share of tonal frames is music.
MOST_TONAL_SHARE = 0.3
# What is this near to speech is not looked at: its edges ring on.
MARGIN_MS = 300
# Fewer frames (0.64 s) tell nothing.
FEWEST_FRAMES = 10
# Music lasts so long at least, is so loud at least (dB of full scale), and goes on behind so short a pause.
LEAST_MUSIC_MS = 700
LEAST_MUSIC_DB = -65.0
MUSIC_PAUSE_MS = 150
_AT_ONCE_MS = FRAME_MS * 200  # bounds memory: the neighbourhoods of 200 frames take 16 MB
# Digital silence, as a power: -120 dB of full scale.
LEAST_POWER = 1e-12


class SilenceDetector:
    """Tells silence from background sound, against the levels of a recording's speech and of its noise floor."""

    def __init__(self, audio: Audio, speech: Sequence[Span]) -> None:
        self._audio = audio
        self._speech = union(speech)

    def __call__(self, stretch: Span) -> bool:
        """Whether a stretch is silence; False where that cannot be told."""
        inner = Span(
            stretch.start_ms + MARGIN_MS, max(stretch.start_ms + MARGIN_MS, stretch.end_ms - MARGIN_MS)
        )
        levels = _levels(self._audio, inner)
        if len(levels) < FEWEST_FRAMES or not self._speech:
            return False
        loud = float(np.quantile(levels, 1 - MOST_LOUD_SHARE))
        speech, noise_floor = self._speech_and_noise_floor
        if loud <= speech - INAUDIBLE_BELOW_SPEECH_DB:
            return True
        soft = loud <= max(
            speech - FAR_BELOW_SPEECH_DB, min(noise_floor + ABOVE_NOISE_FLOOR_DB, speech - BELOW_SPEECH_DB)
        )
        return soft and _tonal_share(self._audio, inner) <= MOST_TONAL_SHARE

    @cached_property
    def _speech_and_noise_floor(self) -> tuple[float, float]:
        """The median level of the speech, and the noise floor outside it, in dB of full scale."""
        whole = Span(0, self._audio.duration_ms)
        spoken = [_levels(self._audio, s) for s in self._speech]
        rest = [_levels(self._audio, s) for s in gaps(self._speech, whole)]
        speech = float(np.median(np.concatenate(spoken))) if any(map(len, spoken)) else 0.0
        if not any(map(len, rest)):
            return speech, speech
        return speech, float(np.quantile(np.concatenate(rest), NOISE_FLOOR_QUANTILE))


def _blocks(audio: Audio, span: Span) -> Iterator[NDArray[np.float32]]:
    """The sound of a span in blocks, since a pause may last for hours: shape (frames, FRAME_MS * 16), float32; what is left over
    at the end is dropped."""
    size = FRAME_MS * SAMPLES_PER_MS
    for at in range(span.start_ms, span.end_ms, _AT_ONCE_MS):
        samples = audio.window(Span(at, min(span.end_ms, at + _AT_ONCE_MS)))
        yield samples[: len(samples) // size * size].reshape(-1, size)


def _levels(audio: Audio, span: Span) -> NDArray[np.float32]:
    """The level of each frame of a span, shape (frames,); see `_levels_of`."""
    return np.concatenate([np.zeros(0, np.float32), *map(_levels_of, _blocks(audio, span))])


def _levels_of(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each frame's level (its power without the mean) in dB of full scale, shape (frames,); digital silence is -120."""
    power = np.square(frames - frames.mean(axis=1, keepdims=True)).mean(axis=1)
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power, LEAST_POWER))
    return levels


def music(audio: Audio, speech: Sequence[Span]) -> tuple[Span, ...]:
    """Where music plays while nobody speaks: tonal frames one after another, loud enough to be heard, in order of time.

    Short interruptions belong to it; what is shorter than `LEAST_MUSIC_MS` is a chair, a phone, or somebody's hum.
    """
    found: list[Span] = []
    for gap in gaps(union(speech), Span(0, audio.duration_ms)):
        start_ms, end_ms = gap.start_ms + MARGIN_MS, gap.end_ms - MARGIN_MS
        if end_ms - start_ms < LEAST_MUSIC_MS:
            continue
        for first, frames in zip(
            range(start_ms, end_ms, _AT_ONCE_MS), _blocks(audio, Span(start_ms, end_ms)), strict=True
        ):
            loud = np.flatnonzero(_levels_of(frames) > LEAST_MUSIC_DB)
            found += [
                Span(first + int(n) * FRAME_MS, first + int(n + 1) * FRAME_MS)
                for n in loud[_tonal(frames[loud])]
            ]
    joined: list[Span] = []
    for span in found:
        if joined and span.start_ms - joined[-1].end_ms <= MUSIC_PAUSE_MS:
            joined[-1] = joined[-1].hull(span)
        else:
            joined.append(span)
    return tuple(span for span in joined if span.duration_ms >= LEAST_MUSIC_MS)


def _tonal_share(audio: Audio, span: Span) -> float:
    """The share of a span's frames with at least `TONAL_FRAME_PEAKS` spectral peaks."""
    return float(np.concatenate([_tonal(frames) for frames in _blocks(audio, span)]).mean())


def _tonal(frames: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which frames have at least `TONAL_FRAME_PEAKS` spectral peaks, shape (frames,)."""
    size = frames.shape[1]
    hz = np.fft.rfftfreq(size, 1 / (1000 * SAMPLES_PER_MS))
    power = np.abs(np.fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)) ** 2
    half = round(NEIGHBOURHOOD_HZ / hz[1]) // 2
    lowest, highest = np.searchsorted(hz, LOWEST_PEAK_HZ), np.searchsorted(hz, HIGHEST_PEAK_HZ, "right")
    near = np.lib.stride_tricks.sliding_window_view(
        power[:, lowest - half : highest + half], 2 * half + 1, axis=1
    )
    is_peak = power[:, lowest:highest] > np.median(near, axis=2) * 10 ** (PEAK_DB / 10)
    is_peak[:, 1:] &= ~is_peak[:, :-1]  # a tone is wider than one line of the spectrum, and still one
    found: NDArray[np.bool_] = is_peak.sum(axis=1) >= TONAL_FRAME_PEAKS
    return found
