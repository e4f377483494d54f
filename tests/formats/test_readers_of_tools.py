"""TTML, SBV, TextGrid and ELAN as other people's tools write them: what is said, when, by whom; damage told with its place."""

from __future__ import annotations

import tracemalloc
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SubtitlesError
from pipeline.formats.readers import raw_cues, read, xml_tree
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.formats.readers.ttml_times import Clock
from pipeline.transcript.subtitles import Subtitles
from tests.support.judges import READERS as FOREIGN

TT = 'xmlns="http://www.w3.org/ns/ttml" ' + " ".join(
    f'xmlns:{prefix}="http://www.w3.org/ns/ttml#{name}"'
    for prefix, name in (("tts", "styling"), ("ttm", "metadata"), ("ttp", "parameter"))
)


def brought(folder: Path, name: str, content: str | bytes) -> Subtitles:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read(path)


def told(folder: Path, name: str, content: str | bytes) -> list[tuple[int, int, str]]:
    brought(folder, name, content)
    return [
        (cue.span.start_ms, cue.span.end_ms, "|".join(text_lines(cue)))
        for cue in raw_cues(folder / name)
        if cue.span
    ]


def ttml(body: str, attributes: str = "", head: str = "") -> str:
    return f'<?xml version="1.0"?>\n<tt {TT} {attributes}><head>{head}</head><body>{body}</body></tt>'


# --- TTML


@pytest.mark.parametrize(
    ("attributes", "begin", "end", "wanted"),
    [
        ("", "00:00:01.5", "00:00:02.25", (1500, 2250)),
        ("", "1.5s", "2250ms", (1500, 2250)),
        ("", "0.5m", "0.01h", (30_000, 36_000)),
        ("", "00:00:01:15", "00:00:02:00", (1500, 2000)),
        ('ttp:frameRate="25"', "00:00:01:05", "50f", (1200, 2000)),
        ('ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', "24f", "48f", (1001, 2002)),
        ('ttp:frameRate="24" ttp:frameRateMultiplier="1000:1001"', "00:00:00:12", "24f", (501, 1001)),
        ('ttp:tickRate="10000000"', "15000000t", "20000000t", (1500, 2000)),
        ('ttp:frameRate="25" ttp:subFrameRate="2"', "00:00:01:10.1", "2s", (1420, 2000)),
        ("", "100:00:00", "100:00:01", (360_000_000, 360_001_000)),
    ],
)
def test_times_of_ttml(
    tmp_path: Path, attributes: str, begin: str, end: str, wanted: tuple[int, int]
) -> None:
    text = ttml(f'<div><p begin="{begin}" end="{end}">Hello there.</p></div>', attributes)
    assert told(tmp_path, "talk.ttml", text) == [(*wanted, "Hello there.")]


@given(st.integers(0, 10**9))
def test_every_millisecond_of_ttml_is_read_as_it_is_written(ms: int) -> None:
    hours, rest = divmod(ms, 3_600_000)
    assert Clock().ms(f"{hours:02}:{rest // 60_000:02}:{rest // 1000 % 60:02}.{rest % 1000:03}") == ms
    assert Clock().ms(f"{ms}ms") == Clock().ms(f"{ms // 1000}.{ms % 1000:03}s") == ms


def test_times_add_up_along_what_stands_in_what(tmp_path: Path) -> None:
    text = ttml(
        '<div begin="10s"><p begin="1s" dur="2s">One.</p><p begin="4s" end="5s">Two.</p></div>'
        '<div begin="60s" timeContainer="seq"><p dur="2s">Three.</p><p begin="1s" dur="2s">Four.</p></div>'
        '<div end="70s"><p begin="69s" end="99s">Five.</p></div>'
    )
    assert told(tmp_path, "talk.ttml", text) == [
        (11_000, 13_000, "One."), (14_000, 15_000, "Two."), (60_000, 62_000, "Three."), (63_000, 65_000, "Four."),
        (69_000, 70_000, "Five."),
    ]  # fmt: skip


def test_a_paragraph_whose_spans_are_timed_is_a_cue_for_each(tmp_path: Path) -> None:
    text = ttml(
        '<p><span begin="1s" end="2s">One.</span> <span begin="3s" end="4s">Two.</span></p>'
        '<p begin="5s" end="7s">Three <span begin="1s">four</span>.</p>'
    )
    assert told(tmp_path, "talk.ttml", text) == [
        (1000, 2000, "One."), (3000, 4000, "Two."), (5000, 7000, "Three four."),
    ]  # fmt: skip


