"""Speaker identification: names for voices by weighted votes of claims, given only where the votes agree.

A wrong name is worse than none, and no name is ever given by order of appearance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.speech.voices import clustering
from pipeline.stages.speakers.claims import Claim
from pipeline.stages.speakers.diarize import Diarized, EmbeddedPieces
from pipeline.transcript import Proof, ProofKind

# All of these were set by hand.
# Votes that name a voice (one label that is clearly its own is enough), and the share of all positive votes about it that must
# be for the same name.
MIN_VOTES = 0.6
MIN_AGREEMENT = 0.7
# The same where the speaker encoder has no trained weights.
MIN_VOTES_UNTRAINED = 2.0
MIN_AGREEMENT_UNTRAINED = 0.85
# A second voice may get the same name (another microphone, another mood) when its log likelihood ratio of one voice against two
# with the first is above the first bound, in nats, if it has so many votes, and else above the second; the others where the
# space of voices is absolute.
_MIN_SECOND_VOTES = 2.0
_MIN_SECOND_LOG_RATIO, _MIN_ONE_VOTE_LOG_RATIO = -400.0, -60.0
_MIN_SECOND_ABSOLUTE_RATIO, _MIN_ONE_VOTE_ABSOLUTE_RATIO = -100.0, 0.0
# Proofs kept for each name.
_MAX_PROOFS = 4
# The share of speech in a claim's pieces that must be one voice's; more for a lower third, which may stand under a listener.
_MIN_VOICE_SHARE = 0.6
_MIN_VOICE_SHARE_ON_SCREEN = 0.8


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a voice: a key of the roster, and the proofs."""

    key: str
    proofs: tuple[Proof, ...]


Votes = dict[int, dict[str, float]]
"""By a voice's number: the weighted votes for each key of the roster."""


def names(found: Diarized, embedded: EmbeddedPieces, claims: Sequence[Claim], sure: bool) -> dict[int, Named]:
    """The names of voices by their number. `sure` says whether the encoder has trained weights."""
    votes = _votes(found, embedded, claims)
    min_votes, min_agreement = (
        (MIN_VOTES, MIN_AGREEMENT) if sure else (MIN_VOTES_UNTRAINED, MIN_AGREEMENT_UNTRAINED)
    )
    chosen: dict[int, str] = {}
    for voice, for_keys in votes.items():
        key, most = max(sorted(for_keys.items()), key=lambda item: item[1], default=("", 0.0))
        total = sum(v for v in for_keys.values() if v > 0)
        if most >= min_votes and most >= min_agreement * total:
            chosen[voice] = key
    kept = {v: k for v, k in chosen.items() if _is_first_or_like_it(v, k, chosen, votes, found, embedded)}
    return {v: Named(k, _proofs(v, k, found, embedded, claims, votes[v])) for v, k in kept.items()}


def voice_of(claim: Claim, found: Diarized, embedded: EmbeddedPieces) -> int | None:
    """The voice that says most of the pieces a claim is about; None when no voice says most of them clearly."""
    said: dict[int, int] = defaultdict(int)
    for k in claim.pieces:
        if not embedded.pieces[k].mute and not found.track.strange[k]:
            said[int(found.track.voices[k])] += embedded.pieces[k].span.duration_ms
    if not said:
        return None
    voice, most = max(sorted(said.items()), key=lambda item: item[1])
    share = _MIN_VOICE_SHARE_ON_SCREEN if claim.kind is ProofKind.SCREEN else _MIN_VOICE_SHARE
    return voice if most > share * sum(said.values()) else None


def _votes(found: Diarized, embedded: EmbeddedPieces, claims: Sequence[Claim]) -> Votes:
    votes: Votes = defaultdict(lambda: defaultdict(float))
    for claim in claims:
        voice = voice_of(claim, found, embedded) if found.voices else None
        if voice is not None:
            votes[voice][claim.key] += claim.weight * _mean_certainty(claim, found)
    return {v: dict(k) for v, k in votes.items()}


def _mean_certainty(claim: Claim, found: Diarized) -> float:
    """The mean posterior probability of the voices in a claim's pieces; 1 for a claim against a person."""
    return float(np.mean([found.track.certainty[k] for k in claim.pieces])) if claim.weight > 0 else 1.0


def _is_first_or_like_it(
    voice: int, key: str, chosen: dict[int, str], votes: Votes, found: Diarized, embedded: EmbeddedPieces
) -> bool:
    """Whether this is the voice that most votes give to the person, or may be a second voice of theirs."""
    same = sorted(v for v, k in chosen.items() if k == key)
    first = max(same, key=lambda v: (votes[v][key], -v))
    if voice == first:
        return True
    likeness = clustering.log_likelihood_ratio(found.voices[voice], found.voices[first], embedded.space)
    often, once = (
        (_MIN_SECOND_ABSOLUTE_RATIO, _MIN_ONE_VOTE_ABSOLUTE_RATIO)
        if embedded.space.absolute
        else (_MIN_SECOND_LOG_RATIO, _MIN_ONE_VOTE_LOG_RATIO)
    )
    return likeness > (often if votes[voice][key] >= _MIN_SECOND_VOTES else once)


def _proofs(
    voice: int,
    key: str,
    found: Diarized,
    embedded: EmbeddedPieces,
    claims: Sequence[Claim],
    votes: dict[str, float],
) -> tuple[Proof, ...]:
    """The proofs of a name, one for each kind of evidence, the strongest kind first; each has its first instance."""
    mine = [c for c in claims if c.key == key and c.weight > 0 and voice_of(c, found, embedded) == voice]
    total = sum(v for v in votes.values() if v > 0)
    times = Counter(c.kind for c in mine)
    weight = {kind: sum(c.weight for c in mine if c.kind is kind) for kind in times}
    first = {c.kind: c for c in reversed(mine)}
    kinds: list[ProofKind] = sorted(times, key=lambda k: (-weight[k], k))
    score = round(min(1.0, votes[key] / total), 3)
    return tuple(Proof(k, first[k].span, first[k].text, times[k], score) for k in kinds[:_MAX_PROOFS])
