"""Rules about timing: their arithmetic, over all times and all frame rates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.audit import Document, Facts, Severity
from pipeline.audit.captions import shown_cue
from pipeline.audit.model import View
from pipeline.audit.pace import (
    ROUNDING_MS,
    chain_gap,
    jerky_gap,
    max_duration,
    min_duration,
    min_gap,
    overlap,
    past_end,
    reading_speed_chars,
    shot_in,
)
from pipeline.profiles import PROFILES
from pipeline.timing import Span, frames_to_ms, ms_to_frames

rates = st.sampled_from(
    [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001)]
)


def view(
    *spans: tuple[int, int], text: str = "So I said", facts: Facts | None = None, profile: str = "netflix"
) -> View:
    cues = tuple(
        shown_cue(number, Span(start, end), [text], set(), "json")
        for number, (start, end) in enumerate(spans, 1)
    )
    return View(Document("test", "json", cues, (), "en"), facts or Facts(), PROFILES[profile])


@given(st.integers(1, 200), st.integers(1, 20_000))
def test_reading_speed_is_characters_by_seconds_with_a_millisecond_of_tolerance(
    chars: int, duration: int
) -> None:
    found = list(reading_speed_chars(view((0, duration), text="x" * chars)))
    # Exact where the caption, were it one millisecond longer or shorter, would fall on the same side.
    if Fraction(chars * 1000, duration + 2 * ROUNDING_MS) > 20:
        assert [hit.measured for hit in found] == [round(chars * 1000 / duration, 1)]
    elif Fraction(chars * 1000, duration) <= 20:
        assert not found


@given(st.integers(0, 20_000))
def test_durations_are_held_between_least_and_most(duration: int) -> None:
    profile = PROFILES["netflix"]
    assert profile.max_duration_ms is not None
    short, long = list(min_duration(view((0, duration)))), list(max_duration(view((0, duration))))
    assert bool(short) == (duration + ROUNDING_MS < profile.least_duration_ms)
    assert bool(long) == (duration > profile.max_duration_ms + ROUNDING_MS)
    assert not (short and long)


@given(st.integers(0, 2000), rates)
def test_a_gap_is_too_small_or_flickers_or_is_right_and_never_two_of_them(gap: int, rate: Fraction) -> None:
    seen = view((0, 2000), (2000 + gap, 4000 + gap), facts=Facts(frame_rate=rate))
    small, flickers = list(min_gap(seen)), list(chain_gap(seen))
    frames, least, half = ms_to_frames(gap, rate), PROFILES["netflix"].min_gap_frames, round(rate / 2)
    assert not (small and flickers)
    assert bool(flickers) == (least < frames < half)
    assert bool(small) == (ms_to_frames(gap + ROUNDING_MS, rate) < least)


@given(st.integers(2, 200), rates)
def test_the_smallest_gap_in_whole_milliseconds_is_no_finding(frames: int, rate: Fraction) -> None:
    profile = replace(PROFILES["netflix"], min_gap_frames=frames)
    seen = view((0, 2000), (2000 + frames_to_ms(frames, rate), 20_000), facts=Facts(frame_rate=rate))
    assert not list(min_gap(replace(seen, profile=profile)))


@given(st.integers(0, 3000))
def test_the_bbc_wants_gaps_closed_or_a_second_long(gap: int) -> None:
    found = list(jerky_gap(view((0, 2000), (2000 + gap, 6000 + gap), profile="bbc")))
    assert bool(found) == (ROUNDING_MS < gap < 1000 - ROUNDING_MS)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 2000)), min_size=2, max_size=3))
def test_overlaps_are_the_pairs_that_share_time(times: list[tuple[int, int]]) -> None:
    spans = [(start, start + duration) for start, duration in times]
    found = list(overlap(view(*spans)))
    pairs = [Span(*one).overlap_ms(Span(*other)) for k, one in enumerate(spans) for other in spans[k + 1 :]]
    assert sorted(int(hit.measured or 0) for hit in found) == sorted(ms for ms in pairs if ms)
    assert all(hit.severity is Severity.ERROR for hit in found)


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_a_caption_ends_with_the_recording(end: int, duration: int) -> None:
    found = list(past_end(view((0, end), facts=Facts(duration_ms=duration))))
    assert bool(found) == (end > duration + ROUNDING_MS)


@given(st.integers(0, 10_000), st.integers(-2000, 2000), rates)
def test_a_caption_on_a_cut_is_right_and_one_beside_it_is_not(shot: int, off: int, rate: Fraction) -> None:
    start = shot + off
    assume(start >= 0)
    seen = view((start, start + 2000), facts=Facts(shots=(shot,), frame_rate=rate))
    frames, half = ms_to_frames(off, rate), round(rate / 2)
    near = round(Fraction(3, 4) * half)
    assert [hit.measured for hit in shot_in(seen)] == ([frames] if frames and -near < frames < half else [])


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_no_caption_is_no_finding(profile: str) -> None:
    rules = (
        reading_speed_chars,
        min_duration,
        max_duration,
        min_gap,
        chain_gap,
        jerky_gap,
        overlap,
        past_end,
    )
    assert not [hit for rule in rules for hit in rule(view(profile=profile, facts=Facts(duration_ms=1)))]
