"""Suggested readings: what the second witness heard in place of what is written, where the aligner finds it likelier too.

A recognizer errs as often as an editor, so its word alone suggests nothing: the same stretch of sound is scored with the
written words and with those that were heard, between the same neighbours. Speech that has no text is suggested as it was heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from pipeline.english.disfluencies import is_murmur, is_stutter, is_swallowed
from pipeline.english.spelling import corrections, is_known, is_slip
from pipeline.stages.verify.compare import Difference
from pipeline.timing import Span
from pipeline.transcript import Kind, Token
from pipeline.words import bare_word

if TYPE_CHECKING:
    from pipeline.stages.verify.witness import Witness

# Log odds that a suggestion is right, in nats: logistic regression on the typing errors of a natural film of 40 minutes
# (`benchmarks/verify.py`), of which each half is predicted as well by the other.
_INTERCEPT = -6.9
_GAIN_WEIGHT = 0.028  # per nat of the aligner's log likelihood ratio, within these bounds
_LEAST_GAIN = -20.0
_MOST_GAIN = 120.0
_CONFIDENCE_WEIGHT = 5.8  # of the recognizer's probability of its least sure word
_NO_WORD_WEIGHT = 1.5  # what is written is no English word, and what was heard is
_INSERTION_WEIGHT = 1.5  # nothing is written
_WRITTEN_WEIGHT = -0.65  # for each written word but one
_HEARD_WEIGHT = -0.45  # for each word heard but one
_GAP_WEIGHT = 0.6  # the alignment left speech unexplained there
# What the recognizer was less sure of than this is not weighed. A choice.
_MIN_CONFIDENCE = 0.3
# A correction of a misspelt word is suggested from this gain on (nats), of so many at most; its log odds of being right.
# Set by hand.
_MIN_CORRECTION_GAIN = 5.0
_MAX_CORRECTIONS = 24
_SAME_LETTERS_NATS = 20.0  # for the same letters
_USED_HERE_NATS = 10.0  # for a word that the text uses elsewhere
_CORRECTION_INTERCEPT = 0.5
_CORRECTION_GAIN_WEIGHT = 0.1
_LONGEST_MS = 20_000  # from the word before to the word behind
_PUNCTUATION = ".,;:?!…"
_ALWAYS_CAPITAL = frozenset(("i", "i'm", "i'll", "i've", "i'd"))
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


def reading(
    difference: Difference, tokens: Sequence[Token], gaps: Sequence[Span], witness: Witness
) -> Reading | None:
    """What was heard as another reading of what is written; None where it is none, or cannot be weighed. `gaps` are the
    stretches of speech that no word explains."""
    first, last = difference.first, difference.last
    written, heard = last - first, len(difference.heard)
    most = _MAX_WORDS if written else _MAX_INSERTED
    if not heard or max(written, heard) > most or not _is_worth_weighing(difference, tokens):
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
    in_gap = any(gap.overlap_ms(place) for gap in gaps)
    text = _as_written(difference, tokens)
    return Reading(first, last, place, text, _confidence(difference, own, gain, in_gap), gain)


def misspelt(tokens: Sequence[Token], witness: Witness) -> Iterator[Reading]:
    """Known words one typing error away from words that are none and stand only once, where the aligner finds them likelier."""
    count = Counter(bare_word(t.text) for t in tokens if t.kind is Kind.WORD)
    for n, token in enumerate(tokens):
        if token.kind is not Kind.WORD or count[bare_word(token.text)] > 1:
            continue
        weighed = [
            (gain + _prior(token.text, word, count), gain, word)
            for word in corrections(token.text)[:_MAX_CORRECTIONS]
            if (gain := _gain_at(tokens, n, word, witness)) is not None
        ]
        _, gain, word = max(weighed, default=(0.0, 0.0, ""))
        if gain >= _MIN_CORRECTION_GAIN:
            confidence = _confidence_of_correction(gain)
            yield Reading(n, n + 1, token.span, _like(token.text, word), confidence, gain)


def _prior(written: str, word: str, count: Counter[str]) -> float:
    """How much likelier one correction is than another before anything was heard, in nats."""
    return _SAME_LETTERS_NATS * is_slip(written, word) + _USED_HERE_NATS * (word in count)


def _gain_at(tokens: Sequence[Token], index: int, word: str, witness: Witness) -> float | None:
    """The aligner's gain of another word in place of one token, between its neighbours."""
    before, after = _neighbour(tokens, index - 1), _neighbour(tokens, index + 1)
    left, right = ([before.text] if before else []), ([after.text] if after else [])
    own = tokens[index]
    start, end = (before or own).span.start_ms, (after or own).span.end_ms
    if not start < end < start + _LONGEST_MS:
        return None
    return witness.gain(
        Span(start, end), " ".join((*left, own.text, *right)), " ".join((*left, word, *right))
    )


