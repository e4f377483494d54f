"""Whose voice is under another's: the second of two people who speak at once, told from the embedding of both together.

The embedding of a mixture lies between those of its voices. What of it does not point to the one who has the turn is
compared with what of everybody else's voice does not, as a cosine; who is clearly nearest is meant, and often nobody is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import silent
from pipeline.stages.speakers.diarize import EmbeddedPieces
from pipeline.stages.speakers.order import TurnOrder
from pipeline.stages.speakers.places import Embed
from pipeline.timing import Span
from pipeline.transcript import Turn

Floats = NDArray[np.float32]

# The least cosine, and how far the next person must be behind it: of fifteen crossings in the demo and a film, the five
# that pass were right; set by hand.
_LEAST_COSINE, _LEAST_LEAD = 0.2, 0.05
# Who speaks no nearer than this is not in the room.
_NEAR_MS = 60_000
# A piece shows its speaker's voice when it lasts so long and so much of it is theirs.
_MIN_PIECE_MS, _MIN_SHARE = 800, 0.8


def seconds(
    embed: Embed, spans: Sequence[Span], turns: Sequence[Turn], embedded: EmbeddedPieces
) -> list[str | None]:
    """Who speaks beside the one who has the turn in each of these spans; None where it is not clear."""
    order = TurnOrder.of(turns)
    voices = _voices(order, embedded)
    return [
        None
        if vectors is None
        else _second(vectors.mean(axis=0) @ embedded.space.directions, span, order, voices)
        for span, vectors in zip(spans, embed(spans, silent), strict=True)
    ]


def _second(mixture: Floats, span: Span, order: TurnOrder, voices: Mapping[str, Floats]) -> str | None:
    near = [t for t in order.near(span, _NEAR_MS) if t.speaker in voices and t.span.gap_ms(span) <= _NEAR_MS]
    lasts: dict[str, int] = defaultdict(int)
    for turn in near:
        lasts[turn.speaker] += turn.span.overlap_ms(span)
    first = max(lasts, key=lambda who: (lasts[who], who), default=None)
    if first is None or not lasts[first]:
        return None
    rest = _without(_unit(mixture), voices[first])
    likeness = sorted(
        (float(rest @ _unit(_without(voices[who], voices[first]))), who) for who in lasts if who != first
    )
    if not likeness or likeness[-1][0] < _LEAST_COSINE:
        return None
    next_best = likeness[-2][0] if len(likeness) > 1 else -1.0
    return likeness[-1][1] if likeness[-1][0] - next_best >= _LEAST_LEAD else None


def _voices(order: TurnOrder, embedded: EmbeddedPieces) -> dict[str, Floats]:
    """Each person's mean direction, from the pieces that are theirs."""
    sums: dict[str, Floats] = {}
    for piece, place in zip(embedded.pieces, embedded.places, strict=True):
        if piece.mute or piece.span.duration_ms < _MIN_PIECE_MS:
            continue
        here = [t for t in order.near(piece.span) if t.span.overlap_ms(piece.span)]
        share = sum(t.span.overlap_ms(piece.span) for t in here) / piece.span.duration_ms
        if len({t.speaker for t in here}) == 1 and share >= _MIN_SHARE:
            vector = _unit(place) * piece.span.duration_ms
            sums[here[0].speaker] = sums.get(here[0].speaker, np.zeros_like(vector)) + vector
    return {who: _unit(total) for who, total in sums.items()}


def _without(vector: Floats, direction: Floats) -> Floats:
    """What of a vector is orthogonal to a unit vector."""
    rest: Floats = vector - (vector @ direction) * direction
    return rest


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    unit: Floats = vector / length if length else vector
    return unit
