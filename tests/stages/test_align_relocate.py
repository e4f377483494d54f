"""Text in another order than the sound, without sound: what fits elsewhere moves, everything else stays."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.rejoin import rejoined
from pipeline.stages.align.relocate import at_own_times, put_in_place, without_doubles
from pipeline.timing import Span
from tests.support.examples import examples


def said(start_ms: int, words: int, fit: float = 0.5) -> list[WordSpan]:
    return [WordSpan(Span(start_ms + 300 * n, start_ms + 300 * n + 280), fit) for n in range(words)]


def hearing(places: dict[tuple[int, int], Span]) -> object:
    """A listener that hears the words `first..last` in one span and nowhere else."""

    def hear(words: range, within: Span) -> Sequence[WordSpan | None]:
        right = places.get((words.start, words.stop))
        return (
            said(within.start_ms, len(words))
            if right == within
            else said(within.start_ms, len(words), fit=-3.0)
        )

    return hear


def test_swapped_cues_change_places() -> None:
    free = Span(1000, 1900)
    listened = Alignment((*said(2000, 4), None, None, None, *said(4000, 2)), (free,))
    moved = put_in_place(listened, [0] * 4 + [1] * 3 + [2] * 2, hearing({(4, 7): free}))  # type: ignore[arg-type]
    assert [f.span.start_ms for f in moved.found if f][4:7] == [1000, 1300, 1600]
    assert moved.unwritten == ()


def test_a_passage_moves_across_the_film_and_a_short_cue_does_not() -> None:
    far = Span(900_000, 903_000)
    listened = Alignment((*said(2000, 4), *[None] * 10, *said(4000, 2)), (far,))
    hear = hearing({(4, 14): far})
    moved = put_in_place(listened, [0] * 4 + [1] * 10 + [2] * 2, hear)  # type: ignore[arg-type]
    assert moved.found[4] is not None and moved.found[4].span.start_ms == 900_000
    short = Alignment((*said(2000, 4), None, *said(4000, 2)), (Span(900_000, 900_400),))
    stays = put_in_place(short, [0] * 4 + [1] + [2] * 2, hearing({(4, 5): Span(900_000, 900_400)}))  # type: ignore[arg-type]
    assert stays == short


def test_a_word_torn_off_its_caption_is_found_beside_the_rest() -> None:
    beside = Span(4200, 4900)
    torn = Alignment((*said(1000, 1), *said(5000, 4)), (Span(2000, 2900), beside))
    whole = rejoined(torn, [0] * 5, hearing({(0, 1): beside}))  # type: ignore[arg-type]
    assert [f.span.start_ms for f in whole.found if f] == [4200, 5000, 5300, 5600, 5900]
    assert whole.unwritten == (Span(1000, 1280), Span(2000, 2900), Span(4480, 4900))
    last = Alignment((*said(1000, 4), *said(5000, 1)), (Span(2250, 2900),))
    whole = rejoined(last, [0] * 5, hearing({(4, 5): Span(2250, 2900)}))  # type: ignore[arg-type]
    assert whole.found[4] is not None and whole.found[4].span.start_ms == 2250


def test_a_caption_begins_with_the_speech_that_its_first_word_stumbled_over() -> None:
    first = WordSpan(Span(2300, 2360), -2.2)
    listened = Alignment((*said(1000, 2), first, *said(2360, 2)), (Span(1800, 2200), Span(6000, 6400)))
    whole = rejoined(listened, [0, 0, 1, 1, 1], hearing({}))  # type: ignore[arg-type]
    assert whole.found[2] == WordSpan(Span(1800, 2360), -2.2)
    assert whole.unwritten == (Span(6000, 6400),)
    for sure in (WordSpan(Span(2300, 2360), 0.5), WordSpan(Span(2300, 2560), -2.2)):
        heard = Alignment((*said(1000, 2), sure, *said(2560, 2)), (Span(1800, 2200),))
        assert rejoined(heard, [0, 0, 1, 1, 1], hearing({})) == heard  # type: ignore[arg-type]


def test_a_caption_with_a_pause_is_no_torn_one() -> None:
    deaf = hearing({})
    for unwritten in (
        (),
        (Span(3000, 3900),),
        (Span(4200, 4900),),
    ):  # no speech there, not beside it, not its words
        paused = Alignment((*said(1000, 1), *said(5000, 4)), unwritten)
        assert rejoined(paused, [0] * 5, deaf) == paused  # type: ignore[arg-type]
    neighbours = Alignment((*said(1000, 1), *said(5000, 4)), (Span(4200, 4900),))
    hear = hearing({(0, 1): Span(4200, 4900)})
    assert rejoined(neighbours, [0, 1, 1, 1, 1], hear) == neighbours  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=12), st.integers(0, 5))
@settings(max_examples=examples(60), deadline=None)
def test_where_nothing_fits_nothing_changes(cues: list[tuple[bool, int]], free: int) -> None:
    found: list[WordSpan | None] = []
    groups: list[int] = []
    for number, (here, words) in enumerate(cues):
        found += said(5000 * number, words) if here else [None] * words
        groups += [number] * words
    listened = Alignment(tuple(found), tuple(Span(5000 * n + 3000, 5000 * n + 3900) for n in range(free)))
    assert put_in_place(listened, groups, hearing({})) == listened  # type: ignore[arg-type]


def test_a_short_answer_is_looked_for_near_its_editors_time_only() -> None:
    near, far = Span(1000, 1400), Span(9000, 9400)
    listened = Alignment((*said(2000, 4), None, *said(4000, 2)), (near, far))
    hear = hearing({(4, 5): near, (0, 0): far})
    groups = [0] * 4 + [1] + [2] * 2
    found = put_in_place(listened, groups, hear, lambda words: 2500)  # type: ignore[arg-type]
    assert found.found[4] is not None and found.found[4].span.start_ms == 1000
    assert put_in_place(listened, groups, hear, lambda words: 6000) == listened  # type: ignore[arg-type]


def test_what_a_moved_cue_leaves_over_can_hold_the_next() -> None:
    free = Span(1000, 2600)
    listened = Alignment((*said(100, 2), None, None, None, None, *said(4000, 2)), (free,))
    rest = Span(1580, 2600)

    def hear(words: range, within: Span) -> Sequence[WordSpan | None]:
        right = {(2, 4): free, (4, 6): rest}[(words.start, words.stop)]
        return said(within.start_ms, 2, fit=0.5 if within == right else -3.0)

    found = put_in_place(listened, [0, 0, 1, 1, 2, 2, 3, 3], hear, lambda words: 1000 * (words.start // 2))
    assert [f.span.start_ms if f else None for f in found.found[2:6]] == [1000, 1300, 1580, 1880]


def test_a_lost_cue_of_a_careful_file_is_looked_for_at_its_own_time() -> None:
    listened = Alignment((*said(2000, 4), None, None, *said(4000, 2)), ())
    own = Span(3300, 3900)
    hear = hearing({(4, 6): Span(3050, 4150)})
    groups = [0] * 4 + [1] * 2 + [2] * 2
    found = at_own_times(listened, groups, hear, lambda words: own)  # type: ignore[arg-type]
    assert [f.span.start_ms if f else None for f in found.found[4:6]] == [3050, 3350]
    assert at_own_times(listened, groups, hear, lambda words: None) == listened  # type: ignore[arg-type]


def test_one_sound_belongs_to_the_cue_that_sounds_more_like_it() -> None:
    found = [*said(1000, 3, fit=1.0), *said(1100, 3, fit=-1.5), *said(5000, 2)]
    groups = [0, 0, 0, 1, 1, 1, 2, 2]
    assert without_doubles(found, groups) == [*said(1000, 3, fit=1.0), None, None, None, *said(5000, 2)]
    apart = [*said(1000, 3), *said(1800, 3, fit=-1.5), *said(5000, 2)]  # two people interrupt each other
    assert without_doubles(apart, groups) == apart
