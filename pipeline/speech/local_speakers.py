"""What the windows of a speaker segmentation say of a recording: when anybody speaks, and when two do.

Every moment is heard in two windows, whose numbers for the same person have nothing to do with each other: speech and overlap are
averaged over both, and who is who is left to the window that hears both people best.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.segmentation import (
    CLASSES,
    FIELD_SAMPLES,
    FRAME_SAMPLES,
    FRAMES,
    HOP_SAMPLES,
    Floats,
    Segmented,
)
from pipeline.timing import SAMPLES_PER_MS, Span, union
from pipeline.transcript import Crossing

# All of these were chosen on the meetings EN* of the AMI corpus and checked on its ES*, and the other way round
# (`python -m benchmarks.meetings --speech` and `--overlap`).
# Speech: its probability, and what is no pause.
SPEECH, SPEECH_GAP_MS, SPEECH_PAD_MS = 0.5, 300, 64
# Overlapping speech begins and ends at these probabilities, and lasts so long at least; the network is shy of its edges.
OVERLAP_ONSET, OVERLAP_RELEASE = 0.3, 0.225
LEAST_OVERLAP_MS, OVERLAP_PAD_MS = 100, 130
# Somebody speaks alone where the class of one speaker has this probability; less than the second is nothing to go by.
ALONE = 0.5
LEAST_ALONE_MS = 200
# A window says less of what is near its edges: frames weigh in full from here on.
_FULL_WEIGHT_FRAMES = 90

_PAIRS = tuple(k for k, who in enumerate(CLASSES) if len(who) == 2)
_FRAME_MS = FRAME_SAMPLES / SAMPLES_PER_MS


def speech(
    found: Segmented, threshold: float = SPEECH, gap_ms: int = SPEECH_GAP_MS, pad_ms: int = SPEECH_PAD_MS
) -> tuple[Span, ...]:
    """When anybody speaks, with pauses for breath."""
    likely = _averaged(found, 1 - found.windows[:, :, 0])
    spans = (_span(a, b, found, pad_ms) for a, b in _runs(likely, threshold, threshold, gap_ms))
    return union(s for s in spans if s is not None)


def crossings(
    found: Segmented,
    onset: float = OVERLAP_ONSET,
    release: float = OVERLAP_RELEASE,
    pad_ms: int = OVERLAP_PAD_MS,
) -> tuple[Crossing, ...]:
    """When two people speak at once, each with when they are heard alone in the same ten seconds."""
    likely = _averaged(found, found.windows[:, :, _PAIRS].sum(axis=2))
    made = []
    for first, last in _runs(likely, onset, release):
        span = _span(first, last, found, pad_ms)
        if span is not None and (last - first) * _FRAME_MS >= LEAST_OVERLAP_MS:
            made.append(Crossing(span, *_alone(found, first, last)))
    return tuple(made)


def _averaged(found: Segmented, values: Floats) -> Floats:
    """Values of each window's frames, shape (windows, frames), as one row for the recording, on a grid of frames."""
    starts = _starts(found)
    size = starts[-1] + FRAMES
    edge = np.minimum(np.arange(FRAMES) + 1, FRAMES - np.arange(FRAMES))
    weights = np.minimum(edge / _FULL_WEIGHT_FRAMES, 1.0)
    sums, weight = np.zeros(size), np.zeros(size)
    for at, row in zip(starts, values, strict=True):
        sums[at : at + FRAMES] += row * weights
        weight[at : at + FRAMES] += weights
    averaged: Floats = (sums / weight).astype(np.float32)
    return averaged


def _starts(found: Segmented) -> list[int]:
    """Where each window's first frame lies on the recording's grid of frames."""
    return [round(k * HOP_SAMPLES / FRAME_SAMPLES) for k in range(len(found.windows))]


def _runs(values: Floats, onset: float, release: float, gap_ms: float = 0) -> Iterator[tuple[int, int]]:
    """Hysteresis thresholding: ranges of frames that reach `onset`, as far as `release` to both sides, joined over short gaps."""
    padded = np.concatenate([[False], values >= release, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
    held: tuple[int, int] | None = None
    for first, last in ((int(a), int(b)) for a, b in edges if values[a:b].max() >= onset):
        if held is not None and (first - held[1]) * _FRAME_MS < gap_ms:
            held = (held[0], last)
            continue
        if held is not None:
            yield held
        held = (first, last)
    if held is not None:
        yield held


def _span(first: int, last: int, found: Segmented, pad_ms: int = 0) -> Span | None:
    """The time of a range of frames on the recording's grid, with so much on both sides; None beyond its end."""
    start_ms = max(0, _time_ms(first) - pad_ms)
    end_ms = min(found.duration_ms, _time_ms(last) + pad_ms)
    return Span(start_ms, end_ms) if end_ms > start_ms else None


def _time_ms(frame: int) -> int:
    """Where a frame begins: halfway between its middle and that of the one before."""
    return round((FIELD_SAMPLES / 2 + (frame - 0.5) * FRAME_SAMPLES) / SAMPLES_PER_MS)


def _alone(found: Segmented, first: int, last: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """When each of the two who cross in these frames is heard alone, by the window that hears the less heard one longest."""
    best: tuple[tuple[Span, ...], tuple[Span, ...]] = ((), ())
    most = (0, -1)
    for at, window in zip(_starts(found), found.windows, strict=True):
        inside = window[max(0, first - at) : max(0, last - at)]
        if not len(inside):
            continue
        for pair in _likeliest(inside):
            alone = [window[:, 1 + who] >= ALONE for who in pair]
            holds = (len(inside), min(int(a.sum()) for a in alone))
            if holds >= most:
                one, other = sorted(_spans(a, at, found) for a in alone)
                # Of equals the same one, however the window numbers its people.
                best, most = ((one, other) if holds > most else max(best, (one, other))), holds
    return best


def _likeliest(inside: Floats) -> list[tuple[int, ...]]:
    """The pairs of local speakers with most of these frames; several where they have equally much."""
    sums = inside[:, _PAIRS].sum(axis=0)
    return [CLASSES[k] for k, total in zip(_PAIRS, sums, strict=True) if np.isclose(total, sums.max())]


def _spans(heard: NDArray[np.bool_], at: int, found: Segmented) -> tuple[Span, ...]:
    runs = _runs(heard.astype(np.float32), 1.0, 1.0)
    spans = (_span(at + a, at + b, found) for a, b in runs if (b - a) * _FRAME_MS >= LEAST_ALONE_MS)
    return tuple(s for s in spans if s is not None)
