"""Neighbouring cues that stand in another order than they are said.

An editor's times are jittery, and files are sorted by them: a short answer may stand in front of its question. The search walks
forward only, so it misses one of the two. Where cues that lie close together leave words or speech over, the other order is
tried on the same stretch of sound, and kept if it explains it clearly better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.relocate import WEAK_FIT, cues_of, is_lost
from pipeline.timing import Span, union

Compare = Callable[[Sequence[Sequence[int]], Span], Sequence[Alignment]]
"""Listens within a span for each of several orders of words, given by their indices."""

Cue = range
"""The words of one cue."""

# Cues that start further apart stand in the right order: by how far half the cues are from where they belong, and at most.
_CLOSE_SCATTERS, _CLOSEST_MS, _CLOSE_MS = 5, 300, 3500
# Nats by which another order must explain the sound better; less for a cue that was hardly found where it stands.
_BETTER, _BETTER_IF_LOST = 60.0, 35.0
_LEFT_OVER_MS = 150  # speech without words, from which on it may be a word's
_NEAR_MS = 1500
_FURTHEST = 3  # cues that one may be moved past
_MOST_CONTEXT, _MOST_WORDS, _LONGEST_MS = 4, 120, 30_000
# Sound that is listened to once more, in all: for cues that were hardly found, and for single words.
_MOST_SOUND_MS, _MOST_FOR_WORDS_MS = 900_000, 300_000


def in_spoken_order(
    listened: Alignment,
    groups: Sequence[int],
    starts: Sequence[int | None],
    scatter_ms: int,
    compare: Compare,
) -> Alignment:
    """`listened`, with neighbouring cues in the order that explains the sound best.

    `groups[n]` is the cue of word n, `starts[c]` the given start of cue c in ms (None in a script, whose order is right);
    half of the cues lie no further than `scatter_ms` from where they belong.
    """
    close_ms = min(_CLOSE_MS, _CLOSEST_MS + _CLOSE_SCATTERS * scatter_ms)
    orders = _Orders(listened, groups, starts, close_ms, compare)
    for cue in orders.lost():
        orders.improve(cue, _BETTER_IF_LOST)
    orders.allow(_MOST_FOR_WORDS_MS)
    for cue in orders.left_over():
        orders.improve(cue, _BETTER)
    found = orders.found
    taken = union(f.span for f in found if f is not None)
    unwritten = tuple(
        s for s in listened.unwritten if 2 * sum(s.overlap_ms(t) for t in taken) <= s.duration_ms
    )
    return Alignment(tuple(found), unwritten, listened.score)


class _Orders:
    """The cues in the order in which they are said, as far as it is known, and trials of other orders."""

    def __init__(
        self, listened: Alignment, groups: Sequence[int], starts: Sequence[int | None], close_ms: int, compare: Compare,
    ) -> None:  # fmt: skip
        self.found = list(listened.found)
        self._free = [s for s in listened.unwritten if s.duration_ms >= _LEFT_OVER_MS]
        self._cues = _by_time(cues_of(groups), self.found)
        self._start = {cue: starts[groups[cue.start]] for cue in self._cues}
        self._close_ms, self._compare, self._left_ms = close_ms, compare, _MOST_SOUND_MS

    def allow(self, sound_ms: int) -> None:
        """How much sound may be listened to from now on."""
        self._left_ms = sound_ms

    def lost(self) -> list[Cue]:
        """The cues that were hardly found."""
        return [cue for cue in self._cues if is_lost(self.found, cue)]

    def left_over(self) -> list[Cue]:
        """The cues of which words are missing beside speech that nobody wrote."""
        return [cue for cue in self._cues if not is_lost(self.found, cue) and self._is_left_over(cue)]

    def improve(self, cue: Cue, better: float) -> None:
        """Put a cue where it and all around it explain the sound best, if by so many nats."""
        at = self._cues.index(cue)
        for places, ((low, high), span) in self._trials(at):
            if self._left_ms < span.duration_ms:
                return
            self._left_ms -= span.duration_ms
            here = self._cues[low : high + 1]
            orders = [here, *(_moved(here, at - low, place - low) for place in places)]
            tried = self._compare([_words(order) for order in orders], span)
            best = max(range(len(orders)), key=lambda n: tried[n].score)
            if tried[best].score > tried[0].score + better:
                for index, found in zip(_words(orders[best]), tried[best].found, strict=True):
                    self.found[index] = found
                self._cues[low : high + 1] = orders[best]
                return

    def _trials(self, at: int) -> Iterator[tuple[list[int], tuple[tuple[int, int], Span]]]:
        """Where else a cue may stand, with the window in which that is tried: both directions at once if one window holds
        them, else each for itself, as far as there is one."""
        places = list(self._places(at))
        if places and (window := self._window(min(at, *places), max(at, *places))):
            yield places, window
            return
        for side in ([p for p in places if p < at], [p for p in places if p > at]):
            while side:
                if window := self._window(min(at, *side), max(at, *side)):
                    yield side, window
                    break
                side.pop()

    def _places(self, at: int) -> Iterator[int]:
        """Where else a cue may stand: past its neighbour, and further where speech is left over."""
        for step in (-1, 1):
            for distance in range(1, _FURTHEST + 1):
                place = at + step * distance
                if not 0 <= place < len(self._cues) or not self._close(at, place):
                    break
                if distance == 1 or self._is_free_beside(place, step):
                    yield place

    def _close(self, one: int, other: int) -> bool:
        a, b = self._start[self._cues[one]], self._start[self._cues[other]]
        return a is not None and b is not None and abs(a - b) <= self._close_ms

    def _is_free_beside(self, place: int, step: int) -> bool:
        """Whether speech is left over beyond the cue at `place`, between it and the next."""
        edge = self._edge(place, step)
        beyond = self._edge(place + step, -step) if 0 <= place + step < len(self._cues) else None
        if edge is None or beyond is None:
            return False
        gap = Span(min(edge, beyond), max(edge, beyond))
        return any(s.overlap_ms(gap) >= _LEFT_OVER_MS for s in self._free)

    def _edge(self, place: int, step: int) -> int | None:
        spans = [f.span for n in self._cues[place] if (f := self.found[n]) is not None]
        return (spans[0].start_ms if step < 0 else spans[-1].end_ms) if spans else None

    def _is_left_over(self, cue: Cue) -> bool:
        here = [self.found[n] for n in cue]
        spans = [f.span for f in here if f is not None]
        return any(f is None or f.fit < WEAK_FIT for f in here) and any(
            s.gap_ms(spans[0].hull(spans[-1])) <= _NEAR_MS for s in self._free if spans
        )

    def _window(self, first: int, last: int) -> tuple[tuple[int, int], Span] | None:
        """The cues around some, from one that was surely found to another, and the sound from the one to the other."""
        before = range(first - 1, max(-1, first - 1 - _MOST_CONTEXT), -1)
        behind = range(last + 1, min(len(self._cues), last + 1 + _MOST_CONTEXT))
        low = next((n for n in before if self._is_sure(n, 0)), None)
        high = next((n for n in behind if self._is_sure(n, -1)), None)
        if low is None or high is None:
            return None
        begin, end = self._edge(low, -1), self._edge(high, 1)
        if begin is None or end is None or end <= begin:
            return None
        words = sum(map(len, self._cues[low : high + 1]))
        short = words <= _MOST_WORDS and end - begin <= _LONGEST_MS
        return ((low, high), Span(begin, end)) if short else None

    def _is_sure(self, number: int, end: int) -> bool:
        cue = self._cues[number]
        word = self.found[cue[end]]
        return word is not None and word.fit >= WEAK_FIT and not is_lost(self.found, cue)


def _by_time(cues: Sequence[Cue], found: Sequence[WordSpan | None]) -> list[Cue]:
    """The cues in the order in which they were found; one that was not stays behind the cue in front of it."""
    keys, last_ms = [], 0
    for cue in cues:
        here = next((f for n in cue if (f := found[n]) is not None), None)
        if here is not None and not is_lost(found, cue):
            last_ms = here.span.start_ms
        keys.append(last_ms)
    return [cues[n] for n in sorted(range(len(cues)), key=lambda n: keys[n])]


def _moved(cues: Sequence[Cue], at: int, place: int) -> list[Cue]:
    order = list(cues)
    order.insert(place, order.pop(at))
    return order


def _words(cues: Sequence[Cue]) -> list[int]:
    return [n for cue in cues for n in cue]
