"""Overlapping speech: a second turn where it is known whose, two at once at most, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.audio import Audio
from pipeline.settings import TranscribeSettings
from pipeline.speech import local_speakers, segmentation, segmentation_weights
from pipeline.speech.segmentation import CLASSES, FRAMES
from pipeline.stages import segment, transcribe
from pipeline.stages.speakers.crossed import doubled, heard_twice
from pipeline.stages.speakers.pieces import cut
from pipeline.timing import Span, covered_ms, gaps, union
from pipeline.transcript import Aligned, AlignmentReport, Crossing, Turn, Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat

ANN, BEN, CAT = Turn("ann", Span(0, 4000)), Turn("ben", Span(4000, 8000)), Turn("cat", Span(9000, 12_000))
CROSSED = Crossing(Span(3500, 4500), (Span(1000, 3000),), (Span(5000, 7000),))


def test_who_speaks_alone_nearby_is_meant() -> None:
    assert doubled((ANN, BEN, CAT), [CROSSED]) == (
        Turn("ann", Span(0, 4500), True), Turn("ben", Span(3500, 8000), True), CAT,
    )  # fmt: skip


def test_nobody_is_named_whom_nothing_speaks_for() -> None:
    turns = (ANN, BEN, CAT)
    assert doubled(turns, [Crossing(Span(1000, 2000), (Span(500, 900),))]) == turns
    assert doubled(turns, [Crossing(Span(8200, 8800), (Span(5000, 7000),), (Span(9000, 10_000),))]) == turns
    assert doubled(turns, []) == turns


def test_a_voice_that_is_known_is_taken() -> None:
    found = doubled((ANN, BEN, CAT), [Crossing(Span(1000, 2000))], ["cat"])
    assert found == (Turn("ann", Span(0, 4000), True), Turn("cat", Span(1000, 2000), True), BEN, CAT)
    assert doubled((ANN, BEN, CAT), [CROSSED], [None]) == (ANN, BEN, CAT)


SPANS = st.builds(lambda a, b: Span(a, a + b), st.integers(0, 20_000), st.integers(1, 4000))
TURNS = st.lists(st.builds(Turn, st.sampled_from("abc"), SPANS), max_size=6)
CROSSINGS = st.lists(
    st.builds(
        Crossing, SPANS, st.lists(SPANS, max_size=2).map(union), st.lists(SPANS, max_size=2).map(union)
    ),
    max_size=4,
)


@given(TURNS, CROSSINGS)
def test_turns_only_grow_and_only_where_people_cross(turns: list[Turn], crossings: list[Crossing]) -> None:
    found = doubled(turns, crossings)
    for who in {t.speaker for t in turns}:
        before = union(t.span for t in turns if t.speaker == who)
        after = union(t.span for t in found if t.speaker == who)
        more = [c for g in gaps(before, Span(0, 30_000)) for a in after if (c := g.intersection(a))]
        assert covered_ms(after) == covered_ms(before) + covered_ms(more)
        crossing = union(c.span for c in crossings)
        assert all(sum(m.overlap_ms(c) for c in crossing) == m.duration_ms for m in more)
    assert {t.speaker for t in found} == {t.speaker for t in turns}


def test_wordless_speech_is_where_both_ears_hear_some() -> None:
    regions, voiced = [Span(0, 1000), Span(2000, 4000), Span(6000, 7000)], [Span(400, 1500), Span(2500, 2900)]
    assert heard_twice(regions, voiced) == [Span(0, 1000)]
    nothing = Aligned((), AlignmentReport(Verdict.NO_SUBTITLES))
    assert [p.span for p in cut(nothing, regions, (), [Span(0, 1000)])] == [Span(0, 1000)]
    assert [p.span for p in cut(nothing, regions)] == regions


def test_a_segmentation_says_when_people_speak_and_without_one_all_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def network(window: np.ndarray) -> np.ndarray:
        answer = np.zeros((FRAMES, len(CLASSES)), np.float32)
        answer[:, 1] = 1.0
        answer[:100, 1], answer[:100, 0] = 0.0, 1.0
        answer[300:400, 1], answer[300:400, 4] = 0.0, 1.0
        return answer

    audio = Audio(np.random.default_rng(1).integers(-300, 300, 8 * 16_000).astype(np.int16))
    given = Subtitles("", SubtitlesFormat.SRT, ())
    monkeypatch.setattr(segmentation_weights, "find", lambda: None)
    monkeypatch.setattr(segmentation, "installed", lambda: None)
    without = transcribe.run(audio, given, TranscribeSettings())
    assert without.with_local_speakers(segment.run(audio)) is without
    assert without.local is None and without.voiced == ()
    monkeypatch.setattr(segmentation_weights, "find", lambda: Path(segmentation_weights.FILE))
    monkeypatch.setattr(segmentation, "installed", lambda: network)
    found = transcribe.run(audio, given, TranscribeSettings()).with_local_speakers(segment.run(audio))
    assert found.voiced == local_speakers.speech(segmentation.scan(audio, network)) != ()
    assert found.local is not None and found.local.name == segmentation_weights.IDENTITY
    assert [c.one for c in found.local.crossings] == [()] and found.local.crossings[0].other
    assert (found.regions, found.sounds, found.music, found.tokens) == (
        without.regions, without.sounds, without.music, without.tokens,
    )  # fmt: skip
