"""Local search over in-times: what it moves costs less than before, and what is well stays where it is."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.profiles import PROFILES
from pipeline.stages.captions.in_times import (
    MAX_MOVE_MS,
    NEEDLESS_OVERLAP_COST,
    OUT_OF_SYNC_COST,
    TOO_SHORT_COST,
    adjusted_starts,
)
from pipeline.stages.captions.out_times import ends_of
from tests.support.caption_makers import Talk, talk, talks
from tests.support.examples import examples


def faults(made: Talk, starts: list[int], latest_ms: int | None) -> float:
    """The points of captions that are too short, out of sync, or overlap the next needlessly, each by itself."""
    ends = [min(e, latest_ms or e) for e in ends_of(made.script, made.limits, made.pieces, starts)]
    total = 0.0
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        total += TOO_SHORT_COST * (end - start < made.limits.least_duration_ms)
        total += OUT_OF_SYNC_COST * (abs(start - made.onset_ms(k)) > made.limits.early_ms)
        if k + 1 < len(starts) and end > starts[k + 1] and made.said_ms(k) <= made.onset_ms(k + 1):
            total += NEEDLESS_OVERLAP_COST
    return total


def drawn_starts(made: Talk, seed: int) -> list[int]:
    """In-times in order, each up to a second off its first word."""
    rng = random.Random(seed)
    return sorted(max(0, made.onset_ms(k) + rng.randint(-1000, 1000)) for k in range(len(made.pieces)))


def adjusted(made: Talk, starts: list[int], latest_ms: int | None = None) -> list[int]:
    return adjusted_starts(made.script, made.limits, made.pieces, starts, latest_ms)


@given(talks(), st.integers(0, 1 << 32), st.booleans())
@settings(max_examples=examples(25))
def test_starts_stay_in_order_and_near_what_is_heard(made: Talk, seed: int, ends: bool) -> None:
    starts = drawn_starts(made, seed)
    found = adjusted(made, starts, made.end_ms if ends else None)
    assert len(found) == len(starts)
    assert all(a <= b for a, b in pairwise(found))
    for k, (before, now) in enumerate(zip(starts, found, strict=True)):
        assert now >= 0
        assert now == before or abs(now - made.onset_ms(k)) <= max(MAX_MOVE_MS, made.limits.early_ms)


@given(talks(), st.integers(0, 1 << 32))
@settings(max_examples=examples(25))
def test_fewer_faults_are_left_than_there_were(made: Talk, seed: int) -> None:
    # The cost holds up to a point beyond its faults for each caption: no more than that may be lost.
    starts = drawn_starts(made, seed)
    before = faults(made, starts, None)
    found = adjusted(made, starts)
    assert faults(made, found, None) <= before + 2 * len(starts)
    assert adjusted(made, found) == found or faults(made, adjusted(made, found), None) <= before


@given(talks(at_once=False))
@settings(max_examples=examples(25))
def test_captions_on_their_words_with_room_stay(made: Talk) -> None:
    starts = [made.onset_ms(k) for k in range(len(made.pieces))]
    found = adjusted(made, starts)
    if all(b - a - made.limits.min_gap_ms >= made.limits.least_duration_ms for a, b in pairwise(starts)):
        assert found == starts


def test_the_next_gives_way_to_a_caption_that_is_too_short() -> None:
    made = talk((None, 1000, "So.", 200), (None, 1400, "I know", 900))
    first, second = adjusted(made, [1000, 1400])
    assert second - first >= made.limits.least_duration_ms
    assert abs(first - 1000) <= made.limits.early_ms and abs(second - 1400) <= made.limits.early_ms


def test_one_behind_the_next_can_give_way_too() -> None:
    made = talk((None, 1000, "So. / so. / so.", 400), profile="training")
    starts = adjusted(made, [1000, 1400, 1800])
    before = faults(made, [1000, 1400, 1800], None)
    assert faults(made, starts, None) < before


def test_a_caption_out_of_sync_is_moved_to_its_words() -> None:
    made = talk((None, 1000, "I know", 500), (None, 5000, "Really? / so.", 900))
    first, second, _ = adjusted(made, [1000, 5900, 5900])
    assert first == 1000
    assert abs(second - 5000) <= made.limits.early_ms
    assert adjusted(made, [300, 5000, 5900])[0] >= 1000 - made.limits.early_ms


def test_a_caption_so_little_off_that_nobody_sees_it_is_left_there() -> None:
    made = talk((None, 1000, "I know", 500), (None, 5000, "Really?", 900))
    unseen = 1000 + made.limits.on_time_ms
    assert adjusted(made, [unseen, 5000]) == [unseen, 5000]
    assert adjusted(made, [unseen + 20, 5000]) == [1000, 5000]  # within the tolerance of sync, for no gain


@pytest.mark.parametrize("profile", PROFILES)
def test_an_onset_is_left_for_an_overlap_but_not_for_comfort(profile: str) -> None:
    # Half a second of its own before somebody else: short of the shortest duration, but seen.
    short = talk(("a", 1000, "So.", 300), ("b", 1900, "I know", 900), profile=profile)
    assert all(
        abs(s - short.onset_ms(k)) <= short.limits.on_time_ms
        for k, s in enumerate(adjusted(short, [1000, 1900]))
    )
    limits, gap = short.limits, short.limits.min_gap_ms
    tight = 1000 + limits.least_duration_ms + gap - 80  # 80 ms too few: two unseen moves are enough
    made = talk(("a", 1000, "So.", 300), ("b", tight, "I know", 900), profile=profile)
    found = adjusted(made, [1000, tight])
    assert found[1] - found[0] >= limits.least_duration_ms + gap
    assert all(abs(s - made.onset_ms(k)) <= limits.early_ms for k, s in enumerate(found))


def test_an_overlap_that_nobody_speaks_is_undone() -> None:
    made = talk(("a", 1000, "So.", 400), ("b", 1450, "I know", 900), ("b", 4000, "Really?", 900))
    starts = [1000, 1450, 4000]
    ends = ends_of(made.script, made.limits, made.pieces, starts)
    assert ends[0] > 1450  # seen for the least duration, beside the next
    first, second, _ = found = adjusted(made, starts)
    ends = ends_of(made.script, made.limits, made.pieces, found)
    assert ends[0] <= second and ends[0] - first >= made.limits.least_duration_ms


def test_what_the_end_of_the_recording_leaves_is_shared() -> None:
    made = talk((None, 2400, "So.", 200), (None, 2800, "I know", 200))
    first, second = adjusted(made, [2400, 2800])
    assert second - first >= made.limits.least_duration_ms
    starts = adjusted(made, [2400, 2800], 3200)
    assert faults(made, starts, 3200) == 0
    assert 3200 - starts[1] >= made.limits.least_duration_ms


def test_the_last_caption_comes_earlier_where_the_recording_ends() -> None:
    made = talk((None, 1000, "So we go on.", 200), (None, 4000, "Yes.", 100))
    latest_ms = 4300
    alone = adjusted(made, [1000, 4000], latest_ms)
    assert alone[0] == 1000
    assert made.onset_ms(1) - made.limits.early_ms <= alone[1] < 4000
    assert faults(made, alone, latest_ms) <= faults(made, [1000, 4000], latest_ms)
    assert adjusted(made, [1000, 4000]) == [1000, 4000]


def test_the_last_caption_goes_back_to_its_words() -> None:
    made = talk((None, 1000, "So we go on.", 200), (None, 4000, "I know which.", 300))
    assert adjusted(made, [1000, 4900]) == [1000, 4000]
    assert adjusted(talk((None, 1000, "So we go on.", 200)), [300]) == [1000]
