"""Text that stands in another order than it is said: cues swapped with their neighbours, passages moved.

The search walks forward only. What it could not find, and the speech it could not explain, are tried against each other
afterwards; a passage moves only where all its words fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.stages.align.listening import Found, Listened
from pipeline.timing import Span

Try = Callable[[range, Span], Sequence[Found | None]]
"""Listens for the words of a range within a span only."""
Likely = Callable[[range, Span], bool]

_WEAK_FIT = -1.8
_GOOD_FIT, _WORST_FIT = -0.5, -2.0
# A swapped cue is looked for this near to its neighbours, a passage of so many words anywhere.
_NEAR_MS = 8000
_PASSAGE_WORDS = 8
_SHORTEST_MS = 240
_MS_PER_WORD = (110, 900)  # no one speaks faster, or so slowly without a pause
_MOST_TRIES = 150


def put_in_place(
    listened: Listened, groups: Sequence[int], hear: Try, likely: Likely = lambda words, span: True
) -> Listened:
    """`listened`, with passages that were found elsewhere moved there; `groups[n]` is the cue or paragraph of word n, and
    `likely` says whether a cue of a few words may lie so far from where its editor had it."""
    found = list(listened.found)
    free = [span for span in listened.unwritten if span.duration_ms >= _SHORTEST_MS]
    tries = 0
    for words in _weak(found, groups):
        for span in [s for s in free if _may_hold(words, s, found, likely)]:
            if tries >= _MOST_TRIES:
                return Listened(tuple(found), tuple(free))
            tries += 1
            here = hear(words, span)
            if _convincing(here):
                found[words.start : words.stop] = here
                free.remove(span)
                break
    return Listened(
        tuple(found), tuple(s for s in listened.unwritten if s in free or s.duration_ms < _SHORTEST_MS)
    )


def _weak(found: Sequence[Found | None], groups: Sequence[int]) -> Iterator[range]:
    """Whole cues, or neighbouring cues together, of which hardly a word was found."""
    first = 0
    for at in range(1, len(found) + 1):
        if at == len(found) or groups[at] != groups[first]:
            missing = sum(f is None or f.stand_in or f.fit < _WEAK_FIT for f in found[first:at])
            if missing > (at - first) / 2:
                yield range(first, at)
            first = at


def _may_hold(words: range, span: Span, found: Sequence[Found | None], likely: Likely) -> bool:
    least, most = (len(words) * ms for ms in _MS_PER_WORD)
    if not least <= span.duration_ms <= max(most, 1200):
        return False
    if len(words) >= _PASSAGE_WORDS:
        return True
    if not likely(words, span):
        return False
    before = next((f for f in reversed(found[: words.start]) if f), None)
    after = next((f for f in found[words.stop :] if f), None)
    return any(f is not None and f.span.gap_ms(span) <= _NEAR_MS for f in (before, after))


def _convincing(here: Sequence[Found | None]) -> bool:
    fits = [f.fit for f in here if f is not None and not f.stand_in]
    return len(fits) == len(here) and sum(fits) / len(fits) > _GOOD_FIT and min(fits) > _WORST_FIT
