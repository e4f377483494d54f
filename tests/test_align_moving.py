"""Text in another order than the sound, without sound: what fits elsewhere moves, everything else stays."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.align.listening import Found, Listened
from pipeline.stages.align.moving import put_in_place
from pipeline.timing import Span


def said(start_ms: int, words: int, fit: float = 0.5) -> list[Found]:
    return [Found(Span(start_ms + 300 * n, start_ms + 300 * n + 280), fit) for n in range(words)]


def hearing(places: dict[tuple[int, int], Span]) -> object:
    """A listener that hears the words `first..last` in one span and nowhere else."""

    def hear(words: range, within: Span) -> Sequence[Found | None]:
        right = places.get((words.start, words.stop))
        return (
            said(within.start_ms, len(words))
            if right == within
            else said(within.start_ms, len(words), fit=-3.0)
        )

    return hear


def test_swapped_cues_change_places() -> None:
    free = Span(1000, 1900)
    listened = Listened((*said(2000, 4), None, None, None, *said(4000, 2)), (free,))
    moved = put_in_place(listened, [0] * 4 + [1] * 3 + [2] * 2, hearing({(4, 7): free}))  # type: ignore[arg-type]
    assert [f.span.start_ms for f in moved.found if f][4:7] == [1000, 1300, 1600]
    assert moved.unwritten == ()


def test_a_passage_moves_across_the_film_and_a_short_cue_does_not() -> None:
    far = Span(900_000, 903_000)
    listened = Listened((*said(2000, 4), *[None] * 10, *said(4000, 2)), (far,))
    hear = hearing({(4, 14): far})
    moved = put_in_place(listened, [0] * 4 + [1] * 10 + [2] * 2, hear)  # type: ignore[arg-type]
    assert moved.found[4] is not None and moved.found[4].span.start_ms == 900_000
    short = Listened((*said(2000, 4), None, *said(4000, 2)), (Span(900_000, 900_400),))
    stays = put_in_place(short, [0] * 4 + [1] + [2] * 2, hearing({(4, 5): Span(900_000, 900_400)}))  # type: ignore[arg-type]
    assert stays == short


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=12), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_where_nothing_fits_nothing_changes(cues: list[tuple[bool, int]], free: int) -> None:
    found: list[Found | None] = []
    groups: list[int] = []
    for number, (here, words) in enumerate(cues):
        found += said(5000 * number, words) if here else [None] * words
        groups += [number] * words
    listened = Listened(tuple(found), tuple(Span(5000 * n + 3000, 5000 * n + 3900) for n in range(free)))
    assert put_in_place(listened, groups, hearing({})) == listened  # type: ignore[arg-type]
