"""Spans form an algebra, timecodes two inverse verbs, frame numbers the one they came from."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.timing import (
    Span,
    SpanIndex,
    clock,
    covered_ms,
    disjoint_from,
    format_timecode,
    frame_rate,
    frames_to_ms,
    gaps,
    hull,
    ms_to_frames,
    parse_timecode,
    seconds_to_ms,
    shares,
    shares_by_letters,
    steps,
    union,
)

times = st.integers(0, 400 * 3_600_000)
spans = st.tuples(st.integers(0, 1000), st.integers(0, 200)).map(lambda p: Span(p[0], p[0] + p[1]))
span_lists = st.lists(spans, max_size=12)


def covered(found):
    return {ms for s in found for ms in range(s.start_ms, s.end_ms)}


@given(times, st.sampled_from(".,"))
def test_a_timecode_read_is_the_time_written(time_ms, mark):
    assert parse_timecode(format_timecode(time_ms, mark)) == time_ms


@given(times)
def test_no_timecode_ever_shows_sixty_seconds(time_ms):
    _, minutes, rest = format_timecode(time_ms).split(":")
    assert int(minutes) < 60 and float(rest) < 60


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [("00:00:01,5", 1500), ("1:02.250", 62250), ("100:00:00.000", 360_000_000), ("0:59:59.999", 3_599_999)],
)
def test_lenient_timecodes(text, time_ms):
    assert parse_timecode(text) == time_ms


@pytest.mark.parametrize(
    "text", ["", "12", "00:60:00.000", "00:00:60.000", "-0:00:01.000", "0:00:01.0000", "a:b:c"]
)
def test_what_is_no_timecode_is_refused(text):
    with pytest.raises(ValueError, match=r"time|59"):
        parse_timecode(text)


def test_negative_times_are_never_formatted():
    with pytest.raises(ValueError, match="negative"):
        format_timecode(-1)


@given(st.integers(-10_000_000, 10_000_000))
def test_seconds_and_milliseconds_agree(time_ms):
    assert seconds_to_ms(time_ms / 1000) == time_ms


def test_half_milliseconds_round_away_from_zero():
    assert [seconds_to_ms(x) for x in (0.0005, 0.0015, -0.0005)] == [1, 2, -1]


def test_a_span_cannot_be_negative():
    with pytest.raises(ValueError, match="before it starts"):
        Span(2, 1)


@given(span_lists)
def test_a_union_covers_the_same_time_with_disjoint_spans(found):
    merged = union(found)
    assert covered(merged) == covered(found)
    assert all(a.end_ms < b.start_ms for a, b in itertools.pairwise(merged))


@given(span_lists, st.integers(0, 50))
def test_joining_closes_exactly_the_short_gaps(found, join_ms):
    merged = union(found, join_ms)
    assert all(b.start_ms - a.end_ms > join_ms for a, b in itertools.pairwise(merged))
    assert covered(found) <= covered(merged)


@given(span_lists, spans)
def test_gaps_and_cover_fill_the_whole_exactly_once(found, within):
    holes = gaps(found, within)
    inside = covered(s.clipped(within) for s in found)
    assert covered(holes).isdisjoint(inside)
    assert covered(holes) | inside == covered([within])


@given(spans, spans)
def test_overlap_gap_and_intersection_tell_one_story(a, b):
    both = a.intersection(b)
    assert a.overlap_ms(b) == (both.duration_ms if both else 0) == len(covered([a]) & covered([b]))
    assert not (a.overlap_ms(b) and a.gap_ms(b))
    assert a.hull(b).duration_ms >= max(a.duration_ms, b.duration_ms)


@given(span_lists, span_lists)
def test_what_is_disjoint_from_others_overlaps_none_of_them(found, others):
    assert disjoint_from(found, others) == [s for s in found if not any(s.overlap_ms(o) for o in others)]


@given(span_lists)
def test_the_sweep_counts_open_spans(found):
    at, level = {}, list(steps(found))
    for (start, count), (end, _) in itertools.pairwise(level):
        at.update(dict.fromkeys(range(start, end), count))
    for ms in covered(found):
        assert at[ms] == sum(ms in s for s in found)
    assert not level or level[-1][1] == 0
    assert covered_ms(found) == len(covered(found))


@pytest.mark.parametrize(
    ("text", "rate"), [("25", 25), ("23.976", Fraction(24000, 1001)), ("30000/1001", Fraction(30000, 1001))]
)
def test_frame_rates_are_exact(text, rate):
    assert frame_rate(text) == rate


@given(
    st.integers(0, 10_000_000), st.sampled_from(["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"])
)
def test_a_frame_survives_milliseconds(frame, rate):
    assert ms_to_frames(frames_to_ms(frame, frame_rate(rate)), frame_rate(rate)) == frame


def test_a_frame_rate_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        frame_rate("-25")


def test_the_clock_that_people_read():
    assert [clock(x) for x in (0, 59_999, 61_000, 3_600_000 + 1000)] == ["0:00", "0:59", "1:01", "1:00:01"]


@given(st.lists(spans, min_size=1, max_size=6))
def test_a_hull_is_the_least_that_covers_all(found):
    whole = hull(found)
    assert all(s.clipped(whole) == s for s in found)
    assert whole.start_ms in {s.start_ms for s in found} and whole.end_ms in {s.end_ms for s in found}
    with pytest.raises(ValueError):
        hull([])


@given(spans, st.lists(st.integers(0, 40), min_size=1, max_size=9))
def test_shares_fill_a_span_in_proportion(whole, sizes):
    parts = shares(whole, sizes)
    assert len(parts) == len(sizes) and parts[0].start_ms == whole.start_ms
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(parts))
    assert parts[-1].end_ms == (whole.end_ms if sum(sizes) else whole.start_ms)
    for part, size in zip(parts, sizes, strict=True):
        assert abs(part.duration_ms - whole.duration_ms * size / (sum(sizes) or 1)) <= 1


def test_a_word_has_the_space_behind_it():
    assert shares_by_letters(Span(0, 60), ["I", "see"]) == [Span(0, 20), Span(20, 60)]


@given(
    st.lists(st.builds(lambda at, long: Span(at, at + long), st.integers(0, 90), st.integers(0, 40))),
    st.builds(lambda at, long: Span(at, at + long), st.integers(0, 90), st.integers(0, 40)),
)
def test_an_index_finds_every_span_that_meets_another(spans, one):
    found = SpanIndex(spans).meeting(one)
    assert found == [n for n, s in enumerate(spans) if s.start_ms <= one.end_ms and s.end_ms >= one.start_ms]
