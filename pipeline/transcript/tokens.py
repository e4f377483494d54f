"""Tokens: the written words of a recording, each with its span, its kind, and where text and time came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.timing import Span


class Kind(StrEnum):
    """What a token stands for."""

    WORD = "word"
    SOUND = "sound"  # "[laughter]": heard, but nobody says it
    UNCLEAR = "unclear"  # "[inaudible]": somebody speaks, and nobody knows what is said
    UNSPOKEN = "unspoken"  # on the screen only: a credit, a heading in the subtitles
    ABSENT = "absent"  # in the subtitles, and nobody says it in this recording: a passage that was cut
    PAUSE = "pause"  # a long silence, told by Vignette; captions show it where their profile wants it


# What somebody says, whether or not it was understood.
SPOKEN = frozenset((Kind.WORD, Kind.UNCLEAR))

# Every token is in exactly one cue, but of these kinds: text that is not in the recording, and silence.
NOT_CAPTIONED = frozenset((Kind.ABSENT, Kind.PAUSE))


class TextSource(StrEnum):
    """The provenance of a token's text."""

    SUBTITLES = "subtitles"
    SCRIPT = "script"
    WHISPER = "whisper"
    SPHINX = "sphinx"
    MACHINE = "machine"  # written by Vignette itself: "[long pause]"
    HUMAN = "human"


class TimeSource(StrEnum):
    """The provenance of a token's times."""

    RECOGNIZED = "recognized"  # a recognizer heard this very word here
    ALIGNED = "aligned"  # forced alignment of known text
    INTERPOLATED = "interpolated"  # placed between timed neighbours
    GIVEN = "given"  # the editor's time (moved by the global relation at most)
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Token:
    """One written word with its punctuation, when it is said, and where text and time came from.

    `confidence` in [0, 1] is about the *time* when the text was given, about the word when it was recognized. `spoken` gives
    the spoken words where they differ from the written one, else None. `style` is how it looks, as `transcript.styling` says.
    """

    text: str
    span: Span
    confidence: float = 1.0
    kind: Kind = Kind.WORD
    text_source: TextSource = TextSource.SUBTITLES
    time_source: TimeSource = TimeSource.ALIGNED
    spoken: str | None = None
    style: str = ""
