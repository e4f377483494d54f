"""Overlapping speech: a second turn where a speaker segmentation hears two people at once.

The segmentation knows people for ten seconds only. Whom it means is told by their voices (`second_voice`) where the encoder can,
else by whose turns lie where it hears each of them alone; nobody is named for speaking nearest, which is right half of the
time. Turns that are there stay.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.stages.speakers import given
from pipeline.stages.speakers.order import TurnOrder
from pipeline.stages.speakers.pieces import regions_near
from pipeline.timing import Span
from pipeline.transcript import Crossing, Turn

# A region is speech when the segmentation hears somebody in this share of it. A choice.
_MIN_HEARD = 0.5
# A person is meant by a local speaker when this share of the latter's time alone, as far as it is anybody's, is theirs. A choice.
_MIN_SHARE = 0.5


def heard_twice(regions: Sequence[Span], voiced: Sequence[Span]) -> list[Span]:
    """The regions of speech in which a speaker segmentation hears somebody too: in the others nobody speaks without words."""
    return [
        r for r in regions
        if sum(v.overlap_ms(r) for v in regions_near(voiced, r)) >= _MIN_HEARD * r.duration_ms
    ]  # fmt: skip


def doubled(
    turns: Sequence[Turn], crossings: Sequence[Crossing], known: Sequence[str | None] | None = None
) -> tuple[Turn, ...]:
    """The turns, with a second one wherever two people cross and it is known who the other one is: `known` says so by their
    voices, None where the encoder cannot."""
    order = TurnOrder.of(turns)
    meant = (
        [_alone(order, c) for c in crossings] if known is None else [[who] if who else [] for who in known]
    )
    more = [turn for c, who in zip(crossings, meant, strict=True) for turn in _seconds(order, c.span, who)]
    return given.merged([*turns, *more], turns) if more else tuple(turns)


def _alone(order: TurnOrder, crossing: Crossing) -> list[str]:
    """Who speaks where each of the two is heard alone."""
    return [who for spans in (crossing.one, crossing.other) if (who := _most(order, spans))]


def _seconds(order: TurnOrder, crossing: Span, meant: Sequence[str]) -> Iterator[Turn]:
    """The turns that are lacking while two people cross, so that two are known of at every moment."""
    near = order.near(crossing)
    edges = {edge for t in near for edge in (t.span.start_ms, t.span.end_ms) if edge in crossing}
    for start_ms, end_ms in itertools.pairwise(sorted({crossing.start_ms, crossing.end_ms, *edges})):
        span = Span(start_ms, end_ms)
        here = {t.speaker for t in near if t.span.overlap_ms(span)}
        others = [who for who in dict.fromkeys(meant) if who not in here]
        if len(here) == 1 and others:
            yield Turn(others[0], span, True)


def _most(order: TurnOrder, spans: Sequence[Span]) -> str | None:
    """Who has most of these spans, if that is enough of what anybody has."""
    time_ms: dict[str, int] = defaultdict(int)
    for span in spans:
        for turn in order.near(span):
            time_ms[turn.speaker] += turn.span.overlap_ms(span)
    total = sum(time_ms.values())
    who = max(time_ms, key=lambda name: (time_ms[name], name), default=None)
    return who if who is not None and total and time_ms[who] >= _MIN_SHARE * total else None
