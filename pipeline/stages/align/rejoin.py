"""Repair of split cues: first or last words that were aligned beyond a long pause move next to the rest of their cue.

"Okay. We'll go on." is said in one breath; when the search aligned its "Okay." to another "Okay" before the pause, the one that
belongs here is part of the speech that no word explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.relocate import WEAK_FIT, AlignWords, cues_of
from pipeline.timing import Span, hull

# All of these were set by hand.
# From this pause within a cue on, an alignment error is likelier than that the speaker paused.
_MIN_SPLIT_PAUSE_MS = 1000
# So many words at most are moved, and fewer than the rest of the cue has.
_MAX_SPLIT_WORDS = 3
# Speech this near to the rest of a cue may be its words; shorter speech is none.
_MAX_ADJACENT_GAP_MS = 300
_MIN_SPEECH_MS = 150
# A first word that was found with no longer duration may have been clipped to the end of what was said.
_MAX_CLIPPED_WORD_MS = 100
# The longest speech in front of it that may be its beginning, a false start.
_MAX_FALSE_START_MS = 700
# Words may fit so much worse, in nats per frame, beside the rest than where they were found.
_FIT_TOLERANCE_NATS = 1.0


def rejoined(listened: Alignment, cue_of: Sequence[int], align_words: AlignWords) -> Alignment:
    """`listened`, with the split-off words of each cue beside the rest of it, where they are said there; `cue_of[n]` is the cue
    of word n."""
    found, unexplained = list(listened.found), list(listened.unwritten)
    for cue in cues_of(cue_of):
        for split_words, rest, is_first in _split_off(found, cue):
            speech = next((s for s in unexplained if _is_adjacent(s, rest, is_first)), None)
            if speech is None:
                continue
            here = align_words(split_words, speech)
            if not _fits_as_well(here, found[split_words.start : split_words.stop]):
                continue
            gone = _hull(found[split_words.start : split_words.stop])
            found[split_words.start : split_words.stop] = here
            unexplained.remove(speech)
            unexplained += [
                s for s in (*_remainders(speech, _hull(here)), gone) if s.duration_ms >= _MIN_SPEECH_MS
            ]
            break
        first = found[cue.start]
        if first is not None and (speech := _false_start_before(first, unexplained)) is not None:
            found[cue.start] = replace(first, span=Span(speech.start_ms, first.span.end_ms))
            unexplained.remove(speech)
    return Alignment(tuple(found), tuple(sorted(unexplained, key=lambda s: s.start_ms)), listened.score)


def _false_start_before(here: WordSpan, unexplained: Sequence[Span]) -> Span | None:
    """The unexplained speech right in front of a cue's first word, if that word is very short and fits badly: it then begins
    with that speech. None otherwise."""
    if here.fit > WEAK_FIT or here.span.duration_ms > _MAX_CLIPPED_WORD_MS:
        return None
    return next(
        (
            s
            for s in unexplained
            if 0 <= here.span.start_ms - s.end_ms <= _MAX_ADJACENT_GAP_MS // 2
            and _MIN_SPEECH_MS <= s.duration_ms <= _MAX_FALSE_START_MS
        ),
        None,
    )


def _split_off(found: Sequence[WordSpan | None], cue: range) -> list[tuple[range, Span, bool]]:
    """The words that a long pause cuts off a cue, the span of the rest, and whether they are its first words."""
    heard = [n for n in cue if found[n] is not None]
    split = []
    for k in range(1, len(heard)):
        before, behind = found[heard[k - 1]], found[heard[k]]
        assert before and behind
        if behind.span.start_ms - before.span.end_ms < _MIN_SPLIT_PAUSE_MS:
            continue
        if k <= _MAX_SPLIT_WORDS and k < len(heard) - k:
            split.append((range(cue.start, heard[k]), behind.span, True))
        elif len(heard) - k <= _MAX_SPLIT_WORDS and len(heard) - k < k:
            split.append((range(heard[k - 1] + 1, cue.stop), before.span, False))
    return split


def _is_adjacent(speech: Span, rest: Span, in_front: bool) -> bool:
    apart = rest.start_ms - speech.end_ms if in_front else speech.start_ms - rest.end_ms
    return (
        speech.duration_ms >= _MIN_SPEECH_MS and -_MAX_ADJACENT_GAP_MS // 2 <= apart <= _MAX_ADJACENT_GAP_MS
    )


def _fits_as_well(here: Sequence[WordSpan | None], before: Sequence[WordSpan | None]) -> bool:
    """Whether all words are found and fit, and not much worse than where they were."""
    good = [f.fit for f in here if f is not None and not f.stand_in and f.fit > WEAK_FIT]
    was = [f.fit for f in before if f is not None and not f.stand_in]
    return len(good) == len(here) and (
        not was or sum(good) / len(good) > sum(was) / len(was) - _FIT_TOLERANCE_NATS
    )


def _hull(found: Sequence[WordSpan | None]) -> Span:
    return hull(f.span for f in found if f is not None)


def _remainders(speech: Span, taken: Span) -> tuple[Span, Span]:
    return (
        Span(speech.start_ms, max(speech.start_ms, min(taken.start_ms, speech.end_ms))),
        Span(min(speech.end_ms, max(taken.end_ms, speech.start_ms)), speech.end_ms),
    )
