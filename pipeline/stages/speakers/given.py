"""Turns that somebody else's diarization found: evidence of who speaks like labels are, weighed against voices and words.

A turn claims the pieces that are mostly its own. Speech that only it knows of is listened to; where two of its turns run at once,
the second speaker is believed when both are voices that were found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.stages.speakers.assembly import MIN_OVERLAP_MS
from pipeline.stages.speakers.claims import WEIGHT, Claim
from pipeline.stages.speakers.order import TurnOrder
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span, SpanIndex, gaps, overlapping, union
from pipeline.transcript import ProofKind, Turn

# All of these were set by hand.
# A piece is a turn's when it covers this share of it, and nobody else's turns cover more than the second.
_MIN_COVERED = 0.6
_MAX_OTHERS = 0.3
# A name of the file is one of the speakers found when this share of its time, alone, is theirs.
_MIN_SAME = 0.6
# Shorter speech that only the file knows of is not listened to.
_MIN_SPAN_MS = 250
# Names that a tool gives to voices: they say who is the same person, and not who that is.
_NUMBERED = re.compile(
    r"(?:speakers?|spkr?|sprecher(?:in)?|locuteur|person|voice|cluster|s)?[\W_]*\d+|[a-z]", re.IGNORECASE
)


def is_number(name: str) -> bool:
    """Whether a name only tells voices apart: "SPEAKER_00", "spk2", "B"."""
    return _NUMBERED.fullmatch(name.strip()) is not None


def within(given: Sequence[Turn], duration_ms: int) -> tuple[Turn, ...]:
    """The given turns inside the recording."""
    cut = (
        (t, Span(t.span.start_ms, min(t.span.end_ms, duration_ms)))
        for t in given
        if t.span.start_ms < duration_ms
    )
    return tuple(replace(t, span=span) for t, span in cut if span)


def unheard(given: Sequence[Turn], voiced: Sequence[Span]) -> tuple[Span, ...]:
    """When only the given turns have speech."""
    spoken = union(t.span for t in given)
    if not spoken:
        return ()
    rest = gaps(voiced, Span(spoken[0].start_ms, spoken[-1].end_ms))
    inside = (both for r in rest for s in spoken if (both := r.intersection(s)))
    return tuple(span for span in inside if span.duration_ms >= _MIN_SPAN_MS)


def by_turns(given: Sequence[Turn], pieces: Sequence[Piece], roster: Roster) -> Iterator[Claim]:
    """Claims of given turns about the pieces that are mostly theirs."""
    order = sorted(given, key=lambda t: t.span)
    index = SpanIndex([t.span for t in order])
    held: dict[int, list[int]] = defaultdict(list)
    for k, piece in enumerate(pieces):
        if piece.mute or not piece.span:
            continue
        near = index.meeting(piece.span)
        shares: dict[str, float] = defaultdict(float)
        for n in near:
            shares[order[n].speaker] += order[n].span.overlap_ms(piece.span) / piece.span.duration_ms
        name = max(shares, key=lambda s: (shares[s], s), default="")
        if shares and shares[name] >= _MIN_COVERED and sum(shares.values()) - shares[name] <= _MAX_OTHERS:
            turn = max(
                (n for n in near if order[n].speaker == name),
                key=lambda n: order[n].span.overlap_ms(piece.span),
            )
            held[turn].append(k)
    for n, mine in sorted(held.items()):
        person = roster.given(order[n].speaker)
        if person is not None:
            yield Claim(
                ProofKind.TURNS,
                person.key,
                tuple(mine),
                order[n].span,
                order[n].speaker,
                WEIGHT[ProofKind.TURNS],
            )


def doubled(turns: Sequence[Turn], given: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns with a second one wherever two of the given ones run at once, of people whose voices were both found."""
    names = _same(turns, given)
    found = list(turns)
    known = _once([t for t in given if t.speaker in names])
    for at, one in enumerate(known):
        for n in range(at + 1, len(known)):
            other = known[n]
            if other.span.start_ms >= one.span.end_ms:
                break
            both = one.span.intersection(other.span)
            who = {names.get(one.speaker), names.get(other.speaker)} - {None}
            if both is None or both.duration_ms < MIN_OVERLAP_MS or len(who) < 2:
                continue
            found += [Turn(name, both, True) for name in sorted(map(str, who))]
    return merged(found, turns)


def _once(given: Sequence[Turn]) -> list[Turn]:
    """The turns in order of time, those of one speaker that overlap each other made one: nobody speaks twice at once."""
    found: list[Turn] = []
    last: dict[str, int] = {}
    for turn in sorted(given, key=lambda t: (t.span, t.speaker)):
        at = last.get(turn.speaker)
        if at is not None and turn.span.start_ms < found[at].span.end_ms:
            before = found[at].span
            found[at] = replace(turn, span=Span(before.start_ms, max(before.end_ms, turn.span.end_ms)))
        else:
            last[turn.speaker] = len(found)
            found.append(turn)
    return found


def _same(turns: Sequence[Turn], given: Sequence[Turn]) -> dict[str, str]:
    """Which speaker found is meant by each name of the given turns, by the time in which nobody else speaks in either."""
    shared: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spans: dict[str, list[Span]] = defaultdict(list)
    order = TurnOrder.of(turns)
    for given_turn in given:
        spans[given_turn.speaker].append(given_turn.span)
    for name, its in spans.items():
        for mine in union(its):
            for turn in order.near(mine):
                shared[name][turn.speaker] += mine.overlap_ms(turn.span)
    best = {name: max(of, key=lambda s: (of[s], s)) for name, of in shared.items() if any(of.values())}
    return {
        name: who for name, who in best.items() if shared[name][who] >= _MIN_SAME * sum(shared[name].values())
    }


def merged(found: Sequence[Turn], before: Sequence[Turn]) -> tuple[Turn, ...]:
    """Each speaker's turns as disjoint ones; those that now run beside another's are marked."""
    is_crossed = overlapping(t.span for t in found[len(before) :])
    by: dict[str, list[Turn]] = defaultdict(list)
    for turn in found:
        by[turn.speaker].append(turn)
    result = []
    for who, mine in by.items():
        was_crossed = overlapping(t.span for t in mine if t.overlap)
        spans = union(t.span for t in mine)
        result += [Turn(who, span, was_crossed(span) or is_crossed(span)) for span in spans]
    return tuple(sorted(result, key=lambda t: (t.span, t.speaker)))
