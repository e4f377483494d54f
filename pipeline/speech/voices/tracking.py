"""Who speaks in each piece, given what every voice sounds like: a hidden Markov model over the pieces in order of time.

A piece is compared with every voice; going over to another costs something, less where a sentence ends and after a pause. So
short pieces, which say little by themselves, follow their neighbours. Forward and backward sums give how sure each answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices.clustering import PIECE_VARIANCE, Voice

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

# The directions of the room are not independent, and neither are the windows of a piece: evidence counts for this share.
TEMPER = 0.2
# A piece this many times farther from its best voice than pieces lie on average is nobody's that is known.
STRANGE = 2.2


@dataclass(frozen=True, eq=False)
class Track:
    """For each piece: its voice, how sure that is in [0, 1], and whether it is far from every voice."""

    voices: Numbers
    certainty: Floats
    strange: NDArray[np.bool_]


def evidence(places: Floats, amounts: Floats, voices: Sequence[Voice]) -> tuple[Floats, Floats]:
    """Log likelihoods of each piece under each voice, shape (pieces, voices), and the squared distances in units of their
    expectation."""
    spread = 1 / np.maximum(amounts, 0.02) + PIECE_VARIANCE
    likely = np.empty((len(places), len(voices)), np.float32)
    far = np.empty_like(likely)
    for k, voice in enumerate(voices):
        variance = spread + voice.variance
        squares = ((places - voice.place) ** 2).sum(axis=1)
        likely[:, k] = -0.5 * TEMPER * squares / variance
        far[:, k] = squares / (variance * places.shape[1])
    return likely, far


def track(likely: Floats, far: Floats, change: Floats, stay: Floats) -> Track:
    """The likeliest voices of all pieces; `change[k]` is the cost of another voice in piece `k` than in the one before, and
    `stay[k]` of the same, in nats."""
    count, voices = likely.shape
    if not count:
        return Track(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, bool))
    forward, backward = np.empty((count, voices)), np.zeros((count, voices))
    best, back = likely[0].astype(np.float64), np.zeros((count, voices), np.int64)
    forward[0] = likely[0]
    own = np.arange(voices)
    others = np.log(max(1, voices - 1))
    step = _steps(voices, change.astype(np.float64) + others, stay.astype(np.float64))
    for k in range(1, count):
        reached = best[:, None] + step[k]
        back[k] = reached.argmax(axis=0)
        best = reached[back[k], own] + likely[k]
        forward[k] = np.logaddexp.reduce(forward[k - 1][:, None] + step[k], axis=0) + likely[k]
    for k in range(count - 1, 0, -1):
        backward[k - 1] = np.logaddexp.reduce(step[k] + (backward[k] + likely[k])[None], axis=1)
    path = np.empty(count, np.int64)
    path[-1] = best.argmax()
    for k in range(count - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    sums = forward + backward
    certain = np.exp(sums[np.arange(count), path] - np.logaddexp.reduce(sums, axis=1))
    strange = far[np.arange(count), path] > STRANGE
    return Track(path, certain.astype(np.float32), strange)


def _steps(voices: int, change: NDArray[np.float64], stay: NDArray[np.float64]) -> NDArray[np.float64]:
    """What going from each voice to each costs, negated, before every piece: shape (pieces, voices, voices)."""
    steps = np.broadcast_to(-change[:, None, None], (len(change), voices, voices)).copy()
    steps[:, np.arange(voices), np.arange(voices)] = -stay[:, None]
    return steps
