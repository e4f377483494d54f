"""Speaker diarization: clustering of pieces into voices, splits that labels demand, and resegmentation by a hidden Markov model.

Clustering and tracking themselves are `pipeline.speech.voices.clustering` and `.tracking`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices import clustering, tracking
from pipeline.speech.voices.clustering import Voice
from pipeline.speech.voices.scaling import Space
from pipeline.speech.voices.tracking import Track
from pipeline.stages.speakers.claims import LABELLING, MIN_CLEAR_PIECE_MS, Claim
from pipeline.stages.speakers.pieces import Piece
from pipeline.transcript import ProofKind

Floats = NDArray[np.float32]

# All of these were set by hand.
# A cluster with less speech is dropped, and its pieces go to other voices; the second where the space of voices is absolute.
MIN_VOICE_MS = 2000
MIN_VOICE_ABSOLUTE_MS = 1000
# More voices than the roster has people must differ clearly: two are merged when the log likelihood ratio of one voice against
# two, in nats, is above this; the second where the space of voices is absolute: there half a minute of one voice against another
# half has 120 to 240, and of two voices at most -18 (21 natural voices).
_MAX_LOG_RATIO_BEYOND_ROSTER = -60.0
_MAX_ABSOLUTE_RATIO_BEYOND_ROSTER = 0.0
# In a short recording the mean, from which all voices are measured, is nearly the one voice's own, and what is left of its
# sound seems to be two. There the groups are one voice when the cosine between their mean embeddings, as they came from the
# encoder, is at least so much: (seconds of speech up to which it holds, cosine). Of 223 cuts of up to 30 s with one speaker and
# 236 with several, 10 become one rightly and 4 wrongly: real speech, GE2E.
_ONE_VOICE_COSINES = ((9.0, 0.735), (20.0, 0.81))
# A voice is split between two people when each has so many of its labels, and this share of them.
_MIN_SEED_LABELS = 2
_MIN_SEED_SHARE = 0.15
# From so many labelled pieces on, a split is accepted when nearest-centroid classification gets this share of them right.
_MIN_SEEDS_TO_VALIDATE = 8
_MIN_CORRECT_SHARE = 0.85
# Log likelihood that a label adds to its person's voices in its pieces: labels are mostly right, and a clear voice outweighs one.
_LABEL_BONUS_NATS = 2.5
# How often voices are estimated again from the pieces that are clearly theirs.
_RESEGMENTATION_ROUNDS = 2
# The least posterior probability of such a piece.
_MIN_CLEAR_CERTAINTY = 0.9


@dataclass(frozen=True, eq=False)
class EmbeddedPieces:
    """Pieces with their coordinates in the speaker space: `places`, shape (n, directions), and `amounts`, shape (n,), in
    windows of the encoder; mute pieces have an amount of 0. `sounds` are their mean embeddings as the encoder gave them, shape
    (n, size); None where the space says all that the encoder knows of likeness."""

    pieces: Sequence[Piece]
    places: Floats
    amounts: Floats
    space: Space
    sounds: Floats | None = None


@dataclass(frozen=True, eq=False)
class Diarized:
    """The voices, which of them speaks in each piece, and the sets of roster keys whose labels lie in one inseparable voice;
    `known` is the clustering, for a next run."""

    voices: list[Voice]
    track: Track
    inseparable: frozenset[frozenset[str]] = frozenset()
    known: clustering.Known = field(default_factory=dict)


def voices(
    embedded: EmbeddedPieces,
    claims: Sequence[Claim],
    most: int | None,
    listed: int,
    known: clustering.Known,
) -> Diarized:
    """The voices of a recording. `most` is the greatest number of them that a person gave, None when nobody did; `listed` how
    many people the roster has (0: none); `known` as in `clustering.cluster_again`."""
    precisions = clustering.precision(np.maximum(embedded.amounts, 0.05))
    long_pieces = _long_pieces(embedded)
    if not long_pieces:
        return Diarized([], _untracked(len(embedded.pieces)))
    speech_ms = sum(embedded.pieces[k].span.duration_ms for k in long_pieces)
    threshold = clustering.merge_threshold(speech_ms, embedded.space.absolute)
    beyond = _MAX_ABSOLUTE_RATIO_BEYOND_ROSTER if embedded.space.absolute else _MAX_LOG_RATIO_BEYOND_ROSTER
    at_most, sure = (most, None) if most else (listed or None, beyond)
    grouped, known = clustering.cluster_again(
        embedded.places[long_pieces], precisions[long_pieces], embedded.space, threshold, known, at_most, sure
    )
    if _is_one_voice([[long_pieces[i] for i in v.pieces] for v in grouped], embedded, claims):
        grouped = [
            clustering.voice_of(
                list(range(len(long_pieces))), embedded.places[long_pieces], precisions[long_pieces]
            )
        ]
    own = [
        clustering.voice_of([long_pieces[i] for i in v.pieces], embedded.places, precisions) for v in grouped
    ]
    split, inseparable = _split_by_labels(own, claims, embedded, precisions)
    kept = _lasting_enough(split, embedded)
    return Diarized(*_resegment(kept, embedded, precisions, {}), inseparable, known)


def resegmented(
    found: Diarized, embedded: EmbeddedPieces, owners: Mapping[int, str], claims: Sequence[Claim]
) -> Diarized:
    """The pieces assigned to the same voices once more, with a bonus where a label names a voice's owner: `owners` maps a voice's
    number to a key of the roster."""
    if not found.voices:
        tracked = len(found.track.voices) == len(embedded.pieces)
        return found if tracked else replace(found, track=_untracked(len(embedded.pieces)))
    bonus: dict[int, str] = {}
    for claim in sorted(claims, key=lambda c: c.kind is ProofKind.TURNS):  # labels first
        if claim.kind in LABELLING and claim.key in owners.values():
            bonus = {**dict.fromkeys(claim.pieces, claim.key), **bonus}
    labelled_voices = {k: [v for v, key in owners.items() if key == wanted] for k, wanted in bonus.items()}
    precisions = clustering.precision(np.maximum(embedded.amounts, 0.05))
    voices_now, track = _resegment(found.voices, embedded, precisions, labelled_voices)
    return Diarized(voices_now, track, found.inseparable, found.known)


def _untracked(count: int) -> Track:
    """The track of pieces without any voice."""
    return Track(np.zeros(count, np.int64), np.zeros(count, np.float32), np.ones(count, bool))


def _is_one_voice(groups: Sequence[Sequence[int]], embedded: EmbeddedPieces, claims: Sequence[Claim]) -> bool:
    """Whether a short recording's groups of pieces are one voice: all sound alike, and nothing written tells of two."""
    speech_s = sum(embedded.pieces[k].span.duration_ms for group in groups for k in group) / 1000
    least = next((cosine for up_to_s, cosine in _ONE_VOICE_COSINES if speech_s < up_to_s), None)
    written = {c.key for c in claims if c.kind in (*LABELLING, ProofKind.ENROLLED)}
    if embedded.sounds is None or least is None or len(groups) < 2 or len(written) > 1:
        return False
    if any(piece.stay for piece in embedded.pieces):  # a dialogue dash, or a label
        return False
    means = np.array([np.average(embedded.sounds[list(g)], 0, embedded.amounts[list(g)]) for g in groups])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return bool((means @ means.T).min() >= least)


