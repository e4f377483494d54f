"""Marks for speech that was not understood: a kind of their own in every format, and sounds that are none."""

from __future__ import annotations

import pytest

from pipeline.formats.readers import sounds, srt, text, words
from pipeline.formats.readers.raw_cue import RawCue
from pipeline.timing import Span
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import SubtitlesWord

MARKS = (
    "inaudible", "INAUDIBLE", "Inaudible 00:01:02", "inaudible @ 4:12", "inaudible, 3 seconds", "inaudible: a train passes",
    "unintelligible", "unintelligible 1:02:03", "indistinct", "unclear", "unclear word", "two words unclear", "crosstalk",
    "cross talk", "cross-talk 01:02", "overlapping speech", "speakers overlapping", "talking over each other", "?", "??",
    "can't hear", "not clear", "unverständlich", "Hollins (?)",
)  # fmt: skip
SOUNDS = (
    "laughs", "sobbing", "sniffles", "sniffling", "panting", "hiccups", "snickers", "clapping", "rumbling", "honking", "gunshot",
    "explosion", "beat", "long beat", "voice breaks", "her voice cracks", "audio cuts out", "the line goes dead", "typing",
    "stomach growls", "indistinct chatter", "door opens", "retching", "thunder rumbling",
)  # fmt: skip


def subtitles(raw: str) -> list[SubtitlesWord]:
    return list(words.tokenize([RawCue(Span(0, 1000), srt.plain_lines(raw), raw)])[0].words)


def script(raw: str) -> list[SubtitlesWord]:
    cues = words.tokenize(text.from_paragraphs([(raw, False)]), script=True)
    return [w for cue in cues for w in cue.words]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("brackets", ["[]", "()"])
@pytest.mark.parametrize("read", [subtitles, script])
def test_a_mark_is_unclear_wherever_it_stands(mark: str, brackets: str, read: object) -> None:
    assert callable(read)
    bracket = mark.join(brackets) if "(" not in mark or brackets == "[]" else f"[{mark}]"
    found = read(f"So {bracket} we went.")
    assert [(w.text, w.kind) for w in found] == [
        ("So", Kind.WORD), (bracket, Kind.UNCLEAR), ("we", Kind.WORD), ("went.", Kind.WORD),
    ]  # fmt: skip
    assert read(bracket)[0].kind is Kind.UNCLEAR


@pytest.mark.parametrize("sound", SOUNDS)
@pytest.mark.parametrize("read", [subtitles, script])
def test_a_sound_is_a_sound_wherever_it_stands(sound: str, read: object) -> None:
    assert callable(read)
    for bracket in (f"[{sound}]", f"({sound})"):
        assert [w.kind for w in read(f"So {bracket} we went.")] == [
            Kind.WORD,
            Kind.SOUND,
            Kind.WORD,
            Kind.WORD,
        ]


@pytest.mark.parametrize(
    ("raw", "unclear"),
    [
        ("We met on [Thursday?] then.", ["[Thursday?]"]),
        ("We met on (Thursday?) then.", ["(Thursday?)"]),
        ("Ask [Dr. Hale?] then.", ["[Dr. Hale?]"]),
        ("Ask [? Hale] then.", ["[? Hale]"]),
        ("I xxx want XXX to.", ["xxx", "XXX"]),
        ("I want ___ to, ____.", ["___", "____."]),
        ("I want ??? to.", ["???"]),
        ("You came (right?) and went.", []),
        ("It was mine (really?) then.", []),
        ("the (big) one", []),
        ("we call it (motivational interviewing) here", []),
        ("what??? no", []),
        ("He called me a [ __ ], and left.", ["[ __ ],"]),
        ("I went to <inaudible>.", ["<inaudible>."]),
        ("Then {unintelligible 0:12}, and so on.", ["{unintelligible 0:12},"]),
        ("We met (unclear)!", ["(unclear)!"]),
        ("if a <name> and {c} then", []),
        ("your neighbour(s?) came", []),
        ("Is it clear to you?", []),
        ("It was inaudible to me.", []),
        ("in (1994) it", []),
        ("(I mean the group we had before this one, was it?)", []),
    ],
)
def test_guesses_and_codes(raw: str, unclear: list[str]) -> None:
    found = subtitles(raw)
    assert [w.text for w in found if w.kind is Kind.UNCLEAR] == unclear
    assert " ".join(w.text for w in found) == raw
    assert all(w.kind in (Kind.WORD, Kind.UNCLEAR) for w in found)


@pytest.mark.parametrize("raw", ["So <laugh> we went.", "So {sighs} we went."])
@pytest.mark.parametrize("read", [subtitles, script])
def test_sounds_in_other_brackets(raw: str, read: object) -> None:
    assert callable(read)
    assert [w.kind for w in read(raw)] == [Kind.WORD, Kind.SOUND, Kind.WORD, Kind.WORD]


@pytest.mark.parametrize("raw", ["We left [sighs].", "(laughs), and then?", "So [door opens]... no [sobs] !"])
def test_punctuation_stays_as_near_to_a_bracket_as_it_was_written(raw: str) -> None:
    assert " ".join(w.text for w in subtitles(raw)) == raw


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_names_no_person(mark: str) -> None:
    assert all(w.label is None for w in subtitles(f"[{mark}] So we went."))
    assert not sounds.names_role(mark)
