"""Reordering: neighbouring cues put into the order in which they are said, by the likelihood of each order.

Editors' times are jittery, and files are sorted by them: a short answer may stand in front of its question. The search is
monotonic, so it misses one of the two. Where cues that lie close together leave words or speech unexplained, other orders are
aligned to the same stretch of sound, and the best is kept if it is likelier by a margin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.relocate import WEAK_FIT, cues_of, is_lost
from pipeline.timing import Span, union

Compare = Callable[[Sequence[Sequence[int]], Span], Sequence[Alignment]]
"""Aligns several orders of words, given by their indices, to the same span; one result for each order."""

Cue = range
"""The words of one cue."""

# All of these were set by hand.
# Cues whose given starts lie further apart stand in the right order: the base and so many scatters (the median deviation of the
# given times), and never more than the maximum.
_CLOSE_PER_SCATTER = 5
_CLOSE_BASE_MS = 300
_MAX_CLOSE_MS = 3500
# Log likelihood, in nats, that another order must gain; less for a cue that was hardly found where it stands.
_MIN_GAIN_NATS = 60.0
_MIN_GAIN_IF_LOST_NATS = 35.0
# Shorter unexplained speech holds no word.
_MIN_SPEECH_MS = 150
# Unexplained speech up to this far from a cue may hold its missing words.
_MAX_SPEECH_DISTANCE_MS = 1500
# Cues that one may be moved past.
_MAX_CUES_PASSED = 3
# The window in which orders are compared: cues on either side of those moved, words in all, and sound.
_MAX_CONTEXT_CUES = 4
_MAX_WINDOW_WORDS = 120
_MAX_WINDOW_MS = 30_000
# Sound that is aligned again, in all: for cues that were hardly found, and for missing words of others.
_LOST_BUDGET_MS = 900_000
_WORDS_BUDGET_MS = 300_000


def in_spoken_order(
    listened: Alignment,
    cue_of: Sequence[int],
    starts: Sequence[int | None],
    scatter_ms: int,
    compare: Compare,
) -> Alignment:
    """`listened`, with neighbouring cues in the likeliest order.

    `cue_of[n]` is the cue of word n, `starts[c]` the given start of cue c in ms (None in a script, whose order is right);
    `scatter_ms` is the median deviation of the given times from the sound.
    """
    close_ms = min(_MAX_CLOSE_MS, _CLOSE_BASE_MS + _CLOSE_PER_SCATTER * scatter_ms)
    orders = _Orders(listened, cue_of, starts, close_ms, compare)
    for cue in orders.lost():
        orders.improve(cue, _MIN_GAIN_IF_LOST_NATS)
    orders.allow(_WORDS_BUDGET_MS)
    for cue in orders.left_over():
        orders.improve(cue, _MIN_GAIN_NATS)
    found = orders.found
    taken = union(f.span for f in found if f is not None)
    unwritten = tuple(
        s for s in listened.unwritten if 2 * sum(s.overlap_ms(t) for t in taken) <= s.duration_ms
    )
    return Alignment(tuple(found), unwritten, listened.score)


class _Orders:
    """The cues in the order in which they were found, and trials of other orders; `found` is the result."""

    def __init__(
        self, listened: Alignment, cue_of: Sequence[int], starts: Sequence[int | None], close_ms: int, compare: Compare,
    ) -> None:  # fmt: skip
        self.found = list(listened.found)
        self._free = [s for s in listened.unwritten if s.duration_ms >= _MIN_SPEECH_MS]
        self._cues = _by_time(cues_of(cue_of), self.found)
        self._start = {cue: starts[cue_of[cue.start]] for cue in self._cues}
        self._close_ms, self._compare, self._budget_ms = close_ms, compare, _LOST_BUDGET_MS

    def allow(self, sound_ms: int) -> None:
        """Set how much sound may be aligned again from now on."""
        self._budget_ms = sound_ms

    def lost(self) -> list[Cue]:
        """The cues that were hardly found."""
        return [cue for cue in self._cues if is_lost(self.found, cue)]

    def left_over(self) -> list[Cue]:
        """The cues of which words are missing, or fit badly, near unexplained speech."""
        return [cue for cue in self._cues if not is_lost(self.found, cue) and self._is_left_over(cue)]

    def improve(self, cue: Cue, min_gain_nats: float) -> None:
        """Move a cue to the place where it and those around it are likeliest, if that gains so many nats."""
        at = self._cues.index(cue)
        for places, ((low, high), span) in self._trials(at):
            if self._budget_ms < span.duration_ms:
                return
            self._budget_ms -= span.duration_ms
            here = self._cues[low : high + 1]
            orders = [here, *(_moved(here, at - low, place - low) for place in places)]
            tried = self._compare([_words(order) for order in orders], span)
            best = max(range(len(orders)), key=lambda n: tried[n].score)
            if tried[best].score > tried[0].score + min_gain_nats:
                for index, found in zip(_words(orders[best]), tried[best].found, strict=True):
                    self.found[index] = found
                self._cues[low : high + 1] = orders[best]
                return

    def _trials(self, at: int) -> Iterator[tuple[list[int], tuple[tuple[int, int], Span]]]:
        """The other places of a cue, with the window in which they are tried: both directions at once if one window holds
        them, else each for itself, without the furthest places until a window holds the rest."""
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
        """The places to which a cue may be moved: past its neighbour, and further where speech is unexplained."""
        for step in (-1, 1):
            for distance in range(1, _MAX_CUES_PASSED + 1):
                place = at + step * distance
                if not 0 <= place < len(self._cues) or not self._are_close(at, place):
                    break
                if distance == 1 or self._is_free_beside(place, step):
                    yield place

    def _are_close(self, one: int, other: int) -> bool:
        a, b = self._start[self._cues[one]], self._start[self._cues[other]]
        return a is not None and b is not None and abs(a - b) <= self._close_ms

    def _is_free_beside(self, place: int, step: int) -> bool:
        """Whether speech is unexplained between the cue at `place` and the next one in the direction of `step`."""
        edge = self._edge(place, step)
        beyond = self._edge(place + step, -step) if 0 <= place + step < len(self._cues) else None
        if edge is None or beyond is None:
            return False
        gap = Span(min(edge, beyond), max(edge, beyond))
        return any(s.overlap_ms(gap) >= _MIN_SPEECH_MS for s in self._free)

    def _edge(self, place: int, step: int) -> int | None:
        spans = [f.span for n in self._cues[place] if (f := self.found[n]) is not None]
        return (spans[0].start_ms if step < 0 else spans[-1].end_ms) if spans else None

    def _is_left_over(self, cue: Cue) -> bool:
        here = [self.found[n] for n in cue]
        spans = [f.span for f in here if f is not None]
        return any(f is None or f.fit < WEAK_FIT for f in here) and any(
            s.gap_ms(spans[0].hull(spans[-1])) <= _MAX_SPEECH_DISTANCE_MS for s in self._free if spans
        )

    def _window(self, first: int, last: int) -> tuple[tuple[int, int], Span] | None:
        """The range of cues around `first` to `last` that begins and ends with a cue that was surely found, and its span of
        sound; None where there is no such range or it is too long."""
        before = range(first - 1, max(-1, first - 1 - _MAX_CONTEXT_CUES), -1)
        behind = range(last + 1, min(len(self._cues), last + 1 + _MAX_CONTEXT_CUES))
        low = next((n for n in before if self._is_sure(n, 0)), None)
        high = next((n for n in behind if self._is_sure(n, -1)), None)
        if low is None or high is None:
            return None
        begin, end = self._edge(low, -1), self._edge(high, 1)
        if begin is None or end is None or end <= begin:
            return None
        words = sum(map(len, self._cues[low : high + 1]))
        short = words <= _MAX_WINDOW_WORDS and end - begin <= _MAX_WINDOW_MS
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
