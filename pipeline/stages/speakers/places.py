"""Embedding of pieces: each piece of speech, each clip that a person gave, and the halves of pieces without words, in one space.

Voices are clustered from whole pieces, since a longer window shows a voice better. A piece without words was divided by the
clock, and may hold a change of speakers: once the voices are known, its halves are assigned to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress
from pipeline.speech.voices import embeddings, scaling
from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages.speakers.claims import WEIGHT, Claim
from pipeline.stages.speakers.diarize import EmbeddedPieces
from pipeline.stages.speakers.pieces import Piece, halves_of
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span
from pipeline.transcript import ProofKind

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[Span], Progress], list[Floats | None]]
"""Gives the embeddings of passages, shape (windows, size) each; None for one that cannot be heard now."""
Clips = Mapping[str, Sequence[tuple[Span, Floats]]]
"""Enrolment: by a person's name in the settings, passages of theirs with the embeddings of each, shape (windows, size)."""


# Voices of which less speech is known are no measure for half a piece. Set by hand.
LEAST_HALVED_MS = 60_000


@dataclass(frozen=True, eq=False)
class Halves:
    """The pieces of the recording, those without words in halves; all of them embedded, clips last; and what became of each
    piece (indices)."""

    pieces: list[Piece]
    embedded: EmbeddedPieces
    became: Sequence[tuple[int, ...]]

    def moved(self, claims: Sequence[Claim]) -> list[Claim]:
        """Claims about whole pieces as claims about their halves."""
        return [replace(c, pieces=tuple(n for k in c.pieces for n in self.became[k])) for c in claims]


def placed(
    embed: Embed,
    pieces: Sequence[Piece],
    clips: Clips,
    roster: Roster,
    encoder: Encoder,
    progress: Progress,
) -> tuple[EmbeddedPieces, list[Claim], Halves]:
    """Every piece and every clip in one speaker space, clips last; the clips' claims to voices; and the same with halves."""
    spoken = [k for k, p in enumerate(pieces) if not p.mute]
    lasts_ms = sum(pieces[k].span.duration_ms for k in spoken)
    halves = {k: both for k in spoken if lasts_ms >= LEAST_HALVED_MS and (both := halves_of(pieces[k]))}
    spans = [*(pieces[k].span for k in spoken), *(half.span for both in halves.values() for half in both)]
    heard = embed(spans, progress)
    vectors = {k: v for k, v in zip(spoken, heard, strict=False) if v is not None}
    everyone = [p if k in vectors else replace(p, mute=True) for k, p in enumerate(pieces)]
    claims = []
    for name, passages in sorted(clips.items()):
        person = roster.match(name)
        if person is None or not passages:
            continue
        held = range(len(everyone), len(everyone) + len(passages))
        vectors |= dict(zip(held, (v for _, v in passages), strict=True))
        everyone += [Piece(span, 0, 0, 0.0) for span, _ in passages]
        weight, text = WEIGHT[ProofKind.ENROLLED], f"clip of {person.name}"
        whole = passages[0][0].hull(passages[-1][0])
        claims.append(Claim(ProofKind.ENROLLED, person.key, tuple(held), whole, text, weight))
    count, known, later = len(everyone), dict(vectors), iter(heard[len(spoken) :])
    at: dict[int, list[int]] = {}
    for k, both in halves.items():
        for half in both:
            vector = next(later)
            if vector is not None:
                at.setdefault(k, []).append(len(everyone))
                vectors[len(everyone)] = vector
                everyone.append(half)
    embedded = _projected(everyone, vectors, len(pieces), encoder, known)
    parts = {k: mine for k, mine in at.items() if len(mine) == len(halves[k])}
    order: list[int] = []
    became: list[tuple[int, ...]] = []
    for k in range(count):
        mine = parts.get(k, [k])
        became.append(tuple(range(len(order), len(order) + len(mine))))
        order += mine
    own = [everyone[n] for k in range(len(pieces)) for n in parts.get(k, [k])]
    return _chosen(embedded, range(count)), claims, Halves(own, _chosen(embedded, order), became)


def _chosen(embedded: EmbeddedPieces, order: Sequence[int]) -> EmbeddedPieces:
    """These of the pieces, in this order."""
    at = list(order)
    return EmbeddedPieces(
        [embedded.pieces[k] for k in at], embedded.places[at], embedded.amounts[at], embedded.space,
        None if embedded.sounds is None else embedded.sounds[at],
    )  # fmt: skip


def _projected(
    pieces: Sequence[Piece],
    vectors: Mapping[int, Floats],
    own_count: int,
    encoder: Encoder,
    known: Mapping[int, Floats],
) -> EmbeddedPieces:
    """Pieces in the speaker space; its origin is the mean of the first `own_count`, which are the recording's own. `known` are
    the vectors of whole pieces, from which the space is estimated where none is trained."""
    at = sorted(vectors)
    space = encoder.trained or scaling.estimated([known[k] for k in sorted(known)])
    amounts = np.zeros(len(pieces), np.float32)
    places = np.zeros((len(pieces), len(space.between)), np.float32)
    sounds = None
    if at:
        amounts[at] = embeddings.amounts([pieces[k].span for k in at])
        inside = amounts[at] * np.array([k < own_count for k in at])
        means = np.array([vectors[k].mean(axis=0) for k in at], np.float32)
        places[at] = space.place(means, inside if inside.any() else amounts[at])
        if encoder.trained and not space.absolute:
            sounds = np.zeros((len(pieces), means.shape[1]), np.float32)
            sounds[at] = means
    return EmbeddedPieces(pieces, places, amounts, space, sounds)
