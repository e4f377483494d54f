"""Inserting tokens leaves every range around the tokens that it held before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, EditorCue, Passage, Token, Verdict
from pipeline.transcript.reindex import inserted

WORDS = 8


def token(text: str) -> Token:
    return Token(text, Span(0, 1))


@st.composite
def ranges(draw: st.DrawFn) -> tuple[int, int]:
    first = draw(st.integers(0, WORDS - 1))
    return first, draw(st.integers(first + 1, WORDS))


def alignment(held: list[tuple[int, int]]) -> Aligned:
    """Tokens "0", "1", ...; of every range a cue that breaks, labels and dashes at each of its tokens, and a passage."""
    tokens = tuple(token(str(n)) for n in range(WORDS))
    cues = tuple(
        EditorCue(
            first, last, breaks=tuple(range(first + 1, last)), label_at=((first, "TOM"),), dash_at=(last - 1,)
        )
        for first, last in held
    )
    found = tuple(Passage(Span(0, 1), first, last) for first, last in held)
    report = AlignmentReport(
        Verdict.IN_SYNC,
        speech_without_text=found,
        text_without_speech=found,
        not_confirmed=found,
        heard_differently=found,
    )
    return Aligned(tokens, report, cues)


def texts(aligned: Aligned, first: int, last: int) -> list[str]:
    """The old tokens of a range."""
    return [t.text for t in aligned.tokens[first:last] if t.text != "new"]


@given(st.lists(ranges(), max_size=4), st.lists(st.integers(0, WORDS), max_size=6).map(sorted))
def test_ranges_hold_the_tokens_that_they_held(held: list[tuple[int, int]], places: list[int]) -> None:
    after = inserted(alignment(held), [(place, token("new")) for place in places])
    assert [t.text for t in after.tokens if t.text != "new"] == [str(n) for n in range(WORDS)]
    assert len(after.tokens) == WORDS + len(places)
    report = after.report
    for number, (first, last) in enumerate(held):
        old = [str(n) for n in range(first, last)]
        cue = after.editor_cues[number]
        assert texts(after, cue.first, cue.last) == old
        assert [after.tokens[b].text for b in cue.breaks] == old[1:]
        assert [(after.tokens[at].text, name) for at, name in cue.label_at] == [(old[0], "TOM")]
        assert [after.tokens[at].text for at in cue.dash_at] == [old[-1]]
        for found in (
            report.speech_without_text,
            report.text_without_speech,
            report.not_confirmed,
            report.heard_differently,
        ):
            assert texts(after, found[number].first, found[number].last) == old


@given(ranges(), st.lists(st.integers(0, WORDS), max_size=6).map(sorted))
def test_a_token_at_the_edge_of_a_range_stays_outside(held: tuple[int, int], places: list[int]) -> None:
    after = inserted(alignment([held]), [(place, token("new")) for place in places])
    cue = after.editor_cues[0]
    inside = [place for place in places if held[0] < place < held[1]]
    assert cue.last - cue.first == held[1] - held[0] + len(inside)


@given(st.integers(0, WORDS), st.lists(st.integers(0, WORDS), max_size=6).map(sorted))
def test_a_passage_without_tokens_stays_empty_in_front_of_the_same_token(at: int, places: list[int]) -> None:
    empty = AlignmentReport(Verdict.IN_SYNC, speech_without_text=(Passage(Span(0, 1), at, at),))
    before = Aligned(tuple(token(str(n)) for n in range(WORDS)), empty)
    after = inserted(before, [(place, token("new")) for place in places])
    (passage,) = after.report.speech_without_text
    assert passage.first == passage.last
    assert [t.text for t in after.tokens[passage.first :]][:1] == [str(n) for n in range(at, WORDS)][:1]
