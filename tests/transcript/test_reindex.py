"""Ranges and marks go with their tokens, whatever comes in between or goes out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Cue, EditorCue, Passage, Token, Utterance, Verdict
from pipeline.transcript.reindex import inserted, kept, placed

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


@st.composite
def editor_cues(draw: st.DrawFn) -> EditorCue:
    """A cue with any breaks, labels and dashes."""
    first, last = draw(ranges())
    inside = st.lists(st.integers(first, last - 1), unique=True, max_size=3).map(sorted)
    labels = tuple((at, f"WHO {at}") for at in draw(inside))
    breaks = tuple(at for at in draw(inside) if at > first)
    return EditorCue(first, last, breaks=breaks, label_at=labels, dash_at=tuple(draw(inside)))


def as_cue(cue: EditorCue) -> Cue:
    return Cue(Span(0, 1), cue.first, cue.last, cue.breaks, labels=cue.label_at, dashes=cue.dash_at)


flags = st.lists(st.booleans(), min_size=WORDS, max_size=WORDS)


@given(editor_cues(), st.lists(st.booleans(), max_size=6), st.data())
def test_what_came_in_and_goes_out_again_leaves_no_trace(
    cue: EditorCue, new: list[bool], data: st.DataObject
) -> None:
    is_old = data.draw(st.permutations([True] * WORDS + [False] * len(new)))
    at = [k for k, old in enumerate(is_old) if old]
    there, back = placed(at, len(is_old)), kept(is_old)
    assert back.editor_cue(there.editor_cue(cue)) == cue
    assert back.cue(there.cue(as_cue(cue))) == as_cue(cue)
    held = Utterance(cue.first, cue.last)
    assert back.utterance(there.utterance(held)) == held
    assert there.range(cue.first, cue.last) == (at[cue.first], at[cue.last - 1] + 1)


@given(ranges(), ranges(), flags)
def test_ranges_stay_in_order_and_hold_what_is_left_of_them(
    one: tuple[int, int], other: tuple[int, int], is_kept: list[bool]
) -> None:
    moved = kept(is_kept)
    left = [k for k in range(WORDS) if is_kept[k]]
    first, last = moved.range(*one)
    assert left[first:last] == [k for k in range(*one) if is_kept[k]]
    assert 0 <= first <= last <= len(left)
    if one <= other:
        assert first <= moved.range(*other)[0]


@given(editor_cues(), flags)
def test_a_mark_stays_with_the_first_of_its_words_that_is_left(cue: EditorCue, is_kept: list[bool]) -> None:
    moved = kept(is_kept).editor_cue(cue)
    left = [k for k in range(WORDS) if is_kept[k]]

    def first_left(at: int, ends: list[int]) -> int | None:
        end = min(e for e in (*ends, cue.last) if e > at)
        return next((k for k in range(at, end) if is_kept[k]), None)

    turns = [*(at for at, _ in cue.label_at), *cue.dash_at]
    labels = [(first_left(at, turns), name) for at, name in cue.label_at]
    assert [(left[at], name) for at, name in moved.label_at] == [
        (k, name) for k, name in labels if k is not None
    ]
    dashes = [first_left(at, turns) for at in cue.dash_at]
    assert [left[at] for at in moved.dash_at] == [k for k in dashes if k is not None]
    lines = [k for at in cue.breaks if (k := first_left(at, list(cue.breaks))) is not None]
    assert [left[at] for at in moved.breaks] == [k for k in lines if k > left[moved.first]]


def test_a_label_goes_to_the_next_of_its_words_and_never_to_those_of_another() -> None:
    cue = EditorCue(0, 4, label_at=((0, "TOM"), (2, "ANN")), dash_at=(0, 2), breaks=(2,))
    assert kept([False, True, True, True]).editor_cue(cue).label_at == ((0, "TOM"), (1, "ANN"))
    alone = kept([False, False, True, True]).editor_cue(cue)
    assert (alone.label_at, alone.dash_at, alone.breaks) == (((0, "ANN"),), (0,), ())
