"""Captions torn apart: their first or last words were found beyond a long pause, though speech beside the rest is left over.

"Okay. We'll go on." is said in one breath; when the search gave its "Okay." to another "Okay" before the pause, the one that
belongs here is among the speech that no word explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.relocate import WEAK_FIT, Try, cues_of
from pipeline.timing import Span

# Nobody pauses so long inside a caption as often as a search is led astray.
_TORN_MS = 1000
_MOST_WORDS = 3
# Speech this near to the rest belongs to it; shorter than this it is no word.
_BESIDE_MS, _SHORTEST_MS = 300, 150
_HARDLY_MS, _ONE_WORD_MS = 100, 700
# Words may fit so much worse (nats per frame) beside the rest than where they were found.
_WORSE = 1.0


def rejoined(listened: Alignment, groups: Sequence[int], hear: Try) -> Alignment:
    """`listened`, with the torn-off words of captions beside the rest of them, where they are said there; `groups[n]` is the cue
    of word n."""
    found, left = list(listened.found), list(listened.unwritten)
    for cue in cues_of(groups):
        for off, rest, is_first in _torn(found, cue):
            speech = next((s for s in left if _is_beside(s, rest, is_first)), None)
            if speech is None:
                continue
            here = hear(off, speech)
            if not _as_good(here, found[off.start : off.stop]):
                continue
            gone = _hull(found[off.start : off.stop])
            found[off.start : off.stop] = here
            left.remove(speech)
            left += [s for s in (*_less(speech, _hull(here)), gone) if s.duration_ms >= _SHORTEST_MS]
            break
        first = found[cue.start]
        if first is not None and (speech := _stumbled_over(first, left)) is not None:
            found[cue.start] = replace(first, span=Span(speech.start_ms, first.span.end_ms))
            left.remove(speech)
    return Alignment(tuple(found), tuple(sorted(left, key=lambda s: s.start_ms)), listened.score)


def _stumbled_over(here: WordSpan, left: Sequence[Span]) -> Span | None:
    """The speech left over right in front of a caption's first word, if that hardly lasts and hardly sounds like itself: then
    it begins with that speech."""
    if here.fit > WEAK_FIT or here.span.duration_ms > _HARDLY_MS:
        return None
    return next(
        (
            s
            for s in left
            if 0 <= here.span.start_ms - s.end_ms <= _BESIDE_MS // 2
            and _SHORTEST_MS <= s.duration_ms <= _ONE_WORD_MS
        ),
        None,
    )


def _torn(found: Sequence[WordSpan | None], cue: range) -> list[tuple[range, Span, bool]]:
    """The words that a long pause cuts off a cue, the span of the rest, and whether they are its first words."""
    heard = [n for n in cue if found[n] is not None]
    torn = []
    for k in range(1, len(heard)):
        before, behind = found[heard[k - 1]], found[heard[k]]
        assert before and behind
        if behind.span.start_ms - before.span.end_ms < _TORN_MS:
            continue
        if k <= _MOST_WORDS and k < len(heard) - k:
            torn.append((range(cue.start, heard[k]), behind.span, True))
        elif len(heard) - k <= _MOST_WORDS and len(heard) - k < k:
            torn.append((range(heard[k - 1] + 1, cue.stop), before.span, False))
    return torn


def _is_beside(speech: Span, rest: Span, in_front: bool) -> bool:
    apart = rest.start_ms - speech.end_ms if in_front else speech.start_ms - rest.end_ms
    return speech.duration_ms >= _SHORTEST_MS and -_BESIDE_MS // 2 <= apart <= _BESIDE_MS


def _as_good(here: Sequence[WordSpan | None], before: Sequence[WordSpan | None]) -> bool:
    """Whether all words are found, sound like themselves, and not much less so than where they were."""
    good = [f.fit for f in here if f is not None and not f.stand_in and f.fit > WEAK_FIT]
    was = [f.fit for f in before if f is not None and not f.stand_in]
    return len(good) == len(here) and (not was or sum(good) / len(good) > sum(was) / len(was) - _WORSE)


def _hull(found: Sequence[WordSpan | None]) -> Span:
    spans = [f.span for f in found if f is not None]
    return Span(min(s.start_ms for s in spans), max(s.end_ms for s in spans))


def _less(speech: Span, taken: Span) -> tuple[Span, Span]:
    return (
        Span(speech.start_ms, max(speech.start_ms, min(taken.start_ms, speech.end_ms))),
        Span(min(speech.end_ms, max(taken.end_ms, speech.start_ms)), speech.end_ms),
    )
