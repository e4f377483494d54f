"""Artefacts: kept whole, taken back only for equal inputs, and honest about why not."""

import errno
import json
import os
from dataclasses import replace

import pytest

from pipeline import files
from pipeline.errors import OutputError
from pipeline.run import batch
from pipeline.run.foresight import told
from pipeline.run.store import Store, changed, digest_of
from pipeline.timing import Span
from pipeline.transcript import Heard, TextSource, TimeSource, Token

HEARD = Heard(
    "sphinx", "en-us", True,
    (Token("Well,", Span(10, 250), 0.7, text_source=TextSource.SPHINX, time_source=TimeSource.RECOGNIZED),),
    (Span(0, 900),), ("a note",),
)  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path, "talk")


def test_what_was_saved_comes_back(store):
    store.save("transcribe", Heard, {"version": 1}, HEARD)
    found = store.load("transcribe", Heard, {"version": 1})
    assert found.result == HEARD
    assert found.reason == "up to date"


def test_what_reads_differently_is_not_taken_and_says_why(store):
    store.save("transcribe", Heard, {"version": 1, "media": "a"}, HEARD)
    found = store.load("transcribe", Heard, {"version": 1, "media": "b", "names": []})
    assert found.result is None
    assert found.reason == "changed: media, names"


def test_nothing_done_yet(store):
    assert store.load("transcribe", Heard, {}).reason == "not done yet"


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"reads": {}, "result": {"recognizer": 3}}', '{"reads": {}}']
)
def test_a_damaged_artefact_is_done_again(store, damage):
    store.save("transcribe", Heard, {}, HEARD)
    (store.folder / "transcribe.json").write_text(damage)
    assert store.load("transcribe", Heard, {}).result is None


def test_a_full_disk_costs_no_artefact(store, monkeypatch):
    store.save("transcribe", Heard, {"version": 1}, HEARD)
    names = sorted(p.name for p in store.folder.iterdir())

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match=r"cannot be written: the disk is full - make room") as caught:
        store.save("transcribe", Heard, {"version": 2}, replace(HEARD, tokens=()))
    assert len(str(caught.value).splitlines()) == 1
    assert store.load("transcribe", Heard, {"version": 1}).result == HEARD
    assert sorted(p.name for p in store.folder.iterdir()) == names


def test_equal_results_have_equal_digests():
    again = Heard(*(getattr(HEARD, name) for name in HEARD.__slots__))
    assert digest_of(HEARD, Heard) == digest_of(again, Heard)
    assert digest_of(HEARD, Heard) != digest_of(Heard("sphinx", "en-us", True, (), ()), Heard)


def test_two_runs_cannot_work_on_one_recording(store):
    with store.locked(), pytest.raises(OutputError, match="another run"), Store(store.folder).locked():
        pass


def test_the_lock_lets_errors_of_the_work_through(store):
    with pytest.raises(OSError, match="mine"), store.locked():
        raise OSError("mine")
    with store.locked():
        pass


def test_what_was_written_is_remembered(store):
    with store.locked():
        store.record_written({"b.srt": "2", "a.vtt": "1"})
    assert store.written() == {"a.vtt": "1", "b.srt": "2"}
    assert list(json.loads((store.folder / "outputs.json").read_text()))[1:] == ["a.vtt", "b.srt"]


RECORDED = {"talk.en.srt": "a" * 64, "talk.txt": "b" * 64}


def test_no_flipped_bit_of_a_record_says_that_another_file_is_ours(store):
    store.record_written(RECORDED)
    for name in ("outputs.json", "intended.json"):
        path = store.folder / name
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
            assert store.written() == RECORDED
            assert store.ours("talk.txt") == {RECORDED["talk.txt"]}
            assert store.is_record_damaged() == (name == "outputs.json")
        path.write_bytes(whole)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"talk.txt":"' + b"c" * 64 + b'"}', bytes(300)])
def test_where_both_records_are_damaged_no_file_is_ours(store, damage):
    store.record_written(RECORDED)
    for name in ("outputs.json", "intended.json"):
        (store.folder / name).write_bytes(damage)
    assert store.is_record_damaged()
    assert (store.written(), store.ours("talk.txt")) == ({}, frozenset())
    store.record_written(RECORDED)
    assert not store.is_record_damaged() and store.written() == RECORDED


