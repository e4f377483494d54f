"""The results of the stages: one frozen value for each, which refers to tokens by half-open ranges `[first, last)` of indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.timing import Span
from pipeline.transcript.tokens import Token


@dataclass(frozen=True, slots=True)
class Sound:
    """What decoding found: the recording's presentation length, whether it has a picture, and what is odd about it."""

    duration_ms: int
    has_picture: bool
    notes: tuple[str, ...] = ()


class Verdict(StrEnum):
    """How the times of the given subtitles relate to the sound."""

    IN_SYNC = "in sync"
    OFFSET = "offset"
    DRIFT = "drift"
    PIECES = "pieces"
    UNTIMED = "untimed"
    UNRELATED = "unrelated"
    NO_SUBTITLES = "no subtitles"


@dataclass(frozen=True, slots=True)
class Shift:
    """One piece of the piecewise linear time map: within `given`, `sound = given * rate + offset_ms`; `confidence` in [0, 1]."""

    given: Span
    offset_ms: int
    rate: float = 1.0
    confidence: float = 1.0


def on_sound(shifts: Sequence[Shift], given_ms: int) -> int:
    """A given time on the clock of the sound, in ms, by the piece that it lies in. Raises ValueError without pieces."""
    if not shifts:
        raise ValueError("text without times has no relation to the sound")
    piece = next((p for p in shifts if given_ms < p.given.end_ms), shifts[-1])
    return round(given_ms * piece.rate) + piece.offset_ms


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch for a person to review: tokens `[first, last)` (empty for speech without text), its span, and what was heard."""

    span: Span
    first: int
    last: int
    text: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class AlignmentReport:
    """The findings of the alignment as data; `summary` says them in sentences."""

    verdict: Verdict
    summary: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    speech_without_text: tuple[Passage, ...] = ()
    text_without_speech: tuple[Passage, ...] = ()
    not_confirmed: tuple[Passage, ...] = ()
    heard_differently: tuple[Passage, ...] = ()
    moved_cues: int = 0


@dataclass(frozen=True, slots=True)
class EditorCue:
    """A cue as the editor divided it: tokens `[first, last)`, its given span (None in a script), and what is not text.

    `breaks` are token indices (absolute) that begin a new line; `label_at` pairs a token index with the label that stood
    before it; `dash_at` lists token indices that followed a dialogue dash.
    """

    first: int
    last: int
    span: Span | None = None
    id: str = ""
    breaks: tuple[int, ...] = ()
    label_at: tuple[tuple[int, str], ...] = ()
    dash_at: tuple[int, ...] = ()
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """The result of `align`: every token timed, in reading order, with the editor's cues when there were any."""

    tokens: tuple[Token, ...]
    report: AlignmentReport
    editor_cues: tuple[EditorCue, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    """A run of tokens `[first, last)` of one speaker without a long pause; `speaker` is an id of the speakers' table.

    `uncertain` says that the voice alone does not settle who speaks here, `overlap` that somebody else speaks during it.
    """

    first: int
    last: int
    speaker: str | None = None
    id: str = ""
    uncertain: bool = False
    overlap: bool = False


class ProofKind(StrEnum):
    """The kinds of evidence for a voice's identity."""

    LABEL = "label"  # "JAX:" in the subtitles
    SCREEN = "screen"  # a lower third while the voice is heard
    INTRODUCED = "introduced"  # "I'm Tim Leighton"
    ADDRESSED = "addressed"  # "Thank you, Jax"
    ENROLLED = "enrolled"  # a clip that a person gave
    TURNS = "turns"  # somebody else's diarization


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence for a voice's identity: `text` is what was written or said during `span`, `times` how often it was, and `score` in
    [0, 1] how much of all such evidence about this voice says the same."""

    kind: ProofKind
    span: Span
    text: str
    times: int = 1
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice or person; `evidence` says in sentences why the name is theirs, `proofs` as data; `clips` are to listen to."""

    id: str
    name: str
    role: str = ""
    evidence: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    clips: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A speaker turn of the diarization: an interval of one speaker; turns may overlap."""

    speaker: str
    span: Span
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Voices:
    """The result of `speakers`, the diarization: the people, their turns, and the utterances, in order of their first token.

    `encoder` names the speaker encoder that told the voices apart ("" when none did); `notes` say what could not be done.
    """

    speakers: tuple[Speaker, ...] = ()
    turns: tuple[Turn, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    encoder: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed caption: tokens `[first, last)`, the absolute token indices that begin a new line, and what is not text.

    `labels` pairs a token index with the speaker's name to show before it; `dashes` lists token indices that begin a
    dialogue line; `editor_cue` is the index of the editor's cue it keeps, None when the builder divided anew.
    """

    span: Span
    first: int
    last: int
    breaks: tuple[int, ...] = ()
    speaker: str | None = None
    labels: tuple[tuple[int, str], ...] = ()
    dashes: tuple[int, ...] = ()
    settings: str = ""
    editor_cue: int | None = None


@dataclass(frozen=True, slots=True)
class Captions:
    """The result of `captions`: the cues, in order of time.

    `anew` says that none of the editor's was kept as it was, `notes` why that was chosen.
    """

    cues: tuple[Cue, ...]
    anew: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot, the picture between two cuts; `slack_ms` is how far its start may be off (0: exact, else a group of pictures).

    `look` is "moving", "still" (a frozen frame, a drawing), "card" (still, and one colour but for some writing) or "black".
    """

    span: Span
    slack_ms: int = 0
    look: str = "moving"


@dataclass(frozen=True, slots=True)
class ScreenText:
    """On-screen text: when it stands there, its words, its box (left, top, width, height as shares of the frame)
    and the OCR score in [0, 1]."""

    span: Span
    text: str
    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The result of `picture`: shots that cover the recording in order, and text on the screen; both empty without a picture."""

    shots: tuple[Shot, ...] = ()
    texts: tuple[ScreenText, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the video (a "vignette" in the public JSON): its kind, title, cast, and the evidence for its beginning.

    `kind` is introduction, vignette, commentary, closing or another word that a person gave; `cast` holds speaker ids in
    order of how much they speak; `confidence` in [0, 1] is about the boundary it begins with.
    """

    id: str
    kind: str
    title: str
    span: Span
    cast: tuple[str, ...] = ()
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The result of `vignettes`: parts that cover the recording in order without a gap."""

    parts: tuple[Part, ...] = ()


class About(StrEnum):
    """Whom a concept is said of, as far as the words of its sentence show."""

    SPEAKER = "speaker"
    ADDRESSEE = "addressee"
    OTHER = "other"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class ConceptTag:
    """A clinical concept, the words that are its evidence, the rule that found it, and how it is spoken of.

    The evidence is tokens `[first, last)`; `utterance` is the id of the utterance it begins in, and `[start_char, end_char)`
    its characters there (the tokens joined by one space; evidence that runs on into the next utterance is cut there).
    `confidence`, in [0, 1], is the chance that a careful reader gives the tag too; 1 where a person gave it.
    """

    concept: str
    utterance: str
    first: int
    last: int
    start_char: int
    end_char: int
    rule: str
    negated: bool = False
    asked: bool = False
    quoted: bool = False
    hypothetical: bool = False
    about: About = About.UNSTATED
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Concepts:
    """The result of `concepts`, in order of evidence; `lexicon` names the version of the file it was found with, `labels` pairs
    the ids of the tags with the names that people read."""

    lexicon: str = ""
    tags: tuple[ConceptTag, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
