"""Automatic speech recognition: sound to draft words with their times. The stage picks one class that satisfies `Recognizer`.

`whisper` runs faster-whisper, on windows that `packing` fills, and `guards` removes what it hallucinates; `sphinx` runs
PocketSphinx, with the language model that `ngram` estimates from the subtitles; `split` divides long stretches at pauses.
Nothing here downloads anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.media.audio import Audio
from pipeline.progress import Progress
from pipeline.timing import Span
from pipeline.transcript import Token


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
