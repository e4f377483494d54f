"""The voices of a recording and which piece is whose: grouping, what the labels say about it, and tracking in turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices import clustering, tracking
from pipeline.speech.voices.clustering import Voice
from pipeline.speech.voices.scaling import Space
from pipeline.speech.voices.tracking import Track
from pipeline.stages.speakers.claims import SHORT_MS, Claim
from pipeline.stages.speakers.pieces import Piece
from pipeline.transcript import ProofKind

Floats = NDArray[np.float32]

# A voice of which less than this is heard is no basis for telling others apart.
LEAST_VOICE_MS = 2000
# Beyond the roster's length voices must be clearly different: no likelier one than this.
_BEYOND_ROSTER = -60.0
# Two names within one voice: each with so many labels, and this share of them.
_SPLIT_CLAIMS, _SPLIT_SHARE = 2, 0.15
# From so many labelled pieces on, their labels prove two voices where the voice foretells this share of them.
_ENOUGH_SEEDS, _BORNE_OUT = 8, 0.85
# A label is right far more often than not, and the voice decides where both speak clearly.
_LABEL_BONUS = 2.5
_ROUNDS = 2
_CLEAR = 0.9


@dataclass(frozen=True, eq=False)
class Heard:
    """Pieces in the room of voices: `places`, shape (n, directions), `amounts`, shape (n,), and the room; pieces that are mute
    have an amount of 0."""

    pieces: Sequence[Piece]
    places: Floats
    amounts: Floats
    space: Space


@dataclass(frozen=True, eq=False)
class Diarized:
    """The voices, which of them each piece is (with how sure that is), and which names could not be told apart."""

    voices: list[Voice]
    track: Track
    inseparable: frozenset[frozenset[str]] = frozenset()


def voices(
    heard: Heard,
    claims: Sequence[Claim],
    most: int | None,
    listed: int,
    known: clustering.Known | None = None,
) -> Diarized:
    """The voices of a recording. `most` is the number that a person gave, None when nobody did; `listed` how many people the
    roster has (0: none); `known` as in `grouping.group`."""
    precisions = clustering.precision(np.maximum(heard.amounts, 0.05))
    strong = _strong(heard)
    if not strong:
        silent = np.zeros(len(heard.pieces), np.int64)
        return Diarized([], Track(silent, np.zeros(len(silent), np.float32), np.ones(len(silent), bool)))
    bar = clustering.merge_threshold(sum(heard.pieces[k].span.duration_ms for k in strong))
    at_most, sure = (most, None) if most else (listed or None, _BEYOND_ROSTER)
    grouped = clustering.cluster(
        heard.places[strong], precisions[strong], heard.space, bar, at_most, sure, known
    )
    own = [clustering.voice_of([strong[i] for i in v.pieces], heard.places, precisions) for v in grouped]
    parted, inseparable = _parted(own, claims, heard, precisions)
    kept = _large_enough(parted, heard)
    return Diarized(*_settled(kept, heard, precisions, {}), inseparable)


def again(found: Diarized, heard: Heard, owners: Mapping[int, str], claims: Sequence[Claim]) -> Diarized:
    """The same voices tracked once more, now that some bear names: `owners` maps a voice's number to a key of the roster."""
    if not found.voices:
        return found
    bonus: dict[int, str] = {}
    for claim in claims:
        if claim.kind is ProofKind.LABEL and claim.key in owners.values():
            bonus |= dict.fromkeys(claim.pieces, claim.key)
    liked = {k: [v for v, key in owners.items() if key == wanted] for k, wanted in bonus.items()}
    precisions = clustering.precision(np.maximum(heard.amounts, 0.05))
    voices_now, track = _settled(found.voices, heard, precisions, liked)
    return Diarized(voices_now, track, found.inseparable)


def _strong(heard: Heard) -> list[int]:
    """The pieces that voices are found by: the longer ones, or all where there are too few."""
    spoken = [k for k, p in enumerate(heard.pieces) if not p.mute]
    strong = [k for k in spoken if heard.pieces[k].span.duration_ms >= SHORT_MS]
    return strong if len(strong) > 1 else spoken


def _large_enough(found: list[Voice], heard: Heard) -> list[Voice]:
    """The voices that are heard long enough; the longest where none is."""
    lasting = {id(v): sum(heard.pieces[k].span.duration_ms for k in v.pieces) for v in found}
    large = [v for v in found if lasting[id(v)] >= LEAST_VOICE_MS]
    return large or [max(found, key=lambda v: lasting[id(v)])]


