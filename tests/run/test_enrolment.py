"""Clips of people's voices: read, refused in one sentence, and kept in the key of what was made with them."""

import wave
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.media.audio import Audio
from pipeline.run import enrolment
from pipeline.run.jobs import Job
from pipeline.settings import Person, Settings
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.timing import Span
from tests.support import media_makers as make

TEN_S = Audio((np.random.default_rng(1).normal(0, 3000, 160_000)).astype(np.int16))


@pytest.fixture
def memory():
    return EmbeddingCache(embeddings.choose([]), lambda: TEN_S)


def job(folder, *people):
    return Job(folder / "talk.mp4", folder, Settings(people=people))


def clip(path, seconds):
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(TEN_S.samples[: int(16000 * seconds)].tobytes())


def test_a_range_and_a_file_are_heard(tmp_path, memory):
    clip(tmp_path / "jax.wav", 5)
    people = (Person("Jax", enrol="jax.wav"), Person("Tim", enrol="0:02-0:07.5"), Person("Ann"))
    found = enrolment.clips(job(tmp_path, *people), 10_000, memory)
    assert set(found) == {"Jax", "Tim"}
    assert [s.start_ms for s, _ in found["Tim"]] == [2000, 4750]
    assert all(len(v) >= 1 for passages in found.values() for _, v in passages)


def test_another_clip_is_another_key(tmp_path):
    clip(tmp_path / "jax.wav", 5)
    before = enrolment.digests(job(tmp_path, Person("Jax", enrol="jax.wav")))
    clip(tmp_path / "jax.wav", 6)
    assert enrolment.digests(job(tmp_path, Person("Jax", enrol="jax.wav"))) != before
    assert enrolment.digests(job(tmp_path, Person("Tim", enrol="0:02-0:07"))) == []


@pytest.mark.parametrize(
    ("enrol", "says"),
    [
        ("nobody.wav", "neither a file beside the recording"),
        ("0:02-0:03", "shorter than 2 seconds"),
        ("0:02-9:59", "behind the end"),
        ("0:09-0:02", "not a range"),
        ("0:99-1:02", "not a range"),
        ("short.wav", "shorter than 2 seconds"),
    ],
)
def test_what_cannot_be_a_clip_is_refused_in_one_sentence(tmp_path, memory, enrol, says):
    clip(tmp_path / "short.wav", 1)
    with pytest.raises(SettingsError, match=says) as caught:
        enrolment.clips(job(tmp_path, Person("Jax", enrol=enrol)), 10_000, memory)
    assert "Jax" in str(caught.value) and "\n" not in str(caught.value)


@given(st.integers(0, 10**7), st.integers(enrolment.MIN_CLIP_MS, 600_000))
def test_passages_follow_each_other_and_leave_nothing_over(start_ms, duration_ms):
    parts = enrolment._cut(Span(start_ms, start_ms + duration_ms))
    assert (parts[0].start_ms, parts[-1].end_ms) == (start_ms, start_ms + duration_ms)
    assert all(a.end_ms == b.start_ms for a, b in pairwise(parts))
    lengths = [part.duration_ms for part in parts]
    assert max(lengths) - min(lengths) <= 1
    assert min(lengths) >= 1500


def test_a_clip_of_several_tracks_is_heard_as_its_sidecar_says(tmp_path, memory):
    clip(tmp_path / "jax.wav", 5)
    clip(tmp_path / "short.wav", 1)
    make.ffmpeg(
        "-i", tmp_path / "short.wav", "-i", tmp_path / "jax.wav", "-map", "0", "-map", "1", "-c:a", "flac",
        "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu", tmp_path / "jax.mkv",
    )  # fmt: skip
    one = job(tmp_path, Person("Jax", enrol="jax.mkv"))
    usual = enrolment.digests(one)
    with pytest.raises(SettingsError, match="shorter than 2 seconds"):
        enrolment.clips(one, 10_000, memory)
    german = replace(one, settings=replace(one.settings, language="de"))
    assert enrolment.clips(german, 10_000, memory)["Jax"]
    (tmp_path / "jax.toml").write_text("audio_track = 2")
    assert enrolment.clips(one, 10_000, memory)["Jax"]
    assert enrolment.digests(one) != usual
    (tmp_path / "jax.mkv").rename(one.media)
    itself = job(tmp_path, Person("Jax", enrol="talk.mp4"))
    chosen = replace(itself, settings=replace(itself.settings, audio_track=2))
    assert enrolment.clips(chosen, 10_000, memory)["Jax"]