def test_white_space_of_ttml_is_that_of_xml_unless_it_is_kept(tmp_path: Path) -> None:
    text = ttml(
        '<p begin="1s" end="2s">\n   Two words\n   <br/>\n   <span>and</span>\n <span> two.</span>\n </p>'
        '<p begin="3s" end="4s" xml:space="preserve">One line\nand another.</p>'
    )
    found = told(tmp_path, "talk.ttml", text)
    assert [c[2] for c in found] == ["Two words|and two.", "One line|and another."]


def test_looks_places_and_people_of_ttml(tmp_path: Path) -> None:
    head = (
        '<metadata><ttm:agent xml:id="a1" type="person"><ttm:name type="full">Ruth  Adler</ttm:name></ttm:agent></metadata>'
        '<styling><style xml:id="s" tts:fontStyle="italic"/><style xml:id="t" style="s" tts:color="yellow"/></styling>'
        '<layout><region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%" tts:displayAlign="before"/>'
        '<region xml:id="low"><style tts:origin="10% 10%"/><style tts:extent="80% 80%"/>'
        '<style tts:displayAlign="after"/></region></layout>'
    )
    text = ttml(
        '<p begin="1s" end="2s" region="top" ttm:agent="a1">Up <span style="t">here</span>.</p>'
        '<p begin="3s" end="4s" region="low"><span tts:fontWeight="bold">Down</span> here.</p>',
        head=head,
    )
    path = tmp_path / "talk.ttml"
    path.write_text(text)
    up, down = raw_cues(path)
    assert [(p.text, p.style, p.voice) for p in up.lines[0]] == [
        ("Up ", "", "Ruth Adler"), ("here", "i#ffff00", "Ruth Adler"), (".", "", "Ruth Adler"),
    ]  # fmt: skip
    assert (up.settings, down.settings) == ("{\\an8}", "")
    assert [(p.text, p.style) for p in down.lines[0]] == [("Down", "b"), (" here.", "")]


@pytest.mark.parametrize(
    "text",
    [
        '<a:tt xmlns:a="http://www.w3.org/ns/ttml"><a:body><a:div><a:p begin="1s" end="2s">Hello.</a:p></a:div></a:body></a:tt>',
        '<tt xmlns="http://www.w3.org/2006/10/ttaf1"><body><div><p begin="1s" end="2s">Hello.</p></div></body></tt>',
        '\n\n<?xml version="1.0" encoding="utf-16"?><!-- <p>no</p> --><tt><body><p begin="1s" end="2s">Hello.</p></body></tt>',
        ttml('<p begin="1s" end="2s"><metadata ttm:desc="x">no</metadata>Hello.</p>'),
        ttml('<p begin="1s" end="2s">Hello.<span tts:display="none"> Hidden.</span></p>'),
        ttml('<p begin="1s" end="2s"><span>Hel</span><span>lo.</span></p>'),
    ],
)
def test_ttml_of_all_ages_and_spellings(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, "talk.xml", text) == [(1000, 2000, "Hello.")]


def test_what_of_ttml_is_not_shown_or_has_no_time_is_said(tmp_path: Path) -> None:
    text = ttml(
        '<p begin="1s" end="2s">Shown.<span tts:visibility="hidden"> Not shown.</span></p><p>Without a time.</p>'
        '<p begin="soon">Never.</p><p begin="4s">Endless.</p>'
    )
    notes = brought(tmp_path, "talk.ttml", text).notes
    assert "2 words that no player shows left out" in notes
    assert "3 words without a time left out" in notes
    assert any("'soon' is no time" in note for note in notes)
    assert any("has no end" in note for note in notes)


def test_pictures_of_text_are_refused_or_counted(tmp_path: Path) -> None:
    image = '<div begin="1s" end="2s"><metadata><image>AAAA</image></metadata></div>'
    with pytest.raises(SubtitlesError, match="pictures of text"):
        brought(tmp_path, "talk.ttml", ttml(image))
    both = brought(tmp_path, "talk.ttml", ttml(image + '<p begin="1s" end="2s">Hello.</p>'))
    assert "1 picture of text left out" in both.notes


# --- what is hostile or damaged

