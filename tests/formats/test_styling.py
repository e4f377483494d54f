"""Looks of words: however a format writes them they are read alike, and what a writer can hold is written again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.colours import class_of_colour, colour_of_class, read_ass_colour, read_colour
from pipeline.formats.document import writer
from pipeline.formats.readers import read
from pipeline.formats.writers import srt, text, vtt
from pipeline.settings import CaptionSettings
from pipeline.stages import captions
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Grade,
    Heard,
    Media,
    Speaker,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
    check,
    styling,
)
from tests.support.schema import must_be_valid

SRT = "1\n00:00:01,000 --> 00:00:04,000\n{}\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\n{}\n"
ASS = "[Events]\nDialogue: 0,0:00:01.00,0:00:04.00,D,,0,0,0,,{}\n"


def looks(folder: Path, name: str, content: str) -> list[tuple[str, str]]:
    """The words of a file with their looks."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return [(w.text, w.style) for w in read(path, known_names=("Mara", "Tom")).words]


WRITTEN = {
    "italic": ("x.srt", SRT, "she said <i>never again</i>, twice", ["", "", "i", "i", ""]),
    "italic over two lines": ("x.srt", SRT, "<i>she said\nnever again</i> twice", ["i", "i", "i", "i", ""]),
    "capital tags": ("x.srt", SRT, "<I>she</I> said <B>so</B>", ["i", "", "b"]),
    "nested": ("x.srt", SRT, "<b>she <i>said</i></b> <u>so</u>", ["b", "bi", "u"]),
    "em and strong": ("x.srt", SRT, "<em>she</em> <strong>said</strong> so", ["i", "b", ""]),
    "overrides": ("x.srt", SRT, "{\\i1}she said{\\i0} so", ["i", "i", ""]),
    "a place and an override": ("x.srt", SRT, "{\\an8\\i1}she{\\i0} said", ["i", ""]),
    "short overrides": ("x.srt", SRT, "{i}she{/i} said {b}so{/b}", ["i", "", "b"]),
    "MicroDVD": ("x.srt", SRT, "{y:i,b}she said", ["bi", "bi"]),
    "a colour": ("x.srt", SRT, '<font color="#FF8800">she</font> said', ["#ff8800", ""]),
    "a colour's name": ("x.srt", SRT, "<font color=yellow>she <i>said</i></font> so", ["#ffff00", "i#ffff00", ""]),
    "a colour in a colour": (
        "x.srt", SRT, "<font color='cyan'>she <font color='red'>said</font> so</font>", ["#00ffff", "#ff0000", "#00ffff"],
    ),
    "a font without a colour": ("x.srt", SRT, '<font face="Lato">she</font> said', ["", ""]),
    "white is no colour": ("x.srt", SRT, '<font color="#ffffff">she</font> said', ["", ""]),
    "an ASS colour": ("x.srt", SRT, "{\\c&H00FFFF&}she{\\c} said", ["#ffff00", ""]),
    "part of a word": ("x.srt", SRT, "<i>un</i>believable <i>absolut</i>ely", ["", "i"]),
    "a bracket": ("x.srt", SRT, "<i>[a bell rings]</i> hello", ["i", ""]),
    "a label outside": ("x.srt", SRT, "MARA: <i>she said</i>\n- so", ["i", "i", ""]),
    "a label inside": ("x.srt", SRT, "<i>MARA: she said</i>", ["i", "i"]),
    "angle brackets that are text": ("x.srt", SRT, "she <said so>", ["", "", ""]),
    "WebVTT": ("x.vtt", VTT, "she <i>said <b>so</b></i>", ["", "i", "bi"]),
    "a class": ("x.vtt", VTT, "<c.shout>she</c> <i.far.off>said</i> so", [".shout", "i.far.off", ""]),
    "a colour class": ("x.vtt", VTT, "<c.yellow>she</c> <c.cyan.bg_blue>said</c>", ["#ffff00", "#00ffff.bg_blue"]),
    "YouTube's grey": ("x.vtt", VTT, "<c.colorE5E5E5>she</c><c.colorCCCCCC> said</c>", ["", ""]),
    "YouTube's colour": ("x.vtt", VTT, "<c.colorFF8800>she</c> said", ["#ff8800", ""]),
    "a voice": ("x.vtt", VTT, "<v Mara><i>she</i> said", ["i", ""]),
    "ASS": ("x.ass", ASS, "{\\i1}she {\\b1}said{\\i0} so{\\r} there", ["i", "bi", "b", ""]),
    "ASS colour and blur": ("x.ass", ASS, "{\\1c&H0000FF&\\be1}she said", ["#ff0000", "#ff0000"]),
    "ASS bold by weight": ("x.ass", ASS, "{\\b700}she{\\b0} said", ["b", ""]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "frame", "line", "wanted"), WRITTEN.values(), ids=WRITTEN)
def test_looks_are_read(tmp_path: Path, name: str, frame: str, line: str, wanted: list[str]) -> None:
    assert [style for _, style in looks(tmp_path, name, frame.replace("{}", line))] == wanted


