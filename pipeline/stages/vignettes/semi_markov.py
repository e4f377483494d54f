"""Semi-Markov model of the parts: the best division into parts and kinds over all candidate boundaries at once.

A division is a sequence of parts, each with a kind. Its score is the sum, over parts, of the weighted evidence at the boundary
where the part begins, of how well its speech and its length fit its kind, and of how well one cast explains its turns
(`turn_taking`). The best one is found by dynamic programming over boundaries and kinds, as in Sarawagi and Cohen, "Semi-Markov
Conditional Random Fields", NIPS 2004. A boundary's confidence is the logistic function of the best score less the best score
without that boundary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.part_kinds import FOUND_KINDS, kinds_named
from pipeline.stages.vignettes.address import spoken_to_viewer
from pipeline.stages.vignettes.boundaries import Candidate
from pipeline.stages.vignettes.turn_taking import Casts, outsiders
from pipeline.transcript.parts import Said

# What each kind of evidence adds to the score when it is 1. All weights were set by hand, not fitted, on the synthetic films of
# seed 1, the long film of our own builder and the demo: figures on these are figures on what they were set on.
BOUNDARY_WEIGHTS = {
    "card": 7.0,
    "heading": 5.0,
    "black": 2.0,
    "cut": 0.5,
    "pause": 2.5,
    "voices": 2.5,
    "words": 2.5,
    "greeting": 3.0,
    "address": 2.5,
    "music": 3.5,
    "cohesion": 1.5,
}
# What every boundary adds: more than it must be gained from evidence, which plain conversation offers by chance.
BOUNDARY_BIAS = -5.5
# What each feature of a part adds for each kind: one speaker alone, several, the only speaker has a role of that kind, the only
# speaker is one whom nobody ever answers, a cue phrase opens it, a card names it.
KIND_WEIGHTS = {
    "introduction": {
        "alone": 1.0,
        "several": -1.5,
        "role": 0.5,
        "unanswered": 2.0,
        "opening": 2.0,
        "card": 4.0,
    },
    "vignette": {"alone": -2.0, "several": 1.0, "role": 0.0, "unanswered": -2.0, "opening": 0.5, "card": 4.0},
    "commentary": {
        "alone": 1.5,
        "several": -4.0,
        "role": 2.5,
        "unanswered": 3.0,
        "opening": 2.0,
        "card": 4.0,
    },
    "closing": {"alone": 1.0, "several": -1.5, "role": 0.5, "unanswered": 4.0, "opening": 3.0, "card": 4.0},
}
# What the likelihood of a part's turns counts, in points for each nat: turns follow one another more regularly than draws.
CAST_WEIGHT = 0.2
# What words that are said to the viewer add to every kind but a vignette, in points for each nat, of so many at most either way.
ADDRESS_WEIGHT = 0.5
MOST_ADDRESS = 5.0
# Roles, in small letters, of the only speaker of a part that speak for a kind.
ROLES = {
    "introduction": ("therapist", "narrator", "presenter"),
    "commentary": ("commentator", "narrator", "commentary"),
    "closing": ("therapist", "narrator", "presenter"),
}
# A remark of fewer words is no commentary, unless whoever makes it talks to the viewer alone: what it costs to call it one.
MIN_COMMENTARY_WORDS = 10
REMARK_COST = 4.0
# A part has one speaker alone when that one says at least this share of its words.
MIN_ALONE_SHARE = 0.93
# The length of what is said in a part: how far, on a logarithmic scale, it lies from what is usual for the kind costs points as
# Student's distribution has it, whose heavy tails allow for both very short and very long ones.
USUAL_LENGTH_MS = {"introduction": 40_000, "vignette": 150_000, "commentary": 25_000, "closing": 25_000}
LENGTH_SPREAD = 0.9  # of the logarithm
LENGTH_FREEDOM = 3.0
# What the first part gains as an introduction: films seldom begin with a commentary.
FIRST_INTRODUCTION = 1.5
# What a part costs in which one person alone goes on from the part before, without a card: most are pauses in one speech.
GOING_ON_COST = 3.0
# A pause that counts fully takes off this share of that.
PAUSE_RELIEF = 0.7
# Where cards open vignettes, one without a card is the less likely the more of them there are, up to this cost.
CARDLESS_COST = 0.6
MOST_CARDLESS_COST = 3.0
# ... if this share of vignettes begins with a card at all: in some films cards open the commentary alone.
MIN_CARDED_SHARE = 0.5
# What a card that names no kind adds for a vignette, which it opens more often than anything else.
PLAIN_CARD = 1.0
# What a commentary behind a commentary adds: two in a row are mostly one. All other transitions add nothing.
REPEATED_COMMENTARY = -3.0
# Candidate boundaries that are considered; time grows with the square of their number.
MAX_PLACES = 260
# Scores of transitions, by the kind before (row) and the kind behind (column).
_TRANSITION_SCORES = np.array(
    [[REPEATED_COMMENTARY if a == b == "commentary" else 0.0 for b in FOUND_KINDS] for a in FOUND_KINDS]
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Decided:
    """A part of the best division: its boundary, the utterance behind its last, its kind, and the boundary's confidence in
    [0, 1]."""

    place: Candidate
    last: int
    kind: str
    confidence: float


def best_division(places: Sequence[Candidate], said: Sequence[Said], roles: dict[str, str]) -> list[Decided]:
    """The best division; the first part begins at the first of `places`. Empty without any."""
    if not places:
        return []
    chosen = _likeliest_places(places)
    table = _Table(chosen, said, roles)
    cuts = table.path()
    if cost := _cardless_cost([(chosen[place], kind) for place, kind in cuts[1:]]):
        table.expect_cards(cost)
        cuts = table.path()
    whole = table.value
    found = []
    for n, (place, kind) in enumerate(cuts):
        last = chosen[cuts[n + 1][0]].at if n + 1 < len(cuts) else len(said)
        sure = 1.0 if n == 0 else 1 / (1 + math.exp(-min(30.0, whole - table.without(place))))
        found.append(Decided(chosen[place], last, kind, round(sure, 3)))
    return found


def _cardless_cost(parts: Sequence[tuple[Candidate, str]]) -> float:
    """What a vignette costs that nothing written opens: nothing where most vignettes of the recording are so."""
    told = [place.told > 0 for place, kind in parts if kind == "vignette"]
    if sum(told) < MIN_CARDED_SHARE * len(told):
        return 0.0
    return min(MOST_CARDLESS_COST, CARDLESS_COST * sum(told))


def _likeliest_places(places: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate and those with the most evidence, in order; a long talk has a thousand gaps, most without any."""
    rest = sorted(places[1:], key=_boundary_score, reverse=True)[: MAX_PLACES - 1]
    return [places[0], *sorted(rest, key=lambda p: p.at)]


