"""The regression behind a tag's confidence, and the needs by which search is judged, on figures that are known."""

import numpy as np
import pytest

from benchmarks import concept_confidence, search_needs
from benchmarks.concept_confidence import Knowledge, Row
from pipeline.concepts import codebook
from tests.concepts.test_confidence import sighting


def test_the_regression_finds_the_odds_of_a_table():
    x = np.array([[1.0, 0.0]] * 10 + [[1.0, 1.0]] * 10)
    y = np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 8 + [0.0] * 2)
    level, effect = concept_confidence.newton(x, y, np.ones(20), np.array([1e-9, 1e-9]))
    assert level == pytest.approx(np.log(2 / 8), abs=1e-6)
    assert effect == pytest.approx(np.log(8 / 2) - np.log(2 / 8), abs=1e-6)


def test_a_heavier_ridge_says_less():
    x, y = np.array([[1.0, 0.0]] * 5 + [[1.0, 1.0]] * 5), np.array([0.0] * 5 + [1.0] * 5)
    effects = [concept_confidence.newton(x, y, np.ones(10), np.array([1e-9, p]))[1] for p in (0.1, 1.0, 10.0)]
    assert effects == sorted(effects, reverse=True) and effects[-1] > 0


def test_scores_that_promise_too_much_are_made_less_steep():
    scores = [(2.0, n < 7) for n in range(10)] + [(-2.0, n < 3) for n in range(10)]
    level, slope = concept_confidence.slope_of(scores)
    assert level == pytest.approx(0, abs=0.05)
    assert slope == pytest.approx(np.log(7 / 3) / 2, abs=0.02)


def test_no_conversation_judges_itself():
    rows = [
        Row("a", "held out", frozenset({"trigger"}), frozenset({"pub"}), (sighting(rule="r"),)),
        Row("b", "held out", frozenset(), frozenset({"pub"}), (sighting(rule="r"),)),
    ]
    known = Knowledge(rows)
    assert known.record(rows[0].tags[0]) == (1, 1)
    assert known.record(rows[0].tags[0], Knowledge(rows[:1])) == (0, 1)


def test_the_interval_of_a_share():
    assert concept_confidence.wilson(5, 10) == pytest.approx((0.237, 0.763), abs=0.001)
    assert concept_confidence.wilson(0, 0) == (0.0, 1.0)


def test_twenty_needs_of_concepts_and_utterances_that_there_are():
    found, said = search_needs.needs(), search_needs.ours()
    assert len({n.need for n in found}) == 20
    assert {n.concept for n in found} <= set(codebook.load().codes)
    assert {id for n in found for id in n.ours} <= {
        id for conversation in said.values() for id in conversation
    }
    assert {id.partition("-")[0] for n in found for id in n.dialogue} <= search_needs.READ


def test_needs_are_answered_better_than_by_all_of_their_words(monkeypatch):
    monkeypatch.delenv("VIGNETTE_DATA", raising=False)
    found = {row.way: row.share for row in search_needs.rows() if not row.meaning}
    assert found["before: all words"] < 0.05
    assert found["the need as written"] > 0.7
    assert found["like: a sentence"] > 0.6
    assert found["in the concept, by the need"] >= found["in the concept, surest first"] - 0.05


def test_a_first_page_is_held_against_what_ten_could_show():
    page = search_needs.FirstPage(right=2, there=4)
    assert (page.precision, page.share) == (0.2, 0.5)
    assert search_needs.FirstPage(right=9, there=40).share == 0.9
