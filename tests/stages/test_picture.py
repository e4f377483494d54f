"""The picture stage: shots and text of a small film whose every frame is drawn here.

The film, 25 pictures a second, 320 x 180: 0 s black, 1 s a white title on dark blue, 3 s a red square that wanders on grey,
5 s a green room with a name in the lowest third from 6 to 8 s, 9 s another face (half of the picture) until 11 s.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline.settings import PictureSettings
from pipeline.stages import picture
from pipeline.stages.picture import ocr, packets, sampling
from pipeline.stages.picture import shots as changes
from pipeline.timing import Span
from tests.support.media_makers import ffmpeg, wav

CUTS_MS = [1000, 3000, 5000, 9000]
LENGTH_MS = 11_000


def frame(at_ms: int) -> np.ndarray:
    """The picture at a time, shape (180, 320, 3), RGB."""
    image = Image.new("RGB", (320, 180), (0, 0, 0))
    draw = ImageDraw.Draw(image)
    if 1000 <= at_ms < 3000:
        draw.rectangle((0, 0, 320, 180), fill=(10, 20, 70))
        draw.text(
            (160, 90), "First Vignette", fill="white", font=ImageFont.load_default(size=30), anchor="mm"
        )
    elif 3000 <= at_ms < 5000:
        draw.rectangle((0, 0, 320, 180), fill=(110, 110, 110))
        draw.rectangle((at_ms // 40, 20, at_ms // 40 + 120, 160), fill=(200, 20, 20))
        draw.line((at_ms // 40, 20, at_ms // 40 + 120, 160), fill="white", width=6)
    elif 5000 <= at_ms < 9000:
        draw.rectangle((0, 0, 320, 180), fill=(40, 120, 60))
        draw.rectangle((230, 10, 310, 100), fill=(150, 190, 230))
        draw.ellipse((120, 20, 200, 110), fill=(220, 190, 170))
        if 6000 <= at_ms < 8000:
            draw.rectangle((14, 138, 160, 172), fill=(10, 10, 60))
            draw.text((22, 142), "Jax Beatty", fill="white", font=ImageFont.load_default(size=22))
    elif at_ms >= 9000:
        draw.rectangle((0, 0, 320, 180), fill=(40, 120, 60))
        draw.rectangle((80, 20, 240, 180), fill=(120, 60, 180))
    return np.asarray(image)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """The film's pictures, as ffmpeg's arguments."""
    path = tmp_path_factory.mktemp("picture") / "raw.rgb"
    path.write_bytes(b"".join(frame(ms).tobytes() for ms in range(0, LENGTH_MS, 40)))
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", "25", "-i", str(path)]


def encoded(path, raw, *options):
    ffmpeg(*raw, "-c:v", "libx264", "-pix_fmt", "yuv420p", *options, path)
    return path


@pytest.fixture(scope="module")
def films(raw, tmp_path_factory):
    """The film with a key frame at every cut, and with one every four seconds, cut or not."""
    folder = tmp_path_factory.mktemp("films")
    return {
        "chosen": encoded(folder / "chosen.mp4", raw),
        "regular": encoded(folder / "regular.mp4", raw, "-g", "100", "-sc_threshold", "0"),
    }


class NoWords:
    """Reads nothing, and counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, picture):
        self.asked += 1
        return []


@pytest.mark.parametrize("kind", ["chosen", "regular"])
@pytest.mark.parametrize("shots", ["key-frames", "exact"])
def test_cuts_are_found_to_the_picture(films, kind, shots):
    found = picture.run(films[kind], LENGTH_MS, PictureSettings(shots, False)).shots
    assert [s.span.start_ms for s in found] == [0, *CUTS_MS]
    assert found[-1].span.end_ms == LENGTH_MS
    assert [s.look for s in found] == ["black", "card", "moving", "still", "still"]
    if shots == "exact":
        assert {s.slack_ms for s in found} == {0}


def test_shots_cover_the_recording_without_gap(films):
    found = picture.run(films["regular"], LENGTH_MS, PictureSettings(read_text=False)).shots
    assert all(a.span.end_ms == b.span.start_ms for a, b in itertools.pairwise(found))


def test_title_and_name_are_read_where_they_stand(films):
    found = picture.run(films["regular"], LENGTH_MS, PictureSettings("exact")).texts
    assert [t.text for t in found] == ["First Vignette", "Jax Beatty"]
    title, name = found
    assert title.span == Span(1000, 3000) and name.span == Span(6000, 8000)
    assert min(t.score for t in found) >= 0.9
    left, top, width, height = name.box
    assert left < 0.1 and 0.75 < top < 0.85 and 0.2 < width < 0.5 and height < 0.25


