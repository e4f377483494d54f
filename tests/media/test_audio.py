"""Sound on buffer: windows of it, its file, its growing, its mixing."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MediaError
from pipeline.media.audio import Audio, Mixer, SampleBuffer
from pipeline.timing import Span


class TestAudio:
    ramp = Audio(np.arange(0, 16 * 100, dtype=np.int16), ("a note",))

    def test_window_is_silent_outside_the_sound(self) -> None:
        window = self.ramp.window(Span(99, 102))
        assert window.dtype == np.float32
        assert window[:16] * 32768 == pytest.approx(np.arange(1584, 1600))
        assert window[16:].tolist() == [0.0] * 32

    def test_pcm_is_little_endian(self) -> None:
        assert self.ramp.pcm(Span(1, 2)) == np.arange(16, 32, dtype="<i2").tobytes()

    @given(st.integers(0, 200), st.integers(0, 200))
    def test_window_is_as_long_as_its_span(self, start_ms: int, length_ms: int) -> None:
        assert len(self.ramp.window(Span(start_ms, start_ms + length_ms))) == 16 * length_ms

    def test_saved_sound_is_mapped_and_travels_by_name(self, tmp_path: Path) -> None:
        saved = self.ramp.save(tmp_path / "sound")
        assert isinstance(saved.samples, np.memmap)
        sent = pickle.dumps(saved)
        assert len(sent) < 500
        arrived = pickle.loads(sent)
        assert arrived.samples.tolist() == self.ramp.samples.tolist()
        assert arrived.notes == ("a note",)
        assert [p.name for p in tmp_path.iterdir()] == ["sound"]

    def test_unsaved_sound_travels_whole(self) -> None:
        assert pickle.loads(pickle.dumps(self.ramp)).samples.tolist() == self.ramp.samples.tolist()

    @pytest.mark.parametrize("content", [b"", b"RIFF", b"\x93NUMPY\x01\x00"])
    def test_other_files_are_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "sound").write_bytes(content)
        with pytest.raises(MediaError, match="not a saved sound"):
            Audio.open(tmp_path / "sound")

    def test_a_file_cut_off_while_saving_is_refused(self, tmp_path: Path) -> None:
        self.ramp.save(tmp_path / "sound")
        (tmp_path / "sound").write_bytes((tmp_path / "sound").read_bytes()[:-5])
        with pytest.raises(MediaError, match="not a saved sound"):
            Audio.open(tmp_path / "sound")


class TestTape:
    @given(st.lists(st.tuples(st.integers(-50, 300), st.integers(0, 60)), max_size=12))
    def test_first_come_stays_and_the_rest_is_silent(self, pieces: list[tuple[int, int]]) -> None:
        buffer, expected = SampleBuffer(-10_000), np.zeros(400, np.int16)
        end = 0
        for number, (at, length) in enumerate(pieces, 1):
            buffer.place(at, np.full(length, number, np.int16))
            expected[max(at, end) : max(at + length, end)] = number
            end = max(end, at + length) if length else end
        assert buffer.samples().tolist() == expected[: len(buffer.samples())].tolist()
        assert not expected[len(buffer.samples()) :].any()


class TestMixer:
    def test_full_scale_does_not_wrap(self) -> None:
        extremes = np.array([[-32768, 32767, -32768], [32767, 32767, -32768]], np.int16)
        assert Mixer()(extremes).tolist() == [-1, 32767, -32768]
