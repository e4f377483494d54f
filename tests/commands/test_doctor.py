"""The diagnosis of an installation: problems are lines, never exceptions."""

from __future__ import annotations

from collections import namedtuple
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.commands import doctor
from pipeline.speech.asr import choice, window_time
from tests.support.media_makers import RATE_HZ, wav

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def about(subject, found):
    return [line for line in found if line.subject == subject]


def test_a_missing_package_is_a_problem_with_its_remedy(monkeypatch):
    def version(name):
        if name == "pysrt":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    found = doctor.examine()
    (missing,) = about("pysrt", found)
    assert missing.broken
    assert "pip install pysrt" in missing.says
    assert str(missing).startswith("PROBLEM ")
    (present,) = about("av", found)
    assert not present.broken
    assert str(present).startswith("ok ")
    assert {line.subject for line in found} >= {
        "Vignette",
        "ffmpeg",
        "recognizer",
        "speakers",
        *doctor.PACKAGES,
    }


@pytest.mark.parametrize(("free", "lines"), [(999_999_999, 1), (1_000_000_000, 0)])
def test_a_full_disk_is_noted_below_one_gigabyte(monkeypatch, free, lines):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: Usage(free, 0, free))
    found = about("disk", doctor.examine())
    assert len(found) == lines
    assert not any(line.broken for line in found)


def test_what_the_next_run_would_use(here):
    talk = wav(here / "talk.wav", np.zeros(RATE_HZ, np.int16))
    (here / "talk.en.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nHello.\n")
    (here / "talk.toml").write_text('title = "Talk"\n')
    (line,) = about(str(talk), doctor.examine((talk,)))
    assert "talk.en.srt" in line.says
    assert "talk.toml" in line.says
    assert not line.broken


def test_a_recording_that_cannot_be_opened_is_a_problem(here):
    broken = here / "broken.wav"
    broken.write_bytes(b"no sound")
    (line,) = about("next run", doctor.examine((broken,)))
    assert line.broken
    assert "broken.wav" in line.says


def test_an_empty_folder_is_no_problem_until_a_recording_is_named(here):
    assert not any(line.broken for line in about("next run", doctor.examine()))
    assert any(line.broken for line in about("next run", doctor.examine((here / "nowhere.mp4",))))


def test_the_ear_and_what_a_better_one_would_bring(monkeypatch):
    tiny = choice.Choice("whisper", "tiny.en", "Whisper tiny.en on the processor (models)", Path("models"))
    monkeypatch.setattr(choice, "choose", lambda settings: tiny)
    monkeypatch.setattr(
        choice, "whisper", lambda *asked: SimpleNamespace(load=lambda: None, settings=SimpleNamespace(beam=5))
    )
    monkeypatch.setattr(window_time, "seconds_per_window", lambda model, beam: 1.5)
    found = doctor.examine(speed=True)
    (ear,), (better,), (speed,) = (about(name, found) for name in ("recognizer", "a better ear", "speed"))
    assert "SHA-256 1a5afae06a4d..., as published" in ear.says
    assert "measured by us" in ear.says and "published" in ear.says
    assert better.says.startswith("small.en: 3.1 % of words wrong in readings")
    assert "in 5 times the time - vignette models fetch small.en" in better.says
    assert (
        speed.says
        == "3 minutes for an hour of talk with tiny.en; by their sizes 16 with small.en, 48 with medium.en"
    )
    assert not about("speed", doctor.examine())


@pytest.mark.parametrize("model", ["./mine", "large-v3", "en-us"])
def test_of_an_ear_that_nobody_measured_nothing_is_promised(monkeypatch, model):
    own = choice.Choice("whisper", model, "an ear", Path("models"))
    monkeypatch.setattr(choice, "choose", lambda settings: own)
    found = doctor.examine()
    assert not about("a better ear", found)
    assert "wrong in" not in about("recognizer", found)[0].says
