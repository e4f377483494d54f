"""The audio track that was chosen is the one that captions are checked against."""

import pytest

from pipeline.commands.recording import evidence_of, track_for
from pipeline.errors import UsageError
from pipeline.run.store import Store
from pipeline.transcript import Sound
from tests.support import media_makers as make


@pytest.fixture
def talk(tmp_path):
    """A recording whose German track, the default, is much longer than the English one."""
    make.wav(tmp_path / "long.wav")
    make.wav(tmp_path / "short.wav", make.clicks(2000, (800,)))
    path = tmp_path / "talk.mka"
    make.ffmpeg(
        "-i", tmp_path / "long.wav", "-i", tmp_path / "short.wav", "-map", "0", "-map", "1", "-c:a", "flac",
        "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng", path,
    )  # fmt: skip
    return path


def ran(out, talk, track):
    store = Store.of(out, talk.stem)
    store.save("sound", Sound, {"track": track, "language": "en"}, Sound(4400, False))
    store.claim(talk)


def test_without_any_choice_the_language_decides(talk, tmp_path):
    assert track_for(talk, [tmp_path / "talk.en.srt"]) == (0, "en")
    assert evidence_of(talk, track=(0, "en")).audio.duration_ms == 2000
    assert evidence_of(talk, track=(1, "en")).audio.duration_ms == 4400


def test_the_sidecar_decides_then_the_run_then_the_command(talk, tmp_path):
    captions = [tmp_path / "out" / "talk.en.srt"]
    (tmp_path / "talk.toml").write_text("audio_track = 2")
    assert track_for(talk, captions) == (2, "en")
    ran(tmp_path / "out", talk, 1)
    assert track_for(talk, captions) == (1, "en")
    assert track_for(talk, captions, 2) == (2, "en")
    with pytest.raises(UsageError, match="tracks are counted from 1"):
        track_for(talk, captions, -1)


def test_what_a_run_heard_of_another_recording_says_nothing(talk, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    other = make.wav(tmp_path / "elsewhere" / "talk.mka.wav").rename(tmp_path / "elsewhere" / "talk.mka")
    ran(tmp_path / "out", other, 1)
    assert track_for(talk, [tmp_path / "out" / "talk.en.srt"]) == (0, "en")
