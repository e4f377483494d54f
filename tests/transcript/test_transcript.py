"""Each invariant of a transcript: it holds for a good one and is named when it is broken."""

from dataclasses import replace

import pytest

from pipeline.errors import TranscriptError
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    EditorCue,
    Grade,
    Heard,
    Media,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
    check,
    lines_of,
)
from pipeline.transcript.utterances import LONG_PAUSE_MS, build

TOKENS = (Token("Hello,", Span(100, 400)), Token("you.", Span(450, 700)), Token("Yes.", Span(2000, 2300)))


@pytest.fixture
def good():
    aligned = Aligned(TOKENS, AlignmentReport(Verdict.IN_SYNC))
    cues = (Cue(Span(100, 1200), 0, 2, breaks=(1,)), Cue(Span(2000, 2900), 2, 3))
    return Transcript(
        Media("talk", "0" * 64, 3000), Heard("sphinx", "en-us", True, (), (Span(0, 2500),)), aligned, build(aligned),
        Captions(cues), Grade.SUBTITLES,
    )  # fmt: skip


def with_tokens(transcript, *tokens):
    return replace(transcript, aligned=replace(transcript.aligned, tokens=tokens))


def test_a_good_transcript_passes(good):
    check(good)
    assert good.text(0, 3) == "Hello, you. Yes."
    assert good.span(0, 2) == Span(100, 700)
    assert lines_of(good.captions.cues[0], good.tokens) == [[0], [1]]


def test_tokens_hold_text(good):
    with pytest.raises(TranscriptError, match="token 1 holds no text"):
        check(with_tokens(good, TOKENS[0], replace(TOKENS[1], text=" "), TOKENS[2]))
    with pytest.raises(TranscriptError, match="confidence"):
        check(with_tokens(good, replace(TOKENS[0], confidence=1.1), *TOKENS[1:]))


def test_tokens_lie_inside_the_recording(good):
    with pytest.raises(TranscriptError, match="token 2 lies outside"):
        check(with_tokens(good, *TOKENS[:2], replace(TOKENS[2], span=Span(2900, 3100))))


def test_time_rises_within_an_utterance(good):
    with pytest.raises(TranscriptError, match="backwards in utterance u1"):
        check(with_tokens(good, replace(TOKENS[0], span=Span(500, 600)), *TOKENS[1:]))


@pytest.mark.parametrize(
    "utterances", [(), (Utterance(0, 2),), (Utterance(1, 3),), (Utterance(0, 2), Utterance(1, 3))]
)
def test_utterances_cover_every_token_once(good, utterances):
    with pytest.raises(TranscriptError, match="utterance"):
        check(replace(good, voices=Voices(utterances=utterances)))


@pytest.mark.parametrize("ranges", [[(0, 2)], [(0, 3), (2, 3)]])
def test_every_token_is_in_one_cue(good, ranges):
    cues = tuple(Cue(Span(100, 200), a, b) for a, b in ranges)
    with pytest.raises(TranscriptError, match=r"token 2 is in \d cues"):
        check(replace(good, captions=Captions(cues)))


def test_breaks_lie_inside_their_cue(good):
    first, second = good.captions.cues
    with pytest.raises(TranscriptError, match="cue 2 breaks"):
        check(replace(good, captions=Captions((first, replace(second, breaks=(2,))))))


def test_cues_last_and_are_in_order(good):
    first, second = good.captions.cues
    with pytest.raises(TranscriptError, match="cue 2"):
        check(replace(good, captions=Captions((first, replace(second, span=Span(50, 90))))))
    with pytest.raises(TranscriptError, match="cue 1"):
        check(replace(good, captions=Captions((replace(first, span=Span(100, 100)), second))))


def test_utterances_end_at_pauses_labels_and_dashes():
    tokens = tuple(Token(f"w{i}", Span(i * 100, i * 100 + 100)) for i in range(6))
    late = tuple(replace(t, span=t.span.shifted(LONG_PAUSE_MS)) for t in tokens[4:])
    cue = EditorCue(0, 4, label_at=((1, "TOM"),), dash_at=(3,))
    voices = build(Aligned(tokens[:4] + late, AlignmentReport(Verdict.IN_SYNC), (cue,)))
    assert [(u.first, u.last) for u in voices.utterances] == [(0, 1), (1, 3), (3, 4), (4, 6)]


def test_no_tokens_no_utterances():
    assert build(Aligned((), AlignmentReport(Verdict.NO_SUBTITLES))).utterances == ()