def _long_pieces(embedded: EmbeddedPieces) -> list[int]:
    """The pieces that are clustered: those long enough to show a voice, or all spoken ones where there are too few."""
    spoken = [k for k, p in enumerate(embedded.pieces) if not p.mute]
    long_pieces = [k for k in spoken if embedded.pieces[k].span.duration_ms >= MIN_CLEAR_PIECE_MS]
    return long_pieces if len(long_pieces) > 1 else spoken


def _lasting_enough(found: list[Voice], embedded: EmbeddedPieces) -> list[Voice]:
    """The voices with enough speech; the one with the most where none has.

    What only a second ear hears may be a cough or a chair: it makes nobody, unless there is nothing else."""
    least_ms = MIN_VOICE_ABSOLUTE_MS if embedded.space.absolute else MIN_VOICE_MS
    pieces = embedded.pieces
    faint_counts = all(p.faint for p in pieces if not p.mute)
    lasting = {
        id(v): sum(pieces[k].span.duration_ms for k in v.pieces if faint_counts or not pieces[k].faint)
        for v in found
    }
    large = [v for v in found if lasting[id(v)] >= least_ms]
    return large or [max(found, key=lambda v: lasting[id(v)])]


def _resegment(
    found: list[Voice],
    embedded: EmbeddedPieces,
    precisions: Floats,
    labelled_voices: Mapping[int, Sequence[int]],
) -> tuple[list[Voice], Track]:
    """Resegmentation: assign the pieces to voices, estimate each voice again from its clear pieces, and repeat until these are
    the same: from them come the same voices, and the same track."""
    change = np.array([p.change for p in embedded.pieces], np.float32)
    stay = np.array([p.stay for p in embedded.pieces], np.float32)
    mute = np.array([p.mute for p in embedded.pieces], bool)
    before: list[list[int]] = []
    for turn in range(_RESEGMENTATION_ROUNDS + 1):
        log_likelihoods, distances = tracking.log_likelihoods(embedded.places, embedded.amounts, found)
        log_likelihoods[mute] = 0
        for k, chosen in labelled_voices.items():
            log_likelihoods[k, list(chosen)] += _LABEL_BONUS_NATS
        track = tracking.track(log_likelihoods, distances, change, stay)
        clear = [_clear_pieces(n, track, embedded) for n in range(len(found))]
        if turn == _RESEGMENTATION_ROUNDS or clear == before:
            break
        found = [
            clustering.voice_of(mine, embedded.places, precisions) if mine else voice
            for voice, mine in zip(found, clear, strict=True)
        ]
        before = clear
    return found, track