def test_a_scripts_looks_are_layout(tmp_path: Path) -> None:
    assert {style for _, style in looks(tmp_path, "x.txt", "MARA: <i>Hello</i> there.")} == {""}


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("#ff0", "#ffff00"), ("FFFF00", "#ffff00"), ("#FFFF00FF", "#ffff00"), ("rgb(255, 0, 0)", "#ff0000"), ("Lime", "#00ff00"),
        ("white", ""), ("#c0c0c0", ""), ("#202020", "#202020"), ("rgb(300,0,0)", ""), ("blurple", ""), ("", ""), ("#ff", ""),
    ],
)  # fmt: skip
def test_colours_as_people_write_them(written: str, wanted: str) -> None:
    assert read_colour(written) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("&H00FFFF&", "#ffff00"),
        ("&H0000FF", "#ff0000"),
        ("&HFF&", "#ff0000"),
        ("&H80FFFFFF&", ""),
        ("red", ""),
    ],
)
def test_colours_as_ass_writes_them(written: str, wanted: str) -> None:
    assert read_ass_colour(written) == wanted


colours = st.one_of(
    st.just(""),
    st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}").filter(lambda c: read_colour(c) == c),
)
styles = st.builds(
    styling.composed,
    st.sampled_from(["", "b", "i", "u", "bi", "iu", "biu"]),
    colours,
    st.sampled_from([(), ("shout",), ("far", "off")]),
)
words = st.sampled_from(["Never", "again,", "she", "said.", "AT&T", "<b>", "a-b", "[bell]", "-->", "x<y"])


@given(styles)
def test_a_style_is_its_parts(style: str) -> None:
    assert styling.is_style(style)
    assert styling.composed(*styling.parsed(style)) == style


@given(colours.filter(bool))
def test_a_colours_class_shows_it(colour: str) -> None:
    assert colour_of_class(class_of_colour(colour)) == colour


@pytest.mark.parametrize("text_", ["x", "ib", "#fff", "i #ffff00", "i.", "#FFFF00", ".a b", "i.<b>"])
def test_what_is_no_style(text_: str) -> None:
    assert not styling.is_style(text_)
    with pytest.raises(ValueError, match="is no style"):
        styling.parsed(text_)


def transcript(said: list[tuple[str, str]], speakers: bool = False) -> Transcript:
    """Words with their looks, captioned; `speakers`: two people who take turns, four words each."""
    tokens = tuple(
        Token(word, Span(1000 + 400 * k, 1350 + 400 * k), style=style) for k, (word, style) in enumerate(said)
    )
    size = 4 if speakers else len(tokens)
    made = tuple(
        Utterance(at, min(at + size, len(tokens)), "ab"[at // size % 2] if speakers else None, f"u{at}")
        for at in range(0, len(tokens), size)
    )
    people = (Speaker("a", "Mara"), Speaker("b", "Tom")) if speakers else ()
    voices, aligned = Voices(people, (), made), Aligned(tokens, AlignmentReport(Verdict.NO_SUBTITLES))
    cues = captions.run(aligned, voices, CaptionSettings())
    end = tokens[-1].span.end_ms + 2000
    whole = Transcript(
        Media("x", "0" * 64, end), Heard("", "", False, (), ()), aligned, voices, cues, Grade.SUBTITLES
    )
    check(whole)
    return whole


@given(st.lists(st.tuples(words, styles), min_size=1, max_size=20), st.booleans())
def test_what_is_written_is_read_with_the_same_looks(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str]], speakers: bool
) -> None:
    whole, folder = transcript(said, speakers), tmp_path_factory.mktemp("looks")
    as_read = {
        "srt": looks(folder, "x.srt", srt.dumps(whole)),
        "vtt": looks(folder, "x.vtt", vtt.dumps(whole)),
    }
    in_order = [k for cue in whole.captions.cues for k in range(cue.first, cue.last)]
    for format_, found in as_read.items():
        keep = styling.without_classes if format_ == "srt" else str
        # Signs that nobody says are read as part of the word beside them.
        wanted = [(w, keep(style)) for w, style in (said[k] for k in in_order)]
        if any(not any(c.isalnum() for c in w) for w, _ in wanted):
            assert {s for _, s in found} <= {s for _, s in wanted}
        else:
            assert found == wanted


@given(st.lists(st.tuples(words, styles), min_size=1, max_size=12))
def test_plain_text_and_the_documents_lines_have_no_tags(said: list[tuple[str, str]]) -> None:
    whole = transcript(said)
    bare = replace(
        whole, aligned=replace(whole.aligned, tokens=tuple(replace(t, style="") for t in whole.tokens))
    )
    assert text.dumps(whole) == text.dumps(bare)
    document, plain = writer.to_dict(whole), writer.to_dict(bare)
    must_be_valid(document)
    assert document["cues"] == plain["cues"]
    held = [w.get("style", "") for u in document["utterances"] for w in u["words"]]
    assert held == [style for _, style in said]


def test_the_style_sheet_stands_in_front_of_all_cues() -> None:
    shown = vtt.dumps(transcript([("Never", "#aa5500"), ("again.", "#ffff00")]))
    sheet = "STYLE\n::cue(.colorAA5500) { color: #aa5500; }\n\n"
    assert sheet in shown and shown.index(sheet) < shown.index("-->")
    assert "<c.colorAA5500>Never</c> <c.yellow>again.</c>" in shown
    assert "STYLE" not in vtt.dumps(transcript([("Never", "i"), ("again.", "#ffff00")]))


def test_a_name_and_a_dash_are_plain() -> None:
    whole = transcript(
        [(w, "i") for w in ["one", "two", "three", "four.", "Five", "six", "seven", "eight."]], speakers=True
    )
    assert "MARA: <i>one two three four.</i>" in srt.dumps(whole)
    assert "<v Mara>MARA: <i>one two three four.</i></v>" in vtt.dumps(whole)
