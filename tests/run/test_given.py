"""A text that came with a recording is read once while the file, what reads it and what it is read for stay the same."""

from dataclasses import replace

import pytest

from pipeline.formats import readers
from pipeline.run import given
from pipeline.run.store import Store
from pipeline.settings import Person, Settings

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\nRuth: [door opens]\n<i>Come</i> in - it's 1455.\n\n"
    + "2\n00:00:03,000 --> 00:00:04,000\nThanks.\n"
)
SCRIPT = "INTRODUCTION\n\nRuth: Come in.\n\n(She sits down.)\n\nTom (00:01:02): Thanks, Ruth.\n"


@pytest.fixture
def reading(tmp_path, monkeypatch):
    """Reads a file as a run does; gives what was read, and how often any file was really read."""
    count = []
    plain = readers.read
    monkeypatch.setattr(readers, "read", lambda *args: count.append(1) or plain(*args))
    store = Store.of(tmp_path / "out", "talk")

    def read(path, settings=None, keeping=True):
        settings = settings or Settings()
        return given.as_read(path, settings, {"recording": "one"}, lambda: None, store, keeping), len(count)

    return read


@pytest.mark.parametrize(("name", "text"), [("talk.srt", SRT), ("talk.txt", SCRIPT)])
def test_what_is_kept_is_what_is_read(tmp_path, reading, name, text):
    (tmp_path / name).write_text(text)
    first, _ = reading(tmp_path / name)
    again, count = reading(tmp_path / name)
    assert (again, count) == (first, 1)
    assert again == readers.read(tmp_path / name, "en", [])


def test_another_word_another_name_and_another_version_are_read_anew(tmp_path, reading, monkeypatch):
    path = tmp_path / "talk.srt"
    path.write_text(SRT)
    reading(path)
    path.write_text(SRT.replace("Thanks", "Thank you"))
    found, count = reading(path)
    assert (found.words[-1].text, count) == ("you.", 2)
    reading(path, replace(Settings(), people=(Person("Ruth"),)))
    monkeypatch.setattr(given, "_code", lambda: "of another version")
    assert reading(path)[1] == 4


def test_a_look_keeps_nothing(tmp_path, reading):
    (tmp_path / "talk.srt").write_text(SRT)
    reading(tmp_path / "talk.srt", keeping=False)
    assert not (tmp_path / "out").exists()
