"""What stands outside a WebVTT file's cues: words are read or named, comments and names are never words."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers import read, vtt
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.timing import Span

DATA = os.environ.get("VIGNETTE_DATA")
CUE = "00:01.000 --> 00:02.000"
NEXT = "00:03.000 --> 00:04.000"


def _parsed(body: str) -> tuple[list[list[str]], list[str]]:
    cues, notes = vtt.parse(f"WEBVTT\n\n{body}", Path("x.vtt"))
    return [text_lines(cue) for cue in cues], notes


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"{CUE}\n\nWe met.\n\n{NEXT}\nWe left.\n", [["We met."], ["We left."]]),
        (f"{CUE}\nWe met,\n\nwe talked.\n\n{NEXT}\nWe left.\n", [["We met,", "we talked."], ["We left."]]),
        (f"{CUE}\nWe met,\n\n\n\nwe talked,\n\nall day.\n", [["We met,", "we talked,", "all day."]]),
        (f"1\n\n{CUE}\n\nWe met.\n\n2\n\n{NEXT}\n\nWe left.\n\n", [["We met."], ["We left."]]),
        (f"{CUE}\nHow many?\n\nRoom B12!\n\n{NEXT}\nWe left.\n", [["How many?", "Room B12!"], ["We left."]]),
        (
            f"{CUE}\nA\n\nthen x --> y, I say.\n\n{NEXT}\nWe left.\n",
            [["A", "then x --> y, I say."], ["We left."]],
        ),
    ],
)
def test_text_behind_an_empty_line_is_the_cues_above(body: str, lines: list[list[str]]) -> None:
    found, notes = _parsed(body)
    assert found == lines
    assert len(notes) == 1
    assert "read with the cue above" in notes[0]


@pytest.mark.parametrize(
    "block",
    [
        "NOTE made by hand", "NOTE\nmade\nby hand", "STYLE\n::cue { color: red }", "REGION\nid:left",
        "17", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:1,LOCAL:00:00:00.000", "♪", "---",
    ],
)  # fmt: skip
def test_what_is_no_text_is_neither_read_nor_told(block: str) -> None:
    assert _parsed(f"{CUE}\nWe met.\n\n{block}\n\n{NEXT}\nWe left.\n") == ([["We met."], ["We left."]], [])


def test_words_that_belong_to_no_cue_are_counted_and_located() -> None:
    found, notes = _parsed(
        f"a stray word\n\n{CUE}\nWe met.\n\nNOTE one\n\nand two more\nwords\n\n{NEXT}\nWe left.\n"
    )
    assert found == [["We met."], ["We left."]]
    assert notes == [
        "lines 3, 10: 7 words ('a stray word') stand outside the file's cues and are not captioned"
    ]


def test_words_behind_an_empty_line_are_told_without_their_markup() -> None:
    _, notes = _parsed(f"{CUE}\n\nwe<00:00:01.200><c> met</c> <b>twice</b>\n")
    assert len(notes) == 1
    assert "3 words ('we met twice')" in notes[0]


def test_a_name_that_an_empty_line_divides_from_its_cue_is_told() -> None:
    found, notes = _parsed(f"{CUE}\nWe met.\n\nintro-2\n\n{NEXT}\nWe left.\n")
    assert found == [["We met."], ["We left."]]
    assert notes == [
        "line 6: 1 word ('intro-2') stands alone above a timing line and is taken for the cue's name"
    ]


@pytest.mark.parametrize(
    "timing",
    ["00:00:03,000 --> 00:00:04,000", "0:00:03 --> 0:00:04", "3.0 --> 4.0", "00:00:03.000 -> 00:00:04.000"],
)
@pytest.mark.parametrize("above", ["\n\n", "\n", "\n\nname\n"])
def test_times_that_players_skip_are_read_and_told(timing: str, above: str) -> None:
    cues, notes = vtt.parse(f"WEBVTT\n\n{CUE}\nWe met.{above}{timing}\nWe left.\n", Path("x.vtt"))
    if above == "\n\nname\n":
        assert cues[1].id == "name"
    assert [(c.span, text_lines(c)) for c in cues] == [
        (Span(1000, 2000), ["We met."]), (Span(3000, 4000), ["We left."]),
    ]  # fmt: skip
    assert ["players skip what is timed so" in note for note in notes] == [True]


def test_a_timing_that_nobody_can_read_leaves_its_words_between_their_neighbours() -> None:
    text = f"WEBVTT\n\n{CUE}\nWe met.\n\n00:0x:02.000 --> 00:??:03.000\nWe talked.\n\n{NEXT}\nWe left.\n"
    cues, notes = vtt.parse(text, Path("x.vtt"))
    assert [(c.span, text_lines(c)) for c in cues][1] == (Span(2000, 3000), ["We talked."])
    assert notes == ["line 6: the timing cannot be read; its text was put between its neighbours"]


def test_an_arrow_that_is_text_divides_nothing() -> None:
    found, notes = _parsed(f"{CUE}\nhe wrote\n00:00:03,000 --&gt; 00:00:04,000\nthere\n")
    assert found == [["he wrote", "00:00:03,000 --> 00:00:04,000", "there"]]
    assert notes == []


def test_ruby_is_left_out_and_told(tmp_path: Path) -> None:
    payload = "<ruby>base<rp>(</rp><rt>read so</rt><rp>)</rp></ruby> and <i>more</i>"
    for name, head, mark in (("x.vtt", "WEBVTT\n\n", "."), ("x.srt", "1\n", ",")):
        path = tmp_path / name
        path.write_text(f"{head}00:00:01{mark}000 --> 00:00:02{mark}000\n{payload}\n", "utf-8")
        found = read(path)
        assert [w.text for w in found.words] == ["base", "and", "more"]
        assert "ruby" in found.notes[0]


rows = st.lists(
    st.sampled_from(["alpha", "beta gamma", CUE, NEXT, "00:00:05,000 -> 00:00:06,000", "7", "x.y", "", ""]),
    max_size=14,
)


@given(rows)
def test_every_word_is_in_a_cue_or_names_one(rows: list[str]) -> None:
    found, _ = _parsed("\n".join([CUE, "start", *rows]))
    kept = " ".join(line for lines in found for line in lines).split()
    names = [row for row, below in pairwise(rows) if "->" in below]
    for word in ("alpha", "beta", "gamma"):
        given_ = sum(word in row.split() for row in rows)
        assert given_ - sum(word in name.split() for name in names) <= kept.count(word) <= given_


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of other tools' files")
def test_a_file_of_another_tool_with_empty_lines_keeps_all_its_words() -> None:
    found = read(Path(DATA or "", "cases", "21-vtt-blank-line", "talk.vtt"))
    assert (len(found.cues), len(found.words)) == (5, 38)
    assert "18 words" in found.notes[0]
