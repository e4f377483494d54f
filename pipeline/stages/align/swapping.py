"""Neighbouring cues that stand in another order than they are said.

An editor's times are jittery, and files are sorted by them: a short answer may stand in front of its question. The search walks
forward only, so it misses one of the two. Where cues that lie close together leave words or speech over, the other order is
tried on the same stretch of sound, and kept if it explains it clearly better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipeline.stages.align.listening import Found, Listened
from pipeline.timing import Span, union

Hear = Callable[[Sequence[int], Span], Listened]
"""Listens within a span for words, given by their indices in the order in which they are tried."""

Cue = tuple[int, int]

_CLOSE_MS = 3500  # cues that start further apart stand in the right order
_BETTER = 60.0  # nats by which another order must explain the sound better
_LEFT_OVER_MS = 150  # speech without words, from which on it may be a word's
_NEAR_MS = 1500
_WEAK_FIT = -1.8
_MOST_CONTEXT, _MOST_WORDS, _LONGEST_MS, _MOST_TRIES = 3, 90, 30_000, 120


def in_spoken_order(
    listened: Listened, groups: Sequence[int], starts: Sequence[int | None], hear: Hear
) -> Listened:
    """`listened`, with neighbouring cues in the order that explains the sound best.

    `groups[n]` is the cue of word n, `starts[c]` the given start of cue c in ms (None in a script, whose order is right).
    """
    found, cues, tries = list(listened.found), _cues(groups), 0
    for number in range(len(cues) - 1):
        if not _close(cues, number, groups, starts) or not _left_over(
            found, cues, number, listened.unwritten
        ):
            continue
        window = _window(found, cues, number)
        if window is None or tries >= _MOST_TRIES:
            continue
        tries += 1
        (first, last), span = window
        order = [*range(first, cues[number][0]), *range(*cues[number + 1]), *range(*cues[number])]
        order += range(cues[number + 1][1], last)
        other = hear(order, span)
        if other.score > hear(range(first, last), span).score + _BETTER:
            for index, here in zip(order, other.found, strict=True):
                found[index] = here
    taken = union(f.span for f in found if f is not None)
    unwritten = tuple(
        s for s in listened.unwritten if 2 * sum(s.overlap_ms(t) for t in taken) <= s.duration_ms
    )
    return Listened(tuple(found), unwritten, listened.score)


def _cues(groups: Sequence[int]) -> list[Cue]:
    edges = [0, *(n for n in range(1, len(groups)) if groups[n] != groups[n - 1]), len(groups)]
    return list(pairwise(edges)) if groups else []


def _close(cues: Sequence[Cue], number: int, groups: Sequence[int], starts: Sequence[int | None]) -> bool:
    before, after = (starts[groups[cues[n][0]]] for n in (number, number + 1))
    return before is not None and after is not None and abs(after - before) <= _CLOSE_MS


def _left_over(
    found: Sequence[Found | None], cues: Sequence[Cue], number: int, unwritten: Sequence[Span]
) -> bool:
    """Whether one of two cues was hardly found, or words are missing beside speech that nobody wrote."""
    pair = range(cues[number][0], cues[number + 1][1])
    if any(_is_weak(found, cues[n]) for n in (number, number + 1)):
        return True
    spans = [f.span for n in pair if (f := found[n]) is not None]
    free = [s for s in unwritten if s.duration_ms >= _LEFT_OVER_MS]
    return any(f is None or f.fit < _WEAK_FIT for f in (found[n] for n in pair)) and any(
        s.gap_ms(spans[0].hull(spans[-1])) <= _NEAR_MS for s in free if spans
    )


def _is_weak(found: Sequence[Found | None], cue: Cue) -> bool:
    here = found[slice(*cue)]
    return 2 * sum(f is None or f.stand_in or f.fit < _WEAK_FIT for f in here) > len(here)


def _window(found: Sequence[Found | None], cues: Sequence[Cue], number: int) -> tuple[Cue, Span] | None:
    """The words around two cues, from a cue that was surely found to another, and the sound from one to the other."""
    low = next(_sure(found, cues, range(number - 1, max(-1, number - 1 - _MOST_CONTEXT), -1)), None)
    high = next(_sure(found, cues, range(number + 2, min(len(cues), number + 2 + _MOST_CONTEXT))), None)
    if low is None or high is None:
        return None
    first, last = cues[low][0], cues[high][1]
    begin, end = found[first], found[last - 1]
    if begin is None or end is None or end.span.end_ms <= begin.span.start_ms or last - first > _MOST_WORDS:
        return None
    span = Span(begin.span.start_ms, end.span.end_ms)
    return ((first, last), span) if span.duration_ms <= _LONGEST_MS else None


def _sure(found: Sequence[Found | None], cues: Sequence[Cue], numbers: range) -> Iterator[int]:
    for number in numbers:
        ends = (found[cues[number][0]], found[cues[number][1] - 1])
        if all(f is not None and f.fit >= _WEAK_FIT for f in ends) and not _is_weak(found, cues[number]):
            yield number
