"""Whose voice a voice is: every claim votes for a name, and a name is given only where the votes agree.

A wrong name is worse than none, and no name is ever given by order of appearance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.speech.voices import clustering
from pipeline.stages.speakers.claims import Claim
from pipeline.stages.speakers.diarize import Diarized, Heard
from pipeline.transcript import Proof, ProofKind

# Votes that name a voice (one label that is clearly its own is enough), and the share of all votes about it that must say
# the same.
ENOUGH, AGREED = 0.6, 0.7
ENOUGH_UNSURE, AGREED_UNSURE = 2.0, 0.85
# A second voice of one person (another microphone, another mood): what its votes and its likeness to the first must be.
_SECOND_VOTES, _SECOND_LIKENESS, _ONE_VOTE_LIKENESS = 2.0, -400.0, -60.0
_PROOFS_KEPT = 4
# How much of what is said in a claim's pieces must be one voice's; a lower third may stand under whoever listens, so that its
# time must be nearly all one voice's.
_SHARE, _SHARE_ON_SCREEN = 0.6, 0.8


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a voice: a key of the roster, and why."""

    key: str
    proofs: tuple[Proof, ...]


Votes = dict[int, dict[str, float]]


def names(found: Diarized, heard: Heard, claims: Sequence[Claim], sure: bool) -> dict[int, Named]:
    """The names of voices by their number. `sure` says whether the encoder tells voices apart by itself."""
    votes = _votes(found, heard, claims)
    enough, agreed = (ENOUGH, AGREED) if sure else (ENOUGH_UNSURE, AGREED_UNSURE)
    chosen: dict[int, str] = {}
    for voice, for_keys in votes.items():
        key, most = max(sorted(for_keys.items()), key=lambda item: item[1], default=("", 0.0))
        cast = sum(v for v in for_keys.values() if v > 0)
        if most >= enough and most >= agreed * cast:
            chosen[voice] = key
    kept = {v: k for v, k in chosen.items() if _is_first_or_like_it(v, k, chosen, votes, found, heard)}
    return {v: Named(k, _proofs(v, k, found, heard, claims, votes[v])) for v, k in kept.items()}


def voice_of(claim: Claim, found: Diarized, heard: Heard) -> int | None:
    """The voice that says most of the pieces a claim is about; None when no voice says most of them clearly."""
    said: dict[int, int] = defaultdict(int)
    for k in claim.pieces:
        if not heard.pieces[k].mute and not found.track.strange[k]:
            said[int(found.track.voices[k])] += heard.pieces[k].span.duration_ms
    if not said:
        return None
    voice, most = max(sorted(said.items()), key=lambda item: item[1])
    share = _SHARE_ON_SCREEN if claim.kind is ProofKind.SCREEN else _SHARE
    return voice if most > share * sum(said.values()) else None


def _votes(found: Diarized, heard: Heard, claims: Sequence[Claim]) -> Votes:
    votes: Votes = defaultdict(lambda: defaultdict(float))
    for claim in claims:
        voice = voice_of(claim, found, heard) if found.voices else None
        if voice is not None:
            votes[voice][claim.key] += claim.weight * _clearness(claim, found)
    return {v: dict(k) for v, k in votes.items()}


def _clearness(claim: Claim, found: Diarized) -> float:
    """How sure it is whose the pieces of a claim are."""
    return float(np.mean([found.track.certainty[k] for k in claim.pieces])) if claim.weight > 0 else 1.0


def _is_first_or_like_it(
    voice: int, key: str, chosen: dict[int, str], votes: Votes, found: Diarized, heard: Heard
) -> bool:
    """Whether this is the voice that most votes give to the person, or may be a second voice of theirs."""
    same = sorted(v for v, k in chosen.items() if k == key)
    first = max(same, key=lambda v: (votes[v][key], -v))
    if voice == first:
        return True
    likeness = clustering.log_likelihood_ratio(found.voices[voice], found.voices[first], heard.space)
    least = _SECOND_LIKENESS if votes[voice][key] >= _SECOND_VOTES else _ONE_VOTE_LIKENESS
    return likeness > least


def _proofs(
    voice: int, key: str, found: Diarized, heard: Heard, claims: Sequence[Claim], votes: dict[str, float]
) -> tuple[Proof, ...]:
    """The proofs of a name, one for each kind of evidence, the strongest kind first; each shows its first instance."""
    mine = [c for c in claims if c.key == key and c.weight > 0 and voice_of(c, found, heard) == voice]
    cast = sum(v for v in votes.values() if v > 0)
    times = Counter(c.kind for c in mine)
    weight = {kind: sum(c.weight for c in mine if c.kind is kind) for kind in times}
    first = {c.kind: c for c in reversed(mine)}
    kinds: list[ProofKind] = sorted(times, key=lambda k: (-weight[k], k))
    score = round(min(1.0, votes[key] / cast), 3)
    return tuple(Proof(k, first[k].span, first[k].text, times[k], score) for k in kinds[:_PROOFS_KEPT])
