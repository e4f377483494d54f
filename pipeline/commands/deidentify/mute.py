"""Stretches to mute: when names are said, as a table for whoever edits the sound, and the sound with silence there."""

from __future__ import annotations

import csv
import io
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import OutputError
from pipeline.files import replacing
from pipeline.media.audio import Audio
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span, format_timecode

# A name is heard a little before and after the times of its word; chosen.
MARGIN_MS = 80
# Stretches that are nearer to each other are one; chosen.
_MIN_GAP_MS = 150
# The sound fades out and in within this time, so that nothing clicks; chosen.
_FADE_MS = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the sound in which a name is said, and what stands for it in the twins."""

    span: Span
    instead: str

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {"start_ms": self.span.start_ms, "end_ms": self.span.end_ms, "instead": self.instead}


def stretches(said: Iterable[tuple[Span, str]], duration_ms: int) -> tuple[Stretch, ...]:
    """The stretches to mute in order, with a margin; those that meet are one, and none ends behind the recording."""
    made: list[Stretch] = []
    for span, instead in sorted(said, key=lambda s: (s[0].start_ms, s[0].end_ms)):
        start = max(0, span.start_ms - MARGIN_MS)
        end = min(max(span.end_ms + MARGIN_MS, start + 1), max(duration_ms, start + 1))
        if made and start - made[-1].span.end_ms < _MIN_GAP_MS:
            last = made.pop()
            end = max(end, last.span.end_ms)
            made.append(Stretch(Span(last.span.start_ms, end), f"{last.instead} {instead}"))
        else:
            made.append(Stretch(Span(start, end), instead))
    return tuple(made)


def as_csv(found: Sequence[Stretch]) -> str:
    """The stretches as a table: times as people read them and in milliseconds, and what stands for the name."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("start", "end", "start_ms", "end_ms", "instead"))
    for s in found:
        times = (s.span.start_ms, s.span.end_ms)
        table.writerow((*map(format_timecode, times), *times, s.instead))
    return text.getvalue()


def muted(audio: Audio, found: Iterable[Stretch]) -> np.ndarray[Any, np.dtype[np.int16]]:
    """The samples, shape (n,), int16, 16 kHz, with silence in each stretch."""
    samples = np.array(audio.samples, dtype=np.int16)
    fade = _FADE_MS * SAMPLES_PER_MS
    for s in found:
        first, last = s.span.start_ms * SAMPLES_PER_MS, s.span.end_ms * SAMPLES_PER_MS
        for start, falling in ((first - fade, True), (last, False)):
            part = samples[max(0, start) : start + fade]
            slope = np.linspace(1.0, 0.0, len(part)) if falling else np.linspace(0.0, 1.0, len(part))
            part[:] = (part * slope).astype(np.int16)
        samples[first:last] = 0
    return samples


def write_wav(path: Path, samples: np.ndarray[Any, np.dtype[np.int16]]) -> None:
    """Write samples as a WAV file, whole or not at all, for its owner alone. Raises OutputError."""
    try:
        with replacing(path, private=True) as part, wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(samples.astype("<i2", copy=False).tobytes())
    except OSError as error:
        raise OutputError(
            path, f"cannot be written: {error.strerror}", "choose another folder with -o"
        ) from error
