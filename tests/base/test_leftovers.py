"""Temporary files: those of killed processes go, those of living ones stay."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from pipeline import leftovers
from pipeline.files import replacing


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def named(pid, host=None, end=".part"):
    return f".vignette-{pid}-{host or leftovers._host()}-0a1b2c3d{end}"


def test_what_an_ended_process_left_is_removed(tmp_path, dead):
    (tmp_path / named(dead)).write_text("words")
    (tmp_path / ".vignette-k3x_9a1b.part").write_text("words of version 0.1")
    leftovers.sweep([tmp_path, tmp_path / "none"])
    assert not list(tmp_path.iterdir())


def test_what_others_still_write_or_own_stays(tmp_path, dead):
    kept = [
        named(os.getpid()),
        named(os.getppid()),
        named(dead, "ffffff"),  # another machine that shares the disk
        named(dead, end=".srt"),
        ".vignette-notes.part.txt",
        "vignette-mine.part",
        "talk.part",
    ]
    for name in kept:
        (tmp_path / name).write_text("kept")
    leftovers.sweep([tmp_path])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(kept)


def test_after_a_day_nobody_writes_it_any_more(tmp_path, dead):
    path = tmp_path / named(dead, "ffffff")
    path.write_text("left on another machine")
    os.utime(path, (time.time() - 25 * 3600,) * 2)
    leftovers.sweep([tmp_path])
    assert not path.exists()


def test_a_file_that_is_being_written_is_not_swept(tmp_path):
    with replacing(tmp_path / "talk.srt") as part:
        leftovers.sweep([tmp_path])
        part.write_text("whole")
    assert [p.name for p in tmp_path.iterdir()] == ["talk.srt"]


def test_temporary_folders_of_killed_processes_go(tmp_path, monkeypatch, dead):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / named(dead, end="").removeprefix(".")
    left.mkdir()
    (left / "sound.s16").write_bytes(b"speech")
    (tmp_path / "vignette-notes").mkdir()  # somebody's own
    with leftovers.temporary_folder() as ours:
        leftovers.sweep_temporary()
        assert ours.is_dir()
    assert [p.name for p in tmp_path.iterdir()] == ["vignette-notes"]


def test_names_never_meet(tmp_path):
    assert len({leftovers.part_beside(tmp_path / "a") for _ in range(100)}) == 100
