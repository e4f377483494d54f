"""Out-times, given any in-times: long enough to be read where there is room, gone for the next unless both are said at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.captions.out_times import MAX_CAPTIONS_AT_ONCE, at_once, ends_of, needed_ms
from tests.support.caption_makers import Talk, talk, talks
from tests.support.examples import examples


def rising(made: Talk) -> list[int]:
    """The first words as in-times, moved apart by a millisecond where they coincide."""
    return list(accumulate(map(made.onset_ms, range(len(made.pieces))), lambda a, b: max(a + 1, b)))


def ends(made: Talk, starts: list[int]) -> list[int]:
    return ends_of(made.script, made.limits, made.pieces, starts)


@given(talks())
@settings(max_examples=examples(80))
def test_captions_are_on_screen_together_only_where_people_may_talk_at_once(made: Talk) -> None:
    starts = rising(made)
    found = ends(made, starts)
    for k, (start, end) in enumerate(zip(starts, found, strict=True)):
        assert start < end <= start + made.limits.max_duration_ms
        for later in range(k + 1, len(starts)):
            just_seen = end == start + made.limits.least_duration_ms
            assert end <= starts[later] or made.may_overlap(k, later) or just_seen


@given(talks())
@settings(max_examples=examples(80))
def test_no_gap_is_smaller_than_the_least(made: Talk) -> None:
    starts = rising(made)
    for (start, end), following in zip(
        zip(starts, ends(made, starts), strict=True), starts[1:], strict=False
    ):
        assert not following - made.limits.min_gap_ms < end < following or end == start + 1


@given(talks())
@settings(max_examples=examples(80))
def test_no_more_lines_are_on_screen_than_fit_but_for_captions_that_just_came(made: Talk) -> None:
    starts = rising(made)
    found = ends(made, starts)
    for k, now in enumerate(starts):
        stays = [n for n in range(k) if found[n] > max(now, starts[n] + made.limits.least_duration_ms)]
        lines = sum(len(made.pieces[n].breaks) + 1 for n in (*stays, k))
        assert lines <= MAX_CAPTIONS_AT_ONCE * made.limits.lines


@given(talks(at_once=False))
@settings(max_examples=examples(80))
def test_one_who_talks_alone_is_read_as_far_as_there_is_room(made: Talk) -> None:
    starts, limits = rising(made), made.limits
    found = ends(made, starts)
    for k, (start, end) in enumerate(zip(starts, found, strict=True)):
        following = starts[k + 1] if k + 1 < len(starts) else end + 10**6
        room = min(following - limits.min_gap_ms, start + limits.max_duration_ms)
        assert end >= min(start + made.shortest_ms(k), room)
        assert end >= min(made.said_ms(k), room)
        gap = following - end
        # A gap is closed, or long enough to be seen as one.
        assert gap <= limits.min_gap_ms or gap >= limits.open_gap_ms or end in (room, start + 1)
        lingers = max(made.said_ms(k) + limits.stretch_ms, start + made.shortest_ms(k))
        assert end < lingers + limits.open_gap_ms


@given(talks(at_once=False), st.integers(1, 5000))
@settings(max_examples=examples(40))
def test_when_all_is_later_all_ends_later(made: Talk, by_ms: int) -> None:
    script = replace(
        made.script,
        starts=[t + by_ms for t in made.script.starts],
        ends=[t + by_ms for t in made.script.ends],
    )
    starts = rising(made)
    later = ends_of(script, made.limits, made.pieces, [s + by_ms for s in starts])
    assert later == [end + by_ms for end in ends(made, starts)]


def test_the_last_caption_lingers_no_longer_than_reading_asks_for() -> None:
    made = talk((None, 1000, "I know which craving, I know.", 300))
    assert ends(made, [1000]) == [1000 + 6 * 300 + made.limits.linger_ms]
    quick = talk((None, 1000, "interpersonal interpersonal interpersonal", 50))
    needed = needed_ms(quick.script, quick.pieces[0])
    assert needed == 2050  # 41 characters at 20 a second
    assert ends(quick, [1000]) == [min(1000 + needed, 1150 + quick.limits.stretch_ms)]


def test_two_people_at_once_are_shown_together_until_the_first_is_over() -> None:
    made = talk(("a", 0, "I know which craving, I know so.", 500), ("b", 1500, "Really? Really?", 300))
    first, second = ends(made, [0, 1500])
    assert first >= 3500 and second > 1500
    unknown = talk((None, 0, "I know which craving, I know so.", 500), ("b", 1500, "Really? Really?", 300))
    assert ends(unknown, [0, 1500])[0] == 1500


def test_a_caption_whose_words_are_over_goes_for_another_persons() -> None:
    made = talk(("a", 0, "I know.", 500), ("b", 1300, "Really? Really?", 300))
    assert ends(made, [0, 1300])[0] == 1300


def test_a_caption_of_somebody_else_is_seen_for_the_least_duration() -> None:
    made = talk(("a", 1000, "So.", 200), ("b", 1200, "Really? I know.", 400), profile="netflix")
    assert ends(made, [1000, 1200])[0] == 1000 + made.limits.least_duration_ms


def test_nobody_opens_a_gap_while_somebody_still_speaks() -> None:
    short, following = ("b", 1000, "So.", 300), ("b", 3500, "Really?", 400)
    alone = talk(short, following, profile="bbc")
    assert ends(alone, [1000, 3500])[0] == 3500 - alone.limits.open_gap_ms
    made = talk(("a", 0, "I know which I know which I know", 450), short, following, profile="bbc")
    assert ends(made, [0, 1000, 3500])[1] == 3500


def test_nothing_stays_longer_than_the_profile_allows() -> None:
    made = talk((None, 1000, "I know which craving,", 2500))
    assert ends(made, [1000]) == [1000 + made.limits.max_duration_ms]


def test_speech_overlaps_from_three_tenths_of_a_second_on() -> None:
    def together(end_ms: int) -> bool:
        made = talk(("a", 0, "I know", end_ms // 2), ("b", 2000, "Really?", 400))
        return at_once(made.script, *made.pieces)

    assert [together(2000 + ms) for ms in (0, 300, 302)] == [False, False, True]
    near = talk(
        ("a", 0, "I know", 260), ("b", 500, "Really?", 400)
    )  # too near to be read: any overlap counts
    assert at_once(near.script, *near.pieces)


def test_in_times_in_order_give_out_times_in_order_where_one_person_talks() -> None:
    made = talk(("a", 0, "I know / which craving, / Really? / so.", 400))
    found = ends(made, [0, 800, 1600, 2000])
    assert all(a < b for a, b in pairwise(found))