# A TextGrid in its short form, up to how many intervals there are in its one tier.
SHORT = 'File type = "ooTextFile"\n"TextGrid"\n0\n1\n<exists>\n1\n"IntervalTier"\n"a"\n0\n1\n'


BOMB = '<!DOCTYPE tt [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE, "<!DOCTYPE tt>"])
@pytest.mark.parametrize("root", ["tt", "ANNOTATION_DOCUMENT"])
def test_a_document_type_is_refused_before_anything_is_expanded(
    tmp_path: Path, declared: str, root: str
) -> None:
    with pytest.raises(SubtitlesError, match="line 2: holds a document type declaration"):
        brought(
            tmp_path,
            "talk.xml",
            f'<?xml version="1.0"?>\n{declared}<{root}><body><p begin="1s">&b;&x;</p></body></{root}>',
        )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.ttml", ttml('<p begin="1s" end="2s">Cut').removesuffix("</body></tt>"), "line 2: is damaged XML"),
        ("a.ttml", "<html><body>no</body></html>", "is XML of another kind"),
        ("a.ttml", ttml("<div>" * 200 + "</div>" * 200), "deep within each other"),
        ("a.eaf", "<ANNOTATION_DOCUMENT>\n<TIER>\n</ANNOTATION_DOCUMENT>", "line 3: is damaged XML"),
        ("a.TextGrid", 'File type = "ooTextFile"\nObject class = "TextGrid"\n', "ends before its tiers"),
        ("a.TextGrid", SHORT + '3\n0\n1\n"x"', "line 14: ends where"),
        ("a.TextGrid", SHORT + '1\n0\n"x"\n1', "line 13: has 'x'"),
        ("a.TextGrid", SHORT + '1\n-5\n1\n"x"', "time that cannot be"),
        ("a.TextGrid", 'File type = "ooTextFile"\n"TextGrid"\n0\n1\n<absent>', "line 5: holds no tiers"),
        ("a.sbv", "no times at all\n", "holds no line of two times"),
    ],
)  # fmt: skip
def test_damage_is_one_sentence_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(SubtitlesError) as raised:
        brought(tmp_path, name, text)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttml", ttml(f'<p begin="1s" end="2s">{"x" * 10_000_000}</p>')),
        ("a.sbv", "0:00:01.000,0:00:02.000\n" + "x" * 10_000_000),
        ("a.TextGrid", SHORT + '1\n0\n1\n"' + "x" * 10_000_000 + '"'),
    ],
)  # fmt: skip
def test_a_huge_file_is_refused_in_bounded_memory(tmp_path: Path, name: str, text: str) -> None:
    refused_in_bounded_memory(tmp_path, name, text)


