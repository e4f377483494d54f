"""Recipes for tiny recordings whose truth is known: clicks in the sound, and a white picture at each click.

The sound holds a click of 3 ms at each time of `CLICKS_MS`, the picture (25 frames per second, 64 x 64) turns
white for the one frame that begins there. So a file tells by itself whether its sound is where it belongs: at
its white frames.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np

CLICKS_MS = (
    800,
    2000,
    3600,
)  # uneven, so that no shift maps them onto each other; whole frames at 25 per second
LENGTH_MS = 4400
RATE_HZ = 44_100


def clicks(
    length_ms: int = LENGTH_MS, at_ms: Iterable[int] = CLICKS_MS, rate_hz: int = RATE_HZ
) -> np.ndarray:
    """A faint noise with clicks that begin at the given times, shape (n,), float64 in [-1, 1]."""
    sound = np.random.default_rng(0).normal(0, 0.002, length_ms * rate_hz // 1000)
    click = 0.9 * np.sin(2 * np.pi * 2000 * np.arange(rate_hz * 3 // 1000) / rate_hz)
    for start_ms in at_ms:
        start = start_ms * rate_hz // 1000
        sound[start : start + len(click)] = click
    return sound


def wav(path: Path, *channels: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    """A 16-bit WAV file of these channels; without any, of the clicks."""
    import wave

    rows = np.stack(channels or (clicks(rate_hz=rate_hz),), axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(rows.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((rows * 32767).astype("<i2").tobytes())
    return path


def ffmpeg(*arguments: str | Path) -> None:
    """Run the wheel's ffmpeg, whatever the system has: its muxers must be the same everywhere."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def picture_arguments(folder: Path) -> list[str]:
    """ffmpeg's arguments for the black picture with white frames at the clicks, as raw frames in `folder`."""
    frames = np.zeros((LENGTH_MS // 40, 64, 64), np.uint8)
    frames[[ms // 40 for ms in CLICKS_MS]] = 255
    raw = folder / "picture.gray"
    raw.write_bytes(frames.tobytes())
    return ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x64", "-r", "25", "-i", str(raw)]


def film(path: Path, *output: str, late_s: float = 0) -> Path:
    """Picture and sound, H.264 and AAC unless `output` says otherwise; the sound comes `late_s` later."""
    sound = wav(path.with_suffix(".source.wav"))
    codecs = ["-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k"]
    late = ["-itsoffset", str(late_s)] if late_s else []
    ffmpeg(*picture_arguments(path.parent), *late, "-i", sound, *codecs, *output, path)
    return path


def remux(source: Path, path: Path, edit: Callable[[Any], Any]) -> Path:
    """Copy all packets, each as `edit` gives it back; those for which it gives None are left out."""
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        streams = {s.index: made.add_stream_from_template(s) for s in given.streams}
        for packet in given.demux():
            kept = edit(packet) if packet.size else None  # the last ones only flush
            if kept is not None:
                kept.stream = streams[kept.stream.index]
                made.mux(kept)
    return path


def heard_clicks_ms(samples: np.ndarray) -> list[float]:
    """When clicks begin in int16 samples at 16 kHz: where they exceed a third of the peak, 50 ms apart."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > np.abs(samples.astype(np.int32)).max() // 3)
    starts = loud[np.diff(loud, prepend=-10_000) > 800]
    return [float(s) / 16 for s in starts]


def seen_flashes_ms(path: Path) -> list[float]:
    """When the white frames are presented, counted from the start of the file as libav tells it."""
    with av.open(str(path)) as container:
        start_ms = container.start_time / 1000
        frames = [f for f in container.decode(video=0) if f.to_ndarray(format="gray").mean() > 128]
    return [float(f.pts * f.time_base) * 1000 - start_ms for f in frames]
