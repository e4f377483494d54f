"""Agglomerative clustering of pieces of speech into voices, by the log likelihood ratio of one voice against two (PLDA).

A voice is a point in the space of `speech.voices.scaling`, drawn with the variances `between`; a piece of speech lies about
its voice with the variance of its length, and a voice wanders a little in the course of a recording. For two groups the log
likelihood ratio of one point against two has a closed form (the two-covariance model of Brümmer & de Villiers 2010, which is
PLDA with diagonal covariances). Groups are merged while the best pair's ratio is above a threshold; the number of voices
follows.

Long recordings are merged block by block first: cost grows with the square of a block, not of the recording. There what is
surely one voice alone is merged, and variational inference (`vbx`) finds the voices: with many voices the best pair is not
always a right one, and no merge is ever taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices import vbx
from pipeline.speech.voices.scaling import Space

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Known = dict[str, list[list[int]]]
"""Results of earlier clusterings, as groups of piece indices, by a digest of all that they depend on."""

VERSION = 3  # raised when the same pieces are grouped otherwise: groups are kept between runs
# Variances are in units of the variance of one window about its voice. Where nothing else is said, a constant is a choice.
# A piece of n windows varies by 1/n about its voice, and by this much more, since what is said differs from piece to piece.
PIECE_VARIANCE = 0.3
DRIFT_VARIANCE = 0.15  # by which two long stretches of one voice differ still
BLOCK = 240  # pieces merged at once; 83 minutes of talk have some 1500
BLOCK_THRESHOLD = (
    2.0  # the ratio above which groups are merged within a block, in nats: only what is surely one voice
)
# The ratio above which two groups are one voice, in nats. A voice that says more varies more than the model knows: the threshold
# falls from the first value, for a minute of speech, to the second, for ten.
THRESHOLD_SHORT = -6.0
THRESHOLD_LONG = -30.0
# The same in an absolute space, for any length: two people's vectors are hardly ever alike there.
THRESHOLD_ABSOLUTE = 20.0
# From so many windows of 1.6 s on (four minutes of speech), variational inference decides, from groups merged above this ratio.
# Of shorter recordings it makes one voice too often: of two people on the telephone, of a field recording.
VARIATIONAL_WINDOWS = 150.0
VARIATIONAL_START = 5.0
# What is surely one voice in an absolute space, within a block and as a start. Films in three casts of natural voices are divided
# alike from 20 to 40; from 70 on voices are lost.
SURE_ABSOLUTE = 30.0
_LEAST_MINUTES = 1e-3  # so that its logarithm exists
_ENOUGH_MERGED = 0.9  # blocks are merged again only while a round leaves fewer than this share of the groups


@dataclass(slots=True)
class Voice:
    """A cluster: the indices of its pieces, their precision-weighted sum, and the precision (inverse variance) of its mean."""

    pieces: list[int]
    total: Floats  # sum of the pieces' places, each times its precision
    precision: float

    @property
    def place(self) -> Floats:
        """The mean of its pieces, shape (directions,)."""
        centre: Floats = self.total / np.float32(self.precision)
        return centre

    @property
    def variance(self) -> float:
        """The variance of that mean about the voice, in each direction."""
        return 1 / self.precision + DRIFT_VARIANCE


def precision(windows: Floats) -> Floats:
    """Precision (inverse variance) of pieces about their voice, by their length in windows of 1.6 s; both of shape (pieces,)."""
    found: Floats = (1 / (1 / windows + PIECE_VARIANCE)).astype(np.float32)
    return found


def voice_of(pieces: list[int], places: Floats, precisions: Floats) -> Voice:
    """The cluster of these pieces; `pieces` must not be empty."""
    chosen = precisions[pieces]
    return Voice(list(pieces), (places[pieces] * chosen[:, None]).sum(axis=0), float(chosen.sum()))


def merge_threshold(speech_ms: int, absolute: bool = False) -> float:
    """The log likelihood ratio above which two groups count as one voice, for so much speech and in such a space."""
    if absolute:
        return THRESHOLD_ABSOLUTE
    minutes = max(speech_ms / 60_000, _LEAST_MINUTES)
    share = min(max(np.log10(minutes), 0.0), 1.0)
    return float(THRESHOLD_SHORT + (THRESHOLD_LONG - THRESHOLD_SHORT) * share)


def log_likelihood_ratio(one: Voice, other: Voice, space: Space) -> float:
    """The log likelihood ratio of one voice against two, in nats."""
    table = _RatioTable([one, other], space)
    return float(table.row(0)[1])


def cluster(
    places: Floats,
    precisions: Floats,
    space: Space,
    threshold: float,
    most: int | None = None,
    sure_threshold: float | None = None,
) -> list[Voice]:
    """Cluster the pieces, `places` of shape (n, directions), into voices, in order of their first piece.

    `most` is how many voices there can be at most: the likeliest pairs are merged until so few are remaining, down to a ratio of
    `sure_threshold` where that is given.
    """
    return cluster_again(places, precisions, space, threshold, {}, most, sure_threshold)[0]


def cluster_again(
    places: Floats,
    precisions: Floats,
    space: Space,
    threshold: float,
    known: Mapping[str, list[list[int]]],
    most: int | None = None,
    sure_threshold: float | None = None,
) -> tuple[list[Voice], Known]:
    """As `cluster`, unless `known` says what came of the very same pieces before; and what to know the next time."""
    key = _key(places, precisions, space, threshold, most, sure_threshold)
    held = known.get(key)
    if held is None:
        held = [v.pieces for v in _clustered(places, precisions, space, threshold, most, sure_threshold)]
    return [voice_of(pieces, places, precisions) for pieces in held], {key: held}


def _key(*given: object) -> str:
    """A digest of all that a clustering depends on."""
    digest = hashlib.sha256()
    for value in (VERSION, VARIATIONAL_WINDOWS, *given):
        parts = (value.directions, value.between) if isinstance(value, Space) else (value,)
        for part in parts:
            digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
            digest.update(b"|")
    return digest.hexdigest()


def _clustered(
    places: Floats,
    precisions: Floats,
    space: Space,
    threshold: float,
    most: int | None,
    sure_threshold: float | None,
) -> list[Voice]:
    """Merge block by block while there are more than `BLOCK` groups, then all that are left."""
    start = [voice_of([k], places, precisions) for k in range(len(places))]
    within_block, at_start = (
        (SURE_ABSOLUTE, SURE_ABSOLUTE) if space.absolute else (BLOCK_THRESHOLD, VARIATIONAL_START)
    )
    while len(start) > BLOCK:
        merged: list[Voice] = []
        for at in range(0, len(start), BLOCK):
            merged += _merge(start[at : at + BLOCK], space, within_block)
        if len(merged) > _ENOUGH_MERGED * len(start):
            start = merged
            break
        start = merged
    if _windows(precisions) >= VARIATIONAL_WINDOWS:
        merged = _merge(start, space, at_start)
        found = vbx.divided(places, precisions, space, [v.pieces for v in merged])
        start = [voice_of(pieces, places, precisions) for pieces in found]
        threshold = np.inf  # what is left to do is to have no more voices than there are people
    voices = _merge(start, space, threshold, most, sure_threshold)
    return sorted(voices, key=lambda v: min(v.pieces))


def _windows(precisions: Floats) -> float:
    """How many windows of 1.6 s the pieces last in all: `precision` turned around."""
    return float((1 / np.maximum(1 / precisions.astype(float) - PIECE_VARIANCE, 1e-3)).sum())


def _merge(
    voices: list[Voice],
    space: Space,
    threshold: float,
    most: int | None = None,
    sure_threshold: float | None = None,
) -> list[Voice]:
    """Merge the likest pair while it is likelier than `threshold`, or while there are more than `most`."""
    table = _RatioTable(voices, space)
    while table.count > 1:
        ratio, i, j = table.best()
        crowded = (
            most is not None and table.count > most and (sure_threshold is None or ratio > sure_threshold)
        )
        if ratio <= threshold and not crowded:
            break
        table.merge(i, j)
    return table.remaining()


@dataclass(slots=True)
class _RatioTable:
    """The log likelihood ratios of all pairs of groups, kept up to date while groups are merged."""

    voices: list[Voice]
    space: Space
    alive: NDArray[np.bool_] = field(init=False)
    _places: Floats = field(init=False)
    _variances: Floats = field(init=False)
    # What of a ratio depends on one group alone: its variance added to that of all voices, and what it would score by itself.
    _alone: Floats = field(init=False)
    _scores: Floats = field(init=False)
    _ratios: Floats = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.voices)
        self.voices = [Voice(list(v.pieces), v.total, v.precision) for v in self.voices]
        self.alive = np.ones(count, bool)
        self._places = np.array([v.place for v in self.voices], np.float32)
        self._variances = np.array([v.variance for v in self.voices], np.float32)
        self._alone = self._variances[:, None] + self.space.between[None]
        self._scores = self._places**2 / self._alone
        self._ratios = np.full((count, count), -np.inf, np.float32)
        for k in range(count):
            self._ratios[k] = self.row(k)
        self._ratios = np.maximum(self._ratios, self._ratios.T)
        np.fill_diagonal(self._ratios, -np.inf)

    @property
    def count(self) -> int:
        """How many groups are left."""
        return int(self.alive.sum())

    def best(self) -> tuple[float, int, int]:
        """The likest pair and its ratio."""
        at = int(self._ratios.argmax())
        i, j = divmod(at, len(self.voices))
        return float(self._ratios[i, j]), i, j

    def row(self, k: int, others: NDArray[np.bool_] | slice = slice(None)) -> Floats:
        """The ratios of group `k` with every group, itself included, or with these.

        log N(b; E[b|a], var) - log N(b; 0, between + var_b), summed over directions, where a group's place given another's
        is shrunk towards the mean of all voices (which is 0) as far as the other is uncertain.
        """
        between, mine = self.space.between, self._variances[k]
        shrunk = between / (between + mine)
        spread = self._variances[others, None] + (shrunk * mine)[None]
        off = self._places[others] - shrunk * self._places[k]
        score = np.log(self._alone[others] / spread) + self._scores[others] - off**2 / spread
        found: Floats = (0.5 * score.sum(axis=1)).astype(np.float32)
        return found

    def merge(self, i: int, j: int) -> None:
        """Put group `j` into group `i`."""
        into, gone = self.voices[i], self.voices[j]
        into.pieces += gone.pieces
        into.total = into.total + gone.total
        into.precision += gone.precision
        self.alive[j] = False
        self._places[i], self._variances[i] = into.place, into.variance
        self._alone[i] = self._variances[i] + self.space.between
        self._scores[i] = self._places[i] ** 2 / self._alone[i]
        self._ratios[j] = self._ratios[:, j] = -np.inf
        row = np.full(len(self.voices), -np.inf, np.float32)
        row[self.alive] = self.row(i, self.alive)
        row[i] = -np.inf
        self._ratios[i] = self._ratios[:, i] = row

    def remaining(self) -> list[Voice]:
        """The groups that were not merged into others."""
        return [v for v, is_alive in zip(self.voices, self.alive, strict=True) if is_alive]
