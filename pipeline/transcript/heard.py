"""What was heard: the result of `transcribe`, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.timing import Span, disjoint_from
from pipeline.transcript.tokens import Token


class SoundKind(StrEnum):
    """The kinds of sound that are told from speech and from noise."""

    MUSIC = "music"
    SINGING = "singing"


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """A sound beside the speech, and the mean probability of it in [0, 1]: evidence, and no caption before a person says so."""

    kind: SoundKind
    span: Span
    probability: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two people speak at once in `span`; `one` and `other` are when each of them is heard alone nearby, empty when never."""

    span: Span
    one: tuple[Span, ...] = ()
    other: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalSpeakers:
    """What the network of this name heard of speakers whom it knows for ten seconds each: when anybody speaks, pauses for breath
    included, and when two of them do at once. Without a network it has no name."""

    name: str = ""
    crossings: tuple[Crossing, ...] = ()
    speech: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """The result of `transcribe`: recognized tokens (none when the recognizer was not asked), speech regions, and where music
    plays outside them.

    `recognizer` names the engine ("sphinx", "whisper"), `model` its weights, `biased` whether the subtitles' words biased it
    (then it confirms nothing about them). `regions` are phrases, which a recognizer listens to; `voiced` is when people speak,
    pauses for breath and faint speech included, empty where that was not asked; `sounds` are other than speech.
    `local` is what a speaker segmentation found, None where none was asked; `voiced` is its own then.
    """

    recognizer: str
    model: str
    biased: bool
    tokens: tuple[Token, ...]
    regions: tuple[Span, ...]
    notes: tuple[str, ...] = ()
    music: tuple[Span, ...] = ()
    voiced: tuple[Span, ...] = ()
    sounds: tuple[SoundEvent, ...] = ()
    local: LocalSpeakers | None = None

    def with_local_speakers(self, local: LocalSpeakers) -> Heard:
        """The same with what a speaker segmentation found, which alone says then when people speak."""
        return replace(self, voiced=local.speech, local=replace(local, speech=())) if local.name else self

    @property
    def faint(self) -> tuple[Span, ...]:
        """Speech that no region meets: so quiet or so covered that a recognizer is not given it."""
        return tuple(disjoint_from(self.voiced, self.regions))
