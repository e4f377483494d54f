"""Scores of divisions, computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scores.segmentation import Counts, counts, pairs, pk, window_diff
from pipeline.timing import Span


def test_a_boundary_counts_from_its_card_to_its_first_word_and_three_seconds_around():
    truth = [Span(10_000, 14_000)]
    for at_ms, met in ((6_999, 0), (7_000, 1), (12_000, 1), (17_000, 1), (17_001, 0)):
        assert counts(reference=truth, hypothesis=[at_ms]) == Counts(met, 1, 1)


def test_boundaries_are_met_one_to_one():
    truth = [Span(10_000, 10_000), Span(12_000, 12_000)]
    assert pairs(reference=truth, hypothesis=[11_900]) == [(1, 0)]
    assert counts(reference=truth, hypothesis=[11_900, 12_100]) == Counts(2, 2, 2)


def test_f1_pools_counts():
    assert (Counts(1, 2, 1) + Counts(2, 2, 4)).f1 == pytest.approx(6 / 9)
    assert Counts().f1 == 1.0


def test_pk_by_hand():
    # eight units, one boundary before unit 4: windows of 2; of six windows those from 2 and 3 span it
    assert pk(reference=[4], hypothesis=[4], length=8) == 0
    assert pk(reference=[4], hypothesis=[], length=8) == pytest.approx(2 / 6)
    assert pk(reference=[4], hypothesis=[5], length=8) == pytest.approx(2 / 6)  # windows 2 and 4


def test_window_diff_by_hand():
    # as above, but an additional boundary beside the true one is counted as well: windows 1 to 3 differ
    assert window_diff(reference=[4], hypothesis=[3, 4], length=8) == pytest.approx(2 / 6)
    assert pk(reference=[4], hypothesis=[3, 4], length=8) == pytest.approx(1 / 6)


@given(st.sets(st.integers(1, 29), max_size=8), st.sets(st.integers(1, 29), max_size=8))
def test_scores_are_shares_and_nothing_is_better_than_the_truth(reference, hypothesis):
    real, found = sorted(reference), sorted(hypothesis)
    for score in (pk, window_diff):
        assert 0 <= score(reference=real, hypothesis=found, length=30) <= 1
        assert score(reference=real, hypothesis=real, length=30) == 0
    assert pk(reference=real, hypothesis=found, length=30) <= window_diff(
        reference=real, hypothesis=found, length=30
    )
