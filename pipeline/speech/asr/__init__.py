"""Recognizers turn sound into draft words. Each is one small class that satisfies `Recognizer`; the stage
picks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.media.audio import Audio
from pipeline.progress import Progress
from pipeline.timing import Span
from pipeline.transcript import Token


@dataclass(frozen=True, slots=True)
class Bias:
    """What is known of the words before listening.

    `sentences` are the spoken words of the subtitles or script, in order; `names` are names and terms as they
    are written, which may or may not be said. A recognizer may use either or none.
    """

    sentences: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()


class Recognizer(Protocol):
    """`name` is the engine's, `model` that of its weights; `uses_sentences` says whether the subtitles' words
    sway it."""

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def uses_sentences(self) -> bool: ...

    def recognize(
        self, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress
    ) -> tuple[Token, ...]:
        """The words heard in `regions` (disjoint, rising), in order of their starts, inside the recording.

        The same input gives the same words, however many processes share the work. Raises RecognizerError or
        WeightsError.
        """
        ...
