"""Subtitles retimed alone, on the demo's real sound: the editor's file comes back with other times and nothing else changed."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.align import Realigned, _displaced, by_start_time, new_times, realign
from pipeline.errors import SubtitlesError, UsageError
from pipeline.formats.readers import read
from pipeline.settings import Settings
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Kind,
    Shift,
    TimeSource,
    Token,
    Verdict,
)
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord
from tests.support.project import ROOT, computed_once

DEMO, SUBTITLES = ROOT / "media" / "demo.mp4", ROOT / "media" / "demo.en.srt"
TRUTH = json.loads((ROOT / "tests" / "data" / "demo_truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Realigned:
    return computed_once(
        tmp_path_factory, "realigned", lambda: realign(DEMO, SUBTITLES, Path("out.srt"), Settings())
    )


def test_nothing_but_times_changes(demo: Realigned) -> None:
    def timeless(data: bytes) -> str:
        return re.sub(r"\d\d:\d\d:\d\d,\d{3}", "T", data.decode("utf-8"))

    assert timeless(demo.data) == timeless(SUBTITLES.read_bytes())
    assert demo.data != SUBTITLES.read_bytes()


def test_what_was_wrong_with_the_times_is_said(demo: Realigned) -> None:
    assert demo.aligned.report.verdict is Verdict.PIECES
    assert any("1.0427 times the speed" in sentence for sentence in demo.aligned.report.summary)
    assert any(re.search(r"20\.\d\d s are missing from the video", s) for s in demo.aligned.report.summary)


def test_words_begin_where_people_begin_to_speak(demo: Realigned) -> None:
    words = [(re.sub(r"\W", "", w["text"]).lower(), w["start_ms"]) for w in demo.report()["words"]]
    errors = []
    for utterance in TRUTH["utterances"]:
        first, second = (re.sub(r"\W", "", w).lower() for w in [*utterance["text"].split(), "", ""][:2])
        near = [
            abs(at - utterance["start_ms"])
            for (word, at), (following, _) in pairwise(words)
            if word == first and following == second
        ]
        if near and not utterance["backchannel"]:
            errors.append(min(near))
    assert len(errors) > 30
    assert median(errors) <= 30 and sum(e <= 100 for e in errors) >= 0.95 * len(errors)


@pytest.mark.slow
def test_a_file_in_sync_comes_back_as_it_was(demo: Realigned, tmp_path: Path) -> None:
    once = tmp_path / "once.srt"
    once.write_bytes(demo.data)
    again = realign(DEMO, once, Path("out.srt"), Settings())
    assert again.aligned.report.verdict is Verdict.IN_SYNC
    before, after = read(once).cues, again.data
    (tmp_path / "again.srt").write_bytes(after)
    moves = [
        abs(a.span.start_ms - b.span.start_ms)
        for a, b in zip(before, read(tmp_path / "again.srt").cues, strict=True)
        if a.span and b.span
    ]
    assert median(moves) == 0 and max(moves) <= 300


@pytest.mark.slow
def test_subtitles_of_another_recording_are_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.srt"
    lines = "\n\n".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nQuarks couple weakly to bosons" for n in range(1, 50)
    )
    foreign.write_text(lines, "utf-8")
    with pytest.raises(SubtitlesError, match=r"does not fit demo\.mp4"):
        realign(DEMO, foreign, Path("out.srt"), Settings())


def test_the_output_keeps_the_format_of_the_subtitles() -> None:
    with pytest.raises(UsageError, match=r"name the output \.srt"):
        realign(DEMO, SUBTITLES, Path("out.vtt"), Settings())


# --- without sound


def two_cues(
    first: Span, second: Span, verdict: Verdict, offset_ms: int, confidence: float
) -> tuple[Subtitles, Aligned]:
    words = (SubtitlesWord("one"),), (SubtitlesWord("two"),)
    own = Span(1000, 2000), Span(2000, 3000)
    given = Subtitles(
        "x.srt", SubtitlesFormat.SRT, tuple(SubtitlesCue(s, w) for s, w in zip(own, words, strict=True))
    )
    tokens = tuple(
        Token(t, s, confidence, time_source=TimeSource.ALIGNED) for t, s in (("one", first), ("two", second))
    )
    cues = tuple(EditorCue(n, n + 1, own[n]) for n in range(2))
    report = AlignmentReport(verdict, shifts=(Shift(Span(0, 10**7), offset_ms),))
    return given, Aligned(tokens, report, cues)


def test_cues_start_with_their_first_word_and_do_not_begin_to_overlap() -> None:
    given, aligned = two_cues(Span(5000, 5400), Span(5600, 6100), Verdict.OFFSET, 4000, 0.95)
    assert new_times(given, aligned) == [Span(5000, 5600), Span(5600, 6600)]


def test_a_word_that_is_unsure_follows_the_others() -> None:
    given, aligned = two_cues(Span(9000, 9400), Span(9600, 9900), Verdict.OFFSET, 4000, 0.2)
    assert new_times(given, aligned) == [Span(5000, 6000), Span(6000, 7000)]


def test_in_sync_only_a_cue_of_enough_words_moves_and_only_if_all_are_sure() -> None:
    for words, confidence, start_ms in (("a b c d", 0.97, 7000), ("a b c d", 0.6, 2000), ("a", 0.97, 2000)):
        texts = [("one",), tuple(words.split())]
        own = Span(1000, 2000), Span(2000, 3000)
        given = Subtitles("x.srt", SubtitlesFormat.SRT, tuple(
            SubtitlesCue(s, tuple(SubtitlesWord(t) for t in w)) for s, w in zip(own, texts, strict=True)))  # fmt: skip
        heard = [Span(7000 + 100 * n, 7100 + 100 * n) for n in range(len(texts[1]))]
        tokens = (
            Token("one", Span(1250, 1600), 0.97, time_source=TimeSource.ALIGNED),
            *(
                Token(t, s, confidence, time_source=TimeSource.ALIGNED)
                for t, s in zip(texts[1], heard, strict=True)
            ),
        )
        cues = (EditorCue(0, 1, own[0]), EditorCue(1, len(tokens), own[1]))
        report = AlignmentReport(Verdict.IN_SYNC, shifts=(Shift(Span(0, 10**7), 0),))
        assert new_times(given, Aligned(tokens, report, cues)) == [own[0], Span(start_ms, start_ms + 1000)]


@pytest.mark.parametrize(("by_ms", "moves"), [(1600, True), (1200, False)])
def test_in_sync_a_long_cue_moves_though_part_of_it_was_heard_where_it_stood(by_ms: int, moves: bool) -> None:
    own = Span(0, 900), Span(10_000, 14_000)
    words = ("so", "watch", "what", "happens", "between", "people")
    given = Subtitles("x.srt", SubtitlesFormat.SRT, tuple(
        SubtitlesCue(s, tuple(SubtitlesWord(t) for t in w)) for s, w in zip(own, (("one",), words), strict=True)))  # fmt: skip
    tokens = (
        Token("one", Span(100, 400), 0.97, time_source=TimeSource.ALIGNED),
        *(
            Token(
                t, Span(start := 10_000 + by_ms + 400 * n, start + 400), 0.97, time_source=TimeSource.ALIGNED
            )
            for n, t in enumerate(words)
        ),
    )
    report = AlignmentReport(Verdict.IN_SYNC, shifts=(Shift(Span(0, 10**7), 0),))
    aligned = Aligned(tokens, report, (EditorCue(0, 1, own[0]), EditorCue(1, 7, own[1])))
    spans = new_times(given, aligned)
    assert (spans[1].start_ms == 10_000 + by_ms) is moves
    told = _displaced(given, aligned, spans)
    assert told == (("1 cue stood elsewhere, and went where the words are said: at 0:11",) if moves else ())


def test_a_cue_without_length_is_shown_for_a_moment() -> None:
    own = Span(1000, 1000), Span(2500, 3000)
    given = Subtitles("x.srt", SubtitlesFormat.SRT, tuple(
        SubtitlesCue(s, (SubtitlesWord(t, Kind.SOUND),)) for s, t in zip(own, ("[door]", "[bell]"), strict=True)))  # fmt: skip
    tokens = (
        Token("[door]", Span(6000, 6000), kind=Kind.SOUND),
        Token("[bell]", Span(7500, 8000), kind=Kind.SOUND),
    )
    report = AlignmentReport(Verdict.OFFSET, shifts=(Shift(Span(0, 10**7), 5000),))
    aligned = Aligned(tokens, report, (EditorCue(0, 1, own[0]), EditorCue(1, 2, own[1])))
    assert new_times(given, aligned) == [Span(6000, 7000), Span(7500, 8000)]


WRITTEN = st.from_regex(r"[A-Za-z]{1,5}(-[A-Za-z]{0,4}){0,3}[.,]?", fullmatch=True)


@given(WRITTEN, st.integers(0, 10**7), st.integers(0, 3000))
def test_the_parts_of_a_compound_divide_its_text_and_its_time(
    text: str, start_ms: int, duration_ms: int
) -> None:
    token = Token(text, Span(start_ms, start_ms + duration_ms), 0.7)
    words = Realigned(b"", Aligned((token,), AlignmentReport(Verdict.IN_SYNC))).report()["words"]
    assert "".join(word["text"] for word in words) == text
    assert all(any(c.isalnum() for c in word["text"]) for word in words)
    assert (words[0]["start_ms"], words[-1]["end_ms"]) == (token.span.start_ms, token.span.end_ms)
    assert all(a["end_ms"] == b["start_ms"] for a, b in pairwise(words))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Kind))))
def test_the_report_holds_words_alone_in_the_order_of_their_times(drawn: list[tuple[int, Kind]]) -> None:
    tokens = [Token(str(k), Span(at, at + 1), kind=kind) for k, (at, kind) in enumerate(drawn)]
    found = [(token.span.start_ms, int(token.text)) for token in by_start_time(tokens)]
    assert found == sorted((t.span.start_ms, int(t.text)) for t in tokens if t.kind is Kind.WORD)


@pytest.mark.slow
def test_a_file_in_no_order_is_timed_as_in_order_and_stays_in_its_own(
    demo: Realigned, tmp_path: Path
) -> None:
    blocks = SUBTITLES.read_text("utf-8").strip().split("\n\n")
    backwards = tmp_path / "backwards.srt"
    backwards.write_text("\n\n".join(reversed(blocks)) + "\n", encoding="utf-8")
    found = realign(DEMO, backwards, Path("out.srt"), Settings())
    assert any("do not stand in order of time" in note for note in found.notes)
    again = found.data.decode("utf-8").strip().split("\n\n")
    assert again[::-1] == demo.data.decode("utf-8").strip().split("\n\n")
