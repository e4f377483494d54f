"""A run on the console: who watches it, and its outcome in lines that hold no control characters."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipeline.cli.console import (
    BarWatcher,
    PlainWatcher,
    SilentWatcher,
    describe,
    headline,
    single,
    table,
    watcher,
)
from pipeline.errors import MediaError, OutputError
from pipeline.run.outcome import Outcome, Status, failed
from pipeline.run.outputs import Written

MEDIA = Path("media/talk.mp4")


def console(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


@pytest.mark.parametrize(
    ("terminal", "as_json", "kind"),
    [
        (True, True, SilentWatcher),
        (False, True, SilentWatcher),
        (True, False, BarWatcher),
        (False, False, PlainWatcher),
    ],
)
def test_the_watcher_fits_who_is_looking(terminal, as_json, kind):
    assert type(watcher(console(terminal), as_json)) is kind


def test_a_log_has_a_line_for_each_recording_and_each_stage():
    errors = console(False)
    watching = PlainWatcher(errors)
    watching.began(MEDIA, 1, 2)
    watching.stage_began("sound", "not done yet")(0.5)
    watching.stage_ended("sound")
    first, second = errors.file.getvalue().splitlines()
    assert first == f"{MEDIA} (1 of 2)"
    assert second.startswith("  sound: 0.") and second.endswith(" s")


def test_a_single_bar_is_for_terminals_and_closes_when_all_is_done():
    silent_errors, shown_errors = console(False), console(True)
    single(silent_errors, "align")(1.0)
    progress = single(shown_errors, "align")
    progress(0.5)
    progress(1.0)
    assert silent_errors.file.getvalue() == ""
    assert "align" in shown_errors.file.getvalue()


@given(st.lists(st.sampled_from(Status), min_size=1, max_size=12))
def test_the_headline_counts_every_recording_once(states):
    found = tuple(Outcome(MEDIA, status) for status in states)
    parts = headline(found).split(", ")
    assert sum(int(part.split()[0]) for part in parts) == len(states)
    assert failed(found) == (Status.FAILED in states)


def test_an_outcome_lists_what_was_written_kept_removed_and_what_needs_a_person():
    mended, new = Path("out/talk.en.srt"), Path("out/talk.en.new.srt")
    written = Written(
        (Path("out/talk.txt"),), ((mended, new),), (Path("out/talk.draft.txt"),), (Path("out/old.vtt"),)
    )
    lines = describe(
        Outcome(MEDIA, Status.DONE, "publish", written=written, notes=("a note",), needs=("a need",))
    )
    assert lines[0] == f"{MEDIA}: done - publish"
    assert "  out/talk.txt" in lines
    assert (
        f"  {mended} was changed by a person since we wrote it and is kept; the new version is {new}" in lines
    )
    assert any(line.startswith("  out/talk.draft.txt removed") for line in lines)
    assert any(line.startswith("  out/old.vtt stays") for line in lines)
    assert lines.index("  - a note") < lines.index("  still needs a person:") < lines.index("    - a need")


def test_a_failure_says_what_became_of_earlier_outputs():
    cut_short = describe(Outcome(MEDIA, Status.FAILED, error=OutputError(MEDIA, "cannot be written")))
    unreadable = describe(Outcome(MEDIA, Status.FAILED, error=MediaError(MEDIA, "is damaged")))
    assert cut_short[0].startswith("FAILED") and "an earlier one or a new one" in cut_short[1]
    assert "as they were" in unreadable[1]


def test_a_name_with_control_characters_draws_nothing_on_the_terminal():
    lines = describe(Outcome(Path("media/\x1b[31mred.mp4"), Status.DONE))
    assert not any("\x1b" in line for line in lines)


def test_several_at_once_have_a_line_each_on_a_terminal_and_one_that_counts():
    errors = console(True)
    bars = BarWatcher(errors)
    one, two = bars.beside(), bars.beside()
    for number, row in enumerate((one, two), 1):
        row.began(Path(f"media/talk{number}.mp4"), number, 2)
        row.stage_began("align", "not done yet")(0.5)
    board = bars._board
    assert [task.description.strip() for task in board.bars.tasks] == ["all", "talk1.mp4", "talk2.mp4"]
    assert [task.fields["stage"] for task in board.bars.tasks][1:] == ["align", "align"]
    one.ended(Outcome(MEDIA, Status.DONE))
    two.ended(Outcome(MEDIA, Status.FAILED, error=MediaError(MEDIA, "is damaged")))
    assert [(task.description, task.completed) for task in board.bars.tasks] == [("all", 2)]
    bars.close()
    assert f"{MEDIA}: failed" in errors.file.getvalue()


def test_several_at_once_are_told_in_a_log_when_they_end_and_not_before():
    errors = console(False)
    line = PlainWatcher(errors).beside()
    line.began(Path("media/\x1b[31mred.mp4"), 3, 300)
    line.stage_began("sound", "not done yet")(0.5)
    line.stage_ended("sound")
    assert errors.file.getvalue() == ""
    line.ended(Outcome(Path("media/\x1b[31mred.mp4"), Status.DONE))
    (told,) = errors.file.getvalue().splitlines()
    assert told.endswith("(3 of 300): done") and "\x1b" not in told


def test_the_table_has_a_line_for_each_recording_with_what_became_of_it():
    found = (
        Outcome(Path("a.mp4"), Status.DONE, needs=("a look", "another")),
        Outcome(Path("longer name.mp4"), Status.UNCHANGED),
        Outcome(
            Path("c.mp4"), Status.FAILED, error=MediaError(Path("c.mp4"), "is damaged", "copy it\nagain")
        ),
    )
    assert table(found) == [
        "a.mp4            done, 2 things for a person",
        "longer name.mp4  up to date",
        "c.mp4            failed: is damaged - copy it\\nagain",
        "1 done, 1 up to date, 1 failed; 1 of them needs a person",
    ]
