"""Other times in the editor's own file: the rest of it stays as it was, to the byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers import READERS, ass, read, source_text, timing_lines
from pipeline.formats.readers import srt as srt_reader
from pipeline.formats.readers import vtt as vtt_reader
from pipeline.formats.retime import converted, retime
from pipeline.formats.writers import srt, vtt
from pipeline.timing import Span, format_timecode
from pipeline.transcript.subtitles import SubtitlesFormat

SRT = (
    "\ufeff7\r\n00:00:01,000 -->  00:00:02,000 X1:4\r\n<i>TOM:</i> one\r\n\r\ntwo\r\n\r\n"
    "7\r\n0:00:03.5 --> 0:00:04\r\n{\\an8}x\r\n"
)
VTT = (
    "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE 00:00:01.000 stays\n\nid one\n"
    "00:01.000 --> 00:02.000 line:0 align:start\n<v Tom>a <00:00:01.500>b</v> &amp; c\n\n"
    "01:00:00.000-->01:00:01.000\nsecond\n"
)
ASS = (
    "[Script Info]\nTitle: 0:00:00.00\n\n[V4+ Styles]\nStyle: Default,Arial\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,later 0:00:07.00\n"
    "Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,a comment\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Tom,0,0,0,,{\\i1}sooner{\\i0}\n"
)
TIME = r"\d+:[\d:.,]+"


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x.srt", SRT, "00:00:02,500 -->  00:00:03,005 X1:4"),
        ("x.vtt", VTT, "00:00:02.500 --> 00:00:03.005 line:0 align:start"),
        ("x.ass", ASS, "Dialogue: 0,0:00:02.50,0:00:03.01,Default,Tom,0,0,0,,{\\i1}sooner{\\i0}"),
    ],
)
def test_only_times_change(tmp_path: Path, name: str, text: str, line: str) -> None:
    path = _file(tmp_path, name, text)
    found = read(path)
    spans = [Span(2500, 3005), Span(3_600_000, 3_601_230)]
    written = retime(source_text(path), found.format, spans)
    assert line in written
    assert re.sub(TIME, "T", written) == re.sub(TIME, "T", text.lstrip("\ufeff"))
    again = read(_file(tmp_path, "again-" + name, written))
    assert [c.words for c in again.cues] == [c.words for c in found.cues]
    tolerance_ms = 5 if name == "x.ass" else 0
    for cue, span in zip(again.cues, spans, strict=True):
        assert cue.span is not None
        assert abs(cue.span.start_ms - span.start_ms) <= tolerance_ms
        assert abs(cue.span.end_ms - span.end_ms) <= tolerance_ms


@given(st.integers(0, 40_000_000), st.integers(0, 10_000))
def test_any_time_can_be_written(start_ms: int, length_ms: int) -> None:
    span = Span(start_ms, start_ms + length_ms)
    for format_, parser, text in (
        (SubtitlesFormat.SRT, srt_reader.parse, "1\n00:00:01,000 --> 00:00:02,000\nx\n"),
        (SubtitlesFormat.VTT, vtt_reader.parse, "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n"),
        (SubtitlesFormat.ASS, ass.parse, "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,x\n"),
    ):
        (cue,) = parser(retime(text, format_, [span]), Path("x"))[0]
        assert cue.span is not None
        assert abs(cue.span.start_ms - span.start_ms) <= (5 if format_ is SubtitlesFormat.ASS else 0)


def test_a_file_with_the_same_times_comes_back_as_it_was(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    path = _file(tmp_path, "x.srt", text)
    found = read(path)
    assert retime(source_text(path), found.format, [c.span for c in found.cues if c.span]) == text


@pytest.mark.parametrize(
    ("name", "text", "as_srt", "as_vtt"),
    [
        ("x.srt", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>un</i>told & <b>b</b>\n<u>x\ny</u>\n",
         "{\\an8}<i>un</i>told & <b>b</b>\n<u>x</u>\n<u>y</u>",
         "line:0\n<i>un</i>told &amp; <b>b</b>\n<u>x</u>\n<u>y</u>"),
        ("x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v Tom>a <i.loud>b</i> &lt;</v> <c>c</c>\n",
         "{\\an8}a <i>b</i> < c", "line:0\n<v Tom>a <c.loud><i>b</i></c> &lt;</v> c"),
        ("x.ass", "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,Tom,0,0,0,,{\\an8\\i1}a{\\i0} b\\Nc\n",
         "{\\an8}<i>a</i> b\nc", "line:0\n<v Tom><i>a</i> b</v>\n<v Tom>c</v>"),
    ],
)  # fmt: skip
def test_another_format_keeps_what_both_know(
    tmp_path: Path, name: str, text: str, as_srt: str, as_vtt: str
) -> None:
    cues = converted(_file(tmp_path, name, text), [Span(5000, 6000)])
    assert srt.compose(cues) == f"1\n00:00:05,000 --> 00:00:06,000\n{as_srt}\n\n"
    assert vtt.compose(cues) == f"WEBVTT\n\n00:00:05.000 --> 00:00:06.000 {as_vtt}\n"


def test_a_script_has_no_times(tmp_path: Path) -> None:
    path = _file(tmp_path, "x.txt", "TOM: Hello.")
    with pytest.raises(ValueError, match="script"):
        retime(source_text(path), read(path).format, [Span(0, 1)])


# A timing line as people and programs write it: what stands before, between and behind its times, and the times.
Dialect = tuple[str, str, str, str, str]
spaces = st.sampled_from(["", " ", "  ", "\t"])
two_digits = st.integers(0, 59).map("{:02}".format)


@st.composite
def srt_times(draw: st.DrawFn) -> str:
    gap = draw(st.sampled_from(["", "", " "]))
    hours = draw(st.sampled_from(["", "0", "00", "-00", "101"]))
    parts = ([hours] if hours else []) + [draw(two_digits), draw(st.integers(0, 60).map("{:02}".format))]
    fraction = draw(
        st.sampled_from(["", ",5", ".25", ",125", ":125", ".400000", ",200.0000000000582", " , 000"])
    )
    return f"{gap}:{gap}".join(parts) + fraction


@st.composite
def srt_dialects(draw: st.DrawFn) -> Dialect:
    arrow = draw(st.sampled_from(["-->", "->", "–>", "—>", "→", "-- >", "--&gt;"]))
    times = (
        srt_times()
        if arrow == "-->"
        else st.builds("{}{}:{}:{}{}{:03}".format, st.sampled_from(["", "-"]), two_digits, two_digits,
                       two_digits, st.sampled_from(",."), st.integers(0, 999))
    )  # fmt: skip
    behind = draw(st.sampled_from(["", " ", " X1:4 X2:00:00:09,000", "\tline:0"]))
    between = draw(spaces) + arrow + draw(spaces)
    return draw(st.sampled_from(["", " ", "\ufeff"])), draw(times), between, draw(times), behind


@st.composite
def vtt_dialects(draw: st.DrawFn) -> Dialect:
    times = st.builds("{}{}:{}.{:03}".format, st.sampled_from(["", "0:", "00:", "101:"]), two_digits,
                      two_digits, st.integers(0, 999))  # fmt: skip
    behind = draw(st.sampled_from(["", " ", " line:0 00:00:09.000", "align:start"]))
    return draw(spaces), draw(times), draw(spaces) + "-->" + draw(spaces), draw(times), behind


@st.composite
def ass_dialects(draw: st.DrawFn) -> Dialect:
    times = st.builds("{}:{}:{}{}{}".format, st.integers(0, 10), two_digits, two_digits,
                      st.sampled_from(".:,"[:2]), st.sampled_from(["5", "25", "125"]))  # fmt: skip
    before = "Dialogue:" + draw(spaces) + draw(st.sampled_from(["0,", "0:00:09.00,"])) + draw(spaces)
    behind = draw(spaces) + ",0:00:08.00,Tom,0:00:07.00 said,0:00:06.00"
    return before, draw(times), draw(spaces) + "," + draw(spaces), draw(times), behind


FILES = {
    SubtitlesFormat.SRT: ("7\r\n", "\r\none 00:00:05,000\n\ntwo\n\n"),
    SubtitlesFormat.VTT: ("WEBVTT\r\n\nNOTE 00:01.000\n\nid\n", "\r<v Tom>one 00:00:05.000 two\n\n"),
    SubtitlesFormat.ASS: ("[Events]\nFormat: Layer, Start, End, Style, Name, Effect, Text\n", "\r\n"),
}
a_dialect = st.one_of(
    st.tuples(st.just(SubtitlesFormat.SRT), srt_dialects()),
    st.tuples(st.just(SubtitlesFormat.VTT), vtt_dialects()),
    st.tuples(st.just(SubtitlesFormat.ASS), ass_dialects()),
)


@given(a_dialect, st.integers(0, 4_000_000), st.integers(0, 10_000), st.booleans())
def test_in_every_dialect_that_players_read_the_times_change_and_no_other_byte(
    dialect: tuple[SubtitlesFormat, Dialect], start_ms: int, length_ms: int, kept: bool
) -> None:
    format_, (before, start, between, end, behind) = dialect
    above, below = FILES[format_]
    source = above + before + start + between + end + behind + below
    (cue,) = READERS[format_].parse(source, Path("x"))[0]
    assert cue.span is not None
    unit = 10 if format_ is SubtitlesFormat.ASS else 1
    span = cue.span if kept else Span(start_ms // unit * unit, (start_ms + length_ms) // unit * unit)
    written = retime(source, format_, [span])
    (again,) = READERS[format_].parse(written, Path("x"))[0]
    assert (again.span, again.raw, again.settings) == (span, cue.raw, cue.settings)
    kind = str(format_)
    line = before + start + between + end + behind
    if kind != "ass" and not timing_lines.is_readable(line, kind):
        times = " --> ".join(
            format_timecode(t, "," if kind == "srt" else ".") for t in (span.start_ms, span.end_ms)
        )
        mark = "\ufeff" if before == "\ufeff" else ""
        assert written == above + " ".join([mark + times, *filter(None, [behind.strip()])]) + below
        return
    if span == cue.span:
        assert written == source
        return
    mark = "," if format_ is SubtitlesFormat.SRT else "."
    times = [format_timecode(time, mark) for time in (span.start_ms, span.end_ms)]
    times = [t[1:-1] for t in times] if format_ is SubtitlesFormat.ASS else times
    assert written == above + before + times[0] + between + times[1] + behind + below


@pytest.mark.parametrize("moved", [0, 1000])
def test_webvtt_with_times_as_subrip_writes_them_is_put_right_as_a_whole(moved: int) -> None:
    """Were only one of its times put right, every other cue would be skipped."""
    source = "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\none\n\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    written = retime(source, SubtitlesFormat.VTT, [Span(1000, 2000), Span(3000 + moved, 4000 + moved)])
    cues, notes = vtt_reader.parse(written, Path("x"))
    assert [c.span for c in cues] == [Span(1000, 2000), Span(3000 + moved, 4000 + moved)]
    assert notes == []


@pytest.mark.parametrize(
    ("span", "stamps"),
    [
        (Span(11_000, 13_000), ("00:00:11.500", "00:00:12.000")),  # moved
        (Span(11_000, 15_000), ("00:00:12.000", "00:00:13.000")),  # and slower
        (Span(1000, 3000), ("00:00:01.500", "00:00:02.000")),  # where it was
    ],
)
@pytest.mark.parametrize("format_", [SubtitlesFormat.VTT, SubtitlesFormat.SRT])
def test_times_within_a_cue_go_along_with_it(
    format_: SubtitlesFormat, span: Span, stamps: tuple[str, str]
) -> None:
    mark, head = (".", "WEBVTT\n\n") if format_ is SubtitlesFormat.VTT else (",", "")
    source = (
        f"{head}00:00:01{mark}000 --> 00:00:03{mark}000\none <00:00:01.500><c>two</c> <00:00:02.000>three\n"
    )
    written = retime(source, format_, [span])
    assert tuple(re.findall(r"<([\d:.]+)>", written)) == stamps
    assert "one <" in written and "><c>two</c> <" in written


def test_a_time_within_a_cue_that_lies_outside_of_it_keeps_its_distance_and_is_never_negative() -> None:
    source = "WEBVTT\n\n00:05.000 --> 00:06.000\na <00:07.000>b <00:01.000>c\n"
    assert "a <00:00:04.000>b <00:00:00.000>c" in retime(source, SubtitlesFormat.VTT, [Span(2000, 3000)])


def test_what_align_writes_of_damaged_times_every_player_reads() -> None:
    times = ["0:00:02 --> 0:00:03.500000", "00;00;04;12 --> 00;00;05;00", "00：00：06，000 —> 00：00：07，000",
             "00:00:0x,000 --> 00:00:09,000"]  # fmt: skip
    source = "1\n00:00:00,000 --> 00:00:01,000\nzero\n" + "".join(
        f"\n{n}\n{time}\nword{n}\n" for n, time in enumerate(times, 2)
    )
    spans = [Span(n * 1000, n * 1000 + 500) for n in range(5)]
    for strict in (False, True):
        written = retime(source, SubtitlesFormat.SRT, spans, strict=strict)
        lines = [line for line in written.splitlines() if ">" in line]
        assert [timing_lines.is_strict(line, "srt") for line in lines] == [True] * 5
        cues, notes = srt_reader.parse(written, Path("x"))
        assert ([c.span for c in cues], notes) == (spans, [])


def test_rolling_text_is_written_once_in_order_and_numbered() -> None:
    source = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\none\r\n\r\n"
        "2\r\n00:00:02,000 --> 00:00:02,010\r\none\r\n\r\n"
        "3\r\n00:00:02,010 --> 00:00:03,000\r\none\r\n<i>two</i>\r\n\r\n"
        "4\r\n00:00:03,000 --> 00:00:04,000\r\n<i>two</i>\r\nthree\r\n"
    )
    written = retime(source, SubtitlesFormat.SRT, [Span(0, 900), Span(1000, 1900), Span(2000, 3000)])
    assert written == (
        "1\r\n00:00:00,000 --> 00:00:00,900\r\none\r\n\r\n"
        "2\r\n00:00:01,000 --> 00:00:01,900\r\n<i>two</i>\r\n\r\n"
        "3\r\n00:00:02,000 --> 00:00:03,000\r\nthree\r\n"
    )


def test_webvtt_text_behind_an_empty_line_is_written_where_players_show_it() -> None:
    source = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n\none\n\n\ntwo\n\nNOTE stays\n\n2\n00:03.000 -> 00:04.000\nthree\n"
    written = retime(source, SubtitlesFormat.VTT, [Span(1000, 2000), Span(3000, 4000)])
    assert written == (
        "WEBVTT\n\n1\n00:01.000 --> 00:02.000\none\ntwo\n\nNOTE stays\n\n2\n00:00:03.000 --> 00:00:04.000\nthree\n"
    )
    assert vtt_reader.parse(written, Path("x"))[1] == []


def test_a_cue_of_webvtt_that_stood_in_the_text_of_another_becomes_one_of_its_own() -> None:
    source = "WEBVTT\n\n00:01.000 --> 00:02.000\none\n00:00:03,000 -> 00:00:04,000\ntwo\n"
    written = retime(source, SubtitlesFormat.VTT, [Span(1000, 2000), Span(3000, 4000)])
    assert [c.text for c in vtt_reader.parse_file(written).cues] == ["one", "two"]
