"""Timing lines of other tools: read as what they mean, or known as broken; never taken for text, nor text for them."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SubtitlesError
from pipeline.formats.readers import counts_frames, read, srt, timing_lines, vtt
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.formats.readers.timing_lines import TimingLine
from pipeline.timing import Span, ms_to_frames

DATA = os.environ.get("VIGNETTE_DATA")
NOWHERE = Path("brought.by.somebody")


def _ms(line: str, rate: Fraction | None = None) -> tuple[int, int] | None:
    found = timing_lines.read(line)
    assert found is None or (found.start and found.end)
    return found and (found.start.at(rate), found.end.at(rate))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "start_ms", "end_ms"),
    [
        ("0:00:02 --> 0:00:04", 2000, 4000),  # Python's str(timedelta)
        ("0:00:01.500000 --> 0:00:02.250000", 1500, 2250),
        ("0:00:02,200.0000000000582 --> 00:00:04,100", 2200, 4100),
        ("12.5 --> 14.25", 12_500, 14_250),  # seconds, as speech recognizers count them
        ("200.0000000000582 --> 203.0", 200_000, 203_000),
        ("00:00:02,000 -- > 00:00:04,000", 2000, 4000),
        ("00:00:02,000 --&gt; 00:00:04,000", 2000, 4000),
        ("00: 00: 02,000 -> 00: 00: 04,000", 2000, 4000),
        ("00:00:02,000 - -> 00:00:04,000", 2000, 4000),
        ("00:00:02,000 ==> 00:00:04,000", 2000, 4000),
        ("00:00:02,000 --» 00:00:04,000", 2000, 4000),
        ("00：00：02，000 --＞ 00：00：04，000", 2000, 4000),
        ("０0:00:02,000 --> 00:00:04,000", 2000, 4000),
        ("٠٠:٠٠:٠٢,٠٠٠ --> ٠٠:٠٠:٠٤,٠٠٠", 2000, 4000),
        ("00.00.02,000 --> 00.00.04,000", 2000, 4000),
        ("00:02,000 --> 00:04,000", 2000, 4000),  # no hours
        ("00:02,000 -> 00:04,000", 2000, 4000),
        ("00:00:02\u00a0--> 00:00:04", 2000, 4000),
        ("00:00:02'000 --> 00:00:04'000", 2000, 4000),
        ("00:00:02’000 --> 00:00:04’000", 2000, 4000),
        ("2s --> 4.5s", 2000, 4500),
    ],
)
def test_times_mean_what_their_tools_mean(line: str, start_ms: int, end_ms: int) -> None:
    assert _ms(line) == (start_ms, end_ms)
    text = f"1\n00:00:00,000 --> 00:00:01,000\nfirst\n\n2\n{line}\nsecond\n"
    for parse, source in (
        (srt.parse, text),
        (vtt.parse, "WEBVTT\n\n" + text.replace("0,000", "0.000", 1).replace("1,000", "1.000", 1)),
    ):
        cues, _ = parse(source, NOWHERE)
        assert [(c.span, text_lines(c)) for c in cues] == [
            (Span(0, 1000), ["first"]),
            (Span(start_ms, end_ms), ["second"]),
        ]


@pytest.mark.parametrize(
    "line",
    [
        "3:30 → 4:00",
        "We meet at 10:30 -> 11:45",
        "1 -> 2",
        "from 00:00:01,000 --> to the end",
        "A --> B",
        "x -> 10:30:00",
        "He said 5--> and left at 10:20:30",
        "Read 0:00:02.000, 0:00:04.000 aloud",
        "0:02, 0:04",
        "0:00:02,0:00:04",
    ],
)
def test_talk_about_times_is_talk(line: str) -> None:
    assert timing_lines.read(line) is None
    assert timing_lines.is_broken(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "00:00:0x,000 --> 00:00:04,000",
        "00:00:02,000 -->",
        "--> 00:00:04,000",
        "OO:00:02,000 --> 00:00:04,000",
    ],
)
def test_a_line_that_cannot_be_read_is_known_for_what_it_was_meant(line: str) -> None:
    assert timing_lines.read(line) is None
    assert isinstance(timing_lines.is_broken(line), TimingLine)


def test_times_divided_by_a_comma_are_subviewers() -> None:
    cues, notes = srt.parse(
        "0:00:01.000,0:00:03.500\nSo we went.\n\n0:00:04.00,0:00:05.00\nI stayed.\n", NOWHERE
    )
    assert [(c.span, text_lines(c)) for c in cues] == [
        (Span(1000, 3500), ["So we went."]),
        (Span(4000, 5000), ["I stayed."]),
    ]
    assert notes == []


def test_all_the_text_above_the_first_cue_is_counted() -> None:
    above = "1\n00:00:01,000 bis 00:00:03,000\nSo we went.\n\n"
    cues, notes = srt.parse(f"{above}2\n00:00:04,000 --> 00:00:05,000\nI stayed.\n", NOWHERE)
    assert [text_lines(c) for c in cues] == [["I stayed."]]
    assert notes == ["line 1: '1' and 6 more words stand above the first timing line and were left out"]


def test_an_unreadable_first_cue_is_kept_and_text_above_all_cues_is_named() -> None:
    text = (
        "Made by Rosa\n\n1\n00:00:0l,000 --> 00:00:02,000\nearly\n\n2\n00:00:03,000 --> 00:00:04,000\nlate\n"
    )
    cues, notes = srt.parse(text, NOWHERE)
    assert [(c.span, text_lines(c)) for c in cues] == [
        (Span(0, 2000), ["early"]),
        (Span(3000, 4000), ["late"]),
    ]
    assert notes == [
        "line 1: 'Made by Rosa' stands above the first timing line and was left out",
        "line 4: the timing cannot be read; its text was put between its neighbours",
    ]


@pytest.mark.parametrize(
    ("frames", "of_media", "rate"),
    [
        ((5, 22), None, 24), ((24,), None, 25), ((29, 3), None, 30), ((48,), None, 50), ((59,), None, 60),
        ((5, 22), Fraction(25), 25), ((24,), Fraction(24000, 1001), 25), ((3,), Fraction(30000, 1001), Fraction(30000, 1001)),
    ],
)  # fmt: skip
def test_the_frame_rate_is_the_recordings_or_that_of_the_largest_number(
    frames: tuple[int, ...], of_media: Fraction | None, rate: Fraction
) -> None:
    times = [timing_lines.Time(1000, frame) for frame in frames]
    found, note = timing_lines.frame_rate(times, of_media)
    assert found == rate
    assert "count frames" in note


def test_a_file_without_frames_has_no_frame_rate() -> None:
    assert timing_lines.frame_rate([timing_lines.Time(1000)], Fraction(25)) == (None, "")


@pytest.mark.parametrize(
    ("timecode", "ms"),
    [("00;00;00;00", 0), ("00;01;00;02", 60_060), ("00;10;00;00", 600_000), ("01;00;00;00", 3_600_000), ("00;00;59;29", 60_027)],
)  # fmt: skip
def test_drop_frame_timecode_keeps_to_the_clock(timecode: str, ms: int) -> None:
    """Known places: at every tenth minute timecode and clock agree, but for 3.6 ms an hour (SMPTE ST 12-1)."""
    rate = Fraction(30_000, 1001)
    found = _ms(f"{timecode} --> {timecode}", rate)
    assert found is not None
    assert abs(found[0] - ms) <= 4


@given(st.integers(0, 5 * 3600), st.integers(0, 23), st.sampled_from([24, 25, 30]))
def test_frames_go_there_and_back(seconds: int, frame: int, rate: int) -> None:
    line = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frame:02}"
    found = _ms(f"{line} --> {line}", Fraction(rate))
    assert found is not None
    assert ms_to_frames(found[0], Fraction(rate)) == seconds * rate + frame


def test_a_file_that_counts_frames_is_read_by_the_recordings_rate(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text("1\n00:00:01:12 --> 00:00:02:06\nGo on.\n", "utf-8")
    assert counts_frames(path)
    assert read(path).cues[0].span == Span(1500, 2250)
    assert read(path, frame_rate=Fraction(25)).cues[0].span == Span(1480, 2240)
    path.write_text("1\n00:00:01,120 --> 00:00:02,060\nGo on.\n", "utf-8")
    assert not counts_frames(path)


def test_frames_of_microdvd_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text("{100}{200}Hello.\n{210}{260}Bye.\n", "utf-8")
    with pytest.raises(SubtitlesError, match="MicroDVD"):
        read(path)


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of other tools' files")
@pytest.mark.parametrize(
    ("name", "count"), [("arrow", 5), ("dropframe", 4), ("frames", 5), ("googlefloat", 3), ("micro", 4)]
)
def test_files_of_other_tools_have_all_their_cues(name: str, count: int) -> None:
    cues = read(Path(DATA or "", "cases", "13-srt-damaged-timing", f"{name}.srt")).cues
    assert len(cues) == count
    assert not any(set("0123456789>:") & set(word.text) for cue in cues for word in cue.words)
