"""Outputs: whole, current, and never at the cost of a person's work."""

import pytest

from pipeline.commands import forget
from pipeline.errors import OutputError, UsageError
from pipeline.run import outputs
from pipeline.run.store import Store
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    Grade,
    Heard,
    Media,
    Token,
    Transcript,
    Verdict,
)
from pipeline.transcript.utterances import build


def transcript(text="Hello.", grade=Grade.SUBTITLES):
    aligned = Aligned((Token(text, Span(100, 700)),), AlignmentReport(Verdict.IN_SYNC))
    heard = Heard("sphinx", "en-us", True, (), (Span(0, 900),))
    cues = Captions((Cue(Span(100, 1200), 0, 1),))
    return Transcript(Media("talk", "0" * 64, 3000), heard, aligned, build(aligned), cues, grade)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "transcripts"


@pytest.fixture
def store(out):
    return Store.of(out, "talk")


def write(text, store, out, **more):
    with store.locked():
        return outputs.write(transcript(text, **more), store, out)


def test_what_is_written_is_current(store, out):
    written = write("One.", store, out)
    assert sorted(p.name for p in written.files) == [
        "talk.chapters.vtt",
        "talk.concepts.vtt",
        "talk.en.srt",
        "talk.en.vtt",
        "talk.json",
        "talk.rttm",
        "talk.txt",
    ]
    assert outputs.standing(outputs.composed(transcript("One."), out), store) is not None
    assert outputs.standing(outputs.composed(transcript("Two."), out), store) is None
    assert not list(out.glob("*.part"))


def test_a_new_run_replaces_our_own_files(store, out):
    write("One.", store, out)
    written = write("Two.", store, out)
    assert not written.mended
    assert "Two." in (out / "talk.en.srt").read_text()


def test_what_a_person_mended_is_kept_for_ever(store, out):
    write("One.", store, out)
    srt = out / "talk.en.srt"
    srt.write_text(srt.read_text().replace("One.", "Won."))
    for text in ("Two.", "Three.", "Three."):
        written = write(text, store, out)
        assert written.mended == ((srt, out / "talk.en.new.srt"),)
        assert "Won." in srt.read_text()
        assert text in (out / "talk.en.new.srt").read_text()
    stands = outputs.standing(outputs.composed(transcript("Three."), out), store)
    assert stands is not None and stands.mended == written.mended


def test_a_file_that_nobody_recorded_is_taken_for_a_persons(store, out):
    out.mkdir()
    (out / "talk.en.vtt").write_text("WEBVTT\n\nmine")
    assert [a.name for a, _ in write("One.", store, out).mended] == ["talk.en.vtt"]
    assert (out / "talk.en.vtt").read_text() == "WEBVTT\n\nmine"


def test_an_output_taken_back_by_hand_is_ours_again(store, out):
    write("One.", store, out)
    ours = (out / "talk.en.srt").read_bytes()
    (out / "talk.en.srt").write_text("mended")
    write("Two.", store, out)
    (out / "talk.en.new.srt").replace(out / "talk.en.srt")
    assert not write("Two.", store, out).mended
    assert (out / "talk.en.srt").read_bytes() != ours


DRAFTS = {
    "talk.draft.en.srt",
    "talk.draft.en.vtt",
    "talk.draft.txt",
    "talk.draft.concepts.vtt",
    "talk.draft.chapters.vtt",
    "talk.draft.rttm",
}


def test_a_draft_bears_no_publishable_name_and_gives_way(store, out):
    draft = write("One.", store, out, grade=Grade.DRAFT)
    assert {p.name for p in draft.files} == DRAFTS | {"talk.json"}
    final = write("One.", store, out)
    assert {p.name for p in final.removed} == DRAFTS
    assert not (out / "talk.draft.en.srt").exists()


def test_an_output_that_is_an_input_is_refused(out, tmp_path):
    with pytest.raises(OutputError, match="is an input"):
        outputs.refuse_inputs(tmp_path, "talk", "en", (tmp_path / "talk.mp4", tmp_path / "talk.en.srt"))
    outputs.refuse_inputs(out, "talk", "en", (tmp_path / "talk.mp4", None))


def test_forgetting_removes_ours_and_keeps_what_a_person_mended(store, out):
    write("One.", store, out)
    (out / "talk.en.srt").write_text("mended")
    gone = forget.forget(out, "talk")
    assert [p.name for p in gone.kept] == ["talk.en.srt"]
    assert [p.name for p in out.iterdir() if p.is_file()] == ["talk.en.srt"]
    assert not store.folder.exists()


def test_forgetting_everything(store, out):
    write("One.", store, out)
    (out / "talk.en.srt").write_text("mended")
    forget.forget(out, "talk", mended_too=True)
    assert [p for p in out.iterdir() if p.is_file()] == []


def test_forgetting_what_is_not_there(out):
    with pytest.raises(UsageError, match="derived from a recording named 'x'"):
        forget.forget(out, "x")


def test_a_mended_output_equal_to_the_new_one_is_no_conflict(store, out):
    write("One.", store, out)
    new = outputs.FORMATS[".{lang}.srt"](transcript("Two."))
    (out / "talk.en.srt").write_bytes(new.encode())
    assert not write("Two.", store, out).mended


def test_a_mended_new_version_is_kept_too(store, out):
    write("One.", store, out)
    for name, text in (("talk.en.srt", "Two."), ("talk.en.new.srt", "Three.")):
        path = out / name
        path.write_text(path.read_text() + "\n9\n00:00:02,000 --> 00:00:03,000\nmine\n")
        written = write(text, store, out)
        assert "mine" in path.read_text()
    assert written.mended == ((out / "talk.en.srt", out / "talk.en.new2.srt"),)
    assert "Three." in (out / "talk.en.new2.srt").read_text()


def test_a_run_cut_short_is_not_taken_for_a_person(store, out):
    write("One.", store, out)
    (out / "talk.json").unlink()
    (out / "talk.json").mkdir()
    with pytest.raises(OutputError):
        write("Two.", store, out)
    (out / "talk.json").rmdir()
    assert not write("Three.", store, out).mended
    assert "Three." in (out / "talk.en.srt").read_text()


def test_a_draft_takes_nothing_better_away(store, out):
    write("One.", store, out)
    draft = write("Two.", store, out, grade=Grade.DRAFT)
    assert {p.name for p in draft.stale} == {name.replace(".draft", "") for name in DRAFTS}
    assert "One." in (out / "talk.en.srt").read_text()
    again = write("Three.", store, out)
    assert "Three." in (out / "talk.en.srt").read_text()
    assert not again.mended


def test_another_recording_of_the_same_name_is_refused(store, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "talk.mp4").write_bytes(folder.encode())
    with store.locked():
        store.claim(tmp_path / "a" / "talk.mp4")
        store.claim(tmp_path / "a" / "talk.mp4")
        with pytest.raises(OutputError, match="another recording of this name"):
            store.claim(tmp_path / "b" / "talk.mp4")
        (tmp_path / "a" / "talk.mp4").unlink()
        store.claim(tmp_path / "b" / "talk.mp4")
