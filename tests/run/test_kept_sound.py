"""Kept sound is the decoded sound, or none: never another recording's, never a damaged one, and only while there is room."""

import os

import numpy as np
import pytest

from pipeline.media import facts
from pipeline.media.audio import Audio
from pipeline.run import kept_sound
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import Settings

READS = {"recording": "one"}


def sound(seed=1):
    return Audio(np.random.default_rng(seed).integers(-99, 99, 16_000, np.int16), ("a note",))


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path, "talk")


def test_what_is_kept_is_what_was_decoded(store):
    kept_sound.keep(store, READS, sound())
    found = kept_sound.kept(store, READS)
    assert np.array_equal(found.samples, sound().samples)
    assert found.notes == ("a note",)
    assert kept_sound.kept(store, {"recording": "another"}) is None


def test_one_flipped_bit_is_noticed(store):
    kept_sound.keep(store, READS, sound())
    path = store.folder / kept_sound.FILE
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    assert kept_sound.kept(store, READS) is None
    assert store.damaged == {kept_sound.KEPT}


def test_where_nothing_can_be_kept_nothing_is_lost(store):
    store.folder.parent.mkdir()
    store.folder.write_bytes(b"a file in the way")
    kept_sound.keep(store, READS, sound())
    assert kept_sound.kept(store, READS) is None


def test_the_sounds_that_were_not_used_for_longest_go(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_sound, "MOST_BYTES", 70_000)
    monkeypatch.setattr(kept_sound, "_LOOK_EVERY_BYTES", 1)
    stores = [Store.of(tmp_path, name) for name in ("a", "b", "c")]
    for age, store in enumerate(stores):
        kept_sound.keep(store, READS, sound(age))
        os.utime(store.folder / kept_sound.FILE, (1000 + age, 1000 + age))
    assert kept_sound.kept(stores[1], READS) is not None  # used now: the third is the older one
    kept_sound.make_room(stores[0].folder.parent)
    monkeypatch.setattr(kept_sound, "MOST_BYTES", 40_000)
    kept_sound.make_room(stores[0].folder.parent)
    assert [kept_sound.kept(s, READS) is not None for s in stores] == [False, True, False]


def test_a_later_run_decodes_nothing(tmp_path, monkeypatch):
    (tmp_path / "talk.mp4").write_bytes(b"nobody listens to this")
    job = Job(tmp_path / "talk.mp4", tmp_path / "out", Settings())
    decoded = []
    monkeypatch.setattr(facts, "decode_audio", lambda *_, **__: decoded.append(1) or sound())
    for _ in range(2):
        with Inputs(job, Store.of(job.out, job.name)) as given:
            assert np.array_equal(given.audio().samples, sound().samples)
    assert len(decoded) == 1
