"""Cues that stand in another order than they are said: by construction, without sound."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.stages.align.reorder import in_spoken_order
from pipeline.timing import Span

# Five cues of two words; the third and the fourth are said the other way round.
GROUPS = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
SAID = [0, 1, 2, 3, 6, 7, 4, 5, 8, 9]
TRUE = {word: Span(500 * place, 500 * place + 400) for place, word in enumerate(SAID)}
STARTS = [0, 1000, 2100, 2200, 4000]


def hear(words: Sequence[int], within: Span) -> Alignment:
    """As the search does: words are found as long as they come in the order in which they are said."""
    found: list[WordSpan | None] = []
    at = within.start_ms
    for word in words:
        span = TRUE[word]
        fits = span.start_ms >= at and span.end_ms <= within.end_ms
        found.append(WordSpan(span, 0.5) if fits else None)
        at = span.end_ms if fits else at
    return Alignment(tuple(found), (), 100.0 * sum(f is not None for f in found))


def compare(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
    return [hear(order, within) for order in orders]


def first_pass() -> Alignment:
    """The third cue was stepped over, since the fourth is said before it."""
    found = list(hear(range(10), Span(0, 5000)).found)
    found[6] = found[7] = None
    return Alignment(tuple(found), (Span(2000, 2900),))


def test_the_order_that_explains_the_sound_is_taken() -> None:
    found = in_spoken_order(first_pass(), GROUPS, STARTS, 700, compare)
    assert [f.span if f else None for f in found.found] == [TRUE[word] for word in range(10)]
    assert not found.unwritten


def test_the_order_of_a_script_is_right() -> None:
    assert in_spoken_order(first_pass(), GROUPS, [None] * 5, 700, compare).found == first_pass().found


def test_cues_far_apart_are_in_order() -> None:
    apart = [n * 10_000 for n in range(5)]
    assert in_spoken_order(first_pass(), GROUPS, apart, 700, compare).found == first_pass().found


def test_an_order_that_is_hardly_better_is_not_taken() -> None:
    def deaf(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
        return [Alignment(hear(order, within).found, (), 0.0) for order in orders]

    assert in_spoken_order(first_pass(), GROUPS, STARTS, 700, deaf).found == first_pass().found


def test_in_a_careful_file_only_cues_that_begin_together_change_places() -> None:
    assert in_spoken_order(first_pass(), GROUPS, STARTS, 0, compare).found[6] is not None  # 100 ms apart
    apart = [0, 1000, 2100, 2900, 4000]
    assert in_spoken_order(first_pass(), GROUPS, apart, 0, compare).found == first_pass().found


def test_a_cue_moves_past_several_to_speech_that_is_left_over() -> None:
    """The last of five short answers is said second."""
    groups, said = [0, 1, 2, 3, 4, 5], [0, 4, 1, 2, 3, 5]
    true = {word: Span(500 * place, 500 * place + 400) for place, word in enumerate(said)}

    def one(words: Sequence[int], within: Span) -> Alignment:
        found: list[WordSpan | None] = []
        at = within.start_ms
        for word in words:
            fits = true[word].start_ms >= at and true[word].end_ms <= within.end_ms
            found.append(WordSpan(true[word], 0.5) if fits else None)
            at = true[word].end_ms if fits else at
        return Alignment(tuple(found), (), 100.0 * sum(f is not None for f in found))

    start = Alignment(one(range(6), Span(0, 3000)).found, (true[4],))
    assert start.found[4] is None
    found = in_spoken_order(
        start,
        groups,
        [0, 400, 900, 1400, 1900, 2500],
        700,
        lambda orders, span: [one(o, span) for o in orders],
    )
    assert [f.span if f else None for f in found.found] == [true[word] for word in range(6)]


def test_no_text_has_no_order() -> None:
    assert in_spoken_order(Alignment((), ()), [], [], 700, compare) == Alignment((), ())
