"""A text that two captions show: the sound says whether it is said once or twice."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.commands.align import realign
from pipeline.formats.readers import read
from pipeline.media import facts
from pipeline.settings import AlignSettings, Settings
from pipeline.speech import vad
from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.stages import align
from pipeline.stages.align import shown_again
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Heard, Kind, TimeSource, Token, Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

DATA = os.environ.get("VIGNETTE_DATA")
CASE = Path(DATA or "", "cases", "01-youtube-rolling-vtt")


def given(again: int = 1) -> Subtitles:
    """Three captions, of which the third begins as the second ends."""
    texts = (("We", "met."), ("Nobody", "came."), ("Nobody", "came."))
    cues = [
        SubtitlesCue(
            Span(n * 1000, n * 1000 + 1000), tuple(SubtitlesWord(w) for w in words), again=again * (n == 2)
        )
        for n, words in enumerate(texts)
    ]
    return Subtitles("x.srt", SubtitlesFormat.SRT, tuple(cues))


def listened() -> tuple[Alignment, list[Part]]:
    found = [WordSpan(Span(n * 100, n * 100 + 90), -0.2) for n in range(6)]
    return Alignment(tuple(found), ()), [Part(n, Spoken(())) for n in range(6)]


@pytest.mark.parametrize(
    ("once", "twice", "is_once"), [(250.0, 90.0, True), (-190.0, 480.0, False), (5.0, 5.0, False)]
)
def test_the_better_fit_decides(once: float, twice: float, is_once: bool) -> None:
    asked: list[tuple[list[list[int]], Span]] = []

    def compare(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
        asked.append(([list(order) for order in orders], within))
        here = tuple(WordSpan(Span(300 + n, 301 + n), -0.1) for n in range(2))
        return [Alignment(here, (), once), Alignment((*here, *here), (), twice)]

    before, parts = listened()
    after = shown_again.settled(before, given(), parts, compare, 10_000)
    assert asked == [([[2, 3], [2, 3, 4, 5]], Span(190, 10_000))]
    assert (after.found[4:] == (None, None)) is is_once
    assert (after == before) is not is_once


def test_without_a_doubtful_caption_nothing_is_listened_to_again() -> None:
    before, parts = listened()
    assert (
        shown_again.settled(before, given(again=0), parts, lambda *_: pytest.fail("asked"), 10_000) is before
    )


@pytest.mark.parametrize(("heard", "absent"), [(4, [4, 5]), (6, []), (2, []), (5, [])])
def test_words_that_are_shown_and_not_heard_are_absent(heard: int, absent: list[int]) -> None:
    words = [w.text for w in given().words]
    tokens = tuple(
        Token(
            w,
            Span(n * 100, n * 100 + 90),
            0.9,
            time_source=TimeSource.ALIGNED if n < heard else TimeSource.INTERPOLATED,
        )
        for n, w in enumerate(words)
    )
    marked = shown_again.marked(Aligned(tokens, AlignmentReport(Verdict.IN_SYNC)), given())
    assert [n for n, t in enumerate(marked.tokens) if t.kind is Kind.ABSENT] == absent
    assert [t.text for t in marked.tokens] == words


DIVIDED = """WEBVTT

00:00:00.300 --> 00:00:02.600
Good evening everybody, tonight we talk

00:00:02.600 --> 00:00:04.000
about trust. I was not sure that I wanted

00:00:04.000 --> 00:00:06.000
about trust. I was not sure that I wanted

00:00:06.000 --> 00:00:08.900
to come here at all, and yet you came.

00:00:08.900 --> 00:00:14.300
What made you stay? My sister drove me and she waited in the car.
"""


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder with recordings")
def test_a_caption_that_was_divided_with_its_text_in_both_halves_is_heard_once(tmp_path: Path) -> None:
    path = tmp_path / "x.vtt"
    path.write_text(DIVIDED, "utf-8")
    subtitles = read(path)
    audio = facts.decode_audio(CASE / "talk.m4a")
    heard = Heard("", "", False, (), vad.speech_regions(audio))
    marked = shown_again.marked(align.run(audio, heard, subtitles, AlignSettings()), subtitles)
    absent = [t.text for t in marked.tokens if t.kind is Kind.ABSENT]
    assert absent == ["about", "trust.", "I", "was", "not", "sure", "that", "I", "wanted"]


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder with recordings")
def test_what_is_said_twice_is_heard_twice(tmp_path: Path) -> None:
    """The second caption begins where the first ends, so that the text alone does not tell."""
    path = tmp_path / "x.srt"
    path.write_text((CASE / "legit-repeat.srt").read_text("utf-8").replace("02,600", "02,800"), "utf-8")
    subtitles = read(path)
    assert [cue.again for cue in subtitles.cues] == [0, 2, 0]
    found = realign(CASE / "repeat.m4a", path, Path("out.srt"), Settings())
    spans = [t.span for t in found.aligned.tokens]
    assert all(t.time_source is TimeSource.ALIGNED for t in found.aligned.tokens)
    assert spans[7].start_ms - spans[0].start_ms > 2000


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder with recordings")
@pytest.mark.parametrize("name", ["talk.en.vtt", "rollup608.srt"])
def test_rolling_captions_are_aligned_as_those_that_do_not_roll(name: str) -> None:
    control = realign(CASE / "talk.m4a", CASE / "control.vtt", Path("out.vtt"), Settings())
    found = realign(CASE / "talk.m4a", CASE / name, Path("out" + name[-4:]), Settings())
    assert found.aligned.report.summary == control.aligned.report.summary
    (summary,) = found.aligned.report.summary
    assert re.fullmatch(r"the subtitles were 0\.2[5-8] s early", summary)
    assert len(found.aligned.tokens) == 38
    off = [
        abs(a.span.start_ms - b.span.start_ms)
        for a, b in zip(found.aligned.tokens, control.aligned.tokens, strict=True)
    ]
    assert sum(ms > 100 for ms in off) <= 1  # where full stops let expect a pause
    assert "rolling text" in found.notes[0]
    assert found.data.count(b"-->") == 5
