"""RTTM: ten fields a line for any name, and times that read back as they were."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import TurnsError
from pipeline.formats.readers import rttm as reader
from pipeline.formats.writers import rttm
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Grade,
    Heard,
    Media,
    Transcript,
    Turn,
    Verdict,
    Voices,
)


@pytest.mark.parametrize(("limit", "what"), [("_MOST_TURNS", "turns"), ("_MOST_SPEAKERS", "speakers")])
def test_more_turns_or_speakers_than_a_recording_has_are_one_sentence(tmp_path, monkeypatch, limit, what):
    monkeypatch.setattr(reader, limit, 3)
    lines = [f"SPEAKER talk 1 {n} 1 <NA> <NA> s{n} <NA> <NA>\n" for n in range(4)]
    path = tmp_path / "talk.rttm"
    path.write_text("".join(lines[:3]))
    assert len(reader.read(path, "talk")) == 3
    path.write_text("".join(lines))
    with pytest.raises(TurnsError, match=rf"has 4 {what}, and one recording has 3 at most - check"):
        reader.read(path, "talk")


NOBODY = Transcript(
    Media("talk.mp4", "0" * 64, 4000), Heard("sphinx", "en-us", True, (), ()),
    Aligned((), AlignmentReport(Verdict.OFFSET, ())), Voices((), (), ()), Captions(()), Grade.SUBTITLES,
)  # fmt: skip
turns = st.tuples(st.text(max_size=12), st.integers(0, 10**9), st.integers(0, 10**7)).map(
    lambda t: Turn(t[0], Span(t[1], t[1] + t[2]))
)


def test_nobody_known_is_an_empty_file() -> None:
    assert rttm.dumps(NOBODY) == ""


@given(st.text(max_size=20), st.lists(turns, max_size=5))
def test_every_turn_is_a_line_of_ten_fields_with_its_times(name: str, said: list[Turn]) -> None:
    transcript = replace(
        NOBODY, media=replace(NOBODY.media, name=name), voices=replace(NOBODY.voices, turns=tuple(said))
    )
    lines = rttm.dumps(transcript).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(said)
    for line, turn in zip(lines, said, strict=True):
        fields = line.split(" ")
        assert len(fields) == len(line.split()) == 10
        assert (fields[0], fields[2], fields[5], fields[9]) == ("SPEAKER", "1", "<NA>", "<NA>")
        assert Fraction(fields[3]) * 1000 == turn.span.start_ms
        assert Fraction(fields[4]) * 1000 == turn.span.duration_ms
        assert "".join(fields[7].split("_")) == "".join("".join(turn.speaker.split()).split("_"))


# --- what others wrote ---------------------------------------------------------------------------------------------

FILE = Path("talk.rttm")


@given(st.lists(turns.filter(lambda t: t.span.duration_ms and t.span.end_ms < 10**9), max_size=5))
def test_what_we_wrote_reads_back(said: list[Turn]) -> None:
    named = [replace(t, speaker=f"s{k}") for k, t in enumerate(said)]
    text = rttm.dumps(replace(NOBODY, voices=replace(NOBODY.voices, turns=tuple(named))))
    assert sorted(reader.reads(text, FILE, "talk"), key=lambda t: t.speaker) == named


def test_what_is_not_about_turns_is_left_aside() -> None:
    text = (
        "\ufeff;; by a tool\n\nSPKR-INFO talk 1 <NA> <NA> <NA> unknown Ann <NA> <NA>\n"
        "SPEAKER talk 1 1.5 0.000 <NA> <NA> Ann <NA> <NA>\nSPEAKER talk 1 2.5 1 <NA> <NA> Ben\n"
    ).lstrip("\ufeff")
    assert reader.reads(text, FILE, "talk") == (Turn("Ben", Span(2500, 3500)),)


def test_of_several_recordings_this_one_is_taken() -> None:
    text = "".join(
        f"SPEAKER {name} 1 {k} 1 <NA> <NA> s{k} <NA> <NA>\n" for k, name in enumerate(["Talk.wav", "other"])
    )
    assert [t.speaker for t in reader.reads(text, FILE, "talk")] == ["s0"]
    with pytest.raises(TurnsError, match="2 recordings"):
        reader.reads(text, FILE, "third")


@pytest.mark.parametrize(
    "line",
    [
        "1\n00:00:01,000 --> 00:00:02,000", "SPEAKER talk 1 0:12 2 <NA> <NA> Ann <NA> <NA>",
        "SPEAKER talk 1 -1 2 <NA> <NA> Ann", "SPEAKER talk 1 1 -2 <NA> <NA> Ann", "SPEAKER talk 1 nan 2 <NA> <NA> Ann",
        "SPEAKER talk 1 1e300 2 <NA> <NA> Ann", "SPEAKER talk 1 1", "<html>", "speaker talk 1 1 2 <NA> <NA> Ann",
    ],
)  # fmt: skip
def test_what_is_no_rttm_is_refused_with_its_line(line: str) -> None:
    good = "SPEAKER talk 1 1 2 <NA> <NA> Ann <NA> <NA>\n"
    with pytest.raises(TurnsError) as caught:
        reader.reads(good + line, FILE, "talk")
    assert str(caught.value).startswith("talk.rttm, line 2: ") and "\n" not in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.rttm"
    path.write_bytes(b"SPEAKER \xff\xfe")
    with pytest.raises(TurnsError, match="not UTF-8"):
        reader.read(path, "a")
    with pytest.raises(TurnsError, match="cannot be read"):
        reader.read(tmp_path / "none.rttm", "a")
