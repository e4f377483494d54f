"""The transcript data model: an immutable value composed of what the stages found, and the algebra over it.

    tokens      the written words, each with its span and where text and time came from
    heard       what was heard: words, when people speak, other sounds
    results     what each stage finds, in ranges of tokens
    review      a person's review of the whole, and what has changed since
    verification  the same of the second witness
    model       the value that holds them side by side
    invariants  what holds of every transcript, checked
    script      what of a script is speech, and what was left out
    subtitles   the text that came with a recording, as read and not yet believed
    utterances  segmentation of tokens into runs of one speaker
    parts       the parts of a video: what is said in them, their casts, ids and titles
    reindex     ranges of tokens adjusted after tokens were inserted

Everything here is read as `from pipeline.transcript import ...`, but for the algebra, which is asked for by module.
"""

from pipeline.transcript.heard import (
    Crossing,
    Heard,
    LocalSpeakers,
    SoundEvent,
    SoundKind,
)
from pipeline.transcript.invariants import (
    check,
)
from pipeline.transcript.model import (
    Grade,
    Media,
    Transcript,
    grade_line,
    lines_of,
    part_of,
)
from pipeline.transcript.results import (
    About,
    Aligned,
    AlignmentReport,
    Captions,
    Concepts,
    ConceptTag,
    Cue,
    EditorCue,
    Part,
    Parts,
    Passage,
    Picture,
    Proof,
    ProofKind,
    ScreenText,
    Shift,
    Shot,
    Sound,
    Speaker,
    Turn,
    Utterance,
    Verdict,
    Voices,
)
from pipeline.transcript.review import (
    Review,
)
from pipeline.transcript.script import (
    ScriptAccount,
)
from pipeline.transcript.tokens import (
    NOT_CAPTIONED,
    SPOKEN,
    Kind,
    TextSource,
    TimeSource,
    Token,
)
from pipeline.transcript.verification import Checked, Opinion, Suggestion, Verification

__all__ = [
    "NOT_CAPTIONED",
    "SPOKEN",
    "About",
    "Aligned",
    "AlignmentReport",
    "Captions",
    "Checked",
    "ConceptTag",
    "Concepts",
    "Crossing",
    "Cue",
    "EditorCue",
    "Grade",
    "Heard",
    "Kind",
    "LocalSpeakers",
    "Media",
    "Opinion",
    "Part",
    "Parts",
    "Passage",
    "Picture",
    "Proof",
    "ProofKind",
    "Review",
    "ScreenText",
    "ScriptAccount",
    "Shift",
    "Shot",
    "Sound",
    "SoundEvent",
    "SoundKind",
    "Speaker",
    "Suggestion",
    "TextSource",
    "TimeSource",
    "Token",
    "Transcript",
    "Turn",
    "Utterance",
    "Verdict",
    "Verification",
    "Voices",
    "check",
    "grade_line",
    "lines_of",
    "part_of",
]
