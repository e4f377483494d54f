"""Whether a stretch without speech is really still: music, rain or a film in the background are no silence.

Two cheap measures, both of which must agree before anybody says "silence": how loud the stretch is against the speech
and against the quietest that this recording has, and whether it holds tones that stand out and last.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.timing import SAMPLES_PER_MS, Span, gaps, union

FRAME_MS = 64
# A still stretch is far below speech; or this much below it and no louder than this above the recording's own quiet, in a
# noisy room. People who are silent breathe and move.
FAR_BELOW_SPEECH_DB = 25.0
BELOW_SPEECH_DB, ABOVE_QUIET_DB = 12.0, 12.0
# Below this nothing is heard beside speech, whatever the recording's own quiet is: a part may be digitally silent.
INAUDIBLE_DB = 45.0
# So much of a stretch may be louder (a cough, a chair).
MOST_LOUD = 0.1
# A tone stands this far above the median of its neighbourhood; noise alone does so once in some 60,000 times.
TONE_DB, NEIGHBOURS_HZ = 12.0, 300
# Below lies the hum of mains and fans.
FROM_HZ, TO_HZ = 200, 4000
# Music shows several tones in most of its frames.
TONES, MOST_TONAL = 2, 0.3
# What is next to speech is not looked at: its edges ring on.
MARGIN_MS = 300
FEWEST_FRAMES = 10


class Stillness:
    """The loudness of a recording's speech and of its quiet, against which stretches are judged."""

    def __init__(self, audio: Audio, speech: Sequence[Span]) -> None:
        self._audio = audio
        self._speech = union(speech)

    def __call__(self, stretch: Span) -> bool:
        """Whether nothing but quiet is heard in a stretch; False where that cannot be told."""
        inner = Span(
            stretch.start_ms + MARGIN_MS, max(stretch.start_ms + MARGIN_MS, stretch.end_ms - MARGIN_MS)
        )
        frames = _frames(self._audio, inner)
        if len(frames) < FEWEST_FRAMES or not self._speech:
            return False
        loud = float(np.quantile(_levels(frames), 1 - MOST_LOUD))
        speech, quiet = self._measures
        if loud <= speech - INAUDIBLE_DB:
            return True
        soft = loud <= max(
            speech - FAR_BELOW_SPEECH_DB, min(quiet + ABOVE_QUIET_DB, speech - BELOW_SPEECH_DB)
        )
        return soft and _tonal_share(frames) <= MOST_TONAL

    @cached_property
    def _measures(self) -> tuple[float, float]:
        """Levels in dB of full scale: half of the speech is louder than the first, a tenth of the rest softer than the
        second."""
        whole = Span(0, self._audio.duration_ms)
        spoken = [_levels(_frames(self._audio, s)) for s in self._speech]
        rest = [_levels(_frames(self._audio, s)) for s in gaps(self._speech, whole)]
        speech = float(np.median(np.concatenate(spoken))) if any(map(len, spoken)) else 0.0
        return speech, float(np.quantile(np.concatenate(rest), 0.1)) if any(map(len, rest)) else speech


def _frames(audio: Audio, span: Span) -> NDArray[np.float32]:
    """The sound of a span, shape (frames, samples of 64 ms); what is left over at the end is dropped."""
    size = FRAME_MS * SAMPLES_PER_MS
    samples = audio.window(span)
    return samples[: len(samples) // size * size].reshape(-1, size)


def _levels(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each frame's level in dB of full scale; digital silence is -120."""
    power = np.square(frames - frames.mean(axis=1, keepdims=True)).mean(axis=1)
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power, 1e-12))
    return levels


def _tonal_share(frames: NDArray[np.float32]) -> float:
    """The share of frames with several tones that stand out of what is around them."""
    size = frames.shape[1]
    hz = np.fft.rfftfreq(size, 1 / (1000 * SAMPLES_PER_MS))
    power = np.abs(np.fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)) ** 2
    reach = round(NEIGHBOURS_HZ / hz[1]) | 1
    padded = np.pad(power, ((0, 0), (reach // 2, reach // 2)), mode="reflect")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, reach, axis=1), axis=2)
    inside = (hz >= FROM_HZ) & (hz <= TO_HZ)
    stands_out = (power > around * 10 ** (TONE_DB / 10)) & inside
    stands_out[:, 1:] &= ~stands_out[:, :-1]  # a tone is wider than one line of the spectrum, and still one
    return float((stands_out.sum(axis=1) >= TONES).mean())