def test_a_picture_is_read_once_and_not_where_nothing_can_be_written(films):
    reader = NoWords()
    picture.run(films["chosen"], LENGTH_MS, PictureSettings("exact"), reader=reader)
    assert 1 <= reader.asked <= 4  # 275 pictures, two with something written


def test_reading_can_be_left_out(films):
    reader = NoWords()
    seen = picture.run(films["chosen"], LENGTH_MS, PictureSettings(read_text=False), reader=reader)
    assert reader.asked == 0 and seen.texts == () and seen.notes == ()


def test_without_a_picture_there_is_one_sentence(tmp_path):
    seen = picture.run(wav(tmp_path / "sound.wav"), 4400, PictureSettings())
    assert seen.shots == () and seen.texts == ()
    assert seen.notes == ("the recording has no picture: no shots, and no text on the screen",)


def test_without_the_reader_there_is_one_sentence(films, monkeypatch):
    monkeypatch.setattr(ocr, "rapid_reader", lambda: None)
    seen = picture.run(films["chosen"], LENGTH_MS, PictureSettings())
    assert seen.notes == (picture.NO_READER,) and len(seen.shots) == 5


def test_a_file_that_is_cut_short_gives_what_it_has(films, tmp_path):
    whole = tmp_path / "whole.mkv"
    ffmpeg("-i", films["chosen"], "-c", "copy", whole)
    data = whole.read_bytes()
    short = tmp_path / "short.mkv"
    short.write_bytes(data[: len(data) * 2 // 3])
    seen = picture.run(short, LENGTH_MS, PictureSettings(read_text=False))
    assert seen.shots[0].look == "black" and len(seen.shots) >= 2


def test_a_slow_blend_is_one_cut_at_its_beginning(tmp_path):
    one, other = frame(3000), frame(9500)
    steps = [one] * 25 + [one + (other.astype(float) - one) * k / 24 for k in range(25)] + [other] * 25
    path = tmp_path / "blend.rgb"
    path.write_bytes(b"".join(np.asarray(p, np.uint8).tobytes() for p in steps))
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", "25", "-i", str(path)]
    film = encoded(tmp_path / "blend.mp4", raw, "-sc_threshold", "0")
    found = picture.run(film, 3000, PictureSettings("exact", False)).shots
    assert len(found) == 2
    assert abs(found[1].span.start_ms - 1000) <= 240 and found[1].slack_ms >= 500


def test_jumps_are_the_packets_that_stand_out():
    sizes = np.array([1000] + [20] * 30 + [400] + [20] * 30, np.int64)
    keys = np.zeros(len(sizes), np.bool_)
    keys[0] = True
    held = packets.Packets(np.arange(len(sizes), dtype=np.int64) * 40, sizes, keys)
    assert held.jumps().tolist() == [31]
    assert held.scene_cut_keys() == set()


def test_the_plan_keeps_to_its_budget():
    sizes = np.array(([1000] + [20] * 50 + [400] + [20] * 48) * 100, np.int64)
    keys = np.zeros(len(sizes), np.bool_)
    keys[::100] = True
    held = packets.Packets(np.arange(len(sizes), dtype=np.int64) * 40, sizes, keys)
    pixels = sampling.BUDGET_PIXELS // 1000
    until = sampling.plan(held, pixels, exact=False).until
    decoded = sum(end - first - 1 for first, end in until.items())
    assert 0 < decoded <= 1000
    assert sum(end - first for first, end in sampling.plan(held, pixels, exact=True).until.items()) == len(
        sizes
    )


thumbs = st.integers(0, 255).map(lambda v: np.full((36, 64, 3), v, np.uint8))


@given(thumbs, thumbs)
def test_change_is_a_share_and_the_same_both_ways(one, other):
    share = changes.changed(one, other)
    assert share in (0.0, 1.0)
    assert share == changes.changed(other, one)
    assert changes.changed(one, one) == 0


def test_a_title_on_black_is_a_card_and_not_black():
    black = np.zeros((36, 64, 3), np.uint8)
    card = black.copy()
    card[17:19, 20:44] = 240
    assert changes.is_black(black) and not changes.is_black(card)
    assert changes.is_flat(card)


def test_what_reads_is_named():
    assert picture.reader_identity().startswith("rapidocr 3.")
