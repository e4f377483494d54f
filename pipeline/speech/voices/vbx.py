"""Variational Bayes HMM clustering (VBx): how many voices there are and which piece is whose, weighed at once.

Every voice is a point in the space of `speech.voices.scaling`, drawn with the variances `between`, and a hidden state; pieces are
what the states emit. Variational inference alternates between the points and the states until the evidence no longer grows; a
voice that explains nothing loses its probability of being spoken, and is gone (Landini, Profant, Diez and Burget 2022, "Bayesian
HMM clustering of x-vector sequences (VBx) in speaker diarization"). Agglomerative clustering, which it starts from, never takes a
merge back; this does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices.scaling import Space

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

# The paper's factors: likelihoods count for this share, since neither the pieces nor the directions are independent ...
ACOUSTIC_FACTOR = 0.4
# ... and this many times the usual penalty is put on a voice. Films in three casts of natural voices are divided alike from 0.4
# to 0.8 and from 2 to 5.
SPEAKER_FACTOR = 4.0
# The probability that the next piece is of the same voice, whatever is known of the voices.
LOOP_PROBABILITY = 0.6
# How far the first division is trusted, as the log odds of its own voice against each other one.
_INITIAL_LOG_ODDS = 5.0
_MOST_ROUNDS = 40
# Rounds end when the evidence grows by less than this share.
_LEAST_GROWTH = 1e-4
_LEAST_PROBABILITY = 1e-12


def divided(
    places: Floats, precisions: Floats, space: Space, groups: Sequence[Sequence[int]]
) -> list[list[int]]:
    """The pieces in groups of one voice each, in order of their first piece, from a first division with too many `groups`.

    `places` has shape (pieces, directions), `precisions` (pieces,); every piece is in one of the groups.
    """
    if len(groups) < 2:
        return [sorted(group) for group in groups]
    own = np.zeros((len(places), len(groups)))
    for voice, pieces in enumerate(groups):
        own[list(pieces), voice] = _INITIAL_LOG_ODDS
    posterior = np.exp(own - np.logaddexp.reduce(own, axis=1)[:, None])
    posterior = _inferred(places.astype(float), precisions.astype(float), space, posterior)
    chosen = posterior.argmax(axis=1)
    found = [[int(k) for k in np.flatnonzero(chosen == voice)] for voice in range(len(groups))]
    return sorted(pieces for pieces in found if pieces)


def _inferred(places: Doubles, precisions: Doubles, space: Space, posterior: Doubles) -> Doubles:
    """The posterior probability of each voice in each piece, shape (pieces, voices), once it no longer changes."""
    between, priors = space.between.astype(float), np.full(posterior.shape[1], 1 / posterior.shape[1])
    scaled, factor = places * np.sqrt(between), ACOUSTIC_FACTOR / SPEAKER_FACTOR
    evidence = -np.inf
    for _ in range(_MOST_ROUNDS):
        weights = posterior * precisions[:, None]
        variances = 1 / (1 + factor * weights.sum(axis=0)[:, None] * between)
        points = factor * variances * (weights.T @ scaled)
        likely = scaled @ points.T - 0.5 * (variances + points**2) @ between
        likely *= ACOUSTIC_FACTOR * precisions[:, None]
        posterior, priors, fit = _states(likely, priors)
        penalty = 0.5 * SPEAKER_FACTOR * float((np.log(variances) - variances - points**2 + 1).sum())
        before, evidence = evidence, fit + penalty
        if np.isfinite(before) and evidence - before < _LEAST_GROWTH * abs(before):
            break
    return posterior


def _states(likely: Doubles, priors: Doubles) -> tuple[Doubles, Doubles, float]:
    """The forward-backward algorithm: the posterior of every state, the new probability of each voice to be the next one that
    speaks, and the log likelihood of the sequence."""
    stay, leave = np.log(LOOP_PROBABILITY), np.log(1 - LOOP_PROBABILITY)
    enter = leave + np.log(np.maximum(priors, _LEAST_PROBABILITY))
    forward, backward = np.empty_like(likely), np.zeros_like(likely)
    forward[0] = likely[0] + enter - leave
    for k in range(1, len(likely)):
        reached = np.logaddexp.reduce(forward[k - 1])
        forward[k] = likely[k] + np.logaddexp(stay + forward[k - 1], enter + reached)
    for k in range(len(likely) - 1, 0, -1):
        ahead = likely[k] + backward[k]
        backward[k - 1] = np.logaddexp(stay + ahead, np.logaddexp.reduce(enter + ahead))
    fit = float(np.logaddexp.reduce(forward[-1]))
    posterior = np.exp(forward + backward - fit)
    reached = np.logaddexp.reduce(forward[:-1], axis=1)[:, None]
    entered = posterior[0] + np.exp(reached + enter + likely[1:] + backward[1:] - fit).sum(axis=0)
    return posterior, entered / entered.sum(), fit
