"""Finding ffmpeg, and turning what it says into sentences."""

from __future__ import annotations

import shutil
import sys
import wave
from pathlib import Path

import ffmpeg
import pytest

from pipeline.errors import MediaError, OutputError, UsageError
from pipeline.media.ffmpeg import ffmpeg_binary, file_url, run_ffmpeg
from tests.support import media_makers as make


class TestFfmpeg:
    def test_the_systems_own_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        own = tmp_path / "ffmpeg"
        shutil.copy(ffmpeg_binary(), own)
        own.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert ffmpeg_binary() == own

    def test_the_wheels_is_used_without_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "imageio_ffmpeg" in str(ffmpeg_binary())
        source, made = make.wav(tmp_path / "a.wav"), tmp_path / "made.wav"
        run_ffmpeg(ffmpeg.input(file_url(source)).output(file_url(made), ar=16_000), source)
        with wave.open(str(made)) as file:
            assert file.getframerate() == 16_000
            assert file.getnframes() == 16 * make.LENGTH_MS

    def test_none_at_all_says_what_to_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
        with pytest.raises(UsageError, match="pip install imageio-ffmpeg"):
            ffmpeg_binary()

    def test_its_reason_becomes_the_sentence(self, tmp_path: Path) -> None:
        path = tmp_path / "none.wav"
        with pytest.raises(MediaError, match="No such file or directory") as caught:
            run_ffmpeg(ffmpeg.input(file_url(path)).output(file_url(tmp_path / "out.wav")), path)
        assert "[" not in str(caught.value)

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            (
                "[out#0/mp4 @ 0x1] file:{place}/a.part: Permission denied",
                "{place}: cannot be written: we may not",
            ),
            ("{place}/a.part: Read-only file system", "{place}: cannot be written: the disk is read-only"),
            (
                "av_interleaved_write_frame(): No space left on device",
                "cannot be written: the disk is full - make room",
            ),
        ],
    )
    def test_a_place_that_cannot_be_written_is_not_the_recordings_fault(
        self, said: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = tmp_path / "ffmpeg"
        told = said.format(place=tmp_path)
        program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({told!r})\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        source = make.wav(tmp_path / "a.wav")
        with pytest.raises(OutputError) as caught:
            run_ffmpeg(ffmpeg.input(file_url(source)).output(file_url(tmp_path / "a.part")), source)
        assert problem.format(place=tmp_path) in str(caught.value)

    def test_a_recording_that_may_not_be_read_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source, program = make.wav(tmp_path / "a.wav"), tmp_path / "ffmpeg"
        told = f"file:{source}: Permission denied"
        program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({told!r})\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(MediaError, match="Permission denied"):
            run_ffmpeg(ffmpeg.input(file_url(source)).output(file_url(tmp_path / "a.part")), source)
