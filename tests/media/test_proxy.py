"""Copies that browsers play: what is heard and seen stays at its time, whatever the recording is made of."""

from pathlib import Path

import pytest

from pipeline.errors import MediaError
from pipeline.media import proxy
from pipeline.media.facts import decode_audio, facts
from tests.support import media_makers as make

# A third of a frame: WebM puts pictures as late as the encoder of its sound is.
NEAR_MS = 13
OWN = pytest.mark.parametrize("format", [proxy.PICTURES[0], proxy.PICTURES[1]], ids=["mp4", "webm"])


def film(folder: Path, kind: str) -> Path:
    """A recording in a format that browsers do not play, its sound late."""
    makers = {
        "avi": lambda: make.film(folder / "talk.avi", "-c:v", "mpeg4", "-c:a", "mp3"),
        "mpegts": lambda: make.film(folder / "talk.ts", late_s=0.3),
        "matroska": lambda: make.film(folder / "talk.mkv", "-c:a", "flac", late_s=0.436),
    }
    return makers[kind]()


@OWN
@pytest.mark.parametrize("kind", ["avi", "mpegts", "matroska"])
def test_sound_and_picture_stay_at_their_times(tmp_path, kind, format):
    recording = film(tmp_path, kind)
    before, told = recording.read_bytes(), []
    copy = tmp_path / f"copy{format.suffix}"
    proxy.encode(recording, copy, format, progress=told.append)
    assert make.heard_clicks_ms(decode_audio(copy).samples) == pytest.approx(
        make.heard_clicks_ms(decode_audio(recording).samples), abs=2
    )
    assert make.seen_flashes_ms(copy) == pytest.approx(make.seen_flashes_ms(recording), abs=NEAR_MS)
    assert recording.read_bytes() == before
    assert told[-1] <= 1 and told == sorted(told)


@pytest.mark.parametrize("format", proxy.SOUNDS, ids=["m4a", "webm"])
@pytest.mark.parametrize("kind", ["mpegts", "matroska"])
def test_sound_alone_begins_where_it_did_beside_the_picture(tmp_path, kind, format):
    recording, copy = film(tmp_path, kind), tmp_path / f"sound{format.suffix}"
    proxy.encode(recording, copy, format)
    assert not facts(copy).has_picture
    assert make.heard_clicks_ms(decode_audio(copy).samples) == pytest.approx(
        make.heard_clicks_ms(decode_audio(recording).samples), abs=2
    )


def test_a_large_picture_becomes_small_with_even_sides(tmp_path):
    large = tmp_path / "large.avi"
    make.ffmpeg(
        "-f", "lavfi", "-i", "testsrc=size=1281x721:rate=50:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-c:v",
        "mjpeg", large,
    )  # fmt: skip
    copy = tmp_path / "copy.mp4"
    proxy.encode(large, copy, proxy.PICTURES[0])
    found = facts(copy)
    assert (found.height, (found.width or 1) % 2) == (proxy.MAX_HEIGHT_PX, 0)
    assert found.frame_rate is not None and found.frame_rate <= proxy.MAX_RATE


def test_the_format_is_one_that_the_browser_plays():
    assert proxy.chosen(True, ["video/webm", "audio/webm"]).media_type == "video/webm"
    assert proxy.chosen(False, ["video/mp4", "audio/mp4"]).suffix == ".m4a"
    with pytest.raises(MediaError, match="no copy"):
        proxy.chosen(True, ["video/ogg"])


def test_sound_has_no_picture_to_copy(tmp_path):
    with pytest.raises(MediaError, match="no picture"):
        proxy.encode(make.wav(tmp_path / "a.wav"), tmp_path / "copy.mp4", proxy.PICTURES[0])


def test_what_progress_raises_stops_it(tmp_path):
    class Enough(Exception):
        pass

    def stop(share: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        proxy.encode(film(tmp_path, "avi"), tmp_path / "copy.mp4", proxy.PICTURES[0], progress=stop)