def _boundary_score(place: Candidate) -> float:
    return BOUNDARY_BIAS + sum(BOUNDARY_WEIGHTS[name] * value for name, value in place.evidence.items())


class _Table:
    """The scores of all parts between the given boundaries, and the best path through them; `value` is its score."""

    def __init__(self, places: Sequence[Candidate], said: Sequence[Said], roles: dict[str, str]) -> None:
        self._places = places
        self._ends = [p.at for p in places[1:]] + [len(said)]
        self._starts = [said[p.at].span.start_ms for p in places]
        self._stops = np.maximum.accumulate([s.span.end_ms for s in said])[np.array(self._ends) - 1]
        self._casts = Casts(said)
        self._who, self._words = _running_counts(said)
        self._in_role = {
            kind: np.array([roles.get(w, "").casefold() in ROLES.get(kind, ()) for w in self._who])
            for kind in FOUND_KINDS
        }
        outside = outsiders(said)
        self._outside = np.array([w in outside for w in self._who])
        self._to_viewer = np.concatenate([[0.0], np.cumsum(spoken_to_viewer(said))])
        self._begin = [0.0, *(_boundary_score(p) for p in places[1:])]
        count = len(places)
        self._scores = np.full((count, count, len(FOUND_KINDS)), -np.inf)
        for first in range(count):
            self._scores[first, first:] = self._kind_scores(first)
        self.value = 0.0
        # The best score of the parts that end before a boundary, by the kind that begins there.
        self._arrive = np.full((count + 1, len(FOUND_KINDS)), -np.inf)

    def _kind_scores(self, first: int) -> Floats:
        """The scores of parts that begin at boundary `first`, by their end and kind: shape (ends, kinds)."""
        place = self._places[first]
        said = self._words[self._ends[first:]] - self._words[place.at]
        total, top = said.sum(axis=1), said.argmax(axis=1)
        most = np.take_along_axis(said, top[:, None], axis=1)[:, 0]
        known = (total > 0) & (len(self._who) > 1)
        alone = known & (most / np.maximum(total, 1) >= MIN_ALONE_SHARE)
        apart = known & (said[:, self._outside].sum(axis=1) / np.maximum(total, 1) >= MIN_ALONE_SHARE)
        lengths = np.maximum(1000, self._stops[first:] - self._starts[first])
        cast = CAST_WEIGHT * self._casts.likelihoods(place.at, self._ends[first:])
        scores = np.stack(
            [
                self._score_of_kind(kind, first, known, alone, apart, top)
                + _length_score(kind, lengths)
                + cast
                for kind in FOUND_KINDS
            ],
            axis=1,
        )
        to_viewer = self._to_viewer[self._ends[first:]] - self._to_viewer[place.at]
        style = ADDRESS_WEIGHT * np.clip(to_viewer, -MOST_ADDRESS, MOST_ADDRESS)
        style = np.where(known & ~alone & ~apart, 0.0, style)
        scores[:, [n for n, kind in enumerate(FOUND_KINDS) if kind != "vignette"]] += style[:, None]
        scores[known & ~apart & (total < MIN_COMMENTARY_WORDS), FOUND_KINDS.index("commentary")] -= (
            REMARK_COST
        )
        return scores

    def _score_of_kind(
        self, kind: str, first: int, known: Flags, alone: Flags, apart: Flags, lead: Numbers
    ) -> Floats:
        """The scores of parts of one kind by their end: `known` says whether it is known who speaks, `alone` whether one person
        alone does, `apart` whether only those do who talk to the viewer, `lead` who says most."""
        place, weights = self._places[first], KIND_WEIGHTS[kind]
        score = np.where(known, np.where(alone | apart, weights["alone"], weights["several"]), 0.0)
        score += np.where((alone | apart) & self._in_role[kind][lead], weights["role"], 0.0)
        score += np.where(apart, weights["unanswered"], 0.0)
        if kind == "introduction":
            score += FIRST_INTRODUCTION
        cardless = 1 - place.told
        if place.goes_on:
            cost = GOING_ON_COST * cardless * (1 - PAUSE_RELIEF * place.evidence.get("pause", 0.0))
            score -= np.where(alone | apart, cost, 0.0)
        if kind in place.openings:
            score += weights["opening"]
        if place.title or place.heading:
            named = kinds_named(place.title) | kinds_named(place.heading)
            score += weights["card"] if kind in named else 0.0
            if not named and kind == "vignette" and first > 0:
                score += np.where(apart, 0.0, PLAIN_CARD)
        if (kind == "introduction" and first > 0) or (kind == "closing" and first == 0):
            score[:] = -np.inf
        if kind == "closing":
            score[:-1] = -np.inf
        return score

    def expect_cards(self, cost: float) -> None:
        """Have vignettes cost so much that begin without a card or a heading."""
        for first, place in enumerate(self._places[1:], 1):
            self._scores[first, :, FOUND_KINDS.index("vignette")] -= cost * (1 - place.told)

    def path(self) -> list[tuple[int, str]]:
        """The boundaries (as indices) and kinds of the best division, by the Viterbi recursion; sets `value`."""
        count, kinds = len(self._places), len(FOUND_KINDS)
        source = np.zeros((count + 1, kinds), np.int64)
        back = np.zeros((count + 1, kinds), np.int64)
        self._arrive[0] = 0.0
        begin, score = np.array(self._begin), np.full(kinds, -np.inf)
        for end in range(1, count + 1):
            values = self._arrive[:end] + begin[:end, None] + self._scores[:end, end - 1]
            back[end] = values.argmax(axis=0)
            score = values.max(axis=0)
            options = score[:, None] + _TRANSITION_SCORES
            source[end], self._arrive[end] = options.argmax(axis=0), options.max(axis=0)
        self.value = float(score.max())
        return _backtraced(back, source, int(score.argmax()), count)

    def without(self, barred: int) -> float:
        """The score of the best division without a boundary at `barred`, once `path` was found.

        Scores of what ends before it, or at it, are those of `path`.
        """
        begin, arrive = np.array(self._begin), self._arrive.copy()
        begin[barred] = -np.inf
        score = np.full(len(FOUND_KINDS), -np.inf)
        for end in range(barred + 1, len(self._places) + 1):
            score = (arrive[:end] + begin[:end, None] + self._scores[:end, end - 1]).max(axis=0)
            arrive[end] = (score[:, None] + _TRANSITION_SCORES).max(axis=0)
        return float(score.max())


def _length_score(kind: str, lengths_ms: Floats) -> Floats:
    """The logarithm of Student's density of the lengths' logarithms, 0 at the usual length of the kind."""
    apart = np.log(lengths_ms / USUAL_LENGTH_MS[kind]) / LENGTH_SPREAD
    found: Floats = -(LENGTH_FREEDOM + 1) / 2 * np.log1p(apart**2 / LENGTH_FREEDOM)
    return found


def _backtraced(
    back: NDArray[np.int64], source: NDArray[np.int64], kind: int, end: int
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    while end > 0:
        first = int(back[end, kind])
        found.append((first, FOUND_KINDS[kind]))
        kind, end = int(source[first, kind]), first
    return found[::-1]


def _running_counts(said: Sequence[Said]) -> tuple[list[str], NDArray[np.int64]]:
    """Speakers, and how many words each has said before each utterance: shape (utterances + 1, speakers)."""
    who = sorted({s.speaker for s in said if s.speaker is not None})
    counts = np.zeros((len(said) + 1, max(1, len(who))), np.int64)
    for n, one in enumerate(said):
        counts[n + 1] = counts[n]
        if one.speaker is not None:
            counts[n + 1, who.index(one.speaker)] += len(one.words)
    return who or [""], counts
