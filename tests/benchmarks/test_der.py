"""The error rate against cases worked out by hand, its own symmetries, and pyannote.metrics where that is installed."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scores.der import best_matching, errors
from pipeline.timing import Span


def turns(text):
    """ "A 0 10, B 12 20": who speaks from and to which second."""
    parts = (part.split() for part in text.split(",") if part.strip())
    return [(who, Span(int(float(a) * 1000), int(float(b) * 1000))) for who, a, b in parts]


# The first is the worked example of pyannote.metrics' documentation (A 0-10, B 12-20, C 24-27, D 30-40): 51.6 %.
CASES = [
    ("A 0 10, B 12 20, C 24 27, D 30 40", "a 2 13, d 13 14, b 14 20, c 22 38, d 38 40", (31, 2, 7, 7)),
    ("A 0 10", "x 0 10", (10, 0, 0, 0)),
    ("A 0 10", "", (10, 10, 0, 0)),
    ("", "x 0 10", (0, 0, 10, 0)),
    ("A 0 10, B 10 20", "x 0 20", (20, 0, 0, 10)),
    ("A 0 10, B 5 10", "x 0 10", (15, 5, 0, 0)),
    ("A 0 10, B 5 10", "x 0 5, y 0 10", (15, 5, 5, 0)),
    ("A 0 10, A 5 12", "x 0 12", (12, 0, 0, 0)),
]


@pytest.mark.parametrize(("reference", "hypothesis", "seconds"), CASES)
def test_cases_worked_out_by_hand(reference, hypothesis, seconds):
    found = errors(reference=turns(reference), hypothesis=turns(hypothesis), collar_ms=0)
    assert (found.total_ms, found.missed_ms, found.false_alarm_ms, found.confusion_ms) == tuple(
        1000 * s for s in seconds
    )


def test_the_collar_leaves_out_both_sides_of_a_boundary():
    found = errors(reference=turns("A 1 5"), hypothesis=turns("x 1.2 5.6"), collar_ms=250)
    assert (found.total_ms, found.missed_ms, found.false_alarm_ms) == (3500, 0, 350)


def test_only_what_lies_within_is_scored():
    found = errors(
        reference=turns("A 0 10"), hypothesis=turns("x 5 20"), collar_ms=0, within=Span(4000, 12000)
    )
    assert (found.total_ms, found.missed_ms, found.false_alarm_ms) == (6000, 1000, 2000)
    assert found.matched == {"A": "x"}


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=5))
def test_the_best_matching_is_the_best_of_all(gain):
    short, long_ = sorted((len(gain), 4))
    found = best_matching(gain)
    assert len(found) == short and len({i for i, _ in found}) == short and len({j for _, j in found}) == short
    rows = len(gain)
    if rows <= 4:
        every = (sum(gain[i][p[i]] for i in range(rows)) for p in itertools.permutations(range(4), rows))
    else:
        every = (sum(gain[p[j]][j] for j in range(4)) for p in itertools.permutations(range(rows), 4))
    assert sum(gain[i][j] for i, j in found) == max(every)
    assert long_ >= short


def random_turns(rng, names, count):
    found = []
    for _ in range(count):
        start = rng.randrange(0, 60_000)
        found.append((rng.choice(names), Span(start, start + rng.randrange(200, 6000))))
    return found


def test_who_is_called_what_makes_no_difference():
    rng = random.Random(5)
    for _ in range(20):
        true, found = random_turns(rng, "ABC", 12), random_turns(rng, "xyzw", 12)
        renamed = [({"x": "w", "w": "x"}.get(n, n), s) for n, s in found]
        assert (
            errors(reference=true, hypothesis=found).rate == errors(reference=true, hypothesis=renamed).rate
        )
        assert errors(reference=true, hypothesis=true).rate == 0


def test_as_pyannote_metrics_counts():
    """Where it is installed: their collar is both sides together."""
    diarization = pytest.importorskip(
        "pyannote.metrics.diarization", reason="pyannote.metrics is not installed"
    )
    from pyannote.core import Annotation, Segment, Timeline

    rng = random.Random(7)
    for _ in range(20):
        true, found = random_turns(rng, "ABC", 10), random_turns(rng, "xyz", 12)
        theirs = []
        for side in (true, found):
            annotation = Annotation()
            for k, (name, span) in enumerate(side):
                annotation[Segment(span.start_ms / 1000, span.end_ms / 1000), k] = name
            theirs.append(annotation.support())
        metric = diarization.DiarizationErrorRate(collar=0.5)
        expected = metric(*theirs, uem=Timeline([Segment(0, 70)]))
        assert errors(reference=true, hypothesis=found, within=Span(0, 70_000)).rate == pytest.approx(
            expected, abs=1e-6
        )
