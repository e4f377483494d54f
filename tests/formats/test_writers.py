"""SRT, WebVTT and the public JSON: what is written reads back as it was, whatever the text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pysrt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.formats import markup, position
from pipeline.formats.document import writer
from pipeline.formats.readers import srt as srt_reader
from pipeline.formats.readers import vtt as vtt_reader
from pipeline.formats.readers.raw_cue import RawCue, text_lines
from pipeline.formats.writers import render, srt, vtt
from pipeline.formats.writers.render import RenderedCue, clean, plain_cue
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    Grade,
    Heard,
    Kind,
    Media,
    Passage,
    Review,
    Shift,
    Speaker,
    TextSource,
    TimeSource,
    Token,
    Transcript,
    Turn,
    Utterance,
    Verdict,
    Voices,
    check,
)
from pipeline.transcript.script import ScriptAccount, TakenOff
from pipeline.transcript.subtitles import Apart
from tests.support.schema import must_be_valid

NOWHERE = Path("written.by.us")
NASTY = (
    "AT&T --> x < y",
    "-->",
    "--->-->",
    "<i>not italic</i> {\\an8} &lt; &amp;amp;",
    "<v Tom> <00:00:01.000>",
    "1",
    "00:00:01,000 --> 00:00:02,000",
    "WEBVTT",
    "NOTE this",
    "\u202bשלום\u202c \u200e(1)",
    "🙂 👩‍👩‍👧 e\u0301",
    "“quotes” 'and' \"more\"",
    "\u2060-\u2060>",
    "a\u2028b\x85c\x0bd\re\tf\u00a0g",
    "<br>",
    "<font color='red'>",
    "{b}x{/b}",
    "&#8217;",
    "\ufeff",
)

texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
times = st.integers(0, 100 * 3_600_000)


@st.composite
def shown_cues(draw: st.DrawFn) -> list[RenderedCue]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start_ms = draw(times)
        end_ms = start_ms + draw(st.integers(1, 10_000))
        lines = draw(st.lists(texts, min_size=1, max_size=3))
        found.append(plain_cue(Span(start_ms, end_ms), *lines))
    return found


def _with_text(cues: list[RenderedCue]) -> list[tuple[Span, list[str]]]:
    return [(cue.span, cue.lines) for cue in cues if cue.lines]


def _read_back(cues: list[RawCue]) -> list[tuple[Span, list[str]]]:
    return [(cue.span, [clean(line) for line in text_lines(cue)]) for cue in cues if cue.span]


@given(shown_cues())
@example([plain_cue(Span(0, 1), *NASTY)])
def test_srt_reads_back(cues: list[RenderedCue]) -> None:
    written = srt.compose(cues)
    wanted = _with_text(cues)
    assert _read_back(srt_reader.parse(written, NOWHERE)[0] if wanted else []) == wanted


@given(shown_cues())
@example([plain_cue(Span(59_999, 60_000), *NASTY)])
def test_srt_is_what_pysrt_reads(cues: list[RenderedCue]) -> None:
    items = pysrt.SubRipFile.from_string(srt.compose(cues), error_handling=pysrt.ERROR_RAISE)
    seen = [(Span(i.start.ordinal, i.end.ordinal), i.text) for i in items]
    assert seen == [
        (span, "\n".join(markup.guard(line) for line in lines)) for span, lines in _with_text(cues)
    ]
    assert [i.index for i in items] == list(range(1, len(items) + 1))


@given(shown_cues())
def test_srt_is_clean(cues: list[RenderedCue]) -> None:
    written = srt.compose(cues)
    assert "\r" not in written
    assert "\ufeff1\n" not in written[:3]
    assert "\n\n\n" not in written
    assert all(re.fullmatch(r"\d\d+:[0-5]\d:[0-5]\d,\d{3} --> \d\d+:[0-5]\d:[0-5]\d,\d{3}", line)
               for line in written.split("\n") if "-->" in line)  # fmt: skip


@given(shown_cues(), st.lists(texts, max_size=2))
@example([plain_cue(Span(0, 1), *NASTY)], list(NASTY))
def test_vtt_reads_back(cues: list[RenderedCue], notes: list[str]) -> None:
    found, repairs = vtt_reader.parse(vtt.compose(cues, notes), NOWHERE)
    assert _read_back(found) == _with_text(cues)
    assert repairs == []


@given(texts, texts)
def test_voices_read_back(name: str, said: str) -> None:
    name, said = clean(name), clean(said)
    if not said:
        return
    cue = RenderedCue(Span(0, 1000), ((render.Piece(said, name),),))
    found, _ = vtt_reader.parse(vtt.compose([cue]), NOWHERE)
    assert [(p.text, p.voice or "") for p in found[0].lines[0]] == [(said, name)]


styled_lines = st.lists(
    st.tuples(texts, st.sampled_from(["", "i", "b", "bi", "biu"])), min_size=1, max_size=4
)


@given(styled_lines)
def test_styles_read_back(line: list[tuple[str, str]]) -> None:
    pieces = tuple(render.Piece(clean(text) + " ", style=style) for text, style in line)
    wanted = " ".join(" ".join(p.text for p in pieces).split())
    cue = RenderedCue(Span(0, 1000), (pieces,))
    for found in (srt_reader.parse(srt.compose([cue]), NOWHERE)[0] if wanted else [],
                  vtt_reader.parse(vtt.compose([cue]), NOWHERE)[0]):  # fmt: skip
        assert [" ".join(text_lines(c)[0].split()) for c in found] == ([wanted] if wanted else [])
        seen = {p.style for c in found for p in c.lines[0] if p.text.strip()}
        assert seen == {p.style for p in pieces if p.text.strip()}


def test_an_hour_and_a_minute_are_carried() -> None:
    written = srt.compose([plain_cue(Span(59_999, 60_000), "a"), plain_cue(Span(3_599_999, 3_600_000), "b")])
    assert "00:00:59,999 --> 00:01:00,000" in written
    assert "00:59:59,999 --> 01:00:00,000" in written


# A transcript as the stages would leave it


def _token(text: str, start_ms: int, end_ms: int, **more: Any) -> Token:
    return Token(text, Span(start_ms, end_ms), **more)


@pytest.fixture
def transcript() -> Transcript:
    tokens = (
        _token("Hello,", 2000, 2300, confidence=0.98765),
        _token("R&D.", 2300, 2600, spoken="R and D."),
        _token("[laughs]", 2600, 3000, kind=Kind.SOUND),
        _token("Well", 3000, 3200, time_source=TimeSource.INTERPOLATED),
        _token("yes.", 3200, 3500, text_source=TextSource.HUMAN),
    )
    voices = Voices(
        (Speaker("s1", "Tim Leighton", "therapist", ("label TIM",)), Speaker("s2", "Jax")),
        (Turn("s1", Span(2000, 3000)), Turn("s2", Span(2900, 3500), overlap=True)),
        (Utterance(0, 3, "s1", "u1"), Utterance(3, 5, "s2", "u2")),
    )
    cue = Cue(Span(1900, 3600), 0, 5, breaks=(3,), speaker="s1", labels=((0, "Tim"),), dashes=(0, 3))
    report = AlignmentReport(
        Verdict.OFFSET,
        ("subtitles were 7.35 s late",),
        (Shift(Span(0, 4000), -7350, 1.001, 0.9),),
        (Passage(Span(500, 900), 0, 0, heard="um"),),
        heard_differently=(Passage(Span(2000, 2600), 0, 2, heard="hello rnd"),),
        moved_cues=1,
    )
    media = Media(
        "talk.mp4", "0" * 64, 4000, "A talk", ("978-1-60124-472-7",), "© 2016", ("Explain it",), True
    )
    value = Transcript(
        media, Heard("sphinx", "en-us", True, (), ()), Aligned(tokens, report), voices, Captions((cue,)),
        Grade.SUBTITLES, provenance={"recognizer": "sphinx", "aligner": "2"},
    )  # fmt: skip
    check(value)
    return value


def test_lines_draw_labels_dashes_and_breaks(transcript: Transcript) -> None:
    cue = transcript.captions.cues[0]
    assert render.lines(cue, transcript) == ["-TIM: Hello, R&D. [laughs]", "-Well yes."]
    style = render.Style(label="[{name}] ", upper=False, dash="– ")
    assert render.lines(cue, transcript, style) == ["– [Tim] Hello, R&D. [laughs]", "– Well yes."]


def test_a_line_of_two_speakers_is_one_line(transcript: Transcript) -> None:
    cue = replace(transcript.captions.cues[0], breaks=(), labels=(), dashes=())
    assert render.lines(cue, transcript) == ["Hello, R&D. [laughs] Well yes."]
    text = vtt.dumps(replace(transcript, captions=Captions((cue,))))
    assert "<v Tim Leighton>Hello, R&amp;D. [laughs]</v> <v Jax>Well yes.</v>" in text


def test_srt_of_a_transcript(transcript: Transcript) -> None:
    assert srt.dumps(transcript) == (
        "1\n00:00:01,900 --> 00:00:03,600\n-TIM: Hello, R&D. [laughs]\n-Well yes.\n\n"
    )


def test_srt_names_places_unless_it_is_not_to(transcript: Transcript) -> None:
    above = tuple(replace(cue, settings="line:0") for cue in transcript.captions.cues)
    placed = replace(transcript, captions=replace(transcript.captions, cues=above))
    assert srt.dumps(placed).count("{\\an8}") == len(above) > 0
    plain_ = replace(placed, srt_positions=False)
    assert srt.dumps(plain_) == srt.dumps(transcript)
    assert vtt.dumps(plain_) == vtt.dumps(placed)


def test_vtt_of_a_transcript(transcript: Transcript) -> None:
    assert vtt.dumps(transcript) == (
        "WEBVTT\n\n"
        "NOTE Captions by Vignette: timed from subtitles, text not verified\n\n"
        "NOTE aligner: 2; recognizer: sphinx\n\n"
        "00:00:01.900 --> 00:00:03.600\n"
        "<v Tim Leighton>-TIM: Hello, R&amp;D. [laughs]</v>\n<v Jax>-Well yes.</v>\n"
    )


def test_the_reviewer_is_named(transcript: Transcript) -> None:
    reviewed = replace(transcript, review=Review("A. Tester"))
    assert "NOTE Captions by Vignette: reviewed by A. Tester" in vtt.dumps(reviewed)
    assert (
        writer.to_dict(reviewed)["grade"] == "reviewed by A. Tester; timed from subtitles, text not verified"
    )


def test_a_draft_says_so_in_a_cue_of_its_own(transcript: Transcript) -> None:
    draft = replace(transcript, grade=Grade.DRAFT)
    first, second = render.cues(draft)
    assert (first.span, first.lines) == (Span(0, 1900), [render.DRAFT_NOTICE])
    assert second.lines == ["-TIM: Hello, R&D. [laughs]", "-Well yes."]
    assert srt.dumps(draft).startswith(f"1\n00:00:00,000 --> 00:00:01,900\n{render.DRAFT_NOTICE}\n\n2\n")
    assert vtt.dumps(draft).startswith(f"WEBVTT\n\nNOTE {render.DRAFT_NOTICE}\n\n")
    assert writer.to_dict(draft)["draft"] is True


def test_a_draft_that_begins_at_once_hides_no_word(transcript: Transcript) -> None:
    early = replace(transcript.captions.cues[0], span=Span(400, 3600))
    draft = replace(transcript, grade=Grade.DRAFT, captions=Captions((early,)))
    (only,) = render.cues(draft)
    assert only.span == Span(400, 3600)
    assert only.lines == [render.DRAFT_NOTICE, "-TIM: Hello, R&D. [laughs]", "-Well yes."]


def test_an_empty_draft_is_valid(transcript: Transcript) -> None:
    silent = replace(
        transcript, grade=Grade.DRAFT, aligned=Aligned((), AlignmentReport(Verdict.NO_SUBTITLES)),
        voices=Voices(), captions=Captions(()),
    )  # fmt: skip
    assert srt.dumps(silent) == ""
    assert vtt_reader.parse(vtt.dumps(silent), NOWHERE) == ([], [])
    must_be_valid(writer.to_dict(silent))


def test_the_document_fulfils_its_schema(transcript: Transcript) -> None:
    schema = writer.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    found = writer.to_dict(transcript)
    must_be_valid(found)
    assert json.loads(writer.dumps(transcript)) == found
    assert found["cues"] == [
        {"id": "c1", "speaker": "s1", "start_ms": 1900, "end_ms": 3600,
         "lines": ["-TIM: Hello, R&D. [laughs]", "-Well yes."]}
    ]  # fmt: skip
    first = found["utterances"][0]
    assert first["text"] == "Hello, R&D. [laughs]"
    assert first["words"][0]["confidence"] == 0.988
    assert first["words"][1]["spoken"] == "R and D."
    assert found["alignment"]["heard_differently"][0]["text"] == "Hello, R&D."
    assert found["alignment"]["speech_without_text"][0]["text"] == ""


def test_the_document_tells_what_of_a_script_is_no_speech(transcript: Transcript) -> None:
    assert "script" not in writer.to_dict(transcript)
    times = (TakenOff(2, "0:04", "time"),)
    left_out = tuple(TakenOff(n, "some text", str(what)) for n, what in enumerate(Apart, 1))
    account = ScriptAccount("talk.txt", "line", 5, ("Tim",), times, left_out)
    found = writer.to_dict(replace(transcript, script=account))
    must_be_valid(found)
    assert found["script"]["times"] == [{"line": 2, "text": "0:04"}]
    assert found["script"]["left_out"][0] == {"line": 1, "text": "some text", "what": "heading"}
    found["script"]["left_out"][0]["what"] = "something else"
    with pytest.raises(jsonschema.ValidationError):
        must_be_valid(found)


def test_the_document_is_byte_stable_and_one_word_is_one_line(transcript: Transcript) -> None:
    text = writer.dumps(transcript)
    assert text == writer.dumps(replace(transcript, provenance={"aligner": "2", "recognizer": "sphinx"}))
    assert text.endswith("}\n")
    words = [line for line in text.split("\n") if '"time_source"' in line]
    assert [json.loads(line.rstrip(","))["text"] for line in words] == [t.text for t in transcript.tokens]


@pytest.mark.parametrize("path", ["", "media", "utterances/0", "utterances/0/words/0", "cues/0", "alignment"])
def test_the_schema_is_strict(transcript: Transcript, path: str) -> None:
    found = writer.to_dict(transcript)
    place: Any = found
    for step in filter(None, path.split("/")):
        place = place[int(step)] if step.isdigit() else place[step]
    place["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        must_be_valid(found)
    del place["surprise"]
    place.pop(next(iter(place)))
    with pytest.raises(jsonschema.ValidationError):
        must_be_valid(found)


@pytest.mark.parametrize(
    ("settings", "webvtt", "ssa"),
    [
        ("", "", ""),
        ("{\\an2}", "", ""),
        ("{\\an8}", "line:0", "{\\an8}"),
        ("{\\an4}", "line:50% align:start position:5%", "{\\an4}"),
        ("{\\an9}", "line:0 align:end position:95%", "{\\an9}"),
        ("{\\a6}", "line:0", "{\\an8}"),
        ("line:10% align:start", "line:10% align:start", "{\\an7}"),
        ("line:-1", "line:-1", ""),
        ("line:50%", "line:50%", "{\\an5}"),
        ("region:here align:nowhere --> x:y size:80%", "size:80%", ""),
        ("X1:40 X2:600 Y1:20 Y2:50", "", ""),
    ],
)
def test_positions_go_both_ways(settings: str, webvtt: str, ssa: str) -> None:
    assert position.to_webvtt(settings) == webvtt
    assert position.to_ssa(settings) == ssa
    cue = plain_cue(Span(0, 1000), "up there", settings=settings)
    assert srt_reader.parse(srt.compose([cue]), NOWHERE)[0][0].settings == ssa
    assert vtt_reader.parse(vtt.compose([cue]), NOWHERE)[0][0].settings == webvtt


def test_the_profile_decides_how_a_name_is_drawn() -> None:
    from dataclasses import replace

    from tests.run.test_outputs import transcript

    plain = transcript("Hello.")
    cue = replace(plain.captions.cues[0], labels=((0, "Tom"),))
    named = replace(plain, captions=replace(plain.captions, cues=(cue,)))
    drawn = {p: render.lines(cue, replace(named, profile=p))[0] for p in ("training", "netflix", "dcmp")}
    assert drawn == {"training": "TOM: Hello.", "netflix": "[Tom] Hello.", "dcmp": "(Tom) Hello."}


def test_no_character_turns_the_text_behind_it_around() -> None:
    assert render.clean("left\u202eright\u202c \u2067שלום\u2069") == "leftright \u2067שלום\u2069"
