"""Resegmentation: who speaks in each piece, by a hidden Markov model over the pieces with the voices as states.

Every piece has a likelihood under each voice; a change of voice costs likelihood, less where a sentence ends and after a pause.
So short pieces, which say little by themselves, follow their neighbours. The Viterbi path is the answer, and the
forward-backward algorithm gives its posterior probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices.clustering import PIECE_VARIANCE, Voice

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

# Likelihood scaling: neither the directions of the space nor the windows of a piece are independent, so log likelihoods count for
# this share. A choice.
LIKELIHOOD_SCALE = 0.2
# Outliers: a piece whose squared distance from its voice is so many times the expected one is of no known voice. A choice.
OUTLIER_RATIO = 2.2
_LEAST_AMOUNT = 0.02  # windows: 32 ms


@dataclass(frozen=True, eq=False)
class Track:
    """For each piece: its voice, the posterior probability of that, and whether it is an outlier, far from every voice."""

    voices: Numbers
    certainty: Floats
    strange: NDArray[np.bool_]


def log_likelihoods(places: Floats, amounts: Floats, voices: Sequence[Voice]) -> tuple[Floats, Floats]:
    """Scaled log likelihoods of each piece under each voice, shape (pieces, voices), and the squared distances in units of
    their expectation. `places` has shape (pieces, directions), `amounts` counts windows."""
    spread = 1 / np.maximum(amounts, _LEAST_AMOUNT) + PIECE_VARIANCE
    likely = np.empty((len(places), len(voices)), np.float32)
    far = np.empty_like(likely)
    for k, voice in enumerate(voices):
        variance = spread + voice.variance
        squares = ((places - voice.place) ** 2).sum(axis=1)
        likely[:, k] = -0.5 * LIKELIHOOD_SCALE * squares / variance
        far[:, k] = squares / (variance * places.shape[1])
    return likely, far


def track(likely: Floats, far: Floats, change: Floats, stay: Floats) -> Track:
    """The likeliest sequence of voices; `change[k]` is the cost of another voice in piece `k` than in the one before, and
    `stay[k]` of the same, in nats."""
    count, voices = likely.shape
    if not count:
        return Track(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, bool))
    forward, backward = np.empty((count, voices)), np.zeros((count, voices))
    best, back = likely[0].astype(np.float64), np.zeros((count, voices), np.int64)
    forward[0] = likely[0]
    own = np.arange(voices)
    others = np.log(max(1, voices - 1))
    transition = _transitions(voices, change.astype(np.float64) + others, stay.astype(np.float64))
    for k in range(1, count):
        reached = best[:, None] + transition[k]
        back[k] = reached.argmax(axis=0)
        best = reached[back[k], own] + likely[k]
        forward[k] = np.logaddexp.reduce(forward[k - 1][:, None] + transition[k], axis=0) + likely[k]
    for k in range(count - 1, 0, -1):
        backward[k - 1] = np.logaddexp.reduce(transition[k] + (backward[k] + likely[k])[None], axis=1)
    path = np.empty(count, np.int64)
    path[-1] = best.argmax()
    for k in range(count - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    sums = forward + backward
    certain = np.exp(sums[np.arange(count), path] - np.logaddexp.reduce(sums, axis=1))
    strange = far[np.arange(count), path] > OUTLIER_RATIO
    return Track(path, certain.astype(np.float32), strange)


def _transitions(voices: int, change: NDArray[np.float64], stay: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log transition weights from each voice to each before every piece: shape (pieces, voices, voices)."""
    weights = np.broadcast_to(-change[:, None, None], (len(change), voices, voices)).copy()
    weights[:, np.arange(voices), np.arange(voices)] = -stay[:, None]
    return weights
