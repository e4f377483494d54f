"""Divide long stretches of sound where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.sound import Audio
from pipeline.timing import SAMPLES_PER_MS, Span

_STEP_MS = 20
_WIDTH_STEPS = 5  # 100 ms: a word's own stops are shorter


def divided(audio: Audio, span: Span, longest_ms: int) -> Iterator[Span]:
    """`span` in pieces of at most `longest_ms`, each cut at the quietest place of the second half of what may be taken."""
    while span.duration_ms > longest_ms:
        cut = quietest(audio, Span(span.start_ms + longest_ms // 2, span.start_ms + longest_ms))
        yield Span(span.start_ms, cut)
        span = Span(cut, span.end_ms)
    yield span


def quietest(audio: Audio, span: Span) -> int:
    """The middle of the least loud 100 ms in `span`, in steps of 20 ms."""
    samples = audio.samples[span.start_ms * SAMPLES_PER_MS : span.end_ms * SAMPLES_PER_MS].astype(np.float64)
    step = _STEP_MS * SAMPLES_PER_MS
    pieces = np.square(samples[: len(samples) // step * step])
    energy = np.convolve(pieces.reshape(-1, step).mean(1), np.ones(_WIDTH_STEPS), "valid")
    return span.start_ms + int(energy.argmin()) * _STEP_MS + _STEP_MS * _WIDTH_STEPS // 2
