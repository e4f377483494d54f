"""RTTM: ten fields a line for any name, and times that read back as they were."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

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
