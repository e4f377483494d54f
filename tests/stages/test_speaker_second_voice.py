"""Who speaks under another's words: told by voices, and by nobody where voices do not tell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.voices.scaling import of_cosines
from pipeline.stages.speakers import crossed, second_voice
from pipeline.stages.speakers.diarize import EmbeddedPieces
from pipeline.stages.speakers.pieces import Piece
from pipeline.timing import Span
from pipeline.transcript import Crossing, Turn

SIZE = 12
SPACE = of_cosines(SIZE)
PEOPLE = ["ann", "bob", "cy"]
VOICE = dict(zip(PEOPLE, np.eye(SIZE, dtype=np.float32), strict=False))
TURNS = [Turn(who, Span(3000 * n, 3000 * n + 2900)) for n, who in enumerate([*PEOPLE, *PEOPLE])]
MIXED = Span(9500, 10_500)  # in a turn of ann's


def embedded(turns=TURNS):
    pieces = [Piece(t.span, n, n + 1, 1.5) for n, t in enumerate(turns)]
    places = np.array([VOICE[t.speaker] for t in turns]) @ SPACE.directions
    return EmbeddedPieces(pieces, places, np.ones(len(pieces), np.float32), SPACE)


def seconds(mixture, turns=TURNS, span=MIXED):
    return second_voice.seconds(
        lambda spans, _: [mixture[None] for _ in spans], [span], turns, embedded(turns)
    )


def test_what_the_first_voice_does_not_explain_is_the_second():
    assert seconds(VOICE["ann"] + 0.5 * VOICE["cy"]) == ["cy"]
    assert seconds(VOICE["ann"] + 0.5 * VOICE["bob"]) == ["bob"]
    assert seconds(0.3 * VOICE["ann"] + VOICE["bob"]) == ["bob"]


def test_nobody_is_named_whom_no_voice_speaks_for():
    stranger = np.eye(SIZE, dtype=np.float32)[9]
    assert seconds(VOICE["ann"] + 0.5 * stranger) == [None]
    assert seconds(VOICE["ann"] + 0.5 * (VOICE["bob"] + VOICE["cy"])) == [None]  # two are as likely
    assert seconds(VOICE["ann"]) == [None]
    assert seconds(VOICE["ann"] + VOICE["bob"], span=Span(50_000, 51_000)) == [None]  # nobody has the turn


def test_who_was_heard_last_a_minute_ago_is_not_in_the_room():
    late = [*TURNS, Turn("ann", Span(90_000, 95_000))]
    assert seconds(VOICE["ann"] + VOICE["bob"], late, Span(91_000, 92_000)) == [None]


def test_what_cannot_be_embedded_is_nobody():
    found = second_voice.seconds(lambda spans, _: [None for _ in spans], [MIXED], TURNS, embedded())
    assert found == [None]


@given(st.lists(st.sampled_from([*PEOPLE, None]), min_size=1, max_size=4), st.integers(0, 17_000))
def test_second_turns_only_add_one_person_who_was_not_there(known, at):
    crossings = [Crossing(Span(at + 700 * n, at + 700 * n + 650)) for n in range(len(known))]
    found = crossed.doubled(TURNS, crossings, known)
    for who in PEOPLE:
        before = [t.span for t in TURNS if t.speaker == who]
        after = [t.span for t in found if t.speaker == who]
        assert all(any(a.overlap_ms(b) == b.duration_ms for a in after) for b in before)
    for moment in range(at, at + 2800, 50):
        here = [t.speaker for t in found if t.span.start_ms <= moment < t.span.end_ms]
        assert len(here) == len(set(here)) <= 2
    if not any(known):
        assert tuple(found) == tuple(TURNS)
