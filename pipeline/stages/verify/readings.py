"""Suggested readings: what the second witness heard in place of what is written, where the aligner finds it likelier too.

A recognizer errs as often as an editor, so its word alone suggests nothing: the same stretch of sound is scored with the
written words and with those that were heard, between the same neighbours. Speech that has no text is suggested as it was heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from pipeline.english.pronounce import dictionary
from pipeline.stages.verify.compare import Difference
from pipeline.stages.verify.witness import Witness
from pipeline.timing import Span
from pipeline.transcript import Kind, Token
from pipeline.words import bare_word

# Log odds that a suggestion is right, in nats: fitted by hand on the benchmark's films (`benchmarks/verify.py`).
_INTERCEPT = -3.0
_GAIN_WEIGHT = 0.09  # per nat of the aligner's log likelihood ratio
_MAX_GAIN = 60.0  # beyond it the ratio tells no more
_CONFIDENCE_WEIGHT = 3.2  # of the recognizer's probability of its least sure word
_NO_WORD_WEIGHT = 2.0  # what is written is no English word, and what was heard is
_WORD_LOST_WEIGHT = -1.5  # per word that is written and was not heard
# More words than this, on either side, are another text and not another reading.
_MAX_WORDS = 4
# The same for words that were heard where none is written.
_MAX_INSERTED = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading of tokens `[first, last)`: its text, the probability that it is right, and the aligner's gain in nats."""

    first: int
    last: int
    span: Span
    text: str
    confidence: float
    gain: float


def reading(difference: Difference, tokens: Sequence[Token], witness: Witness) -> Reading | None:
    """What was heard as another reading of what is written; None where it is none, or cannot be weighed."""
    first, last = difference.first, difference.last
    written, heard = last - first, len(difference.heard)
    most = _MAX_WORDS if written else _MAX_INSERTED
    if not heard or max(written, heard) > most:
        return None
    before, after = _neighbour(tokens, first - 1), _neighbour(tokens, last)
    if before is None and after is None:
        return None
    own = [t.text for t in tokens[first:last] if t.kind is Kind.WORD]
    left, right = ([before.text] if before else []), ([after.text] if after else [])
    span = _between(before, after, difference.heard)
    if span is None:
        return None
    gain = witness.gain(span, " ".join((*left, *own, *right)), " ".join((*left, difference.text, *right)))
    if gain is None:
        return None
    place = _place(tokens, first, last, difference.heard)
    return Reading(first, last, place, difference.text, _confidence(difference, own, gain), gain)


def _confidence(difference: Difference, written: Sequence[str], gain: float) -> float:
    odds = _INTERCEPT + _GAIN_WEIGHT * max(-_MAX_GAIN, min(_MAX_GAIN, gain))
    odds += _CONFIDENCE_WEIGHT * difference.confidence
    odds += _WORD_LOST_WEIGHT * max(0, len(written) - len(difference.heard))
    if written and not all(map(is_word, written)) and all(is_word(t.text) for t in difference.heard):
        odds += _NO_WORD_WEIGHT
    return 1 / (1 + exp(-odds))


def is_word(text: str) -> bool:
    """Whether the pronouncing dictionary knows a word, or it is no word at all but a number."""
    bare = bare_word(text)
    return bare in dictionary() or bare.removesuffix("'s") in dictionary() or not bare.isalpha()


def _neighbour(tokens: Sequence[Token], index: int) -> Token | None:
    found = tokens[index] if 0 <= index < len(tokens) else None
    return found if found is not None and found.kind is Kind.WORD else None


def _between(before: Token | None, after: Token | None, heard: Sequence[Token]) -> Span | None:
    """From the beginning of the word before to the end of the word behind; None where they stand in another order in time."""
    start = before.span.start_ms if before else heard[0].span.start_ms
    end = after.span.end_ms if after else heard[-1].span.end_ms
    return Span(start, end) if start < end and end - start < 20_000 else None


def _place(tokens: Sequence[Token], first: int, last: int, heard: Sequence[Token]) -> Span:
    if last > first:
        some = [t.span for t in tokens[first:last]]
        return Span(min(s.start_ms for s in some), max(s.end_ms for s in some))
    return Span(heard[0].span.start_ms, max(t.span.end_ms for t in heard))