ELEMENTS = {
    "a.ttml": lambda count: ttml('<p begin="1s" end="2s"/>' * count),
    "a.eaf": lambda count: "<ANNOTATION_DOCUMENT>" + "<TIER/>" * count + "</ANNOTATION_DOCUMENT>",
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_what_holds_too_many_elements_is_refused(tmp_path: Path, name: str, monkeypatch) -> None:
    monkeypatch.setattr(xml_tree, "_MAX_ELEMENTS", 10_000)
    refused_in_bounded_memory(tmp_path, name, ELEMENTS[name](20_000), 10_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ELEMENTS)
def test_what_holds_most_elements_is_refused_in_bounded_memory(tmp_path: Path, name: str) -> None:
    refused_in_bounded_memory(tmp_path, name, ELEMENTS[name](650_000))


def refused_in_bounded_memory(tmp_path: Path, name: str, text: str, most: int = 300_000_000) -> None:
    (tmp_path / name).write_text(text)
    tracemalloc.start()
    try:
        with pytest.raises(SubtitlesError, match="far more than"):
            read(tmp_path / name)
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


# --- SubViewer of YouTube


SBV = (
    "0:00:01.000,0:00:03.500\nGood morning,\neverybody.\n\n0:00:04.000,0:00:06.250\nWho wants to begin?\n\n\n"
    "0:01:00.5,0:01:02.000\n\nAfter a gap.\n"
)


def test_sbv_as_its_foreign_reader_reads_it(tmp_path: Path) -> None:
    found = told(tmp_path, "talk.sbv", SBV)
    assert found == [
        (1000, 3500, "Good morning,|everybody."), (4000, 6250, "Who wants to begin?"), (60_500, 62_000, "After a gap."),
    ]  # fmt: skip
    path = tmp_path / "two.sbv"
    path.write_text(SBV[: SBV.index("\n\n\n")] + "\n")
    (foreign,) = FOREIGN["sbv"].values()
    assert [(s.start_ms, s.end_ms, s.text.replace("\n", "|")) for s in foreign(path)] == found[:2]


@pytest.mark.parametrize("name", ["talk.sbv", "talk.txt", "talk.srt"])
def test_sbv_is_known_by_its_times_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert len(told(tmp_path, name, "\ufeff" + SBV.replace("\n", "\r\n"))) == 3


# --- TextGrid


def grid(*tiers: tuple[str, list[tuple[float, float, str]]], long: bool = True) -> str:
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "0",
        "9",
        "<exists>",
        str(len(tiers)),
    ]
    for n, (name, intervals) in enumerate(tiers, 1):
        if long:
            lines += [f"    item [{n}]:", '  class = "IntervalTier"', f'  name = "{name}"', "  xmin = 0", "  xmax = 9",
                      f"  intervals: size = {len(intervals)}"]  # fmt: skip
        else:
            lines += ['"IntervalTier"', f'"{name}"', "0", "9", str(len(intervals))]
        for k, (start, end, text) in enumerate(intervals, 1):
            quoted = '"' + text.replace('"', '""') + '"'
            lines += (
                [f"  intervals [{k}]:", f"    xmin = {start}", f"    xmax = {end}", f"    text = {quoted}"]
                if long
                else [str(start), str(end), quoted]
            )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("long", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_textgrids_long_and_short_in_both_encodings(tmp_path: Path, long: bool, encoding: str) -> None:
    text = grid(
        ("Ruth", [(0, 1.5, ""), (1.5, 3, 'She said "no".')]),
        ("Omar", [(3, 4.25, "Well, 2\nlines.")]),
        long=long,
    )
    found = brought(tmp_path, "talk.TextGrid", text.encode(encoding))
    assert [(c.span.start_ms, c.span.end_ms, c.words[0].label) for c in found.cues if c.span] == [
        (1500, 3000, "Ruth"), (3000, 4250, "Omar"),
    ]  # fmt: skip
    assert [" ".join(w.text for w in c.words) for c in found.cues] == ['She said "no".', "Well, 2 lines."]


@pytest.mark.parametrize(
    "names", [("words", "phones"), ("Ruth - words", "Ruth - phones"), ("Ruth_words", "phones (Ruth)")]
)
def test_words_of_an_aligner_are_joined_over_short_pauses(tmp_path: Path, names: tuple[str, str]) -> None:
    words = [(0.0, 0.5, "well"), (0.5, 0.7, ""), (0.7, 1.0, "then"), (1.0, 2.0, "sil"), (2.0, 2.5, "yes")]
    text = grid((names[0], words), (names[1], [(0.0, 0.5, "W"), (0.5, 1.0, "EH1")]))
    found = brought(tmp_path, "talk.TextGrid", text)
    assert [" ".join(w.text for w in c.words) for c in found.cues] == ["well then", "yes"]
    assert {w.label for w in found.words} == ({"Ruth"} if "Ruth" in names[0] else {None})
    assert any("no speech left out" in note for note in found.notes)


def test_points_and_remarks_of_praat_are_left_out_and_said(tmp_path: Path) -> None:
    point = '"TextTier"\n"tones"\n0\n9\n1\n2.5\n"H*"\n'
    text = (
        grid(("Ruth", [(0, 1, "Hello.")]), ("notes", [(0, 1, "nods")]), long=False).replace(
            "<exists>\n2", "<exists>\n3"
        )
        + point
    )
    found = brought(tmp_path, "talk.TextGrid", text)
    assert [w.text for w in found.words] == ["Hello."]
    assert any("'tones' marks points in time" in note for note in found.notes)
    assert any("'notes'" in note for note in found.notes)


@pytest.mark.parametrize("format", ["long_textgrid", "short_textgrid"])
def test_what_praatio_writes_is_read(tmp_path: Path, format: str) -> None:
    from praatio import textgrid

    made = textgrid.Textgrid()
    made.addTier(textgrid.IntervalTier("Ruth", [(0.5, 1.25, "One."), (2, 3, 'A "quote".')], 0, 9))
    made.save(str(tmp_path / "talk.TextGrid"), format=format, includeBlankSpaces=True)
    content = (tmp_path / "talk.TextGrid").read_bytes()
    assert told(tmp_path, "talk.TextGrid", content) == [(500, 1250, "One."), (2000, 3000, 'A "quote".')]


# --- ELAN


def eaf(slots: dict[str, int | None], *tiers: str) -> str:
    order = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="{id}"' + ("/>" if ms is None else f' TIME_VALUE="{ms}"/>')
        for id, ms in slots.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/>'
        f"<TIME_ORDER>{order}</TIME_ORDER>{''.join(tiers)}</ANNOTATION_DOCUMENT>"
    )


