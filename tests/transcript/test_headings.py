"""Headings in a script and between subtitles: they are no words of the recording, and tell when a part begins."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.formats.readers import read
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Kind, Token, Verdict
from pipeline.transcript.editor_cues import editor_cues
from pipeline.transcript.headings import headings
from pipeline.transcript.subtitles import Subtitles

SCRIPT = """## Week 4

TOM: It rained.

VIGNETTE 3: THE LETTER
TOM: I wrote it on Sunday.
HELEN: And you sent it?
[Commentary]
DAVID: Notice how he waits.

THE NEXT MORNING

TOM: We walked.
"""
SUBTITLES = """1
00:00:01,000 --> 00:00:02,000
## Week 4

2
00:00:03,000 --> 00:00:04,000
TOM: It rained.

3
00:00:05,000 --> 00:00:06,000
VIGNETTE 3: THE LETTER

4
00:00:07,000 --> 00:00:09,000
I wrote it on Sunday.

5
00:00:10,000 --> 00:00:11,000
[Commentary]

6
00:00:12,000 --> 00:00:14,000
DAVID: Notice how he waits.

7
00:00:15,000 --> 00:00:16,000
Vignette 4: the walk

8
00:00:17,000 --> 00:00:18,000
[door opens]
"""


def brought(tmp_path: Path, name: str, text: str) -> Subtitles:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read(tmp_path / name)


def spoken(given: Subtitles) -> Subtitles:
    return given.in_order_of_time().without_headings().without_directions()


def aligned(given: Subtitles, absent: range = range(0)) -> Aligned:
    """The words of a text, one each second; those in `absent` are not in the recording."""
    tokens = tuple(
        Token(w.text, Span(n * 1000, n * 1000 + 900), kind=Kind.ABSENT if n in absent else w.kind)
        for n, w in enumerate(spoken(given).words)
    )
    return Aligned(tokens, AlignmentReport(Verdict.IN_SYNC), editor_cues(spoken(given)))


def test_a_script_has_its_headings_where_their_first_words_are_said(tmp_path: Path) -> None:
    given = brought(tmp_path, "talk.txt", SCRIPT)
    found = headings(given, aligned(given))
    assert [(h.title, h.at_ms, h.names_part) for h in found] == [
        ("Week 4", 0, True),
        ("VIGNETTE 3: THE LETTER", 2000, True),
        ("Commentary", 11000, True),
        ("THE NEXT MORNING", 15000, False),
    ]
    assert " ".join(w.text for w in spoken(given).words).startswith("It rained. I wrote it")


def test_titles_between_subtitles_are_no_captions(tmp_path: Path) -> None:
    given = brought(tmp_path, "talk.srt", SUBTITLES)
    said = [w.text for w in spoken(given).words]
    # A line that is written as speech may be spoken, and a sound is none.
    assert " ".join(said) == (
        "It rained. I wrote it on Sunday. Notice how he waits. Vignette 4: the walk [door opens]"
    )
    assert "3 titles of parts are no speech" in spoken(given).notes[-1]
    assert [(h.title, h.at_ms) for h in headings(given, aligned(given))] == [
        ("Week 4", 0),
        ("VIGNETTE 3: THE LETTER", 2000),
        ("Commentary", 7000),
    ]


def test_nothing_but_titles_stays_as_it_is(tmp_path: Path) -> None:
    given = brought(tmp_path, "talk.srt", "1\n00:00:01,000 --> 00:00:02,000\nSESSION FOUR\n")
    assert given.without_headings() is given


def test_a_file_in_capitals_has_no_titles_in_capitals(tmp_path: Path) -> None:
    shouted = SUBTITLES.replace("[Commentary]", "AND THEN?").replace("## Week 4", "WELL").upper()
    said = [w.text for w in spoken(brought(tmp_path, "talk.srt", shouted)).words]
    assert said.count("VIGNETTE") == 2


@pytest.mark.parametrize("name", ["talk.txt", "talk.srt"])
def test_a_title_above_what_the_recording_lacks_is_left_out(tmp_path: Path, name: str) -> None:
    """The words below it were cut out; those below the next title are that one's."""
    given = brought(tmp_path, name, SCRIPT if name == "talk.txt" else SUBTITLES)
    found = [h.title for h in headings(given, aligned(given, range(2, 7 if name == "talk.srt" else 11)))]
    assert "VIGNETTE 3: THE LETTER" not in found and "Commentary" in found


def test_an_alignment_of_another_text_tells_nothing(tmp_path: Path) -> None:
    given = brought(tmp_path, "talk.txt", SCRIPT)
    other = aligned(given)
    assert headings(given, replace(other, editor_cues=other.editor_cues[1:])) == ()


def test_a_name_above_its_speech_is_no_title(tmp_path: Path) -> None:
    """In a screenplay "COMMENTARY" stands above what the commentator says."""
    script = (
        "TOM\nIt rained.\n\nCOMMENTARY\nNotice the rain.\n\nTOM\nIt snowed.\n\nCOMMENTARY\nNotice the snow.\n"
    )
    given = brought(tmp_path, "talk.txt", script)
    assert [w.label for w in spoken(given).words].count("COMMENTARY") == 6
    assert headings(given, aligned(given)) == ()
