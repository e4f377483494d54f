"""Relocation: align again the cues that the search missed, at their given times or in speech that no word explains.

The search is monotonic: text that stands in another order than it is said, such as an answer in front of its question, is
missed. Such cues are tried against the unexplained speech afterwards, the nearest pairs first, and passages of many words
against all of it. Text moves only where the sound fits its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import ceil

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.timing import Span

# A word that fits worse than this (nats per frame, against any phones) may be another word. Set by hand.
WEAK_FIT = -1.8

AlignWords = Callable[[range, Span], Sequence[WordSpan | None]]
"""Aligns the words of a range within a span only: where each was found, None for those that were not."""
ExpectedStart = Callable[[range], int | None]
"""Gives the start of a range of words, in ms, by the editor's times; None where they have none."""
GivenSpan = Callable[[range], Span | None]
"""Gives the editor's time of a range of words on the clock of the sound; None where there is none."""

# All of these were set by hand; fits are in nats per frame.
# A word counts as found at a new place when its fit is better than this; a missing word counts as this where cues are compared.
_MIN_WORD_FIT = -2.0
# A cue is accepted there when at least this share of its words counts, and their mean fit is better than that.
_MIN_GOOD_SHARE = 0.6
_MIN_MEAN_FIT = -0.5
# Cues of so few words need all of them, since chance finds a short word easily.
_MAX_WORDS_ALL_NEEDED = 2
# Where all words are found and take up so large a share of the speech, their mean over time need only be better than this.
_MIN_FILLED_SHARE = 0.85
_MIN_MEAN_FIT_IF_FILLED = -1.4
# How far from its given start a cue is looked for, and from the words around it where it has none.
_MAX_GIVEN_DISTANCE_MS = 2500
_MAX_NEIGHBOUR_DISTANCE_MS = 8000
# A cue of so many words is looked for anywhere; one without a given time is looked for only from so many words on.
_MIN_PASSAGE_WORDS = 8
_MIN_UNTIMED_WORDS = 3
# Shorter speech holds no word.
_MIN_SPEECH_MS = 150
# The least and the most time that a word takes: nobody speaks faster, or so slowly without a pause.
_MS_PER_WORD = (80, 900)
# Speech up to this long is tried for any cue shorter than a passage, however few its words.
_MAX_SHORT_CUE_MS = 1200
# Longer speech is not tried for any cue.
_MAX_SPEECH_MS = 12_000
# Sound taken in on either side of a given time.
_MARGIN_MS = 250
# Sound that is aligned again, in all: near a cue, and further away.
_NEAR_BUDGET_MS = 600_000
_FAR_BUDGET_MS = 300_000


def put_in_place(
    listened: Alignment,
    cue_of: Sequence[int],
    align_words: AlignWords,
    expected: ExpectedStart = lambda words: None,
) -> Alignment:
    """`listened`, with missed cues where they fit unexplained speech; `cue_of[n]` is the cue or paragraph of word n."""
    found = list(listened.found)
    unexplained = _UnexplainedSpeech(listened.unwritten)
    lost = [_LostCue.of(words, found, expected(words)) for words in cues_of(cue_of) if is_lost(found, words)]
    queue: list[
        tuple[int, int, Span]
    ] = []  # a heap of (distance in ms, number of the missed cue, unexplained speech)

    def queue_trials(spans: Sequence[Span]) -> None:
        for number, cue in enumerate(lost):
            for span in spans:
                if cue.words and (distance := cue.distance_ms(span)) is not None:
                    heappush(queue, (distance, number, span))

    queue_trials(unexplained.spans)
    budget_ms = {False: _NEAR_BUDGET_MS, True: _FAR_BUDGET_MS}
    while queue:
        distance, number, span = heappop(queue)
        words, far = lost[number].words, distance > _MAX_NEIGHBOUR_DISTANCE_MS
        if not words or span not in unexplained.all or budget_ms[far] < span.duration_ms:
            continue
        budget_ms[far] -= span.duration_ms
        here = align_words(words, span)
        if _is_accepted(here, None if far else span):
            found[words.start : words.stop] = here
            lost[number] = _LostCue(range(0))
            queue_trials(unexplained.take(span, here))
    return Alignment(tuple(found), tuple(unexplained.all), listened.score)


def at_own_times(
    listened: Alignment, cue_of: Sequence[int], align_words: AlignWords, own: GivenSpan
) -> Alignment:
    """`listened`, with the cues that the search missed at their given times, if they fit there."""
    found = list(listened.found)
    for words in cues_of(cue_of):
        span = own(words) if is_lost(found, words) else None
        if span is None or not len(words) * _MS_PER_WORD[0] <= span.duration_ms <= _MAX_SPEECH_MS:
            continue
        here = align_words(words, Span(max(0, span.start_ms - _MARGIN_MS), span.end_ms + _MARGIN_MS))
        if _is_accepted(here):
            found[words.start : words.stop] = here
    return Alignment(tuple(found), listened.unwritten, listened.score)


