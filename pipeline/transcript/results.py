"""What the stages find: one frozen result for each stage, which refers to tokens by half-open ranges of their index."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Heard:
    """What `transcribe` found: draft tokens (empty when the recognizer was not asked), and where there is speech.

    `recognizer` names the engine ("sphinx", "whisper"), `model` its weights, `biased` whether the subtitles' words helped it
    (a biased ear is no independent witness).
    """

    recognizer: str
    model: str
    biased: bool
    tokens: tuple[Token, ...]
    regions: tuple[Span, ...]
    notes: tuple[str, ...] = ()


class Verdict(StrEnum):
    """How the given times relate to the sound."""

    IN_SYNC = "in sync"
    OFFSET = "offset"
    DRIFT = "drift"
    PIECES = "pieces"
    UNTIMED = "untimed"
    UNRELATED = "unrelated"
    NO_SUBTITLES = "no subtitles"


@dataclass(frozen=True, slots=True)
class Shift:
    """Between these given times, `sound = given * rate + offset_ms`; `confidence` in [0, 1]."""

    given: Span
    offset_ms: int
    rate: float = 1.0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch worth a person's look: tokens `[first, last)` (empty for speech without text), its span, and what was heard."""

    span: Span
    first: int
    last: int
    text: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class AlignmentReport:
    """What aligning found out, as data; `summary` says it in sentences."""

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
    """What `align` found: every token timed, in reading order, with the editor's cues when there were any."""

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
    """What can say whose voice a voice is."""

    LABEL = "label"  # "JAX:" in the subtitles
    SCREEN = "screen"  # a lower third while the voice is heard
    INTRODUCED = "introduced"  # "I'm Tim Leighton"
    ADDRESSED = "addressed"  # "Thank you, Jax"
    ENROLLED = "enrolled"  # a clip that a person gave


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a voice bears its name: `text` is what was written or said during `span`, `times` how often it was, and `score` in
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
    """An interval of one speaker; turns may overlap."""

    speaker: str
    span: Span
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Voices:
    """Who spoke when: the people, their turns, and the utterances (tokens x turns), in order of their first token.

    `encoder` names what told the voices apart ("" when nothing was asked to); `notes` say what could not be done.
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
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of picture between two cuts; `slack_ms` is how far its start may be off (0: exact, else a group of pictures).

    `look` is "moving", "still" (a frozen frame, a drawing), "card" (still, and one colour but for some writing) or "black".
    """

    span: Span
    slack_ms: int = 0
    look: str = "moving"


@dataclass(frozen=True, slots=True)
class ScreenText:
    """Text read on the screen: when it stands there, its words, its box (left, top, width, height as shares of the frame)
    and the reader's score in [0, 1]."""

    span: Span
    text: str
    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What `picture` found: shots that cover the recording in order, and text on the screen; both empty without a picture."""

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
    """What `vignettes` found: parts that cover the recording in order without a gap."""

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


@dataclass(frozen=True, slots=True)
class Concepts:
    """What `concepts` found, in order of evidence; `lexicon` names the version of the file it was found with, `labels` pairs
    the ids of the tags with the names that people read."""

    lexicon: str = ""
    tags: tuple[ConceptTag, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