def _confidence_of_correction(gain: float) -> float:
    return 1 / (1 + exp(-(_CORRECTION_INTERCEPT + _CORRECTION_GAIN_WEIGHT * min(gain, _MOST_GAIN))))


def _like(written: str, word: str) -> str:
    """A word with the capital and the punctuation of the one in whose place it stands."""
    start = len(written) - len(written.lstrip("\"'“‘(["))
    core = written[start:].rstrip(_PUNCTUATION + "\"'”’)]")
    end = written[start + len(core) :]
    return written[:start] + (word.capitalize() if core[:1].isupper() else word) + end


def _is_worth_weighing(difference: Difference, tokens: Sequence[Token]) -> bool:
    """Whether what was heard could be what somebody meant to write: words of English or of this text, more than murmurs, and
    not in place of a murmur or stutter alone."""
    texts = [t.text for t in difference.heard]
    own = [t.text for t in tokens[difference.first : difference.last]]
    if difference.confidence < _MIN_CONFIDENCE or all(is_murmur(t) or is_swallowed(t) for t in texts):
        return False
    if own and all(is_murmur(t) or is_stutter(t) for t in own):
        return False
    return all(is_known(t) or is_murmur(t) for t in texts)


def _confidence(difference: Difference, written: Sequence[str], gain: float, in_gap: bool) -> float:
    odds = _INTERCEPT + _GAIN_WEIGHT * max(_LEAST_GAIN, min(_MOST_GAIN, gain))
    odds += _CONFIDENCE_WEIGHT * difference.confidence + _GAP_WEIGHT * in_gap
    odds += _HEARD_WEIGHT * (len(difference.heard) - 1)
    odds += _WRITTEN_WEIGHT * (len(written) - 1) if written else _INSERTION_WEIGHT
    if not all(map(is_known, written)) and all(is_known(t.text) for t in difference.heard):
        odds += _NO_WORD_WEIGHT
    return 1 / (1 + exp(-odds))


def _as_written(difference: Difference, tokens: Sequence[Token]) -> str:
    """What was heard, with the capital and the punctuation of the words in whose place it stands, or of its place."""
    text = difference.text
    before = tokens[difference.first - 1].text if difference.first else "."
    begins = before.rstrip("\"'”’)]").endswith((".", "?", "!"))
    own = [t.text for t in tokens[difference.first : difference.last]]
    head, rest = text[:1], text[1:]
    if begins or (own and own[0][:1].isupper()):
        text = head.upper() + rest
    elif not (text.split()[0].rstrip(".,?!").casefold() in _ALWAYS_CAPITAL or rest[:1].isupper()):
        text = head.lower() + rest
    end = own[-1][len(own[-1].rstrip(_PUNCTUATION)) :] if own else ""
    return text.rstrip(_PUNCTUATION) + end


def _neighbour(tokens: Sequence[Token], index: int) -> Token | None:
    found = tokens[index] if 0 <= index < len(tokens) else None
    return found if found is not None and found.kind is Kind.WORD else None


def _between(before: Token | None, after: Token | None, heard: Sequence[Token]) -> Span | None:
    """From the beginning of the word before to the end of the word behind; None where they stand in another order in time."""
    start = before.span.start_ms if before else heard[0].span.start_ms
    end = after.span.end_ms if after else heard[-1].span.end_ms
    return Span(start, end) if start < end and end - start < _LONGEST_MS else None


def _place(tokens: Sequence[Token], first: int, last: int, heard: Sequence[Token]) -> Span:
    if last > first:
        some = [t.span for t in tokens[first:last]]
        return Span(min(s.start_ms for s in some), max(s.end_ms for s in some))
    return Span(heard[0].span.start_ms, max(t.span.end_ms for t in heard))