def without_doubles(found: Sequence[WordSpan | None], cue_of: Sequence[int]) -> list[WordSpan | None]:
    """`found`, but where two cues overlap by more than half of the shorter only the one that fits better keeps its times."""
    kept = list(found)
    cues = sorted(_spoken_cues(found, cue_of), key=lambda cue: cue[1].start_ms)
    for number, (words, span) in enumerate(cues):
        for others, other in cues[number + 1 :]:
            if other.start_ms >= span.end_ms:
                break
            if 2 * span.overlap_ms(other) > min(span.duration_ms, other.duration_ms):
                worse = min(words, others, key=lambda own: _mean_fit(found, own))
                kept[worse.start : worse.stop] = [None] * len(worse)
    return kept


def _spoken_cues(found: Sequence[WordSpan | None], cue_of: Sequence[int]) -> Iterator[tuple[range, Span]]:
    """Each cue of which a word was found, with the time from its first to its last."""
    for words in cues_of(cue_of):
        spans = [f.span for f in found[words.start : words.stop] if f is not None]
        if spans and spans[0].start_ms < spans[-1].end_ms:
            yield words, Span(spans[0].start_ms, spans[-1].end_ms)


def _mean_fit(found: Sequence[WordSpan | None], words: range) -> float:
    return sum(
        _MIN_WORD_FIT if f is None or f.stand_in else f.fit for f in found[words.start : words.stop]
    ) / len(words)


class _UnexplainedSpeech:
    """The spans of speech that no word explains, of which words take pieces."""

    def __init__(self, unwritten: Sequence[Span]) -> None:
        self.all = list(unwritten)

    @property
    def spans(self) -> list[Span]:
        return [span for span in self.all if span.duration_ms >= _MIN_SPEECH_MS]

    def take(self, span: Span, here: Sequence[WordSpan | None]) -> list[Span]:
        """Take the time of the words found in `span` out of it; returns the rest of `span`."""
        spans = [f.span for f in here if f is not None]
        first, last = spans[0].start_ms, spans[-1].end_ms
        rest = [Span(span.start_ms, max(span.start_ms, first)), Span(min(last, span.end_ms), span.end_ms)]
        rest = [piece for piece in rest if piece.duration_ms >= _MIN_SPEECH_MS]
        at = self.all.index(span)
        self.all[at : at + 1] = rest
        return rest


@dataclass(frozen=True, slots=True)
class _LostCue:
    """A cue that was hardly found: its given start, if any, and the spans of the words found in front of it and behind."""

    words: range
    expected_ms: int | None = None
    beside: tuple[Span, ...] = ()

    @classmethod
    def of(cls, words: range, found: Sequence[WordSpan | None], expected_ms: int | None) -> _LostCue:
        before = next((f for n in range(words.start - 1, -1, -1) if (f := found[n])), None)
        behind = next((f for n in range(words.stop, len(found)) if (f := found[n])), None)
        return cls(words, expected_ms, tuple(f.span for f in (before, behind) if f))

    def distance_ms(self, span: Span) -> int | None:
        """How far the speech lies from where the words are expected, in ms; None where they are not to be tried."""
        least, most = (len(self.words) * ms for ms in _MS_PER_WORD)
        few = len(self.words) < _MIN_PASSAGE_WORDS
        if not least <= span.duration_ms <= (max(most, _MAX_SHORT_CUE_MS) if few else _MAX_SPEECH_MS):
            return None
        if self.expected_ms is not None:
            distance, near = abs(self.expected_ms - span.start_ms), _MAX_GIVEN_DISTANCE_MS
        else:
            distance = min((b.gap_ms(span) for b in self.beside), default=0)
            near = _MAX_NEIGHBOUR_DISTANCE_MS if len(self.words) >= _MIN_UNTIMED_WORDS else -1
        if distance <= near:
            return distance
        return None if few else _MAX_NEIGHBOUR_DISTANCE_MS + distance


def _is_accepted(here: Sequence[WordSpan | None], within: Span | None = None) -> bool:
    """Whether the words fit the sound well enough to stay there; if they fill the speech `within`, a worse fit will do."""
    good = [f for f in here if f is not None and not f.stand_in and f.fit > _MIN_WORD_FIT]
    enough = len(here) if len(here) <= _MAX_WORDS_ALL_NEEDED else ceil(_MIN_GOOD_SHARE * len(here))
    if len(good) < enough:
        return False
    if sum(f.fit for f in good) / len(good) > _MIN_MEAN_FIT:
        return True
    said = [f for f in here if f is not None and not f.stand_in]
    taken = sum(f.span.duration_ms for f in said)
    fills = (
        within is not None and len(said) == len(here) > 1 and taken >= _MIN_FILLED_SHARE * within.duration_ms
    )
    return fills and sum(f.fit * f.span.duration_ms for f in said) / taken > _MIN_MEAN_FIT_IF_FILLED


def cues_of(cue_of: Sequence[int]) -> list[range]:
    """The words of each cue; `cue_of[n]` is the cue (or paragraph) of word n."""
    edges = [0, *(n for n in range(1, len(cue_of)) if cue_of[n] != cue_of[n - 1]), len(cue_of)]
    return [range(a, b) for a, b in pairwise(edges)] if cue_of else []


def is_lost(found: Sequence[WordSpan | None], cue: range) -> bool:
    """Whether half the words of a cue or more were not found, or fit badly where they were and nobody heard them there."""
    here = found[cue.start : cue.stop]
    return 2 * sum(f is None or f.stand_in or (f.fit < WEAK_FIT and not f.heard) for f in here) >= len(here)
