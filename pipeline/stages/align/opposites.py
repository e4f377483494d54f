"""Likelihood-ratio test of negations: whether the opposite of a word ("can", "can't"; "not", "now") fits the sound better.

One wrong letter turns what was said into its contrary, and the word still fits the sound so well that nothing else doubts it.
So the word and each of its opposites are scored in the same part of the sound, between the same neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from pipeline.english.opposites import CONTRACTIONS, OPPOSITES
from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import Part, spoken_words
from pipeline.stages.align.review import usual_fit
from pipeline.timing import Span
from pipeline.transcript.subtitles import Subtitles
from pipeline.words import bare_word

Likelihoods = Callable[[Sequence[Sequence[Spoken]], Span], Sequence[float]]
"""Gives the log likelihood, in nats, of each of several texts within a part of the sound; -inf where one cannot be aligned."""

# By this many nats the opposite must be likelier. Right words were likelier than it in 98 of 100 places, mostly by far more.
_MIN_LOG_LIKELIHOOD_RATIO = 8.0
# A word is not tested where it and its neighbours fit at most so much worse, in nats per frame, than the words around them.
_FIT_TOLERANCE_NATS = 0.5
# A neighbour is used when the later of the two words ends less than this after the earlier one.
_NEIGHBOUR_WITHIN_MS = 1500
# Sound taken in on either side of the words that are scored.
_MARGIN_MS = 20
# An added "not" is tried only where it has room: so much unexplained sound behind the word, or a word that lasts so long.
_MIN_UNEXPLAINED_MS = 80
_MIN_LENGTHENED_MS = 220


def contradicted(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], likelihoods: Likelihoods
) -> frozenset[int]:
    """The indices of tokens that were found and whose opposite is likelier than they are, by the ratio required."""
    texts = [bare_word(word.text) for word in given.words]
    result: set[int] = set()
    for index, part in enumerate(parts):
        here, others = found[index], OPPOSITES.get(texts[part.token], ())
        is_heard = here is not None and not here.stand_in
        if others and is_heard and _is_whole(parts, index):
            contraction = _contraction(texts, parts, index)
            if _is_contradicted(parts, found, index, others, contraction, likelihoods):
                result.add(part.token)
    return frozenset(result)


def _is_contradicted(
    parts: Sequence[Part],
    found: Sequence[WordSpan | None],
    index: int,
    others: Sequence[tuple[str, ...]],
    contraction: str | None,
    likelihoods: Likelihoods,
) -> bool:
    """`contraction` says the word and the one before it as one, and contradicts neither."""
    here = found[index]
    assert here is not None
    before, after = _neighbour(found, index, -1), _neighbour(found, index, 1)
    wide = here.span.hull(before.span if before else here.span).hull(after.span if after else here.span)
    has_room_for_not = here.span.duration_ms >= _MIN_LENGTHENED_MS or (
        after is not None and after.span.start_ms - here.span.end_ms >= _MIN_UNEXPLAINED_MS
    )
    left = [parts[index - 1].spoken] if before else []
    right = [parts[index + 1].spoken] if after else []
    alternatives = [words for words in others if len(words) < 2 or has_room_for_not]
    if not alternatives or not (left or right) or _fits_well(found, index, (here, before, after)):
        return False
    texts_tried = [
        [parts[index].spoken],
        *([s for word in words for s in spoken_words(word)] for words in alternatives),
    ]
    same = [[*spoken_words(contraction), *right]] if before and contraction else []
    within = Span(max(0, wide.start_ms - _MARGIN_MS), wide.end_ms + _MARGIN_MS)
    own, *scores = likelihoods([*([*left, *tried, *right] for tried in texts_tried), *same], within)
    if same:
        own = max(own, scores.pop())
    return isfinite(own) and max(scores) > own + _MIN_LOG_LIKELIHOOD_RATIO


def _contraction(texts: Sequence[str], parts: Sequence[Part], index: int) -> str | None:
    """What "not" and the auxiliary before it become in fluent speech: "was not", "wasn't"."""
    if texts[parts[index].token] != "not" or not index:
        return None
    return CONTRACTIONS.get(texts[parts[index - 1].token])


def _fits_well(found: Sequence[WordSpan | None], index: int, words: Sequence[WordSpan | None]) -> bool:
    return min(f.fit for f in words if f is not None) >= usual_fit(found, index) - _FIT_TOLERANCE_NATS


def _neighbour(found: Sequence[WordSpan | None], index: int, step: int) -> WordSpan | None:
    """The word before (`step` -1) or after (1), if it was found in that order in time, and near."""
    at, here = index + step, found[index]
    other = found[at] if 0 <= at < len(found) else None
    if other is None or here is None:
        return None
    first, second = (other.span, here.span) if step < 0 else (here.span, other.span)
    in_order = first.start_ms <= second.start_ms
    return other if in_order and second.end_ms - first.end_ms < _NEIGHBOUR_WITHIN_MS else None


def _is_whole(parts: Sequence[Part], index: int) -> bool:
    """Whether a part is all of its word: the pieces of a compound deny nothing."""
    token = parts[index].token
    return all(parts[k].token != token for k in (index - 1, index + 1) if 0 <= k < len(parts))
