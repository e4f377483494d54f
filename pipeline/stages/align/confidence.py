"""Word confidence: the probability that a word's start is within 100 ms of the truth, by logistic regression on its fit.

The weights were set by hand, not fitted; `benchmarks/align.py` prints how often words of each confidence really are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from pipeline.speech.aligner.listen import WordSpan

# Log odds of a word, in nats: the intercept, and what each feature adds. Set by hand.
_INTERCEPT = 3.2
_FIT_WEIGHT = 0.9  # per nat per frame of the word's own fit
_NEIGHBOUR_FIT_WEIGHT = 0.45  # per nat per frame of the mean fit of the words around it
_STAND_IN_WEIGHT = -2.0  # something else is said in the word's place
_NO_NEIGHBOUR_WEIGHT = -1.0  # none of the words around it was found
# Fits are clipped to this range (nats per frame): beyond it they tell no more.
_MIN_FIT = -6.0
_MAX_FIT = 1.0
# Words on either side that count as neighbours.
_CONTEXT_WORDS = 2
# Fit, in nats per frame, of a neighbour that was not found or is a stand-in.
_MISSING_FIT = -3.0

# Confidence of words that were not found, set by hand: placed between their neighbours, and at the time the editor gave them.
_INTERPOLATED_CONFIDENCE = 0.15
_GIVEN_TIME_CONFIDENCE = 0.3


def confidence_of(found: Sequence[WordSpan | None], index: int) -> float:
    """The probability in [0, 1] that word `index` starts within 100 ms of where it was found; 0 when it was not found."""
    here = found[index]
    if here is None:
        return 0.0
    around = [
        found[n]
        for n in range(max(0, index - _CONTEXT_WORDS), min(len(found), index + _CONTEXT_WORDS + 1))
        if n != index
    ]
    fits = [_MISSING_FIT if f is None or f.stand_in else _clipped(f.fit) for f in around]
    log_odds = (
        _INTERCEPT
        + _FIT_WEIGHT * _clipped(here.fit)
        + _NEIGHBOUR_FIT_WEIGHT * (sum(fits) / len(fits) if fits else 0.0)
    )
    log_odds += _STAND_IN_WEIGHT * here.stand_in + _NO_NEIGHBOUR_WEIGHT * all(f is None for f in around)
    return 1 / (1 + exp(-log_odds))


def confidence_of_guess(from_editor: bool) -> float:
    """The confidence in [0, 1] of a word that was not found: at the time its editor gave it, or interpolated."""
    return _GIVEN_TIME_CONFIDENCE if from_editor else _INTERPOLATED_CONFIDENCE


def _clipped(fit: float) -> float:
    return min(_MAX_FIT, max(_MIN_FIT, fit))
