"""Text that is not in the recording, and long silences: told apart from talk, and shown or not shown."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.adopt import adopt
from pipeline.commands.adopt.shown_file import shown
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf
from pipeline.formats.document import reader, writer
from pipeline.formats.writers import render, srt, text
from pipeline.profiles import PROFILES
from pipeline.run.report import needs_person
from pipeline.settings import CaptionSettings
from pipeline.stages.align import absent as absences
from pipeline.stages.align import pauses
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, EditorCue, Kind, Passage, Token, Verdict
from tests.support.edit_makers import compose, stamped

WORDS = "We begin now. Nobody ever said this long passage in here. And we go on."


def said(words: str, start: int, each: int = 300) -> list[Token]:
    return [Token(w, Span(start + k * each, start + k * each + each)) for k, w in enumerate(words.split())]


def cut_out(room_ms: int, before: str = "We begin now.", after: str = "And we go on.") -> Aligned:
    """Talk, text that nobody says squeezed into the room between, talk."""
    text = "Nobody ever said this long passage in here, and it goes on for quite a while."
    first = said(before, 1000)
    start = first[-1].span.end_ms
    count = len(text.split())
    middle = said(text, start, room_ms // count)
    last = said(after, start + room_ms)
    tokens = (*first, *middle, *last)
    where = len(first), len(first) + count
    passage = Passage(Span(start, start + room_ms), *where, text)
    return Aligned(
        tokens,
        AlignmentReport(Verdict.IN_SYNC, text_without_speech=(passage,)),
        (EditorCue(0, where[0], Span(0, 2000)), EditorCue(*where, Span(2000, 4000), label_at=((where[0], "TOM"),)),
         EditorCue(where[1], len(tokens), Span(4000, 6000))),
    )  # fmt: skip


def regions(aligned: Aligned) -> list[Span]:
    """Speech wherever somebody was found to speak."""
    passage = aligned.report.text_without_speech[0]
    return [t.span for k, t in enumerate(aligned.tokens) if not passage.first <= k < passage.last]


def test_what_there_was_no_time_to_say_is_absent() -> None:
    aligned = cut_out(900)
    kinds = [t.kind for t in absences.marked(aligned, regions(aligned)).tokens]
    passage = aligned.report.text_without_speech[0]
    assert all((k is Kind.ABSENT) == (passage.first <= n < passage.last) for n, k in enumerate(kinds))


def test_silence_is_no_time_to_speak() -> None:
    aligned = cut_out(9000)
    assert any(t.kind is Kind.ABSENT for t in absences.marked(aligned, regions(aligned)).tokens)


@pytest.mark.parametrize(
    ("room_ms", "still", "absent"),
    [(9000, True, True), (9000, False, False), (900, False, True), (2000, False, True), (4000, False, False)],
)
def test_music_may_hide_a_voice_but_makes_no_time_to_speak(room_ms: int, still: bool, absent: bool) -> None:
    aligned = cut_out(room_ms)
    found = absences.marked(aligned, regions(aligned), lambda stretch: still)
    assert any(t.kind is Kind.ABSENT for t in found.tokens) is absent


def test_where_somebody_speaks_the_text_stays() -> None:
    aligned = cut_out(9000)
    speech = [Span(0, 60_000)]
    assert absences.marked(aligned, speech) == aligned


def test_nothing_is_known_without_regions_and_a_few_words_prove_nothing() -> None:
    aligned = cut_out(900)
    assert absences.marked(aligned, []) == aligned
    passage = aligned.report.text_without_speech[0]
    short = replace(aligned.report, text_without_speech=(replace(passage, last=passage.first + 4),))
    assert absences.marked(replace(aligned, report=short), regions(aligned)) == replace(aligned, report=short)


def test_a_sound_inside_a_passage_does_not_divide_it() -> None:
    aligned = cut_out(900)
    passage = aligned.report.text_without_speech[0]
    at = passage.first + 6
    tokens = list(aligned.tokens)
    tokens[at] = replace(tokens[at], text="[laughs]", kind=Kind.SOUND)
    parts = (replace(passage, last=at), replace(passage, first=at + 1))
    report = replace(aligned.report, text_without_speech=parts)
    found = absences.marked(replace(aligned, tokens=tuple(tokens), report=report), regions(aligned))
    assert all(t.kind is Kind.ABSENT for t in found.tokens[passage.first : passage.last])


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("recue", [True, False])
def test_captions_leave_out_what_nobody_says_and_nothing_else(profile: str, recue: bool) -> None:
    aligned = cut_out(900)
    aligned = absences.marked(aligned, regions(aligned))
    made = compose(aligned, settings=CaptionSettings(profile=profile, recue=recue)).transcript  # type: ignore[arg-type]
    shown_text = " ".join(" ".join(render.lines(c, made)) for c in made.captions.cues)
    assert shown_text == "We begin now. And we go on."
    assert all(c.span.duration_ms >= 500 for c in made.captions.cues)
    told = writer.to_dict(made)
    assert [w["kind"] for u in told["utterances"] for w in u["words"]].count("absent") == 16
    assert told["alignment"]["text_without_speech"]
    assert "Nobody" not in text.dumps(made)
    assert "no caption shows it" in " ".join(needs_person(made))


def test_nobody_finds_what_nobody_says(tmp_path) -> None:  # type: ignore[no-untyped-def]
    aligned = cut_out(900)
    made = compose(absences.marked(aligned, regions(aligned))).transcript
    path = tmp_path / "talk.json"
    found = reader.parse(writer.dumps(made).encode(), path)
    assert [u.text for u in found.utterances] == ["We begin now.", "And we go on."]


@pytest.mark.parametrize("how", ["said", "captioned", "added"])
def test_a_person_who_hears_it_brings_it_back(how: str) -> None:
    aligned = cut_out(9000)
    aligned = absences.marked(aligned, regions(aligned))
    made = compose(aligned)
    first, last = aligned.report.text_without_speech[0].first, aligned.report.text_without_speech[0].last
    maker = Maker(made.transcript, made.replay, "Ana")
    span = Span(3000, 8000)
    wanted = {
        "said": lambda: maker.word_time(first, last, span),
        "captioned": lambda: maker.cue(first, last, CueOf(3000, 8000, ())),
        "added": lambda: maker.add(first, made.transcript.text(first, last), span),
    }[how]()
    after = compose(aligned, stamped(wanted))
    assert not after.replay.report.conflicts
    out = " ".join(srt.dumps(after.transcript).split())
    assert out.count("Nobody ever said") == 1
    assert all(t.kind is Kind.WORD for t in after.transcript.tokens)
    assert len(after.transcript.tokens) == len(aligned.tokens)
    assert not after.transcript.aligned.report.text_without_speech


def test_captions_joined_over_what_nobody_says_do_not_show_it() -> None:
    aligned = cut_out(900)
    aligned = absences.marked(aligned, regions(aligned))
    made = compose(aligned)
    maker = Maker(made.transcript, made.replay, "Ana")
    after = compose(aligned, stamped(maker.merge(0, len(aligned.tokens))))
    (cue,) = after.transcript.captions.cues
    assert " ".join(render.lines(cue, after.transcript)) == "We begin now. And we go on."
    assert shown(cue, after.transcript, [""] * len(aligned.tokens)).texts == (
        "We",
        "begin",
        "now.",
        "And",
        "we",
        "go",
        "on.",
    )
    assert adopt._token_ranges(after.transcript, [shown(cue, after.transcript, [""] * 30)]) == [
        (0, len(aligned.tokens))
    ]


# --- long silences -------------------------------------------------------------------------------------------------------


def silent(pause_ms: int) -> Aligned:
    first = said("How was that for you?", 1000)
    last = said("I don't know. It hurt.", first[-1].span.end_ms + pause_ms)
    return Aligned(
        (*first, *last), AlignmentReport(Verdict.IN_SYNC), (EditorCue(0, 10, Span(0, 9000), breaks=(5,)),)
    )


def spoken(aligned: Aligned) -> list[Span]:
    return [t.span for t in aligned.tokens]


@pytest.mark.parametrize(
    ("pause_ms", "profile", "told"),
    [
        (12_000, "training", 1),
        (9_000, "training", 0),
        (12_000, "bbc", 0),
        (25_000, "bbc", 1),
        (25_000, "netflix", 0),
    ],
)
def test_long_silences_are_told_where_the_profile_wants_it(pause_ms: int, profile: str, told: int) -> None:
    aligned = silent(pause_ms)
    marked = pauses.marked(aligned, spoken(aligned))
    made = compose(marked, settings=CaptionSettings(profile=profile)).transcript  # type: ignore[arg-type]
    assert srt.dumps(made).count("[long pause]") == told
    assert [t.text for t in marked.tokens if t.kind is not Kind.PAUSE] == [t.text for t in aligned.tokens]
    for cue in made.captions.cues:
        if render.lines(cue, made) == ["[long pause]"]:
            assert 1000 <= cue.span.duration_ms <= 7000
            assert cue.span.start_ms >= made.captions.cues[0].span.end_ms


def test_a_silence_is_told_in_the_middle_of_talk_alone() -> None:
    aligned = silent(2000)
    late = replace(aligned, tokens=tuple(replace(t, span=t.span.shifted(60_000)) for t in aligned.tokens))
    assert pauses.marked(late, spoken(late)) == late
    aligned = silent(25_000)
    assert pauses.marked(aligned, [Span(0, 60_000)]) == aligned  # somebody speaks, without text
    assert pauses.marked(aligned, spoken(aligned), "de") == aligned
    assert pauses.marked(aligned, []) == aligned


def test_a_pause_ends_a_turn_and_is_told_in_the_transcript_by_its_length() -> None:
    aligned = silent(12_000)
    made = compose(pauses.marked(aligned, spoken(aligned))).transcript
    assert [made.text(u.first, u.last) for u in made.voices.utterances] == [
        "How was that for you?", "[long pause]", "I don't know. It hurt.",
    ]  # fmt: skip
    assert "[no words for 12 seconds]" in text.dumps(made)
    assert "long pause" not in text.dumps(made)


@given(
    st.lists(st.tuples(st.integers(0, 14_000), st.integers(50, 900)), min_size=1, max_size=12),
    st.data(),
)
def test_silences_move_nothing_but_indices(gaps_and_words, data) -> None:  # type: ignore[no-untyped-def]
    tokens, at = [], 0
    for gap, length in gaps_and_words:
        at += gap
        tokens.append(Token(f"w{len(tokens)}", Span(at, at + length)))
        at += length
    edges = sorted({0, len(tokens), *data.draw(st.lists(st.integers(0, len(tokens)), max_size=4))})
    cues = tuple(EditorCue(a, b, Span(0, 1)) for a, b in itertools.pairwise(edges))
    aligned = Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), cues)
    marked = pauses.marked(aligned, [t.span for t in tokens])
    for before, after in zip(cues, marked.editor_cues, strict=True):
        held = [t for t in marked.tokens[after.first : after.last] if t.kind is not Kind.PAUSE]
        assert held == tokens[before.first : before.last]
    for k, token in enumerate(marked.tokens):
        if token.kind is Kind.PAUSE:
            assert 0 < k < len(marked.tokens) - 1
            assert token.span.duration_ms >= pauses.LONG_PAUSE_MS
            assert marked.tokens[k - 1].span.end_ms <= token.span.start_ms
            assert token.span.end_ms <= marked.tokens[k + 1].span.start_ms
