"""What a word's confidence means: the chance that its start is within 100 ms of the truth.

A logistic curve over what the search noticed. Its weights were set by hand, not fitted; `benchmarks/align.py` prints how
often words of each confidence really are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from pipeline.speech.aligner.listen import WordSpan

# Weights of the logistic curve, and of what it reads.
_BASE = 3.2
_FIT, _NEIGHBOUR_FIT = 0.9, 0.45
_STAND_IN, _ALONE = -2.0, -1.0
_WORST, _BEST = -6.0, 1.0  # nats per frame between which a fit tells anything
_REACH = 2  # words on either side
_UNTOLD = -3.0  # what a skipped neighbour counts as

_GUESS_BETWEEN_NEIGHBOURS, _GUESS_FROM_EDITOR = 0.15, 0.3


def confidence_of(found: Sequence[WordSpan | None], index: int) -> float:
    """The chance in [0, 1] that the word found at `index` starts where it was put."""
    here = found[index]
    if here is None:
        return 0.0
    around = [
        found[n] for n in range(max(0, index - _REACH), min(len(found), index + _REACH + 1)) if n != index
    ]
    fits = [_UNTOLD if f is None or f.stand_in else _clipped(f.fit) for f in around]
    log_odds = _BASE + _FIT * _clipped(here.fit) + _NEIGHBOUR_FIT * (sum(fits) / len(fits) if fits else 0.0)
    log_odds += _STAND_IN * here.stand_in + _ALONE * all(f is None for f in around)
    return 1 / (1 + exp(-log_odds))


def confidence_of_guess(from_editor: bool) -> float:
    """For a word that was not found: its editor's time, moved with its neighbours, or a place between them."""
    return _GUESS_FROM_EDITOR if from_editor else _GUESS_BETWEEN_NEIGHBOURS


def _clipped(fit: float) -> float:
    return min(_BEST, max(_WORST, fit))
