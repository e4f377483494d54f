"""Editable token list and index map: times stay inside, and ranges follow their words."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.index_map import token_map
from pipeline.edits.live_text import LiveText, written
from pipeline.edits.placement import line_starts
from pipeline.timing import Span
from pipeline.transcript import Kind, Token

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=8)


def live(words: list[str]) -> LiveText:
    return LiveText([Token(w, Span(1000 * k, 1000 * k + 900)) for k, w in enumerate(words)])


@given(WORDS, st.data(), st.lists(st.sampled_from(["a", "b", "x", "y"]), max_size=5))
def test_a_rewritten_range_reads_as_written_inside_its_neighbours(words, data, new):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    text = live(words)
    text.rewrite(first, last, written(" ".join(new)))
    tokens = text.tokens()
    assert [t.text for t in tokens] == [*words[:first], *new, *words[last:]]
    starts = [t.span.start_ms for t in tokens]
    assert starts == sorted(starts)
    moved = token_map(text.original, 0, text.order())
    assert moved.range(0, first) == ((0, first) if first else (0, 0))
    if last < len(words):
        assert moved.range(last, len(words)) == (first + len(new), len(tokens))
    begin, end = moved.range(first, last)
    assert end - begin == len(new)


@given(WORDS)
def test_without_a_change_every_range_stays(words):
    text = live(words)
    moved = token_map(text.original, 0, text.order())
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            assert moved.range(first, last) == (first, last)


@given(WORDS, st.integers(0, 5000), st.integers(1, 5000))
def test_retimed_words_fill_the_span(words, start_ms, length_ms):
    text = live(words)
    text.retime(0, len(words), Span(start_ms, start_ms + length_ms))
    spans = [t.span for t in text.tokens()]
    assert (spans[0].start_ms, spans[-1].end_ms) == (start_ms, start_ms + length_ms)
    assert [s.start_ms for s in spans] == sorted(s.start_ms for s in spans)


def test_sounds_are_whole():
    assert written("[door slams] she  said ♪ la la ♪") == [
        ("[door slams]", Kind.SOUND), ("she", Kind.WORD), ("said", Kind.WORD), ("♪ la la ♪", Kind.SOUND),
    ]  # fmt: skip


def test_marks_of_what_was_not_understood_are_whole():
    assert written("I [inaudible 0:05] went (not clear) on [Thursday?] (I think) xxx [sighs]") == [
        ("I", Kind.WORD), ("[inaudible 0:05]", Kind.UNCLEAR), ("went", Kind.WORD), ("(not clear)", Kind.UNCLEAR),
        ("on", Kind.WORD), ("[Thursday?]", Kind.UNCLEAR), ("(I", Kind.WORD), ("think)", Kind.WORD), ("xxx", Kind.UNCLEAR),
        ("[sighs]", Kind.SOUND),
    ]  # fmt: skip


def test_line_starts_count_words_of_lines_that_have_some():
    assert line_starts("one two\n\n[door slams]\nthree") == [2, 3]
    assert line_starts("one") == []


def test_marks_keep_the_punctuation_behind_them():
    assert written(
        "so [inaudible]. And (unclear 0:12), <unintelligible>! [sighs]... he (really). {name}"
    ) == [
        ("so", Kind.WORD),
        ("[inaudible].", Kind.UNCLEAR),
        ("And", Kind.WORD),
        ("(unclear 0:12),", Kind.UNCLEAR),
        ("<unintelligible>!", Kind.UNCLEAR),
        ("[sighs]...", Kind.SOUND),
        ("he", Kind.WORD),
        ("(really).", Kind.WORD),
        ("{name}", Kind.WORD),
    ]
