"""Titles of parts in a run: they are left out of what is aligned, and handed to the stage that finds the parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.run import graph
from pipeline.run.inputs import HEADINGS, Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import Settings
from pipeline.stages import vignettes
from pipeline.transcript import (
    Aligned,
    Heard,
    Parts,
    Picture,
    Sound,
    Voices,
)
from pipeline.transcript.editor_cues import at_given_times

CUE = "{0}\n00:00:{1:02},000 --> 00:00:{2:02},000\n{3}\n\n"
LINES = ("So it rained and we went home.", "[Commentary]", "Notice how he waits.")


def brought(folder: Path, lines: tuple[str, ...]) -> Inputs:
    media, text = folder / "talk.mp4", folder / "talk.srt"
    media.write_bytes(b"")
    text.write_text("".join(CUE.format(n + 1, 10 * n, 10 * n + 8, line) for n, line in enumerate(lines)))
    job = Job(media, folder / "out", Settings(), subtitles=text)
    return Inputs(job, Store.of(job.out, "talk"), listening=False)


def test_a_title_is_aligned_with_nothing_and_tells_where_its_part_begins(tmp_path: Path) -> None:
    inputs = brought(tmp_path, LINES)
    assert inputs.subtitles is not None
    assert "[Commentary]" not in [w.text for w in inputs.subtitles.words]
    assert inputs.repairs == {"headings": HEADINGS}
    inputs.keep(Aligned, at_given_times(inputs.subtitles))
    assert [(h.title, h.at_ms) for h in inputs.headings] == [("Commentary", 20_000)]


def test_a_text_without_titles_is_read_as_ever(tmp_path: Path) -> None:
    inputs = brought(tmp_path, LINES[::2])
    assert inputs.subtitles is not None and len(inputs.subtitles.cues) == 2
    inputs.keep(Aligned, at_given_times(inputs.subtitles))
    assert inputs.repairs == {} and inputs.headings == ()


def test_the_stage_gets_the_titles_and_is_done_again_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = next(stage for stage in graph.STAGES if stage.name == "vignettes")
    inputs = brought(tmp_path, LINES)
    assert inputs.subtitles is not None
    monkeypatch.setattr(Inputs, "recording", property(lambda self: {}))
    inputs.keep(Sound, Sound(30_000, False))
    inputs.keep(Aligned, at_given_times(inputs.subtitles))
    inputs.keep(Voices, Voices())
    inputs.keep(Picture, Picture())
    inputs.keep(Heard, Heard("", "", False, (), ()))
    assert stage.reads(inputs)["headings"] == [{"title": "Commentary", "at_ms": 20_000, "names_part": True}]
    given: list[object] = []
    monkeypatch.setattr(vignettes, "run", lambda *args: given.append(args[-1]) or Parts())
    stage.run(inputs, lambda share: None)
    assert given == [inputs.headings]
