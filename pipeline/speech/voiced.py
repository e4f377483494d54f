"""Voice activity for turns: when people speak, with the pauses of a breath and with faint speech, which no recognizer is given.

Annotators of meetings let a turn go on over short pauses, and hear people far from the microphone. So the probabilities of the
first pass are read once more with a lower release and a longer silence; in what is left, faint stretches begin at a lower
threshold, and a second detector listens where one is installed (`pipeline.speech.second_ear`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.vad import Hysteresis, regions_of
from pipeline.timing import Span, gaps, union

# Speech that goes on. Chosen on the meetings EN* of the AMI corpus and checked on its ES*, and the other way round
# (`python -m benchmarks.meetings --speech`): of their speech 6 % are missed instead of 14, and 9 instead of 21.
LASTING = Hysteresis(below=0.25, min_silence_ms=800, pad_ms=64)
# Faint speech begins at this share of the threshold, and lasts this long; chosen in the same way.
FAINT_SHARE = 0.7
FAINT = Hysteresis(below=0.1, min_speech_ms=250)
# What is this short between two stretches of speech is a pause of theirs.
LEAST_GAP_MS = 500
# Of what is found beyond the speech that lasts, less than this is its edge.
LEAST_FAINT_MS = 150


def lasting(probabilities: NDArray[np.float32], threshold: float, duration_ms: int) -> tuple[Span, ...]:
    """Speech of usual loudness, pauses for breath included, by the probabilities of `vad.speech_probabilities`."""
    return union(regions_of(probabilities, threshold, duration_ms, LASTING))


def faint(probabilities: NDArray[np.float32], threshold: float, duration_ms: int) -> tuple[Span, ...]:
    """What may be speech, by a lower threshold."""
    return tuple(regions_of(probabilities, threshold * FAINT_SHARE, duration_ms, FAINT))


def quiet(speech: Sequence[Span], duration_ms: int) -> tuple[Span, ...]:
    """Where no speech lasts, long enough that some may have been missed."""
    return tuple(g for g in gaps(speech, Span(0, duration_ms)) if g.duration_ms >= LEAST_GAP_MS)


def together(speech: Sequence[Span], *more: Iterable[Span], duration_ms: int) -> tuple[Span, ...]:
    """Speech that lasts, and what others found where there is none."""
    still = quiet(speech, duration_ms)
    return union([*speech, *(inside for spans in more for inside in _within(spans, still))])


def _within(spans: Iterable[Span], stretches: Sequence[Span]) -> Iterator[Span]:
    for span in spans:
        for stretch in stretches:
            inside = span.intersection(stretch)
            if inside is not None and inside.duration_ms >= LEAST_FAINT_MS:
                yield inside