def _settled(
    found: list[Voice], heard: Heard, precisions: Floats, liked: Mapping[int, Sequence[int]]
) -> tuple[list[Voice], Track]:
    """Track the voices through the pieces, learn them anew from what is clearly theirs, and so on a few times."""
    change = np.array([p.change for p in heard.pieces], np.float32)
    stay = np.array([p.stay for p in heard.pieces], np.float32)
    mute = np.array([p.mute for p in heard.pieces], bool)
    for turn in range(_ROUNDS + 1):
        likely, far = tracking.log_likelihoods(heard.places, heard.amounts, found)
        likely[mute] = 0
        for k, chosen in liked.items():
            likely[k, list(chosen)] += _LABEL_BONUS
        track = tracking.track(likely, far, change, stay)
        if turn == _ROUNDS:
            break
        found = [_relearned(n, v, track, heard, precisions) for n, v in enumerate(found)]
    return found, track


def _relearned(number: int, voice: Voice, track: Track, heard: Heard, precisions: Floats) -> Voice:
    """The voice as the pieces show it that are clearly its own; as it was where there are none."""
    clear = (track.voices == number) & (track.certainty >= _CLEAR) & ~track.strange
    mine = [
        k
        for k in map(int, np.flatnonzero(clear))
        if not heard.pieces[k].mute and heard.pieces[k].span.duration_ms >= SHORT_MS
    ]
    return clustering.voice_of(mine, heard.places, precisions) if mine else voice


def _parted(
    found: list[Voice], claims: Sequence[Claim], heard: Heard, precisions: Floats
) -> tuple[list[Voice], frozenset[frozenset[str]]]:
    """Voices in which the labels know several people are parted between them, where they sound different at all."""
    result: list[Voice] = []
    inseparable: set[frozenset[str]] = set()
    for voice in found:
        seeds = _seeds(voice, claims, heard)
        if len(seeds) < 2:
            result.append(voice)
            continue
        centres = [_middle(pieces, heard, precisions) for pieces in seeds.values()]
        if not _separable(list(seeds.values()), centres, heard):
            inseparable.add(frozenset(seeds))
            result.append(voice)
            continue
        shares: dict[int, list[int]] = defaultdict(list)
        for k in voice.pieces:
            nearest = min(range(len(centres)), key=lambda n: _distance(heard.places[k], centres[n]))
            shares[nearest].append(k)
        result += [
            clustering.voice_of(pieces, heard.places, precisions) for _, pieces in sorted(shares.items())
        ]
    return result, frozenset(inseparable)


def _seeds(voice: Voice, claims: Sequence[Claim], heard: Heard) -> dict[str, list[int]]:
    """The pieces of this voice that labels give to each of several people; too few labels for one are taken for slips."""
    inside = set(voice.pieces)
    labelled: dict[str, list[list[int]]] = defaultdict(list)
    for claim in claims:
        mine = [k for k in claim.pieces if k in inside]
        if claim.kind in (ProofKind.LABEL, ProofKind.ENROLLED) and mine:
            labelled[claim.key].append(mine)
    total = sum(map(len, labelled.values()))
    return {
        key: sorted({k for mine in held for k in mine})
        for key, held in sorted(labelled.items())
        if len(held) >= _SPLIT_CLAIMS and len(held) >= _SPLIT_SHARE * total
    }


def _separable(seeds: list[list[int]], centres: list[Voice], heard: Heard) -> bool:
    """Whether the voice bears out the labels: each labelled piece is nearest to the others of its name, all but a few; of very
    few pieces, whether they are likelier two voices than one."""
    if sum(map(len, seeds)) < _ENOUGH_SEEDS:
        pairs = ((a, b) for k, a in enumerate(centres) for b in centres[:k])
        return all(clustering.log_likelihood_ratio(a, b, heard.space) < 0 for a, b in pairs)
    right = total = 0
    for own, pieces in enumerate(seeds):
        for k in pieces:
            middles = [_mean_without(others, k, heard.places) for others in seeds]
            nearest = min(range(len(seeds)), key=lambda n: float(((heard.places[k] - middles[n]) ** 2).sum()))
            right, total = right + (nearest == own), total + 1
    return right >= _BORNE_OUT * total


def _mean_without(pieces: list[int], left_out: int, places: Floats) -> Floats:
    kept = [k for k in pieces if k != left_out] or pieces
    mean: Floats = places[kept].mean(axis=0)
    return mean


def _middle(pieces: list[int], heard: Heard, precisions: Floats) -> Voice:
    """A voice from labelled pieces, less the half that lies farthest from their median: some labels are wrong."""
    median = np.median(heard.places[pieces], axis=0)
    off = ((heard.places[pieces] - median) ** 2).sum(axis=1)
    nearest = [pieces[k] for k in np.argsort(off, kind="stable")[: max(2, (len(pieces) + 1) // 2)]]
    return clustering.voice_of(nearest, heard.places, precisions)


def _distance(place: Floats, voice: Voice) -> float:
    return float(((place - voice.place) ** 2).sum())
