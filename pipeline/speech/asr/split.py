"""Segmentation at pauses: divide long stretches of sound where their energy is least.

The constants are choices, not from a standard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.timing import SAMPLES_PER_MS, Span

_STEP_MS = 20  # from one measurement of energy to the next
_WINDOW_STEPS = 5  # 100 ms are measured together: the stop consonants of a word are shorter
_PAUSE_ENERGY = 0.01  # of the mean energy, -20 dB: below it is a pause
_END_MS = 3_000  # where nobody pauses, the cut is at the quietest place of so much at the end

Cut = Callable[[Audio, Span], int]
"""Gives the time in ms at which a span is divided."""


def quietest(audio: Audio, span: Span) -> int:
    """The middle of the least loud 100 ms in `span`, in steps of 20 ms."""
    return _middle(span, int(_energies(audio, span).argmin()))


def latest_pause(audio: Audio, span: Span) -> int:
    """The middle of the last 100 ms of pause in `span`; without any, of the least loud in its last three seconds."""
    energies = _energies(audio, span)
    quiet = np.flatnonzero(energies < _PAUSE_ENERGY * energies.mean())
    if len(quiet):
        return _middle(span, int(quiet[-1]))
    return quietest(audio, Span(max(span.start_ms, span.end_ms - _END_MS), span.end_ms))


def divided(audio: Audio, span: Span, longest_ms: int, cut: Cut = quietest) -> Iterator[Span]:
    """`span` in pieces of at most `longest_ms`, each cut somewhere in the second half of what may be taken."""
    while span.duration_ms > longest_ms:
        at = cut(audio, Span(span.start_ms + longest_ms // 2, span.start_ms + longest_ms))
        yield Span(span.start_ms, at)
        span = Span(at, span.end_ms)
    yield span


def _energies(audio: Audio, span: Span) -> NDArray[np.float64]:
    """The energy (mean square of the samples, five steps added up) of every 100 ms of `span`, 20 ms apart."""
    samples = audio.samples[span.start_ms * SAMPLES_PER_MS : span.end_ms * SAMPLES_PER_MS].astype(np.float64)
    step = _STEP_MS * SAMPLES_PER_MS
    pieces = np.square(samples[: len(samples) // step * step])
    return np.convolve(pieces.reshape(-1, step).mean(1), np.ones(_WINDOW_STEPS), "valid")


def _middle(span: Span, step: int) -> int:
    """The middle, in ms, of the 100 ms that begin with step `step` of `span`."""
    return span.start_ms + step * _STEP_MS + _STEP_MS * _WINDOW_STEPS // 2
