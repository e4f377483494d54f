"""How many voices are heard, where nobody is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.commands.check import check
from pipeline.commands.recording import Evidence, evidence_of
from pipeline.commands.voices_heard import voice_count
from pipeline.files import model_folders
from pipeline.speech.voices.encoder_weights import folder_of_weights
from pipeline.timing import Span
from tests.support.project import MEDIA

pytestmark = pytest.mark.skipif(
    folder_of_weights(model_folders()) is None,
    reason="the speaker encoder was not fetched (vignette models fetch speakers)",
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of one's own: beside the demo's own transcript its words would be evidence too."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def film() -> Evidence:
    return evidence_of(MEDIA / "demo.mp4")


def spans_of(truth: Any, speaker: str) -> list[Span]:
    return [Span(u["start_ms"], u["end_ms"]) for u in truth["utterances"] if u["speaker"] == speaker]


@pytest.mark.slow
def test_a_film_has_several_voices_and_each_person_one(film: Evidence, truth: Any) -> None:
    assert (voice_count(film.audio, film.facts.speech or ()) or 0) > 3
    speakers = {u["speaker"] for u in truth["utterances"]}
    long = [s for s in speakers if sum(span.duration_ms for span in spans_of(truth, s)) > 15_000]
    assert len(long) >= 3
    assert {speaker: voice_count(film.audio, spans_of(truth, speaker)) for speaker in long} == dict.fromkeys(
        long, 1
    )


def test_it_is_asked_only_where_nobody_is_named(film: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    cues = "".join(f"{n}\n00:00:{n * 5:02},000 --> 00:00:{n * 5 + 4:02},000\nSome words.\n\n" for n in (1, 2))
    path.write_text(cues, "utf-8")
    (report,) = check([path], facts=film.facts, media=MEDIA / "demo.mp4", audio=film.audio).reports
    assert "speakers-absent" in {f.id for f in report.findings}
