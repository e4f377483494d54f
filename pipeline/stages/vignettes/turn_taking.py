"""Turn-taking: who answers whom over the whole recording, and how well one cast explains the turns of a part.

A commentator or a narrator talks to the viewer: nobody answers, and so they do not come back after a few turns as everybody in a
conversation does. A scene has one cast: its turns are taken as drawn from a distribution over speakers of its own, which is
integrated out (Dirichlet compound multinomial; for words: Eisenstein and Barzilay, "Bayesian Unsupervised Topic Segmentation",
EMNLP 2008).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.transcript.parts import Said

# All of these were set by hand.
# Whoever speaks again within so many turns takes part in a conversation.
ANSWERED_WITHIN_TURNS = 8
# A turn of so few words is a murmur, and no answer; it does not end the turn before it either.
MURMUR_WORDS = 2
# Speech to the viewer has so many words in one go ...
MIN_ADDRESS_WORDS = 15
# ... and is this share of all that a commentator says; the rest are errors about who speaks.
MIN_UNANSWERED_SHARE = 0.75
# The prior of a cast: the smaller, the fewer people are expected in one part.
CONCENTRATION = 0.3


@dataclass
class _Turn:
    speaker: str
    words: int


def unanswered(said: Sequence[Said]) -> frozenset[str]:
    """Those who never take part in a conversation: nearly all that they say is said at length, and nobody answers it."""
    turns = _turns(said)
    if len({turn.speaker for turn in turns}) < 2:
        return frozenset()
    at: dict[str, list[int]] = {}
    for n, turn in enumerate(turns):
        at.setdefault(turn.speaker, []).append(n)
    alone: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for who, places in at.items():
        for k, n in enumerate(places):
            near = [
                m for m in places[max(0, k - 1) : k + 2] if m != n and abs(m - n) <= ANSWERED_WITHIN_TURNS
            ]
            whole[who] += turns[n].words
            if not near and turns[n].words >= MIN_ADDRESS_WORDS:
                alone[who] += turns[n].words
    return frozenset(w for w in at if alone[w] >= MIN_UNANSWERED_SHARE * whole[w])


def _turns(said: Sequence[Said]) -> list[_Turn]:
    """The turns of known speakers, murmurs left out."""
    turns: list[_Turn] = []
    for one in said:
        if one.speaker is None or len(one.words) <= MURMUR_WORDS:
            continue
        if turns and turns[-1].speaker == one.speaker:
            turns[-1].words += len(one.words)
        else:
            turns.append(_Turn(one.speaker, len(one.words)))
    return turns


class Casts:
    """How well one cast explains the turns of a part: the logarithm of their likelihood, 0 where nobody is known."""

    def __init__(self, said: Sequence[Said]) -> None:
        who = sorted({s.speaker for s in said if s.speaker is not None})
        self._count = max(1, len(who))
        self._before = np.zeros((len(said) + 1, self._count), np.int64)
        # Who goes on with a turn that has begun, by utterance; -1 where a turn begins.
        self._going_on = np.full(len(said) + 1, -1)
        last = -1
        for n, one in enumerate(said):
            self._before[n + 1] = self._before[n]
            speaker = who.index(one.speaker) if one.speaker is not None else -1
            if speaker >= 0 and speaker == last:
                self._going_on[n] = speaker
            elif speaker >= 0:
                self._before[n + 1, speaker] += 1
            last = speaker
        most = len(said) + 2
        self._gamma = np.array(
            [math.lgamma(CONCENTRATION + n) - math.lgamma(CONCENTRATION) for n in range(most)]
        )
        whole = CONCENTRATION * self._count
        self._whole = np.array([math.lgamma(whole) - math.lgamma(whole + n) for n in range(most)])

    def likelihoods(self, first: int, ends: Sequence[int]) -> NDArray[np.float64]:
        """Of the utterances from `first` up to each of `ends`: shape (ends,)."""
        turns = self._before[list(ends)] - self._before[first]
        if self._going_on[first] >= 0:
            turns[:, self._going_on[first]] += 1
        values: NDArray[np.float64] = self._gamma[turns].sum(axis=1) + self._whole[turns.sum(axis=1)]
        return values
