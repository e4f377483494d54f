"""Slow: Whisper with real weights, end to end: what is heard, what is doubted, what is not invented, what is refused."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from benchmarks import sounds
from benchmarks.word_errors import aligned
from pipeline.english.verbalize import spoken_words
from pipeline.errors import WeightsError
from pipeline.media.audio import Audio
from pipeline.settings import TranscribeSettings
from pipeline.speech import weights
from pipeline.stages import transcribe
from tests.support import whisper_weights
from tests.support.project import CLIP_S, MEDIA, cut_off, new_project

pytestmark = pytest.mark.slow
WORST_WER = 0.15
SECONDS = 30


@pytest.fixture
def listening(tmp_path):
    """An empty project whose runs find real weights."""
    return whisper_weights.given_to(new_project(tmp_path / "project"))


@pytest.fixture
def planted(listening):
    """The demo's first seconds, with subtitles that say the contrary of one thing that is said."""
    cut_off(MEDIA / "demo.mp4", CLIP_S, listening.media / "talk.mp4")
    cues = (MEDIA / "demo.en.srt").read_text("utf-8").split("\n\n")[:5]
    told = "\n\n".join(cues).replace("Thusrday", "Thursday").replace("can tell you", "cannot tell you")
    (listening.media / "talk.en.srt").write_text(told + "\n", "utf-8")
    return listening


def said_in_the_clip(truth):
    return [w for u in truth["utterances"] if u["end_ms"] < CLIP_S * 1000 for w in spoken_words(u["text"])]


def test_a_film_without_subtitles_is_written_down(listening, truth):
    cut_off(MEDIA / "demo.mp4", CLIP_S, listening.media / "talk.mp4")
    assert listening.run("run", "--json").status == 0
    document = json.loads((listening.out / "talk.json").read_text("utf-8"))
    words = [word for u in document["utterances"] for word in u["words"]]
    true, heard = said_in_the_clip(truth), [s for word in words for s in spoken_words(word["text"])]
    assert aligned(true, heard)[0] <= WORST_WER * len(true)
    assert {word["text_source"] for word in words} == {"whisper"}
    aligned_words = sum(word["time_source"] == "aligned" for word in words)
    assert aligned_words > 0.8 * len(words)


def test_a_planted_not_is_named(planted):
    assert planted.run("run", "--json").status == 0
    document = json.loads((planted.out / "talk.json").read_text("utf-8"))
    alignment = document["alignment"]
    doubted = [*alignment["not_confirmed"], *alignment["heard_differently"]]
    assert [passage["text"] for passage in doubted if "cannot" in passage["text"]]
    notes = planted.run("run", "--json").json["recordings"][0]["notes"]
    assert any("second ear (Whisper tiny.en" in note for note in notes)


@pytest.mark.parametrize("name", ["pink noise", "mains hum", "chords", "drums", "applause"])
def test_nothing_is_written_where_nobody_speaks(name, monkeypatch):
    monkeypatch.setenv("VIGNETTE_MODELS", str(whisper_weights.fetched().parent))
    sound = sounds.NOBODY[name](SECONDS)
    audio = Audio((sound * 32767).astype(np.int16))
    heard = transcribe.run(audio, None, TranscribeSettings(recognizer="whisper", model="tiny.en"))
    assert heard.recognizer == "whisper"
    assert heard.tokens == ()


def test_one_flipped_byte_is_refused_by_name(tmp_path, monkeypatch):
    folder = tmp_path / "models" / whisper_weights.MODEL
    shutil.copytree(whisper_weights.fetched(), folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert weights.find("tiny.en") == folder.resolve()
    with (folder / "model.bin").open("r+b") as data:
        data.seek(40_000_000)
        byte = data.read(1)
        data.seek(40_000_000)
        data.write(bytes([byte[0] ^ 1]))
    with pytest.raises(WeightsError, match=r"model\.bin .*not the published file"):
        weights.find("tiny.en")
