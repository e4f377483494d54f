"""Text that the search lost: looked for at its own time, or where speech is left over - answers that stand in front of their
questions, passages moved.

The search walks forward only. What it could not find, and the speech it could not explain, are tried against each other
afterwards: first what lies near its editor's time, then passages of many words against everything that is left. Text moves only
where the sound is that of its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import ceil

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.timing import Span

# A word that fits the sound this badly (nats per frame against any phones) may be another.
WEAK_FIT = -1.8


Try = Callable[[range, Span], Sequence[WordSpan | None]]
"""Listens for the words of a range within a span only."""
Expected = Callable[[range], int | None]
"""Where the editor's times let expect the words of a range, in ms; None where nothing does."""
Own = Callable[[range], Span | None]
"""The time that the editor gave the words of a range, as it lies in the sound; None where there is none."""

# A moved word must sound like itself; of a longer cue, whose words may be misspelt or not said, most must.
_GOOD_FIT, _WORST_FIT, _MOST_OF = -0.5, -2.0, 0.6
_FAIR_FIT, _FILLED = -1.4, 0.85
_ALL_OF_WORDS = 2
# How far from its editor's time a cue is looked for, and from its neighbours where no editor timed it; a passage of so many
# words is looked for anywhere.
_JITTER_MS, _NEAR_MS = 2500, 8000
_PASSAGE_WORDS, _FEWEST_UNTIMED = 8, 3
_SHORTEST_MS = 150
_MS_PER_WORD = (80, 900)  # no one speaks faster, or so slowly without a pause
_LONGEST_OF_FEW_MS, _LONGEST_MS = 1200, 12_000
_AROUND_MS = 250
# Sound that is listened to once more, in all: near, and anywhere.
_MOST_NEAR_MS, _MOST_FAR_MS = 600_000, 300_000


def put_in_place(
    listened: Alignment, groups: Sequence[int], hear: Try, expected: Expected = lambda words: None
) -> Alignment:
    """`listened`, with text that was found elsewhere moved there; `groups[n]` is the cue or paragraph of word n."""
    found = list(listened.found)
    left = _LeftOver(listened.unwritten)
    lost = [_Lost.of(words, found, expected(words)) for words in cues_of(groups) if is_lost(found, words)]
    waiting: list[tuple[int, int, Span]] = []  # distance, number of the lost cue, speech without words

    def await_trial(spans: Sequence[Span]) -> None:
        for number, cue in enumerate(lost):
            for span in spans:
                if cue.words and (distance := cue.distance_ms(span)) is not None:
                    heappush(waiting, (distance, number, span))

    await_trial(left.spans)
    budget_ms = {False: _MOST_NEAR_MS, True: _MOST_FAR_MS}
    while waiting:
        distance, number, span = heappop(waiting)
        words, far = lost[number].words, distance > _NEAR_MS
        if not words or span not in left.all or budget_ms[far] < span.duration_ms:
            continue
        budget_ms[far] -= span.duration_ms
        here = hear(words, span)
        if _convincing(here, None if far else span):
            found[words.start : words.stop] = here
            lost[number] = _Lost(range(0))
            await_trial(left.take(span, here))
    return Alignment(tuple(found), tuple(left.all), listened.score)


def at_own_times(listened: Alignment, groups: Sequence[int], hear: Try, own: Own) -> Alignment:
    """`listened`, with the cues that the search lost where a careful editor had them, if they are said there."""
    found = list(listened.found)
    for words in cues_of(groups):
        span = own(words) if is_lost(found, words) else None
        if span is None or not len(words) * _MS_PER_WORD[0] <= span.duration_ms <= _LONGEST_MS:
            continue
        here = hear(words, Span(max(0, span.start_ms - _AROUND_MS), span.end_ms + _AROUND_MS))
        if _convincing(here):
            found[words.start : words.stop] = here
    return Alignment(tuple(found), listened.unwritten, listened.score)


def without_doubles(found: Sequence[WordSpan | None], groups: Sequence[int]) -> list[WordSpan | None]:
    """`found`, but where two cues claim the same sound only the one that sounds more like it keeps it."""
    kept = list(found)
    cues = sorted(_spoken_cues(found, groups), key=lambda cue: cue[1].start_ms)
    for number, (words, span) in enumerate(cues):
        for others, other in cues[number + 1 :]:
            if other.start_ms >= span.end_ms:
                break
            if 2 * span.overlap_ms(other) > min(span.duration_ms, other.duration_ms):
                worse = min(words, others, key=lambda own: _mean_fit(found, own))
                kept[worse.start : worse.stop] = [None] * len(worse)
    return kept


