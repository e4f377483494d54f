"""Words whose opposite sounds nearly the same ("can", "can't"; "not", "now"): whether the opposite fits the sound better.

One wrong letter turns what was said into its contrary, and the word still fits the sound so well that nothing else doubts it. So
the word is put beside its opposites in the same part of the sound, between its neighbours, and their scores are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import WordSpan
from pipeline.stages.align.pronounced import Part, spoken_words
from pipeline.stages.align.review import usual_fit
from pipeline.timing import Span
from pipeline.transcript.subtitles import Subtitles

Likelihoods = Callable[[Sequence[Sequence[Spoken]], Span], Sequence[float]]
"""Several texts and a part of the sound -> how well each explains it, in nats."""

# The opposite must be likelier by so many nats; right words came out ahead of it in 98 of 100 places, mostly by far more.
_LIKELIER = 8.0
# Where a word and its neighbours fit no worse (nats per frame) than the words around them, nothing else was said.
_WORSE = 0.5
# Neighbours further away say nothing about the word.
_NEAR_MS = 1500
_MARGIN_MS = 20
# A "not" that was left out of the text leaves at least so much sound unexplained behind the word, or draws the word out so long.
_LEFT_OVER_MS, _DRAWN_OUT_MS = 80, 220
_ABLE_TO_DENY = "do does did can could would should is are was were has have had will must might need may am"
_CONTRACTED = {a: f"{a}n't" for a in _ABLE_TO_DENY.split()} | {"will": "won't", "can": "can't"}
_PAIRS = (
    ("not", "now"), ("never", "ever"), ("without", "with"), ("nothing", "something"), ("nothing", "anything"),
    ("nobody", "somebody"), ("nobody", "anybody"), ("cannot", "can"),
)  # fmt: skip


def _opposites() -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for one, other in (*_CONTRACTED.items(), *_PAIRS):
        found[one].append((other,))
        found[other].append((one,))
    for word in _CONTRACTED:
        found[word].append((word, "not"))
    found["not"].append(())
    return {word: tuple(others) for word, others in found.items()}


OPPOSITES: Mapping[str, tuple[tuple[str, ...], ...]] = _opposites()
"""A word in small letters -> what says the contrary in its place, each as words; none where it would just be gone."""


def contradicted(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], likelihoods: Likelihoods
) -> frozenset[int]:
    """The tokens whose opposite fits the sound better than they do, among the words that were found."""
    texts = [_bare(word.text) for word in given.words]
    result: set[int] = set()
    for index, part in enumerate(parts):
        here, others = found[index], OPPOSITES.get(texts[part.token], ())
        is_heard = here is not None and not here.stand_in
        if others and is_heard and _is_whole(parts, index):
            result |= {part.token} if _is_contradicted(parts, found, index, others, likelihoods) else set()
    return frozenset(result)


def _is_contradicted(
    parts: Sequence[Part],
    found: Sequence[WordSpan | None],
    index: int,
    others: Sequence[tuple[str, ...]],
    likelihoods: Likelihoods,
) -> bool:
    here = found[index]
    assert here is not None
    before, after = _neighbour(found, index, -1), _neighbour(found, index, 1)
    wide = here.span.hull(before.span if before else here.span).hull(after.span if after else here.span)
    roomy = here.span.duration_ms >= _DRAWN_OUT_MS or (
        after is not None and after.span.start_ms - here.span.end_ms >= _LEFT_OVER_MS
    )
    left = [parts[index - 1].spoken] if before else []
    right = [parts[index + 1].spoken] if after else []
    readings = [words for words in others if len(words) < 2 or roomy]
    if not readings or not (left or right) or _fits_well(found, index, (here, before, after)):
        return False
    orders = [
        [parts[index].spoken],
        *([s for word in words for s in spoken_words(word)] for words in readings),
    ]
    within = Span(max(0, wide.start_ms - _MARGIN_MS), wide.end_ms + _MARGIN_MS)
    own, *scores = likelihoods([[*left, *order, *right] for order in orders], within)
    return isfinite(own) and max(scores) > own + _LIKELIER


def _fits_well(found: Sequence[WordSpan | None], index: int, words: Sequence[WordSpan | None]) -> bool:
    return min(f.fit for f in words if f is not None) >= usual_fit(found, index) - _WORSE


def _neighbour(found: Sequence[WordSpan | None], index: int, step: int) -> WordSpan | None:
    """The word before or after, if it is found where it should be: on that side, and near."""
    at, here = index + step, found[index]
    other = found[at] if 0 <= at < len(found) else None
    if other is None or here is None:
        return None
    first, second = (other.span, here.span) if step < 0 else (here.span, other.span)
    in_order = first.start_ms <= second.start_ms
    return other if in_order and second.end_ms - first.end_ms < _NEAR_MS else None


def _is_whole(parts: Sequence[Part], index: int) -> bool:
    """Whether a part is all of its word: the pieces of a compound deny nothing."""
    token = parts[index].token
    return all(parts[k].token != token for k in (index - 1, index + 1) if 0 <= k < len(parts))


def _bare(text: str) -> str:
    return text.lower().replace("’", "'").strip("\"'.,?!;:…—–-()[]")
