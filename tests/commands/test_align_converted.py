"""Subtitles in XML or in tiers given new times: they come back as SubRip or WebVTT, with all that those can hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings

from pipeline.commands import align as command
from pipeline.errors import SubtitlesError, UsageError
from pipeline.formats.readers import raw_cues
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.formats.writers.exports import FORMATS, export
from pipeline.media.audio import Audio
from pipeline.settings import Settings
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import Shift, Verdict
from pipeline.words import without_invisible
from tests.support.edit_makers import placed
from tests.support.examples import examples
from tests.support.told_documents import NAMES, NASTY, Says, as_json, conversations, document

LATE_MS = 2000
EVERYTHING = [Says(NAMES[n % len(NAMES)], 1000 + 3000 * n, NASTY[4 * n : 4 * n + 4]) for n in range(7)]
SPOKEN = [
    Says("Ruth", 1000, ("Good", "morning.")),
    Says("Omar", 4000, ("Hello", "there.")),
    Says("Ruth", 7000, ("So.",)),
]


@pytest.fixture
def two_seconds_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording in which every word is said two seconds after the time that its cue has."""
    monkeypatch.setattr(command.facts, "decode_audio", lambda *_: Audio(np.zeros(SAMPLE_RATE_HZ, np.float32)))
    monkeypatch.setattr(command.facts, "facts", lambda *_, **__: pytest.fail("no frames are counted here"))
    monkeypatch.setattr(command.vad, "speech_regions", lambda *_, **__: (Span(0, 1000),))

    def late(_audio, _heard, given_, *_more):  # type: ignore[no-untyped-def]
        found = placed(given_, LATE_MS)
        shift = Shift(Span(0, 10**9), LATE_MS)
        cues = tuple(replace(cue, span=cue.span.shifted(-LATE_MS)) for cue in found.editor_cues)
        return replace(
            found, report=replace(found.report, verdict=Verdict.OFFSET, shifts=(shift,)), editor_cues=cues
        )

    monkeypatch.setattr(command.align, "run", late)


def written(said: list[Says], name: str, folder: Path) -> Path:
    path = folder / f"talk{FORMATS[name].end.format(lang='en')}"
    path.write_bytes(export(document(said), FORMATS[name]).content)
    return path


def realigned(given_: Path, out: Path) -> Path:
    out.write_bytes(command.realign(Path("talk.mp4"), given_, out, Settings()).data)
    return out


def plain(text: str) -> str:
    return " ".join(without_invisible(text).split())


def shown(path: Path) -> list[tuple[Span, str]]:
    cues = raw_cues(path)
    return sorted((cue.span, plain(" ".join(text_lines(cue)))) for cue in cues if cue.span)


@pytest.mark.parametrize("end", [".srt", ".vtt"])
@pytest.mark.parametrize("name", ["ttml", "ebu-tt-d", "eaf", "textgrid"])
def test_the_words_come_back_two_seconds_later(
    name: str, end: str, tmp_path: Path, two_seconds_late: None
) -> None:
    given_ = written(SPOKEN, name, tmp_path)
    before = shown(given_)
    assert shown(realigned(given_, tmp_path / f"out{end}")) == [
        (s.shifted(LATE_MS), text) for s, text in before
    ]


@pytest.mark.parametrize("end", [".srt", ".vtt"])
def test_any_text_survives(end: str, tmp_path: Path, two_seconds_late: None) -> None:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15), deadline=None
    )
    @given(conversations())
    @example(EVERYTHING)
    def holds(said: list[Says]) -> None:
        given_ = written(said, "ttml", tmp_path)
        before = [text for _, text in shown(given_)]
        assert [text for _, text in shown(realigned(given_, tmp_path / f"out{end}"))] == before

    holds()


@pytest.mark.parametrize("end", [".srt", ".vtt"])
def test_looks_voices_and_places_come_along(end: str, tmp_path: Path, two_seconds_late: None) -> None:
    made = as_json([Says("Ruth", 1000, ("Up", "here."), "i"), Says("Omar", 4000, ("Down", "here."))])
    made["cues"][0]["position"] = "line:0"
    path = tmp_path / "talk.en.ttml"
    path.write_bytes(export(document([], **made), FORMATS["ttml"]).content)
    up, down = raw_cues(realigned(path, tmp_path / f"out{end}"))
    assert {p.style for line in up.lines for p in line} == {"i"}
    assert up.settings and not down.settings
    if end == ".vtt":
        assert [{p.voice for line in cue.lines for p in line} for cue in (up, down)] == [{"Ruth"}, {"Omar"}]


@pytest.mark.parametrize("name", ["ttml", "eaf", "textgrid"])
def test_the_format_itself_is_not_written_and_that_is_said(
    name: str, tmp_path: Path, two_seconds_late: None
) -> None:
    given_ = written(SPOKEN, name, tmp_path)
    with pytest.raises(UsageError, match=r"which is read and not written - name the output \.srt or \.vtt"):
        realigned(given_, given_.with_name(f"out{given_.suffix}"))


def test_one_of_another_recording_is_refused(
    tmp_path: Path, two_seconds_late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.align, "is_refuted", lambda *_: True)
    with pytest.raises(SubtitlesError, match=r"does not fit talk\.mp4"):
        realigned(written(SPOKEN, "eaf", tmp_path), tmp_path / "out.srt")
