"""Short clips with subtitles for runs over many recordings, and recordings that are broken in fifteen ways."""

from __future__ import annotations

import json
import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.media.facts import decode_audio
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, format_timecode
from tests.support.media_makers import ffmpeg
from tests.support.project import ROOT

SAID = ROOT / "tests" / "data" / "tiny_whisper"
# So much sound stands before and behind each sentence.
MARGIN_MS = 300


def write_wav(path: Path, samples: Any) -> None:
    """A WAV file of int16 samples at 16 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(samples.tobytes())


def clips(folder: Path, count: int) -> list[Path]:
    """So many clips of a sentence each, two to four seconds long, with their subtitles: `clip000.wav`, `clip000.en.srt`, ..."""
    sentences: list[dict[str, Any]] = json.loads((SAID / "sentences.json").read_text("utf-8"))
    samples, made = decode_audio(SAID / "sentences.flac").samples, []
    for number in range(count):
        said = sentences[number % len(sentences)]
        first, last = said["words"][0][1] - MARGIN_MS, said["words"][-1][2]
        path = folder / f"clip{number:03}.wav"
        write_wav(path, samples[first * SAMPLES_PER_MS : (last + MARGIN_MS) * SAMPLES_PER_MS])
        start, end = (format_timecode(ms, ",") for ms in (MARGIN_MS, last - first))
        srt = f"1\n{start} --> {end}\n{said['text']}\n"
        path.with_suffix(".en.srt").write_text(srt, encoding="utf-8")
        made.append(path)
    return made


def _sound(path: Path) -> None:
    """A clip that is in order; what is broken stands beside it."""
    (clip,) = clips(path.parent, 1)
    clip.with_suffix(".en.srt").unlink()
    clip.rename(path)


def _beside(name: str, content: bytes) -> Callable[[Path], None]:
    """A clip in order with this file beside it, whose name begins like its own."""

    def make(path: Path) -> None:
        _sound(path)
        path.with_name(path.stem + name).write_bytes(content)

    return make


def _cut(path: Path) -> None:
    """An MP4 without its index, as an interrupted recording leaves it."""
    _sound(path.with_suffix(".part.wav"))
    ffmpeg("-i", path.with_suffix(".part.wav"), path)
    path.with_suffix(".part.wav").unlink()
    path.write_bytes(path.read_bytes()[:4000].replace(b"moov", b"free"))


def _picture_only(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=size=64x64:duration=1:rate=5", "-c:v", "libx264", path)


def _folder_of_subtitles(path: Path) -> None:
    _sound(path)
    path.with_suffix(".toml").write_text('subtitles = "words"\n', "utf-8")
    (path.parent / "words").mkdir()


RECIPE = "Preheat the oven to two hundred degrees and whisk three eggs with the sugar until pale. " * 12

# The name of each recording -> how it is made.
BROKEN: dict[str, Callable[[Path], None]] = {
    "x01 empty.mp4": lambda path: path.write_bytes(b"") and None,
    "x02 text.mp4": lambda path: path.write_text("these are not the sounds") and None,
    "x03 zeros.wav": lambda path: path.write_bytes(bytes(5000)) and None,
    "x04 no index.mp4": _cut,
    "x05 no sound.mp4": _picture_only,
    "x06 head alone.wav": lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ") and None,
    "x07 page.webm": lambda path: path.write_text("<html><body>404 not found</body></html>") and None,
    "x08 archive.mkv": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8) and None,
    "x09 sidecar.wav": _beside(".toml", b"title = \n"),
    "x10 setting.wav": _beside(".toml", b"[captions]\nmax_linez = 2\n"),
    "x11 subtitles gone.wav": _beside(".toml", b'subtitles = "not there.srt"\n'),
    "x12 subtitles a folder.wav": _folder_of_subtitles,
    "x13 subtitles binary.wav": _beside(".en.srt", b"\x00\xff\xfe\x89PNG\r\n\x1a\n" + bytes(range(256))),
    "x14 another text.wav": _beside(".txt", RECIPE.encode()),
    "x15 journal.wav": _beside(".edits.jsonl", b"no decisions\n"),
}


def broken(folder: Path, count: int = len(BROKEN)) -> list[Path]:
    """The first `count` broken recordings."""
    made = []
    with_clips = folder / "making"
    for name, make in list(BROKEN.items())[:count]:
        with_clips.mkdir()
        make(with_clips / name)
        for path in with_clips.iterdir():
            shutil.move(path, folder / path.name)
        with_clips.rmdir()
        made.append(folder / name)
    return made
