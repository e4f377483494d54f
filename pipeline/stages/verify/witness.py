"""The second witness: Whisper hears windows of the recording without knowing the text, and the aligner weighs readings of it.

What was heard is kept by window, so that a corrected word makes nobody listen again, and a machine without weights may use
what another one heard. The windows are those that a whole transcription would have: they depend on the sound alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from pipeline.media.audio import Audio
from pipeline.progress import Progress, silent
from pipeline.speech.aligner.listen import Aligner
from pipeline.speech.aligner.pronounced import spoken_words
from pipeline.speech.aligner.threads import single_threaded_blas
from pipeline.speech.asr.packing import Chunk, pack
from pipeline.speech.asr.whisper import Whisper
from pipeline.stages.verify.testimony import Testimony
from pipeline.timing import SAMPLES_PER_MS, Span
from pipeline.transcript import Token

# Sound taken in on either side of the words that are weighed, and around them for the voice to be known.
_MARGIN_MS = 20
_VOICE_MS = 3000
_AHEAD_MS = 15_000
# Nats that stand for one reading that cannot be aligned at all.
_MOST_GAIN = 100.0
_DIGITS = 2  # decimals of what is kept of a likelihood


class Witness:
    """Hears windows and weighs readings, each once; `kept` is what it knew already and has learnt since.

    `ear` is None where no weights are here, `audio` None where nothing may be listened to: then it knows what is kept.
    """

    def __init__(
        self, audio: Callable[[], Audio] | None, regions: Sequence[Span], ear: Whisper | None, identity: str, kept: Testimony
    ) -> None:  # fmt: skip
        self._audio, self._regions, self._ear = audio, regions, ear
        same = not identity or kept.witness == identity
        self.name = identity or kept.witness
        self._words = dict(kept.words) if same else {}
        self._gains = dict(kept.gains)
        self._windows = kept.windows
        self._near: tuple[Span, Aligner] | None = None
        self._used_gains: dict[str, float] = {}

    @property
    def kept(self) -> Testimony:
        """All that it knows, to be kept for the next time."""
        return Testimony(self.name, self._windows, {**self._words}, self._used_gains)

    @property
    def windows(self) -> tuple[Chunk, ...]:
        """The windows of the recording, in order; none where they are not known and nothing may be listened to."""
        if not self._windows and self._audio is not None:
            self._windows = tuple(chunk.pieces for chunk in pack(self._audio(), self._regions))
        return tuple(Chunk(pieces) for pieces in self._windows)

    def hears(self, window: Chunk) -> bool:
        """Whether it can say what is said in a window."""
        return window.name in self._words or (self._ear is not None and self._audio is not None)

    def hear(self, windows: Sequence[Chunk], progress: Progress = silent) -> dict[Chunk, tuple[Token, ...]]:
        """The words of each of the windows that it can hear. Raises WeightsError or RecognizerError."""
        new = [w for w in windows if w.name not in self._words]
        if new and self._ear is not None and self._audio is not None:
            found = self._ear.hear(self._audio(), new, self._regions, progress)
            self._words.update(zip((w.name for w in new), found, strict=True))
        progress(1.0)
        return {w: self._words[w.name] for w in windows if w.name in self._words}

    def gain(self, span: Span, written: str, other: str) -> float | None:
        """How much likelier `other` is than `written` as what is said in a part of the sound, in nats; None where neither can be
        known. Raises WeightsError when the acoustic model is missing."""
        key = f"{span.start_ms}-{span.end_ms} {written} | {other}"
        if key not in self._gains and self._audio is not None:
            with single_threaded_blas():  # its matrices are small: more threads only wait for each other
                self._gains[key] = round(self._weighed(span, written, other), _DIGITS)
        if key in self._gains:
            self._used_gains[key] = self._gains[key]
        return self._gains.get(key)

    def _weighed(self, span: Span, written: str, other: str) -> float:
        readings = [[s for word in text.split() for s in spoken_words(word)] for text in (written, other)]
        if not all(readings):
            return -_MOST_GAIN
        home, aligner = self._aligner_of(span)
        part = Span(
            max(0, span.start_ms - _MARGIN_MS - home.start_ms),
            max(1, span.end_ms + _MARGIN_MS - home.start_ms),
        )
        own, instead = aligner.likelihoods(readings, part)
        if not isfinite(instead) or not isfinite(own):
            return _MOST_GAIN if isfinite(instead) else -_MOST_GAIN
        return instead - own

    def _aligner_of(self, span: Span) -> tuple[Span, Aligner]:
        """An aligner of the sound around a span, which knows its voices, and where that sound lies; the last one is kept, since
        differences come in order of time."""
        assert self._audio is not None
        if self._near is None or self._near[0].intersection(span) != span:
            audio = self._audio()
            home = Span(
                max(0, span.start_ms - _VOICE_MS),
                min(audio.duration_ms, max(span.end_ms, span.start_ms + _AHEAD_MS)),
            )
            samples = audio.samples[home.start_ms * SAMPLES_PER_MS : home.end_ms * SAMPLES_PER_MS]
            self._near = home, Aligner(samples, (), threads=1)
        return self._near
