"""Turns last as long as people speak: breaths are theirs, the pause before an answer is nobody's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.speakers.lasting import MOST_GIVEN_MS, filled
from pipeline.stages.speakers.pieces import Piece
from pipeline.timing import Span, covered_ms, union
from pipeline.transcript import Turn


def turn(who: str, start_ms: int, end_ms: int) -> Turn:
    return Turn(who, Span(start_ms, end_ms))


def test_a_breath_is_the_speakers_own_and_the_tail_too() -> None:
    turns = (turn("a", 1000, 2000), turn("a", 2700, 4000))
    assert filled(turns, [Span(800, 4300)], []) == (turn("a", 800, 4300),)


def test_the_pause_before_an_answer_is_nobodys() -> None:
    turns = (turn("a", 1000, 2000), turn("b", 2600, 4000))
    assert filled(turns, [Span(1000, 4000)], []) == turns


def test_a_stranger_stays_nobody() -> None:
    turns = (turn("a", 1000, 2000), turn("a", 3500, 4000))
    stranger = Piece(Span(2200, 3300), 0, 0, 0.0)
    assert filled(turns, [Span(1000, 4000)], [stranger]) == (turn("a", 1000, 2200), turn("a", 3300, 4000))
    absent = Piece(Span(2000, 3500), 0, 1, 0.0, mute=True, absent=True)
    assert filled(turns, [Span(1000, 4000)], [absent]) == (turn("a", 1000, 4000),)


def test_no_turn_gets_more_than_a_breath_at_once() -> None:
    assert filled((turn("a", 0, 1000),), [Span(0, 60_000)], []) == (turn("a", 0, 1000 + MOST_GIVEN_MS),)
    assert filled((), [Span(0, 1000)], []) == ()


spans = st.tuples(st.integers(0, 20_000), st.integers(1, 4000)).map(lambda p: Span(p[0], p[0] + p[1]))
spoken = st.lists(st.tuples(st.sampled_from("ab"), spans), min_size=1, max_size=6).map(
    lambda some: tuple(
        sorted(
            (Turn(w, s) for w in "ab" for s in union(x for v, x in some if v == w)),
            key=lambda t: (t.span, t.speaker),
        )
    )
)


@given(spoken, st.lists(spans, max_size=4))
def test_turns_only_grow_and_only_into_speech(turns: tuple[Turn, ...], voiced: list[Span]) -> None:
    longer = filled(turns, voiced, [])
    for who in "ab":
        before, after = ([t.span for t in some if t.speaker == who] for some in (turns, longer))
        assert covered_ms([*before, *after]) == covered_ms(after) == sum(s.duration_ms for s in after)
    everything = union([*voiced, *(t.span for t in turns)])
    assert all(any(t.span.intersection(e) == t.span for e in everything) for t in longer)