def timed(id: str, a: str, b: str, text: str) -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="{a}" TIME_SLOT_REF2="{b}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def about(id: str, other: str, text: str) -> str:
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{id}" ANNOTATION_REF="{other}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def test_speakers_and_slots_without_a_time(tmp_path: Path) -> None:
    slots = {"t1": 1000, "t2": None, "t3": 3000, "t4": 3500}
    text = eaf(
        slots,
        f'<TIER TIER_ID="A" PARTICIPANT="Ruth Adler">{timed("a1", "t1", "t2", "One &amp; one.")}'
        f"{timed('a2', 't2', 't3', 'Two.')}</TIER>",
        f'<TIER TIER_ID="B">{timed("a3", "t3", "t4", "Three.")}{timed("a4", "t3", "t9", "Lost.")}</TIER>',
        f'<TIER TIER_ID="A-translation" PARENT_REF="A">{about("r1", "a1", "Eins.")}</TIER>',
    )
    found = brought(tmp_path, "talk.eaf", text)
    assert [(c.span.start_ms, c.span.end_ms, c.words[0].label) for c in found.cues if c.span] == [
        (1000, 2000, "Ruth Adler"), (2000, 3000, "Ruth Adler"), (3000, 3500, "B"),
    ]  # fmt: skip
    assert "1 annotation without a time left out" in found.notes
    assert any("depends on others" in note for note in found.notes)


def test_numbers_of_sentences_give_way_to_the_sentences(tmp_path: Path) -> None:
    text = eaf(
        {"t1": 0, "t2": 2000},
        f'<TIER TIER_ID="ref@R">{timed("a1", "t1", "t2", "001")}</TIER>',
        f'<TIER TIER_ID="tx@R" PARENT_REF="ref@R">{about("r1", "a1", "The whole sentence.")}</TIER>',
        f'<TIER TIER_ID="ge@R" PARENT_REF="tx@R">{about("r2", "r1", "gloss")}</TIER>',
    )
    assert told(tmp_path, "talk.eaf", text) == [(0, 2000, "The whole sentence.")]


def test_annotations_in_a_circle_end(tmp_path: Path) -> None:
    text = eaf(
        {"t1": 0, "t2": 2000},
        f'<TIER TIER_ID="A">{about("r1", "r2", "One.")}{about("r2", "r1", "Two.")}{timed("a1", "t1", "t2", "Said.")}</TIER>',
    )
    assert told(tmp_path, "talk.eaf", text) == [(0, 2000, "Said.")]


def test_what_pympi_writes_is_read(tmp_path: Path) -> None:
    import pympi

    made = pympi.Elan.Eaf(author="somebody")
    made.add_tier("K-Ruth", part="Ruth")
    made.add_annotation("K-Ruth", 500, 1250, "One <b>.")
    made.remove_tier("default")
    made.to_file(str(tmp_path / "talk.eaf"))
    content = (tmp_path / "talk.eaf").read_bytes()
    assert told(tmp_path, "talk.eaf", content) == [(500, 1250, "One <b>.")]
    assert brought(tmp_path, "talk.eaf", content).words[0].label == "Ruth"


def test_what_pycaption_writes_is_read(tmp_path: Path) -> None:
    from pycaption import DFXPWriter, SRTReader

    srt = "1\n00:00:01,000 --> 00:00:02,500\nFirst line\nand second.\n\n2\n00:00:03,000 --> 00:00:04,000\nR&D.\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it writes by old names of its own libraries
        text = DFXPWriter().write(SRTReader().read(srt))
    found = told(tmp_path, "talk.dfxp", text)
    assert found == [
        (1000, 2500, "First line|and second."), (3000, 4000, "R&D."),
    ]  # fmt: skip