@pytest.mark.parametrize("held", [RECORDED, {}])
def test_a_record_of_an_earlier_version_holds(store, held):
    store.make()
    (store.folder / "outputs.json").write_text(json.dumps(held, indent=1))
    assert store.written() == held
    assert not store.is_record_damaged()


def test_what_a_run_only_meant_to_write_is_ours_and_was_not_written(store):
    store.intend(RECORDED)
    assert store.written() == {} and not store.is_record_damaged()
    assert store.ours("talk.txt") == {RECORDED["talk.txt"]}


def test_forgetting_leaves_nothing(store):
    store.save("transcribe", Heard, {}, HEARD)
    store.forget()
    store.forget()
    assert not store.folder.exists()


@pytest.mark.parametrize("held", [b"\xff\xfe", b"a\0b", b"", b"[" * 5000])
def test_an_origin_that_cannot_be_read_stops_nobody(store, tmp_path, held):
    media = tmp_path / "talk.mp4"
    media.write_bytes(b"x")
    with store.locked():
        (store.folder / "origin").write_bytes(held)
        assert store.origin() is None or not store.origin().exists()
        store.claim(media)
    assert store.origin().samefile(media)


def test_folders_in_the_way_of_side_files_stop_nobody(store, tmp_path):
    media = tmp_path / "talk.mp4"
    media.write_bytes(b"x")
    for name in ("lock", "origin", "intended.json"):
        (store.folder / name).mkdir(parents=True)
    with store.locked():
        store.claim(media)
        store.record_written({"talk.txt": "1"})
        with pytest.raises(OutputError, match="another run is working"), store.locked():
            pass
    assert store.written() == {"talk.txt": "1"}


def test_where_nothing_can_be_locked_a_sentence_says_what_to_do(store):
    for name in ("lock", "run.lock"):
        (store.folder / name).mkdir(parents=True)
    with (
        pytest.raises(OutputError, match=r"cannot be locked .* - remove lock, run.lock in it"),
        store.locked(),
    ):
        pass


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_of_the_file_that_did_not_fit(store, full):
    found = batch._defect(store, OSError(full, os.strerror(full), "sound.npy"))
    assert str(found).startswith("sound.npy: cannot be written: ")
    assert "error.log" not in str(found)


def test_a_defect_is_told_even_where_it_cannot_be_written_down(store):
    found = batch._defect(store, KeyError("x"))  # there is no folder yet
    assert str(found) == "an unforeseen KeyError stopped this recording - please report it"
    assert found.facts()["log"] is None


@pytest.mark.parametrize("held", [(), ("lock",), ("lock", "origin", "media-digest.json")])
def test_a_store_of_which_nothing_came_is_removed(store, held):
    store.folder.mkdir(parents=True)
    for name in held:
        (store.folder / name).write_text("x")
    store.discard()
    assert not store.folder.parent.exists()


@pytest.mark.parametrize("kept", ["sound.json", "error.log", "written"])
def test_a_store_that_holds_anything_else_stays(store, kept):
    (store.folder / kept).mkdir(parents=True)
    store.discard()
    assert store.folder.is_dir()


def test_another_recordings_store_stays(store, tmp_path):
    store.folder.mkdir(parents=True)
    other = Store.of(tmp_path, "other")
    other.folder.mkdir()
    store.discard()
    assert other.folder.is_dir() and not store.folder.exists()
    store.discard()


def test_a_copy_that_cannot_be_read_is_gone_without(store, monkeypatch):
    store.keep_written("talk.en.srt", b"x")
    store.record_written({"talk.en.srt": files.digest_of(b"x")})
    assert store.last_written("talk.en.srt")

    def refused(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("pipeline.run.store.digest_of_file", refused)
    assert store.last_written("talk.en.srt") is None


@pytest.mark.parametrize("before", [{"mode": "none"}, {"recording": "x", "settings": 1, "witness": "w"}])
def test_a_stage_that_is_to_hear_what_it_did_not_hear_before_is_not_put_down_to_the_recording(before):
    after = {"mode": "none"} if "mode" not in before else {"recording": "x", "settings": 1, "witness": "w"}
    reason = f"changed: {', '.join(changed(before, after))}"
    assert told({"verify": reason}) == ["verify: whether it is to hear anything changed"]
