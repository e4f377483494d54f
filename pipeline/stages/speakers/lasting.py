"""Turns that last as long as people speak: the time between and beside the pieces is given to whoever speaks next to it.

Pieces end with their words or with the loud part of a phrase; people speak on through breaths and trail off. Within one stretch
of voice a gap in one speaker's turn is theirs, both sides of one between two speakers are, and what is left at an end belongs to
the turn beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.stages.speakers.pieces import Piece
from pipeline.timing import Span, gaps, union
from pipeline.transcript import Turn

# No more than this is given to a turn at once: a longer stretch without a piece has another reason. A choice.
MOST_GIVEN_MS = 1200
# Between two speakers each turn gets so much: the rest is the pause before an answer.
MOST_BETWEEN_MS = 0


def filled(turns: Sequence[Turn], voiced: Sequence[Span], pieces: Sequence[Piece]) -> tuple[Turn, ...]:
    """The turns, longer by what of `voiced` nobody has. Pieces in which nobody known speaks stay so."""
    if not turns:
        return ()
    end_ms = max(s.end_ms for s in (*voiced, *(t.span for t in turns)))
    busy = union([*(t.span for t in turns), *(p.span for p in pieces if not p.absent)])
    free = _common(gaps(busy, Span(0, end_ms)), union(voiced))
    ends = {turn.span.end_ms: k for k, turn in enumerate(turns)}
    starts = {turn.span.start_ms: k for k, turn in reversed([*enumerate(turns)])}
    spans = [turn.span for turn in turns]
    for gap in free:
        before, after = ends.get(gap.start_ms), starts.get(gap.end_ms)
        most_ms = MOST_GIVEN_MS
        if before is not None and after is not None:
            same = turns[before].speaker == turns[after].speaker
            most_ms = (gap.duration_ms + 1) // 2 if same else min(gap.duration_ms // 2, MOST_BETWEEN_MS)
        if before is not None:
            spans[before] = spans[before].hull(Span(gap.start_ms, min(gap.end_ms, gap.start_ms + most_ms)))
        if after is not None:
            spans[after] = spans[after].hull(Span(max(gap.start_ms, gap.end_ms - most_ms), gap.end_ms))
    return _joined(replace(turn, span=span) for turn, span in zip(turns, spans, strict=True))


def _common(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """What disjoint spans in order have in common with others."""
    for span in some:
        at = bisect_right(others, span.start_ms, key=lambda o: o.end_ms)
        while at < len(others) and others[at].start_ms < span.end_ms:
            if (both := span.intersection(others[at])) is not None:
                yield both
            at += 1


def _joined(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns in order of time, each speaker's that touch as one."""
    found: list[Turn] = []
    last: dict[str, int] = {}
    for turn in sorted(turns, key=lambda t: (t.span, t.speaker)):
        at = last.get(turn.speaker)
        if at is not None and found[at].span.end_ms >= turn.span.start_ms:
            both = found[at].span.hull(turn.span)
            found[at] = Turn(turn.speaker, both, found[at].overlap or turn.overlap)
        else:
            last[turn.speaker] = len(found)
            found.append(turn)
    return tuple(sorted(found, key=lambda t: (t.span, t.speaker)))
