"""PCM audio as the stages use it: mono, 16 kHz, 16 bit, on the presentation clock of its file.

Samples are kept as int16, which takes 1.2 GB for ten hours where float32 would take 2.3; they are turned into float32
window by window. Saved to a file, the same samples are mapped into memory by all worker processes without a copy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MediaError
from pipeline.files import replacing
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span

INT16_SCALE = np.float32(1 / 32768)  # from int16 to float32 in [-1, 1)
EXPECTED_MARGIN_MS = 10_000  # room beyond the length that a header promises, so that the buffer seldom grows
MOST_EXPECTED_MS = 12 * 3_600_000  # twelve hours bound what a nonsensical header can ask for
OPPOSITE_PHASE_ENERGY_RATIO = 4  # difference to sum: 6 dB, a correlation of the channels of -0.6

Samples = NDArray[np.int16]


# In sound in which no sample is louder than this, in steps of 16 bits (-84 dBFS), there is digital silence, or dither.
_STILL_PEAK = 2


def is_still(samples: Samples) -> bool:
    """Whether nothing but digital silence or dither is in these samples: nobody speaks there, and no network need be asked."""
    return not len(samples) or max(int(samples.max()), -int(samples.min())) <= _STILL_PEAK


@dataclass(frozen=True, eq=False)
class Audio:
    """A recording's sound from presentation time 0 on: `samples`, shape (n,), int16, 16 kHz.

    `notes` are sentences for the user: what was chosen, damaged or missing. `source` is the file it was
    opened from; with one, pickling sends the name of the file instead of the samples.
    """

    samples: Samples
    notes: tuple[str, ...] = ()
    source: Path | None = field(default=None, repr=False)

    @property
    def duration_ms(self) -> int:
        """How long the sound lasts, a begun millisecond counted whole."""
        return -(-len(self.samples) // SAMPLES_PER_MS)

    def window(self, span: Span) -> NDArray[np.float32]:
        """The samples of `span`, float32 in [-1, 1), shape (duration_ms * 16,); silence outside the sound."""
        return self._cut(span).astype(np.float32) * INT16_SCALE

    def pcm(self, span: Span) -> bytes:
        """The samples of `span` as 16-bit little-endian bytes; silence outside the sound."""
        return self._cut(span).astype("<i2", copy=False).tobytes()

    def _cut(self, span: Span) -> Samples:
        first, last = span.start_ms * SAMPLES_PER_MS, span.end_ms * SAMPLES_PER_MS
        inside = self.samples[max(0, first) : max(0, last)]
        before = min(max(0, -first), last - first)
        after = last - first - before - len(inside)
        return np.pad(inside, (before, after)) if before or after else inside

    def save(self, path: Path) -> Audio:
        """Write it to `path` atomically, and give back the same sound opened from there.

        The file is numpy's own .npy, followed by the notes as JSON: numpy maps the array by its shape and never reads on.
        """
        with replacing(path) as part, part.open("wb") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(self.samples), allow_pickle=False)
            file.write(json.dumps({"notes": self.notes}).encode())
        return Audio.open(path)

    @classmethod
    def open(cls, path: Path) -> Audio:
        """What `save` wrote, mapped into memory and read-only; raises MediaError for any other file."""
        try:
            samples = np.load(path, mmap_mode="r", allow_pickle=False)
            if samples.dtype != np.int16 or samples.ndim != 1:
                raise ValueError("not one row of 16-bit samples")
            with path.open("rb") as file:
                file.seek(samples.offset + samples.nbytes)
                notes = json.load(file)["notes"]
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            raise MediaError(path, f"is not a saved sound ({error})", "delete it; it is made again") from None
        return cls(samples, tuple(notes), path.absolute())

    def __reduce__(self) -> tuple[Any, ...]:
        if self.source is not None:
            return Audio.open, (self.source,)
        return Audio, (self.samples, self.notes)


class SampleBuffer:
    """A growing buffer of mono int16 samples at 16 kHz; what nobody writes stays silent.

    `expected_ms` is the length that is likely, from the file's header; `end` is the sample behind the last one written.
    """

    def __init__(self, expected_ms: int) -> None:
        # Zeros are not backed by memory before they are written, so a generous guess costs nothing.
        guess = min(max(expected_ms, 0) + EXPECTED_MARGIN_MS, MOST_EXPECTED_MS) * SAMPLES_PER_MS
        self._samples: Samples = np.zeros(guess, np.int16)
        self.end = 0

    def place(self, at: int, samples: Samples) -> None:
        """Write `samples` from sample `at` on, less what lies before time 0 or where others stand."""
        covered = max(self.end, 0) - at
        if covered > 0:
            samples, at = samples[covered:], at + covered
        if not len(samples):
            return
        end = at + len(samples)
        if end > len(self._samples):
            grown = np.zeros(max(end, len(self._samples) * 3 // 2), np.int16)
            grown[: self.end] = self._samples[: self.end]
            self._samples = grown
        self._samples[at:end] = samples
        self.end = end

    def samples(self) -> Samples:
        """What was written so far, shape (end,)."""
        return self._samples[: self.end]


class Mixer:
    """Downmix from stereo to mono that keeps speech whose channels are in opposite phase.

    Call it with stretches of several seconds, in order. Opposite phase (one channel wired the wrong way round) makes the
    plain sum vanish, so the difference is taken once its energy is more than `OPPOSITE_PHASE_ENERGY_RATIO` times that of
    the sum, until the sum is so again; between the two nothing changes. A channel that is silent just halves the other.
    """

    def __init__(self) -> None:
        self._opposite = False

    def __call__(self, channels: Samples) -> Samples:
        """`channels`, shape (1, n) or (2, n), int16, mixed to shape (n,)."""
        if len(channels) == 1:
            only: Samples = channels[0]
            return only
        left, right = channels[0].astype(np.int32), channels[1].astype(np.int32)
        energy_sum, energy_difference = _energy(left + right), _energy(left - right)
        if energy_difference > OPPOSITE_PHASE_ENERGY_RATIO * energy_sum:
            self._opposite = True
        elif energy_sum > OPPOSITE_PHASE_ENERGY_RATIO * energy_difference:
            self._opposite = False
        # The arithmetic shift halves without leaving int16: the extremes (-32768 - 32767) / 2 still fit.
        mixed = left - right if self._opposite else left + right
        halved: Samples = np.right_shift(mixed, 1).astype(np.int16)
        return halved


def _energy(samples: NDArray[np.int32]) -> float:
    return float(np.square(samples, dtype=np.float64).sum())


def to_sample(time_s: float) -> int:
    """The index of the 16 kHz sample nearest to a time in seconds."""
    return round(time_s * SAMPLE_RATE_HZ)
