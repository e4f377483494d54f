"""Automatic speech recognition: sound to draft words with their times, by a class that satisfies `Recognizer`.

choice   which of them a run takes
whisper  Whisper through faster-whisper
packing  regions of speech packed into its windows
guards   what it hallucinates removed
sphinx   PocketSphinx
ngram    the language model of the subtitles that biases it
split    long stretches divided at pauses
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline.progress import Progress
from pipeline.timing import Span
from pipeline.transcript import Token

if TYPE_CHECKING:
    from pipeline.media.audio import Audio


@dataclass(frozen=True, slots=True)
class Bias:
    """Contextual biasing: what is known of the words before they are recognized.

    `sentences` are the spoken words of the subtitles or script, in order; `names` are names and terms as they
    are written, which may or may not be said. A recognizer may use either or none.
    """

    sentences: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()


class Recognizer(Protocol):
    """A speech recognizer. `name` is the engine's, `model` that of its weights; `uses_sentences` says whether it is biased by
    `Bias.sentences`."""

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def uses_sentences(self) -> bool: ...

    def recognize(
        self, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress
    ) -> tuple[Token, ...]:
        """The words recognized in `regions` (disjoint, rising), in order of their starts, inside the recording.

        The same input gives the same words, however many processes share the work. Raises RecognizerError or
        WeightsError.
        """
        ...
