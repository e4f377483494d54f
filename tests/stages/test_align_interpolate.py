"""Times for words that were not found: inside the room, in the order of the text, and in free speech where that fits."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.align.interpolate import (
    MS_PER_LETTER,
    Run,
    at_a_natural_pace,
    free_speech,
    in_free_speech,
    log_stretch,
    needed_ms,
    split_by_letters,
)
from pipeline.timing import Span
from pipeline.transcript.subtitles import SubtitlesWord

words = st.lists(st.text("abcdefghij", min_size=1, max_size=12).map(SubtitlesWord), min_size=1, max_size=12)
spans = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, 100_000), st.integers(0, 20_000)
)


@given(words, spans)
def test_a_span_is_divided_without_gaps_by_letters(text: list[SubtitlesWord], span: Span) -> None:
    parts = split_by_letters(text, span)
    assert [parts[0].start_ms, parts[-1].end_ms] == [span.start_ms, span.end_ms]
    assert all(a.end_ms == b.start_ms for a, b in pairwise(parts))
    letters = sum(len(w.text) + 1 for w in text)
    for word, part in zip(text, parts, strict=True):
        assert abs(part.duration_ms - span.duration_ms * (len(word.text) + 1) / letters) <= 1


@given(words, spans, st.none() | spans, st.sampled_from(((None, None), (0, 1), (1, 0), (0, 0))))
def test_words_at_a_natural_rate_stay_in_the_room(
    text: list[SubtitlesWord], room: Span, own: Span | None, beside: tuple[int | None, int | None]
) -> None:
    run = Run(text, [0] * len(text), [own] * len(text), *beside)
    placed = at_a_natural_pace(run, room)
    assert room.start_ms <= placed[0].start_ms and placed[-1].end_ms <= room.end_ms
    assert placed[-1].end_ms - placed[0].start_ms == min(room.duration_ms, needed_ms(text))
    if own is not None and room.start_ms <= own.start_ms <= room.end_ms - needed_ms(text):
        assert placed[0].start_ms == own.start_ms


def cues(*lengths: int) -> tuple[list[SubtitlesWord], list[int]]:
    """Cues 1, 2 ... of so many words of four letters each: a word takes 325 ms."""
    numbers = [number for number, length in enumerate(lengths, 1) for _ in range(length)]
    return [SubtitlesWord("word")] * len(numbers), numbers


def test_whole_cues_go_to_the_pieces_of_speech_of_their_lengths() -> None:
    text, numbers = cues(2, 6)
    pieces = [Span(1000, 1650), Span(2500, 2700), Span(3000, 4950)]
    run = Run(text, numbers, [None] * 8, 0, 3)
    placed = in_free_speech(run, Span(0, 10_000), pieces, 300)
    assert placed == [*split_by_letters(text[:2], pieces[0]), *split_by_letters(text[2:], pieces[2])]


def test_speech_too_far_from_the_given_time_is_not_taken() -> None:
    text, numbers = cues(2)
    piece = Span(1000, 1650)
    for own_ms, is_near in ((700, True), (1300, True), (699, False), (1301, False)):
        run = Run(text, numbers, [Span(own_ms, own_ms + 650)] * 2, 0, 2)
        placed = in_free_speech(run, Span(0, 10_000), [piece], 300)
        assert placed == (split_by_letters(text, piece) if is_near else [None, None])


def test_the_rest_of_a_cue_goes_to_the_speech_beside_its_neighbour_alone() -> None:
    text, _ = cues(2)
    room = Span(0, 10_000)
    run = Run(text, [0, 0], [None, None], 0, 1)
    assert in_free_speech(run, room, [Span(100, 750)], 300) == split_by_letters(text, Span(100, 750))
    assert in_free_speech(run, room, [Span(200, 850)], 300) == [None, None]
    behind = Run(text, [1, 1], [None, None], 0, 1)
    assert in_free_speech(behind, room, [Span(9250, 9900)], 300) == split_by_letters(text, Span(9250, 9900))


@given(spans, st.lists(spans, max_size=6))
def test_free_speech_lies_in_the_room(room: Span, regions: list[Span]) -> None:
    for piece in free_speech(room, regions):
        assert piece.intersection(room) == piece and piece.duration_ms >= 120


@given(words)
def test_a_natural_rate_is_no_stretch_and_twice_as_long_is_as_far_as_half(text: list[SubtitlesWord]) -> None:
    natural = needed_ms(text)
    assert natural == MS_PER_LETTER * sum(len(w.text) + 1 for w in text)
    assert log_stretch(text, Span(0, natural)) == 0
    assert abs(log_stretch(text, Span(0, 2 * natural)) - log_stretch(text, Span(0, natural / 2))) < 1e-9  # type: ignore[arg-type]
