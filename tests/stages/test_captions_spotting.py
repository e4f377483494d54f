"""Spotting: captions in order, within the recording, on their first words, and long enough to be seen where there is room."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.captions.in_times import adjusted_starts
from pipeline.stages.captions.out_times import ends_of, needed_ms
from pipeline.stages.captions.spotting import MAX_SNAP_MS, MIN_START_DISTANCE_MS, order_of, spans
from pipeline.timing import Span
from tests.support.caption_makers import Talk, talk, talks
from tests.support.examples import examples


def spotted(made: Talk, duration_ms: int | None = None) -> list[Span]:
    return spans(made.script, made.limits, made.pieces, duration_ms)


@given(talks(shots=True), st.sampled_from((None, 0, 700)))
@settings(max_examples=examples(60))
def test_captions_come_in_order_within_the_recording_and_none_is_empty(made: Talk, rest: int | None) -> None:
    duration_ms = None if rest is None else made.end_ms + rest
    found = spotted(made, duration_ms)
    assert len(found) == len(made.pieces)
    assert all(s.duration_ms > 0 and s.start_ms >= 0 for s in found)
    assert all(a.start_ms <= b.start_ms for a, b in pairwise(found))
    assert duration_ms is None or all(s.end_ms <= duration_ms for s in found)


@given(talks(shots=True))
@settings(max_examples=examples(60))
def test_captions_overlap_only_where_people_may_talk_at_once_or_to_be_seen_at_all(made: Talk) -> None:
    found = spotted(made)
    for k, span in enumerate(found):
        for later in range(k + 1, len(found)):
            if span.end_ms > found[later].start_ms:
                assert made.may_overlap(k, later) or span.duration_ms in (1, made.limits.least_duration_ms)


@given(talks(at_once=False, shots=True))
@settings(max_examples=examples(60))
def test_one_who_talks_alone_never_has_two_captions_and_no_gap_below_the_least(made: Talk) -> None:
    for a, b in pairwise(spotted(made)):
        assert b.start_ms - a.end_ms >= made.limits.min_gap_ms or a.duration_ms == 1


@given(talks(at_once=False))
@settings(max_examples=examples(60))
def test_where_there_is_room_every_caption_is_seen_and_on_its_first_word(made: Talk) -> None:
    limits = made.limits
    onsets = [made.onset_ms(k) for k in range(len(made.pieces))]
    room = [b - a - limits.min_gap_ms for a, b in pairwise(onsets)]
    found = spotted(made)
    if all(ms >= limits.least_duration_ms for ms in room):
        assert all(s.duration_ms >= limits.least_duration_ms for s in found)
        assert all(abs(s.start_ms - at) <= limits.on_time_ms for s, at in zip(found, onsets, strict=True))
    if all(ms >= made.shortest_ms(k) for k, ms in enumerate(room)):
        assert [s.start_ms for s in found] == onsets
        assert all(s.duration_ms >= made.shortest_ms(k) for k, s in enumerate(found))


@given(talks(at_once=False, shots=True))
@settings(max_examples=examples(60))
def test_a_snapped_time_lies_on_a_shot_and_hurts_nothing(made: Talk) -> None:
    found, shots = spotted(made), made.script.shots
    plain = spotted(replace(made, script=replace(made.script, shots=[])))
    for k, (here, before) in enumerate(zip(found, plain, strict=True)):
        if here.start_ms != before.start_ms:
            assert here.start_ms in shots
            assert abs(here.start_ms - made.onset_ms(k)) <= made.limits.on_time_ms
        assert (
            here.duration_ms >= min(before.duration_ms, made.shortest_ms(k)) or here.end_ms <= before.end_ms
        )
    ends = ends_of(made.script, made.limits, made.pieces, [s.start_ms for s in found])
    for k, (here, end) in enumerate(zip(found, ends, strict=True)):
        if here.end_ms not in (end, here.start_ms + 1):
            assert here.end_ms + made.limits.min_gap_ms in shots
            assert abs(here.end_ms - end) <= MAX_SNAP_MS + made.limits.min_gap_ms
            kept = max(made.said_ms(k), here.start_ms + needed_ms(made.script, made.pieces[k]))
            assert here.end_ms >= min(end, kept)


def test_the_order_is_that_of_first_words_then_of_reading() -> None:
    made = talk(("a", 500, "I know", 300), ("b", 0, "so. / Really?", 500), ("c", 0, "which", 300))
    first, second, third, fourth = made.pieces
    assert [p.first for p in made.pieces] == [2, 4, 0, 3]
    assert order_of(made.script, [fourth, third, second, first]) == made.pieces


def test_captions_whose_first_words_coincide_are_moved_apart() -> None:
    made = talk((None, 1000, "I know", 300), (None, 1000, "so.", 300))
    first, second = spotted(made)
    assert second.start_ms - first.start_ms >= MIN_START_DISTANCE_MS


def test_a_caption_in_a_hurry_takes_time_from_the_next_and_then_from_before() -> None:
    made = talk((None, 2000, "So.", 300), (None, 2600, "I know", 1000))
    limits = made.limits
    first, second = spotted(made)
    assert second.start_ms == 2600 + limits.on_time_ms  # first from the next
    assert first.start_ms == 2000 - limits.on_time_ms and first.end_ms == second.start_ms
    assert limits.least_duration_ms < first.duration_ms < limits.min_duration_ms == 833
    roomy = talk((None, 2000, "So.", 300), (None, 2790, "I know", 1000))
    assert [s.start_ms for s in spotted(roomy)] == [2000, 2833]
    tight = talk((None, 2000, "So.", 300), (None, 2400, "I know", 1000))
    first, second = spotted(tight)
    assert (first.start_ms, second.start_ms) == (2000 - limits.on_time_ms, 2400 + limits.on_time_ms)
    assert first.duration_ms == limits.least_duration_ms


def test_no_caption_begins_before_the_recording() -> None:
    first, second = spotted(talk((None, 0, "So.", 100), (None, 100, "I know", 1000)))
    assert first.start_ms == 0 and second.start_ms > 0


@pytest.mark.parametrize("shot_ms", [2950, 3050])
def test_a_caption_begins_with_the_shot_near_its_first_word(shot_ms: int) -> None:
    made = talk((None, 0, "I know", 500), (None, 3000, "Really?", 900), shots=(shot_ms,))
    assert spotted(made)[1].start_ms == shot_ms


def test_a_shot_further_off_than_sync_allows_is_left_alone() -> None:
    made = talk((None, 0, "I know", 500), (None, 3000, "Really?", 900), shots=(2940, 3060))
    assert spotted(made)[1].start_ms == 3000


def test_a_shot_is_left_alone_by_a_profile_that_does_not_ask() -> None:
    made = talk((None, 3000, "Really?", 900), profile="wcag-fcc", shots=(3100,))
    assert spotted(made)[0].start_ms == 3000


def test_a_caption_ends_with_its_shot_but_not_before_its_words() -> None:
    (plain,) = spotted(talk((None, 0, "I know so.", 600), profile="netflix"))
    made = talk((None, 0, "I know so.", 600), profile="netflix", shots=(2100,))
    assert plain.end_ms == 2300
    assert spotted(made)[0].end_ms == 2100 - made.limits.min_gap_ms
    early = talk((None, 0, "I know so.", 600), profile="netflix", shots=(1850,))
    assert spotted(early)[0].end_ms == 2300  # the words are over at 1800, and the gap lies before the shot


def test_words_behind_the_end_of_the_recording_have_their_captions_inside() -> None:
    made = talk((None, 900, "I know", 300), (None, 2000, "so.", 300), (None, 2600, "Really?", 300))
    found = spotted(made, 2000)
    assert all(s.end_ms <= 2000 for s in found)
    assert all(a.start_ms < b.start_ms for a, b in pairwise(found))
    assert [s.start_ms for s in spotted(made, 3)] == [0, 1, 2]


def test_starts_that_cost_nothing_are_kept() -> None:
    made = talk((None, 0, "I know", 800), (None, 3000, "Really?", 900))
    starts = [s.start_ms for s in spotted(made)]
    assert adjusted_starts(made.script, made.limits, made.pieces, starts, None) == starts == [0, 3000]
