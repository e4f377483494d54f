"""The semi-Markov model: dynamic programming finds what trying every division finds."""

from __future__ import annotations

import math
from itertools import combinations, pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import part_kinds
from pipeline.part_kinds import FOUND_KINDS
from pipeline.stages.vignettes import semi_markov
from pipeline.stages.vignettes.boundaries import PHRASES, Candidate
from pipeline.stages.vignettes.semi_markov import (
    _TRANSITION_SCORES,
    BOUNDARY_WEIGHTS,
    _Table,
    best_division,
)
from pipeline.timing import Span
from pipeline.transcript.parts import Said
from tests.support.examples import examples

UTTERANCE_MS = 8000
ROLES = {"ann": "commentator", "tom": "therapist", "joe": "client"}
TITLES = ("", "Vignette 2", "Closing words", "A card that names no kind")


@st.composite
def talks(draw: st.DrawFn) -> tuple[list[Candidate], list[Said]]:
    """Two to five utterances, with a candidate boundary in front of each."""
    count = draw(st.integers(2, 5))
    said = [
        Said(
            Span(n * UTTERANCE_MS, (n + 1) * UTTERANCE_MS),
            draw(st.sampled_from((*ROLES, None))),
            "word " * draw(st.integers(1, 20)),
        )
        for n in range(count)
    ]
    shares = st.floats(0, 1, allow_nan=False)
    places = [
        Candidate(
            n,
            n * UTTERANCE_MS,
            {name: draw(shares) for name in BOUNDARY_WEIGHTS},
            draw(st.sampled_from(TITLES)),
            draw(st.frozensets(st.sampled_from(FOUND_KINDS), max_size=2)),
        )
        for n in range(count)
    ]
    return places, said


def every_division(table: _Table, count: int, barred: int | None = None) -> float:
    """The greatest score of all divisions, each scored part by part."""
    inner = [n for n in range(1, count) if n != barred]
    best = -math.inf
    for size in range(len(inner) + 1):
        for cuts in combinations(inner, size):
            edges = list(pairwise((0, *cuts, count)))
            for kinds in product(range(len(FOUND_KINDS)), repeat=len(edges)):
                score = sum(
                    table._begin[first] + table._scores[first, end - 1, kind]
                    for (first, end), kind in zip(edges, kinds, strict=True)
                )
                score += sum(_TRANSITION_SCORES[a, b] for a, b in pairwise(kinds))
                best = max(best, float(score))
    return best


@given(talks(), st.data())
@settings(max_examples=examples(30), deadline=None)
def test_the_path_is_the_best_of_all_divisions(
    talk: tuple[list[Candidate], list[Said]], data: st.DataObject
) -> None:
    places, said = talk
    table = _Table(places, said, ROLES)
    path = table.path()
    assert math.isclose(table.value, every_division(table, len(places)), abs_tol=1e-9)
    edges = [*(first for first, _ in path), len(places)]
    kinds = [FOUND_KINDS.index(kind) for _, kind in path]
    own = sum(
        table._begin[a] + table._scores[a, b - 1, k] for (a, b), k in zip(pairwise(edges), kinds, strict=True)
    )
    own += sum(_TRANSITION_SCORES[a, b] for a, b in pairwise(kinds))
    assert math.isclose(own, table.value, abs_tol=1e-9)
    barred = data.draw(st.integers(1, len(places) - 1))
    assert math.isclose(table.without(barred), every_division(table, len(places), barred), abs_tol=1e-9)


@given(talks())
@settings(max_examples=examples(60), deadline=None)
def test_parts_cover_the_talk_and_know_their_confidence(talk: tuple[list[Candidate], list[Said]]) -> None:
    places, said = talk
    decided = best_division(places, said, ROLES)
    assert decided[0].place is places[0] and decided[0].confidence == 1.0
    assert [d.last for d in decided] == [*(d.place.at for d in decided[1:]), len(said)]
    # A boundary of the best division gains by definition, so that it is likelier than not.
    assert all(0.5 <= d.confidence <= 1.0 for d in decided)
    assert all(d.kind != "introduction" for d in decided[1:]) and all(
        d.kind != "closing" for d in decided[:-1]
    )


def test_nothing_said_has_no_parts() -> None:
    assert best_division([], [], {}) == []


def test_every_kind_has_its_evidence():
    for table in (semi_markov.KIND_WEIGHTS, part_kinds.KIND_NAMES, PHRASES):
        assert tuple(table) == FOUND_KINDS


def test_lengths_have_heavy_tails_on_both_sides() -> None:
    """Twice as short and twice as long cost alike, and what is far from usual is not forbidden."""
    for kind, usual in semi_markov.USUAL_LENGTH_MS.items():
        scores = semi_markov._length_score(
            kind, np.array([usual / 60, usual / 4, usual, usual * 4, usual * 60])
        )
        assert scores[2] == 0.0
        assert np.allclose(scores, scores[::-1])
        assert scores[0] > 4 * scores[1]  # a normal distribution would make that nearly nine times


def test_nobody_alone_begins_a_part_by_pausing() -> None:
    """A pause in one speech divides it less than the same pause before somebody else."""
    said = [
        Said(Span(n * 20_000, n * 20_000 + 15_000), who, "word " * 40)
        for n, who in enumerate(["ann", "ann", "joe"])
    ]
    none = dict.fromkeys(BOUNDARY_WEIGHTS, 0.0)
    places = [Candidate(0, 0, none), Candidate(1, 20_000, none, goes_on=True), Candidate(2, 40_000, none)]
    goes_on = _Table(places, said, ROLES)._scores[1, 1]
    other = _Table([places[0], Candidate(1, 20_000, none), places[2]], said, ROLES)._scores[1, 1]
    assert np.all(goes_on[: len(FOUND_KINDS) - 1] <= other[: len(FOUND_KINDS) - 1])
    assert np.isclose(other[FOUND_KINDS.index("commentary")] - goes_on[FOUND_KINDS.index("commentary")], 3.0)


def test_cards_are_expected_where_most_vignettes_have_one() -> None:
    carded, bare = (Candidate(0, 0, {"card": card}) for card in (1.0, 0.0))
    cost = semi_markov._cardless_cost
    assert cost([(carded, "vignette")] * 3 + [(bare, "vignette")]) == 3 * semi_markov.CARDLESS_COST
    assert cost([(carded, "vignette")] * 30) == semi_markov.MOST_CARDLESS_COST
    assert cost([(carded, "vignette")] + [(bare, "vignette")] * 3) == 0.0
    assert cost([(carded, "commentary")] * 9 + [(bare, "vignette")]) == 0.0
    assert cost([]) == 0.0
