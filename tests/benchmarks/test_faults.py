"""The fault trials: what is wrong afterwards is found, and what is right is not; a command is killed with what it began."""

from __future__ import annotations

import re
import sys
import time

import pytest

from benchmarks import results
from benchmarks.fault_ground import Ran, Tally, begin, differing, flipped, leftovers, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_what_is_recorded_keeps_the_kinds_that_were_not_tried(tmp_path):
    from benchmarks.faults import with_earlier

    kill, full = Tally("kill", 5, ["a", "b"], ["a"]), Tally("full", 3)
    path = tmp_path / "faults.json"
    results.record("faults", with_earlier([kill, full], path), folder=tmp_path)
    again = with_earlier([Tally("kill", 7)], path)
    assert (again["kill_trials"], again["full_trials"], again["trials"]) == (7, 3, 10)
    assert (again["wrong"], again["silent"]) == (0, 0)
    assert with_earlier([kill], tmp_path / "none")["wrong"] == 2


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "transcripts").mkdir(parents=True)
    (folder / "tmp").mkdir()
    return folder


def test_outputs_that_differ_lack_or_are_too_many_are_named(project):
    right = {"a.srt": b"1", "b.srt": b"2", "c.srt": b"3"}
    for name, data in right.items():
        (project / "transcripts" / name).write_bytes(data)
    assert differing(project, right) == []
    flipped(project / "transcripts" / "a.srt", 0, 3)
    (project / "transcripts" / "b.srt").unlink()
    (project / "transcripts" / "c.new.srt").write_bytes(b"3")
    assert differing(project, right) == ["a.srt differs", "b.srt differs", "c.new.srt differs"]
    flipped(project / "transcripts" / "a.srt", 0, 3)
    assert differing(project, right) == ["b.srt differs", "c.new.srt differs"]


def test_temporary_files_are_found_wherever_they_lie(project):
    assert leftovers(project) == []
    for path in (project / "transcripts" / ".vignette-1.part", project / "tmp" / "vignette-1-0a"):
        path.write_text("half")
    assert len(leftovers(project)) == 2


@pytest.mark.parametrize(
    ("ran", "wrong"),
    [
        (Ran(0, ""), False),
        (Ran(1, "talk.mp4: is damaged - copy it anew"), False),
        (Ran(1, " \n"), True),
        (Ran(-9, ""), True),
        (Ran(0, "Traceback (most recent call last)"), True),
    ],
)
def test_a_failure_without_a_sentence_is_wrong(ran, wrong):
    assert bool(ran.unsaid) == wrong


def test_a_command_is_run_where_it_was_begun(project):
    ran = run(project, "formats")
    assert ran.status == 0 and "ttml" in ran.text
    assert run(project, "run", "none.mp4").status != 0


def test_an_unforeseen_error_is_shown_as_a_process_would_show_it(project):
    def broken():
        raise KeyError("x")

    assert run(project, "formats", prepare=broken).unsaid == ["a stack trace was shown"]


def test_what_outlives_a_killed_command_is_told(project, monkeypatch):
    import subprocess

    monkeypatch.setattr("benchmarks.fault_ground.GONE_WITHIN_S", 0.2)
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=project)
    command = begin(project, "formats", prepare=lambda: time.sleep(60))
    assert command.ended(0.2) is None
    command.kill()
    (told,) = command.survivors()
    assert re.fullmatch(r"process \S*python\S* outlived it", told)
    left.kill()
    left.wait()
    assert command.survivors() == []


def test_a_tally_counts_what_was_wrong_silent_and_told():
    tally = Tally("kill")
    tally.judge("first", [], said=True)
    tally.judge("second", ["a.srt differs"], silent=True)
    assert (tally.trials, tally.said, tally.wrong, tally.silent) == (
        2,
        1,
        ["second: a.srt differs"],
        ["second"],
    )