def _spoken_cues(found: Sequence[WordSpan | None], groups: Sequence[int]) -> Iterator[tuple[range, Span]]:
    """Each cue of which a word was found, with the time from its first to its last."""
    for words in cues_of(groups):
        spans = [f.span for f in found[words.start : words.stop] if f is not None]
        if spans and spans[0].start_ms < spans[-1].end_ms:
            yield words, Span(spans[0].start_ms, spans[-1].end_ms)


def _mean_fit(found: Sequence[WordSpan | None], words: range) -> float:
    return sum(
        _WORST_FIT if f is None or f.stand_in else f.fit for f in found[words.start : words.stop]
    ) / len(words)


class _LeftOver:
    """Speech without words, of which pieces are taken."""

    def __init__(self, unwritten: Sequence[Span]) -> None:
        self.all = list(unwritten)

    @property
    def spans(self) -> list[Span]:
        return [span for span in self.all if span.duration_ms >= _SHORTEST_MS]

    def take(self, span: Span, here: Sequence[WordSpan | None]) -> list[Span]:
        """Words stand in `span` now; returns what is still left over of it."""
        spans = [f.span for f in here if f is not None]
        first, last = spans[0].start_ms, spans[-1].end_ms
        rest = [Span(span.start_ms, max(span.start_ms, first)), Span(min(last, span.end_ms), span.end_ms)]
        rest = [piece for piece in rest if piece.duration_ms >= _SHORTEST_MS]
        at = self.all.index(span)
        self.all[at : at + 1] = rest
        return rest


@dataclass(frozen=True, slots=True)
class _Lost:
    """A cue that was hardly found: where its editor's times let expect it, and the words found in front of it and behind."""

    words: range
    expected_ms: int | None = None
    beside: tuple[Span, ...] = ()

    @classmethod
    def of(cls, words: range, found: Sequence[WordSpan | None], expected_ms: int | None) -> _Lost:
        before = next((f for n in range(words.start - 1, -1, -1) if (f := found[n])), None)
        behind = next((f for n in range(words.stop, len(found)) if (f := found[n])), None)
        return cls(words, expected_ms, tuple(f.span for f in (before, behind) if f))

    def distance_ms(self, span: Span) -> int | None:
        """How far the speech lies from where the words are looked for; None where they cannot be, or are not to be."""
        least, most = (len(self.words) * ms for ms in _MS_PER_WORD)
        few = len(self.words) < _PASSAGE_WORDS
        if not least <= span.duration_ms <= (max(most, _LONGEST_OF_FEW_MS) if few else _LONGEST_MS):
            return None
        if self.expected_ms is not None:
            distance, near = abs(self.expected_ms - span.start_ms), _JITTER_MS
        else:
            distance = min((b.gap_ms(span) for b in self.beside), default=0)
            near = _NEAR_MS if len(self.words) >= _FEWEST_UNTIMED else -1
        if distance <= near:
            return distance
        return None if few else _NEAR_MS + distance


def _convincing(here: Sequence[WordSpan | None], within: Span | None = None) -> bool:
    """Whether the sound is that of the words; if they fill the speech `within` which they stand, less is enough."""
    good = [f for f in here if f is not None and not f.stand_in and f.fit > _WORST_FIT]
    enough = len(here) if len(here) <= _ALL_OF_WORDS else ceil(_MOST_OF * len(here))
    if len(good) < enough:
        return False
    if sum(f.fit for f in good) / len(good) > _GOOD_FIT:
        return True
    said = [f for f in here if f is not None and not f.stand_in]
    taken = sum(f.span.duration_ms for f in said)
    fills = within is not None and len(said) == len(here) > 1 and taken >= _FILLED * within.duration_ms
    return fills and sum(f.fit * f.span.duration_ms for f in said) / taken > _FAIR_FIT


def cues_of(groups: Sequence[int]) -> list[range]:
    """The words of each cue; `groups[n]` is the cue (or paragraph) of word n."""
    edges = [0, *(n for n in range(1, len(groups)) if groups[n] != groups[n - 1]), len(groups)]
    return [range(a, b) for a, b in pairwise(edges)] if groups else []


def is_lost(found: Sequence[WordSpan | None], cue: range) -> bool:
    """Whether half the words of a cue or more were not found, or hardly sound like what was found."""
    here = found[cue.start : cue.stop]
    return 2 * sum(f is None or f.stand_in or f.fit < WEAK_FIT for f in here) >= len(here)