def _clear_pieces(voice: int, track: Track, embedded: EmbeddedPieces) -> list[int]:
    """The pieces that are clearly of a voice, by its number."""
    clear = (track.voices == voice) & (track.certainty >= _MIN_CLEAR_CERTAINTY) & ~track.strange
    return [
        k
        for k in map(int, np.flatnonzero(clear))
        if not embedded.pieces[k].mute and embedded.pieces[k].span.duration_ms >= MIN_CLEAR_PIECE_MS
    ]


def _split_by_labels(
    found: list[Voice], claims: Sequence[Claim], embedded: EmbeddedPieces, precisions: Floats
) -> tuple[list[Voice], frozenset[frozenset[str]]]:
    """The voices, each split by nearest centroid between the people that its labels name, and the sets of people whose voices
    could not be separated."""
    result: list[Voice] = []
    inseparable: set[frozenset[str]] = set()
    for voice in found:
        seeds = _seeds(voice, claims, embedded)
        if len(seeds) < 2:
            result.append(voice)
            continue
        centres = [_trimmed_voice(pieces, embedded, precisions) for pieces in seeds.values()]
        if not _separable(list(seeds.values()), centres, embedded):
            inseparable.add(frozenset(seeds))
            result.append(voice)
            continue
        shares: dict[int, list[int]] = defaultdict(list)
        for k in voice.pieces:
            nearest = min(range(len(centres)), key=lambda n: _distance(embedded.places[k], centres[n]))
            shares[nearest].append(k)
        result += [
            clustering.voice_of(pieces, embedded.places, precisions) for _, pieces in sorted(shares.items())
        ]
    return result, frozenset(inseparable)


def _seeds(voice: Voice, claims: Sequence[Claim], embedded: EmbeddedPieces) -> dict[str, list[int]]:
    """The pieces of this voice that labels and clips give to each person; people with too few labels are left out as errors."""
    inside = set(voice.pieces)
    labelled: dict[str, list[list[int]]] = defaultdict(list)
    for claim in claims:
        mine = [k for k in claim.pieces if k in inside]
        if claim.kind in (*LABELLING, ProofKind.ENROLLED) and mine:
            labelled[claim.key].append(mine)
    total = sum(map(len, labelled.values()))
    return {
        key: sorted({k for mine in held for k in mine})
        for key, held in sorted(labelled.items())
        if len(held) >= _MIN_SEED_LABELS and len(held) >= _MIN_SEED_SHARE * total
    }


def _separable(seeds: list[list[int]], centres: list[Voice], embedded: EmbeddedPieces) -> bool:
    """Whether people can be told apart: by leave-one-out nearest-centroid classification of the labelled pieces, or, where they
    are few, by whether every pair of voices is likelier two than one."""
    if sum(map(len, seeds)) < _MIN_SEEDS_TO_VALIDATE:
        pairs = ((a, b) for k, a in enumerate(centres) for b in centres[:k])
        return all(clustering.log_likelihood_ratio(a, b, embedded.space) < 0 for a, b in pairs)
    right = total = 0
    for own, pieces in enumerate(seeds):
        for k in pieces:
            middles = [_mean_without(others, k, embedded.places) for others in seeds]
            nearest = min(
                range(len(seeds)), key=lambda n: float(((embedded.places[k] - middles[n]) ** 2).sum())
            )
            right, total = right + (nearest == own), total + 1
    return right >= _MIN_CORRECT_SHARE * total


def _mean_without(pieces: list[int], left_out: int, places: Floats) -> Floats:
    kept = [k for k in pieces if k != left_out] or pieces
    mean: Floats = places[kept].mean(axis=0)
    return mean


def _trimmed_voice(pieces: list[int], embedded: EmbeddedPieces, precisions: Floats) -> Voice:
    """A trimmed estimate of a voice: from the half of the labelled pieces nearest to their median, as some labels are wrong."""
    median = np.median(embedded.places[pieces], axis=0)
    off = ((embedded.places[pieces] - median) ** 2).sum(axis=1)
    nearest = [pieces[k] for k in np.argsort(off, kind="stable")[: max(2, (len(pieces) + 1) // 2)]]
    return clustering.voice_of(nearest, embedded.places, precisions)


def _distance(place: Floats, voice: Voice) -> float:
    return float(((place - voice.place) ** 2).sum())
