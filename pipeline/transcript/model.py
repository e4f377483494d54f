"""The aggregate root of the data model: a `Transcript`, composed of what the stages found.

Each stage returns its own frozen result (`Heard`, `Aligned`, `Captions`, ...); a `Transcript` holds them side by side, so
that no field is ever "maybe missing". **Text lives once**, in tokens: utterances and cues refer to tokens by half-open ranges
`[first, last)` of their index and never repeat text. Tokens stand in reading order; time rises within an utterance, and
utterances may overlap in time. `pipeline.transcript.invariants.check` lists what must hold and checks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.timing import Span, hull
from pipeline.transcript.heard import Heard
from pipeline.transcript.results import (
    Aligned,
    Captions,
    Concepts,
    Cue,
    EditorCue,
    Part,
    Parts,
    Utterance,
    Voices,
)
from pipeline.transcript.review import Review
from pipeline.transcript.script import ScriptAccount
from pipeline.transcript.tokens import NOT_CAPTIONED, Kind, Token
from pipeline.transcript.verification import Verification


class Grade(StrEnum):
    """How far the text of a whole transcript was verified, from best to worst; a person's review stands beside it."""

    SUBTITLES = "timed from subtitles, text not verified"
    MACHINE = "machine text"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Media:
    """Facts about the recording and what people wrote about it in its sidecar; `duration_ms` is presentation time."""

    name: str
    sha256: str
    duration_ms: int
    title: str = ""
    isbn: tuple[str, ...] = ()
    credits: str = ""
    learning_objectives: tuple[str, ...] = ()
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that is known about one recording; `profile` names the caption profile that its cues were built for,
    `srt_positions` says whether SubRip files of it name places on the picture."""

    media: Media
    heard: Heard
    aligned: Aligned
    voices: Voices
    captions: Captions
    grade: Grade
    lang: str = "en"
    review: Review | None = None
    concepts: Concepts = field(default_factory=Concepts)
    parts: Parts = field(default_factory=Parts)
    profile: str = "training"
    srt_positions: bool = True
    provenance: dict[str, str] = field(default_factory=dict)
    script: ScriptAccount | None = None
    verification: Verification = field(default_factory=Verification)

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.aligned.tokens

    @property
    def reviewer(self) -> str:
        """Who reviewed the whole, "" when nobody did."""
        return self.review.by if self.review else ""

    @property
    def is_draft(self) -> bool:
        """Whether this must not be published: a machine's words that nobody has seen."""
        return self.grade is Grade.DRAFT and not (self.review and self.review.covers_the_words)

    def text(self, first: int, last: int) -> str:
        """The tokens `[first, last)` as one line of text."""
        return " ".join(t.text for t in self.tokens[first:last])

    def span(self, first: int, last: int) -> Span:
        """The hull of the tokens `[first, last)`. Raises ValueError for an empty range."""
        return hull(t.span for t in self.tokens[first:last])


def lines_of(cue: Cue | EditorCue, tokens: tuple[Token, ...]) -> list[list[int]]:
    """The layout of a cue: the token indices of each of its lines; no line is empty.

    Where a person joined captions over a passage that nobody says, or over a silence, these are not shown among their words.
    """
    alone = cue.last - cue.first == 1
    lines: list[list[int]] = []
    begins = True
    for index in range(cue.first, cue.last):
        begins = begins or index in cue.breaks
        if tokens[index].kind in NOT_CAPTIONED and not alone:
            continue
        if begins:
            lines.append([])
        lines[-1].append(index)
        begins = False
    return lines


def part_of(transcript: Transcript, utterance: Utterance) -> Part | None:
    """The part in which an utterance begins, None when the recording was not divided."""
    start_ms = transcript.span(utterance.first, utterance.last).start_ms
    return next((p for p in transcript.parts.parts if start_ms in p.span), None)


def grade_line(transcript: Transcript) -> str:
    """The grade as it is printed everywhere: who reviewed it and what has changed since, and how far its text was verified."""
    return "; ".join(map(str, filter(None, (transcript.review, _verified(transcript)))))


def _verified(transcript: Transcript) -> str:
    if transcript.grade is Grade.SUBTITLES and transcript.verification.witness:
        return f"timed from subtitles, {verified_percent(transcript)} % of the words verified"
    return str(transcript.grade)


def verified_percent(transcript: Transcript) -> int:
    """The share of all words with which the second witness agreed, in whole percent, rounded down."""
    words = sum(token.kind is Kind.WORD for token in transcript.tokens)
    return 100 * transcript.verification.agreed_words // words if words else 0
