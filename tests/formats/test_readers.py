"""Files as people bring them: no text is lost, no encoding is guessed in silence, nothing crashes a
reader."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path

import pysrt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import fuzz_material
from pipeline.audit import captions
from pipeline.errors import SubtitlesError
from pipeline.formats.readers import READERS, docx, encoding, raw_cues, read
from pipeline.formats.readers import srt as srt_reader
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.timing import Span
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat
from tests.support.examples import examples

DATA = os.environ.get("VIGNETTE_DATA")
NOWHERE = Path("brought.by.somebody")
SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"


def _read(folder: Path, name: str, content: str | bytes, **more: object) -> Subtitles:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read(path, **more)  # type: ignore[arg-type]


def _cues(text: str) -> list[tuple[int, int, str]]:
    """Start, end and plain text of what the SubRip parser finds."""
    cues, _ = srt_reader.parse(text, NOWHERE)
    return [(c.span.start_ms, c.span.end_ms, "|".join(text_lines(c))) for c in cues if c.span]


def _pysrt_text(text: str) -> str:
    return " ".join(item.text for item in pysrt.SubRipFile.from_string(text))


# SubRip: each file here loses text or times in pysrt


def test_text_behind_an_empty_line_is_kept() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nfirst\n\nsecond\n\n2\n00:00:03,000 --> 00:00:04,000\nthird\n"
    assert "second" not in _pysrt_text(text)
    assert _cues(text) == [(1000, 2000, "first|second"), (3000, 4000, "third")]


def test_cues_without_an_empty_line_between_them_stay_two() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nfirst\n2\n00:00:03,000 --> 00:00:04,000\nsecond\n"
    assert "-->" in _pysrt_text(text)
    assert _cues(text) == [(1000, 2000, "first"), (3000, 4000, "second")]


def test_a_number_that_is_text_stays_text() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nHow many?\n40\n00:00:03,000 --> 00:00:04,000\nForty.\n"
    assert _cues(text) == [(1000, 2000, "How many?|40"), (3000, 4000, "Forty.")]


@pytest.mark.parametrize(
    ("time", "milliseconds"),
    [
        ("00:00:01.5", 1500),
        ("00:00:01", 1000),
        ("0:01,250", 1250),
        ("00:00:01:250", 1250),
        ("00 : 00 : 01 , 250", 1250),
        ("00:00:60,000", 60_000),
        ("00:59:60,000", 3_600_000),
        ("101:00:00,000", 363_600_000),
    ],
)
def test_times_as_people_write_them(time: str, milliseconds: int) -> None:
    assert _cues(f"1\n{time} --> 999:00:00,000\ntext\n")[0][0] == milliseconds


def test_pysrt_reads_half_a_second_as_five_milliseconds() -> None:
    item = pysrt.SubRipFile.from_string("1\n00:00:01.5 --> 00:00:02,000\ntext\n")[0]
    assert item.start.ordinal == 1005  # the reason for the test above


def test_missing_numbers_and_odd_line_ends() -> None:
    text = "\ufeff00:00:01,000-->00:00:02,000  X1:40 X2:600\r\nfirst\r\r\r\n"
    text += "00:00:03,000 --> 00:00:04,000\rsecond"
    assert _cues(text) == [(1000, 2000, "first"), (3000, 4000, "second")]
    assert srt_reader.parse(text, NOWHERE)[0][0].settings == "X1:40 X2:600"


def test_an_arrow_that_a_word_processor_changed() -> None:
    assert _cues("1\n00:00:01,000 –> 00:00:02,000\ntext\n") == [(1000, 2000, "text")]
    assert _cues("1\n00:00:01,000 --> 00:00:02,000\n3:30 → 4:00\n") == [(1000, 2000, "3:30 → 4:00")]


def test_an_arrow_that_a_translator_changed() -> None:
    text = "1\n00:00:01,000 -- > 00:00:02,000\none\n\n2\n00: 00: 03,000 --&gt; 00: 00: 04,000\ntwo\n"
    assert _cues(text) == [(1000, 2000, "one"), (3000, 4000, "two")]


def test_webvtt_text_that_stands_in_no_cue_is_read_and_said(tmp_path: Path) -> None:
    text = "WEBVTT\n\nNOTE Tim\n\n1\n00:01.000 --> 00:02.000\n\nlost\n\n2\n\n00:03.000 --> 00:04.000\nkept\n"
    found = _read(tmp_path, "a.vtt", text)
    assert found.notes == (
        "line 8: 1 word ('lost') stands behind an empty line, where players drop it; it was read with the cue above",
    )
    assert [[w.text for w in cue.words] for cue in found.cues] == [["lost"], ["kept"]]


@pytest.mark.parametrize("time", ["00:00:0x,000", "0O:00:03,000", "::3,000", "00:00:??,000"])
def test_a_broken_timing_is_said_and_its_text_is_kept(time: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nfirst\n\n2\n{time} --> 00:00:04,000\nsecond\n"
    cues, notes = srt_reader.parse(text, NOWHERE)
    assert [text_lines(c) for c in cues] == [["first"], ["second"]]
    assert cues[1].span == Span(2000, 4000)
    assert notes == ["line 6: the timing cannot be read; its text was put between its neighbours"]


def test_a_cue_from_before_the_beginning_keeps_its_text() -> None:
    text = (
        "1\n-00:00:05,878 --> -00:00:03,000\nGood evening.\n\n2\n-00:00:01,000 --> 00:00:01,500\nCome in.\n"
    )
    cues, notes = srt_reader.parse(text, NOWHERE)
    assert [c.span for c in cues] == [Span(0, 0), Span(0, 1500)]
    assert notes == [
        f"line {n}: the cue begins before the recording; it was taken to begin with it" for n in (2, 6)
    ]


def test_a_cue_that_ends_before_it_starts_is_said() -> None:
    cues, notes = srt_reader.parse("1\n00:00:05,000 --> 00:00:02,000\ntext\n", NOWHERE)
    assert cues[0].span == Span(5000, 5000)
    assert "line 2" in notes[0]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("{\\an8}<i>It's</i> <b>so</b>", "It's so"),
        ('<font color="#fff">red</font>', "red"),
        ("1 < 2 and <inaudible> > 0", "1 < 2 and <inaudible> > 0"),
        ("AT&amp;T &lt;3 R&D &nope;", "AT&T <3 R&D &nope;"),
        ("one<br/>two", "one|two"),
        ("{b}bold{/b} {word}", "bold {word}"),
        ("<v Tom>Hello</v>", "Hello"),
    ],
)
def test_markup_is_taken_off_and_text_is_not(raw: str, plain: str) -> None:
    assert _cues(SRT.format(raw)) == [(1000, 2000, plain)]
    assert srt_reader.parse(SRT.format(raw), NOWHERE)[0][0].raw == raw


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_crashes_the_readers(text: str) -> None:
    for reader in READERS.values():
        for prefix in ("", "WEBVTT\n\n00:00.000 --> 00:01.000\n", "[Events]\n", SRT):
            try:
                cues, _ = reader.parse(prefix + text, NOWHERE)
            except SubtitlesError:
                continue
            assert all(c.span is None or c.span.start_ms <= c.span.end_ms for c in cues)


SOUP = (
    "x",
    "1",
    "2",
    "\n",
    "\n\n",
    "\r",
    "00:00:01,000",
    "-",
    "[",
    "(",
    "♪",
    ":",
    "TOM",
    "{\\an8}",
    "<i>",
    "<",
    "&",
)


@given(st.lists(st.sampled_from(SOUP)))
def test_no_text_behind_the_first_timing_is_ever_lost(parts: list[str]) -> None:
    cues, _ = srt_reader.parse(SRT.format(" ".join(parts)), NOWHERE)
    assert "".join(line for c in cues for line in text_lines(c)).count("x") == parts.count("x")


def test_where_pysrt_reads_well_both_agree() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,500\nfirst\nline\n\n2\n01:00:03,000 --> 01:00:04,000\nsecond\n\n"
    items = pysrt.SubRipFile.from_string(text)
    assert _cues(text) == [(i.start.ordinal, i.end.ordinal, i.text.replace("\n", "|")) for i in items]


# Formats


def test_ass_follows_its_format_line(tmp_path: Path) -> None:
    text = (
        "[Script Info]\n; a comment\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\n\n[Events]\n"
        "Format: Start, End, Actor, Style, Text\n"
        "Dialogue: 0:00:03.00,0:00:04.50,Jax,Default,{\\i1}Well{\\i0}, yes,\\Nreally. {note, unseen}\n"
        "Comment: 0:00:00.00,0:00:01.00,,Default,not this\n"
        "Dialogue: 0:00:01.00,0:00:02.00,,Default,{\\an8\\fad(1,2)}First{\\p1}m 0 0 l 9 9{\\p0}\n"
        "Dialogue: broken\n"
    )
    given_ = _read(tmp_path, "x.ass", text)
    assert given_.format is SubtitlesFormat.ASS
    assert [(c.span, [w.text for w in c.words]) for c in given_.cues] == [
        (Span(1000, 2000), ["First"]),
        (Span(3000, 4500), ["Well,", "yes,", "really."]),
    ]
    assert given_.cues[0].settings == "{\\an8}"
    assert {w.label for w in given_.cues[1].words} == {"Jax"}
    assert [w.line for w in given_.cues[1].words] == [0, 0, 1]
    assert given_.notes == ("line 13: this dialogue cannot be read and was left out",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.srt", "1\n-00:00:02,000 --> 00:00:02,000\nFirst\n\n2\n00:00:03,000 --> 00:00:04,000\nSecond\n"),
        ("a.sbv", "-0:00:02.000,0:00:02.000\nFirst\n\n0:00:03.000,0:00:04.000\nSecond\n"),
        (
            "a.ass",
            "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            "Dialogue: 0,-0:00:02.00,0:00:02.00,Default,,0,0,0,,First\n"
            "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Second\n",
        ),
        (
            "a.ttml",
            '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="-00:00:02.000" end="00:00:02.000">First</p>'
            '<p begin="3s" end="4s">Second</p></div></body></tt>',
        ),
    ],
)
def test_a_cue_that_begins_before_the_recording_is_kept_and_said(
    name: str, text: str, tmp_path: Path
) -> None:
    found = _read(tmp_path, name, text)
    assert [(c.span, [w.text for w in c.words]) for c in found.cues] == [
        (Span(0, 2000), ["First"]),
        (Span(3000, 4000), ["Second"]),
    ]
    (note,) = found.notes
    assert note.endswith("the cue begins before the recording; it was taken to begin with it")


def test_ass_without_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubtitlesError, match="no \\[Events\\]"):
        _read(tmp_path, "x.ass", "[Script Info]\nTitle: x\n")


def _docx(document: str, **more: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
        for name, content in more.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _body(*paragraphs: str) -> str:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{space}"><w:body>{"".join(paragraphs)}</w:body></w:document>'


def test_docx_paragraphs(tmp_path: Path) -> None:
    content = _docx(
        _body(
            '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>The first session</w:t></w:r></w:p>',
            "<w:p><w:r><w:t>TOM: Hel</w:t></w:r>",
            "<w:r><w:t>lo &amp; you</w:t><w:br/><w:t>JAX: Hi</w:t></w:r></w:p>",
            "<w:p/>",
            "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>",
            "<w:r><w:t>Here.</w:t></w:r></w:p>",
        )
    )
    given_ = _read(tmp_path, "x.docx", content)
    assert given_.format is SubtitlesFormat.DOCX
    assert not given_.timed
    words = [(w.text, w.kind, w.label) for w in given_.words]
    assert words == [
        ("The", Kind.UNSPOKEN, None), ("first", Kind.UNSPOKEN, None), ("session", Kind.UNSPOKEN, None),
        ("Hello", Kind.WORD, "TOM"), ("&", Kind.WORD, "TOM"), ("you", Kind.WORD, "TOM"),
        ("Hi", Kind.WORD, "JAX"), ("Here.", Kind.WORD, None),
    ]  # fmt: skip


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in cells) + "</w:tr>"


def test_a_table_of_speakers_and_speeches(tmp_path: Path) -> None:
    rows = (
        _row("00:01:02", "Jax", "And did you?"),
        _row("00:01:09", "Tom", "I did."),
        _row("", "JAX:", "So."),
    )
    given_ = _read(tmp_path, "x.docx", _docx(_body("<w:tbl>", *rows, "</w:tbl>")))
    assert [(w.label, w.text) for w in given_.words] == [
        ("Jax", "And"), ("Jax", "did"), ("Jax", "you?"), ("Tom", "I"), ("Tom", "did."), ("JAX", "So."),
    ]  # fmt: skip


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_docx(BOMB), "document type declaration"),
        (_docx("<not closed"), "damaged Word document"),
        (_docx(_body("<w:p/>"))[:60], "damaged Word document"),
        (b"PK\x03\x04 nothing", "damaged Word document"),
        (b"\xd0\xcf\x11\xe0 an old document", "old Word document"),
    ],
    ids=[
        "entities",
        "not closed",
        "cut off",
        "no archive",
        "old",
    ],  # an archive holds the time it was made at
)
def test_a_docx_that_cannot_be_trusted_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SubtitlesError, match=says):
        _read(tmp_path, "x.docx", content)


def test_a_zip_that_is_no_document_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("film.srt", SRT.format("text"))
    with pytest.raises(SubtitlesError, match="no Word document"):
        _read(tmp_path, "x.docx", packed.getvalue())


@settings(max_examples=examples(150))
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(1, 500),
)
def test_a_docx_is_read_or_refused_whatever_became_of_its_bytes(
    hits: list[tuple[int, int]], end: int
) -> None:
    content = bytearray(_docx(_body("<w:p><w:r><w:t>Hello there.</w:t></w:r></w:p>")))
    for place, value in hits:
        content[place % len(content)] = value
    with contextlib.suppress(SubtitlesError):
        docx.parse(bytes(content), Path("x.docx"))
    with contextlib.suppress(SubtitlesError):
        docx.parse(bytes(content[:-end]), Path("x.docx"))


def test_a_docx_with_a_password_says_so(tmp_path: Path) -> None:
    content = bytearray(_docx(_body("<w:p/>")))
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"word/document.xml"))
    content[place + 8] |= 1  # the flags of the member, in the central directory
    with pytest.raises(SubtitlesError, match="locked with a password"):
        _read(tmp_path, "x.docx", bytes(content))


def test_a_docx_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.formats.readers.docx._MAX_XML_BYTES", 1 << 20)
    with pytest.raises(SubtitlesError, match="unpacks to more than 1 MB"):
        _read(tmp_path, "x.docx", _docx(_body("<w:p/>" * 400_000)))


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("x.txt", SRT.format("text"), SubtitlesFormat.SRT),
        ("x.srt", "WEBVTT\n\n00:01.000 --> 00:02.000\ntext\n", SubtitlesFormat.VTT),
        ("x.vtt", SRT.format("text"), SubtitlesFormat.SRT),
        ("X.SRT", SRT.format("text"), SubtitlesFormat.SRT),
        ("x", "Just text.", SubtitlesFormat.TEXT),
    ],
)
def test_content_decides_before_the_name(
    tmp_path: Path, name: str, content: str, format_: SubtitlesFormat
) -> None:
    given_ = _read(tmp_path, name, content)
    assert given_.format is format_
    assert bool(given_.notes) == (name.lower() in ("x.srt", "x.vtt", "x.txt") and format_ != name.lower()[2:])


def test_webvtt_with_commas_is_read_and_said(tmp_path: Path) -> None:
    given_ = _read(tmp_path, "x.vtt", "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\ntext\n")
    assert [c.span for c in given_.cues] == [Span(1000, 2000)]
    assert given_.notes == ("line 3: players skip what is timed so; the times were read as they are meant",)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.vtt", "Hello there.", "line 1: does not begin with the line WEBVTT"),
        ("x.srt", "Hello there.", "holds no line like"),
        ("x.sub", "{1}{2}text", "a name that we do not know"),
        ("x.srt", "", "is empty"),
        ("x.srt", "\ufeff \r\n", "is empty"),
        ("x.srt", b"\x1aE\xdf\xa3 matroska", "is a video"),
        ("x.txt", b"{\\rtf1 text}", "is an RTF document"),
        ("x.txt", b"%PDF-1.7", "is a PDF"),
        ("x.srt", SRT.format("a\0b"), "byte 33: is not a text file"),
        ("x.srt", b"\x89PNG\r\n\x1a\n\x00\x00", "is not a text file"),
    ],
)
def test_what_is_no_subtitle_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, says: str
) -> None:
    with pytest.raises(SubtitlesError, match=says) as caught:
        _read(tmp_path, name, content)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_video_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.srt", tmp_path):
        with pytest.raises(SubtitlesError, match="cannot be read"):
            read(path)
    large = tmp_path / "x.srt"
    with large.open("wb") as file:
        file.truncate(33 << 20)
    with pytest.raises(SubtitlesError, match="too large"):
        read(large)


# Encodings

ENGLISH = SRT.format("It’s a café — “really”… naïve, £5, 20 °C.")


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings_are_detected(codec: str) -> None:
    decoded = encoding.decode(ENGLISH.encode(codec), NOWHERE)
    assert decoded.text == ENGLISH
    assert bool(decoded.notes) == (codec in ("cp1252", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("mark", ["utf-16-be", "utf-32-be"])
def test_big_endian_marks(mark: str) -> None:
    decoded = encoding.decode(("\ufeff" + ENGLISH).encode(mark), NOWHERE)
    assert (decoded.text, decoded.encoding) == (ENGLISH, mark)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("我不知道你在说什么，但是我很喜欢听你说话。", "gb18030"),
        ("我不知道你在說什麼，但是我很喜歡聽你說話。", "big5"),
        ("Zażółć gęślą jaźń. Nie wiem, dlaczego śpię tak źle.", "cp1250"),
        ("Я не знаю, о чём вы говорите, но мне нравится.", "cp1251"),
    ],
)
def test_other_encodings_are_guessed_and_said(text: str, codec: str) -> None:
    decoded = encoding.decode(SRT.format(text).encode(codec), NOWHERE)
    assert decoded.text == SRT.format(text)
    assert "check characters such as" in decoded.notes[0]


def test_one_apostrophe_is_enough_for_windows_1252() -> None:
    assert encoding.decode(SRT.format("It’s me.").encode("cp1252"), NOWHERE).text == SRT.format("It’s me.")


def test_damaged_utf8_is_refused_with_its_place() -> None:
    data = SRT.format("naïve café “quoted” — é").encode() + b"\xff more"
    with pytest.raises(SubtitlesError, match="damaged") as caught:
        encoding.decode(data, NOWHERE)
    assert caught.value.offset == data.index(b"\xff")


def test_damaged_utf16_is_refused_with_its_place() -> None:
    data = "\ufeffab".encode("utf-16-le") + b"\x00\xd8" + "c".encode("utf-16-le")
    with pytest.raises(SubtitlesError, match="UTF-16") as caught:
        encoding.decode(data, NOWHERE)
    assert caught.value.offset == 6


def test_text_that_was_encoded_twice_is_said() -> None:
    twice = "It’s a café".encode().decode("cp1252")
    assert "looks encoded twice" in encoding.decode(twice.encode(), NOWHERE).notes[0]


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"WEBVTT\n"])
)
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    try:
        decoded = encoding.decode(start + data, NOWHERE)
    except SubtitlesError as error:
        assert error.offset is not None
        assert 0 <= error.offset <= len(start + data)
    else:
        assert isinstance(decoded.text, str)


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of other projects' subtitle files")
def test_no_file_of_other_projects_crashes_a_reader() -> None:
    read_, refused = 0, 0
    for path in sorted((Path(DATA or ".") / "subtitles").rglob("*")):
        if not path.is_file():
            continue
        try:
            given_ = read(path)
        except SubtitlesError as error:
            assert error.path == path
            refused += 1
        else:
            assert all(w.text.strip() for w in given_.words)
            read_ += 1
    assert read_ > 100
    assert refused < read_


@pytest.mark.parametrize("how", ["pipe", "link to a device"])
def test_only_regular_files_are_read(tmp_path: Path, how: str) -> None:
    path = tmp_path / "talk.srt"
    if how == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    for call in (read, raw_cues, captions.load):
        with pytest.raises(
            SubtitlesError, match=r"cannot be read: it is a (pipe|device), not a regular file"
        ):
            call(path)


@pytest.mark.parametrize("within", ["<w:tbl><w:tr><w:tc>", "<w:p><w:r>", "<w:sdt><w:sdtContent>", "<w:x>"])
def test_elements_without_bottom_in_a_word_document_are_refused(tmp_path, within):
    ends = "".join(f"</{tag.strip('<>')}>" for tag in reversed(within.replace("><", "> <").split()))
    for depth, fine in ((20, True), (3000, False)):
        body = within * depth + "<w:p><w:r><w:t>Good morning.</w:t></w:r></w:p>" + ends * depth
        path = tmp_path / "talk.docx"
        path.write_bytes(fuzz_material.packed(fuzz_material.body(body)))
        if fine:
            assert read(path).words
        else:
            with pytest.raises(SubtitlesError, match="deep within each other"):
                read(path)


@pytest.mark.parametrize("ending", [".srt", ".vtt", ".txt"])
def test_more_captions_than_any_recording_has_are_refused(tmp_path, monkeypatch, ending):
    monkeypatch.setattr("pipeline.formats.readers._MAX_CUES", 3)
    for count, fine in ((3, True), (4, False)):
        cues = [f"00:00:0{n}.000 --> 00:00:0{n}.900\nWord {n}" for n in range(count)]
        text = {".srt": "\n\n".join(cues).replace(".", ","), ".vtt": "\n\n".join(["WEBVTT", *cues]),
                ".txt": "\n\n".join("Good morning" for _ in cues)}[ending]  # fmt: skip
        path = tmp_path / f"{count}{ending}"
        path.write_text(text)
        if fine:
            assert len(read(path).cues) == count
        else:
            with pytest.raises(SubtitlesError, match="4 captions or paragraphs, far more"):
                read(path)


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError(), OSError("x"), AssertionError(), UnicodeError()]
)
def test_what_no_reader_foresaw_is_one_sentence_that_names_the_file(tmp_path, monkeypatch, error):
    path = tmp_path / "talk.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nGood morning\n")

    def fails(*_):
        raise error

    monkeypatch.setattr("pipeline.formats.readers.encoding.decode", fails)
    with pytest.raises(
        SubtitlesError, match=rf"talk.srt: holds something that cannot be read \({type(error).__name__}\)"
    ):
        raw_cues(path)
