"""The registry of other tools' formats: what each is for, what it keeps of a transcript, and who writes it.

A transcript is more than any of them holds. What one leaves out is therefore data (`Aspect`): it is listed, and said of each
recording that has some of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.writers import ass, docx, elan, tables, textgrid, ttml, youtube
from pipeline.formats.writers.exported import Exported
from pipeline.transcript import NOT_CAPTIONED, Kind, styling


class Aspect(StrEnum):
    """What a transcript holds and a format may keep."""

    TEXT = "text"
    CAPTIONS = "captions"
    WORD_TIMES = "times of words"
    SPEAKERS = "speakers"
    LOOKS = "italics and colours"
    PLACES = "places on the picture"
    CONCEPTS = "concepts"
    PARTS = "parts"
    CONFIDENCE = "confidence"


_CAPTIONS = frozenset((Aspect.TEXT, Aspect.CAPTIONS, Aspect.SPEAKERS, Aspect.LOOKS, Aspect.PLACES))


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a transcript is exported to.

    `end` follows the recording's name, with `{lang}` for the language; `keeps` are the aspects that come along whole,
    `resolution` is that of its times, `loses` a sentence on what it keeps only in part ("" for nothing).
    """

    name: str
    what: str
    end: str
    keeps: frozenset[Aspect]
    dumps: Callable[[Captioned], Exported]
    resolution: str = "1 ms"
    loses: str = ""

    @property
    def left_out(self) -> tuple[Aspect, ...]:
        """The aspects that it does not keep."""
        return tuple(aspect for aspect in Aspect if aspect not in self.keeps)


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("ttml", "TTML, the IMSC 1.1 text profile: streaming and web players", ".{lang}.ttml", _CAPTIONS, ttml.imsc),
        Format(
            "ebu-tt-d", "EBU-TT-D: European broadcasters", ".{lang}.ebuttd.xml", _CAPTIONS - {Aspect.SPEAKERS},
            ttml.ebu_tt_d, loses="speakers are four colours, without names",
        ),
        Format(
            "ass", "Advanced SubStation Alpha: Aegisub, mpv, VLC", ".{lang}.ass", _CAPTIONS, ass.dumps, "10 ms",
            "one speaker for each caption",
        ),
        Format(
            "docx", "a Word document for people who read", ".transcript.docx",
            frozenset((Aspect.TEXT, Aspect.SPEAKERS, Aspect.PARTS)), docx.dumps, "1 s", "starts without ends",
        ),
        Format(
            "eaf", "ELAN: tiers of speakers, words, concepts, parts", ".eaf",
            frozenset((Aspect.TEXT, Aspect.WORD_TIMES, Aspect.SPEAKERS, Aspect.CONCEPTS, Aspect.PARTS)), elan.dumps,
        ),
        Format(
            "textgrid", "Praat's TextGrid: the same tiers", ".TextGrid",
            frozenset((Aspect.TEXT, Aspect.WORD_TIMES, Aspect.SPEAKERS, Aspect.CONCEPTS, Aspect.PARTS)), textgrid.dumps,
        ),
        Format(
            "csv", "a line for each utterance: spreadsheets, R", ".utterances.csv",
            frozenset((Aspect.TEXT, Aspect.SPEAKERS, Aspect.CONCEPTS, Aspect.PARTS)), tables.of_utterances,
        ),
        Format(
            "csv-words", "a line for each word", ".words.csv",
            frozenset((Aspect.TEXT, Aspect.WORD_TIMES, Aspect.SPEAKERS, Aspect.CONFIDENCE)), tables.of_words,
        ),
        Format(
            "youtube", "chapters for the description of a video on YouTube", ".chapters.txt", frozenset((Aspect.PARTS,)),
            youtube.dumps, "1 s",
        ),
    )
}  # fmt: skip
"""How to add a format: write a module here with a function `dumps(captioned) -> Exported`, one row here, who reads it in
`tests/support/judges.py`, and `python -m tests.support.formats_table`."""


def export(read: Captioned, format: Format) -> Exported:
    """A document in a format; its notes begin with what of this very document the format cannot hold."""
    made = format.dumps(read)
    lost = [said for aspect in format.left_out if (said := _held(read, aspect))]
    left_out = (f"{format.name} does not hold {', '.join(lost)}",) if lost else ()
    return Exported(made.content, (*left_out, *made.notes))


def _held(read: Captioned, aspect: Aspect) -> str:
    """What a document holds of an aspect, in words; "" for nothing."""
    return _COUNTS[aspect](read)


def _some(count: int, one: str, many: str = "") -> str:
    return counted(count, one, many) if count else ""


def _styled(read: Captioned) -> int:
    return sum(bool(styling.without_classes(word.style)) for word in read.words)


_COUNTS: dict[Aspect, Callable[[Captioned], str]] = {
    Aspect.TEXT: lambda read: _some(sum(Kind(word.kind) not in NOT_CAPTIONED for word in read.words), "word"),
    Aspect.CAPTIONS: lambda read: _some(
        len(read.cues), "caption as it is divided", "captions as they are divided"
    ),
    Aspect.WORD_TIMES: lambda read: _some(len(read.words), "time of a word", "times of words"),
    Aspect.SPEAKERS: lambda read: _some(len(read.document.people), "speaker's name", "speakers' names"),
    Aspect.LOOKS: lambda read: _some(
        _styled(read), "word in italics or colour", "words in italics or colour"
    ),
    Aspect.PLACES: lambda read: _some(
        sum(bool(cue.position) for cue in read.cues),
        "caption's place on the picture",
        "captions' places on the picture",
    ),
    Aspect.CONCEPTS: lambda read: _some(sum(len(u.tags) for u in read.document.utterances), "concept"),
    Aspect.PARTS: lambda read: _some(len(read.document.scenes), "part"),
    Aspect.CONFIDENCE: lambda read: _some(
        sum(word.confidence < 1 for word in read.words), "word's confidence", "words' confidence"
    ),
}
