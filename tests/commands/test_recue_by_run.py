"""A run over captions that were cut blindly: it makes them anew and says so, and people's decisions hold all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.formats.readers import read
from pipeline.formats.writers import srt
from pipeline.run import compose, graph
from pipeline.run.inputs import Inputs
from pipeline.run.preview import preview
from pipeline.settings import CaptionSettings
from pipeline.timing import format_timecode
from pipeline.transcript.editor_cues import at_given_times
from tests.commands.test_adopt import Desk, Listened, desk, prepared, stages_done_once  # noqa: F401

WORDS = 7


@pytest.fixture
def blind(desk: Desk) -> Desk:  # noqa: F811
    """The demo with subtitles of seven words each."""
    given = desk.job.subtitles
    assert given is not None
    words = [t for t in at_given_times(read(given)).tokens if t.kind == "word"]
    blocks = []
    for number, at in enumerate(range(0, len(words), WORDS), 1):
        cue = words[at : at + WORDS]
        start, end = cue[0].span.start_ms, max(cue[-1].span.end_ms, cue[0].span.start_ms + 1)
        times = f"{format_timecode(start, ',')} --> {format_timecode(end, ',')}"
        blocks.append(f"{number}\n{times}\n{' '.join(t.text for t in cue)}\n")
    given.write_text("\n".join(blocks), encoding="utf-8")
    desk.listen()
    return desk


def notes(desk: Desk) -> tuple[str, ...]:  # noqa: F811
    with Inputs(desk.job, desk.store, listening=False) as inputs:
        graph.transcript(inputs, Listened(desk.store))
        return compose.notes(inputs)


def with_recue(desk: Desk, value: bool) -> Desk:  # noqa: F811
    settings = replace(desk.job.settings, captions=CaptionSettings(recue=value))
    return Desk(replace(desk.job, settings=settings))


def test_blind_cuts_are_made_anew_and_the_run_says_so(blind: Desk) -> None:
    shown = preview(blind.job, tagging=False).transcript.captions
    assert shown.anew and all(cue.editor_cue is None for cue in shown.cues)
    (note,) = [n for n in notes(blind) if "divided anew" in n]
    assert "end inside a phrase" in note and "captions.recue=false" in note


def test_a_setting_keeps_them(blind: Desk) -> None:
    kept = with_recue(blind, False)
    shown = preview(kept.job, tagging=False).transcript.captions
    assert not shown.anew and any(cue.editor_cue is not None for cue in shown.cues)
    assert not [n for n in notes(kept) if "divided anew" in n]


def test_a_careful_editors_file_is_kept_and_nothing_is_said(desk: Desk) -> None:  # noqa: F811
    shown = preview(desk.job, tagging=False).transcript
    assert not shown.captions.anew and not shown.captions.notes
    assert any(cue.editor_cue is not None for cue in shown.captions.cues)
    asked = preview(with_recue(desk, False).job, tagging=False).transcript
    assert asked.provenance["settings"] == shown.provenance["settings"]


def test_a_persons_caption_stays_where_all_others_are_made_anew(desk: Desk, blind: Desk) -> None:  # noqa: F811
    text = srt.dumps(preview(blind.job, tagging=False).transcript)
    block = next(b for b in text.split("\n\n") if "make a start." in b)
    number, times, *lines = block.split("\n")
    first, *rest = " ".join(lines).split(" make ")
    mine = "\n".join([number, times, first, f"make {rest[0]}"])
    found = blind.adopt(text.replace(block, mine))
    assert not found.differing
    out = srt.dumps(preview(blind.job, tagging=False).transcript)
    assert mine.split("\n", 1)[1] in out
    again = preview(blind.job, tagging=False).transcript.captions
    assert again.anew and again.notes
