"""The registry of what is read: each format with what of it comes along and what does not, beside the registry of exports.

The names of files are the readers' own; what is said here is held by tests that read such files.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.formats.readers import READERS
from pipeline.formats.writers.exports import Aspect
from pipeline.transcript.subtitles import SubtitlesFormat


@dataclass(frozen=True, slots=True)
class Taken:
    """A format that is read: its `ends` of file names, what it is, as what it is taken (`role`), what comes along whole, and a
    sentence on what does not or only in part ("" for nothing)."""

    name: str
    ends: tuple[str, ...]
    what: str
    role: str
    keeps: frozenset[Aspect]
    loses: str = ""


_SUBTITLES, _SCRIPT = "subtitles", "a script"
_TALK = frozenset((Aspect.TEXT, Aspect.SPEAKERS))
_CAPTIONS = _TALK | {Aspect.CAPTIONS}
_STYLED = _CAPTIONS | {Aspect.LOOKS, Aspect.PLACES}
_TIERS_LOSE = "tiers of words, concepts and parts: every word is timed anew"


def _subtitles(
    format: SubtitlesFormat, what: str, keeps: frozenset[Aspect], loses: str = "", role: str = _SUBTITLES
) -> Taken:
    return Taken(str(format), READERS[format].suffixes, what, role, keeps, loses)


TAKEN: tuple[Taken, ...] = (
    _subtitles(SubtitlesFormat.SRT, "SubRip", _STYLED, "fonts"),
    _subtitles(SubtitlesFormat.VTT, "WebVTT", _STYLED, "style sheets and regions; times of words are found anew"),
    _subtitles(SubtitlesFormat.ASS, "Advanced SubStation Alpha, and SSA", _STYLED, "fonts, drawings, animations"),
    _subtitles(SubtitlesFormat.TTML, "TTML, DFXP, IMSC, EBU-TT-D", _STYLED, "fonts, animations, pictures"),
    _subtitles(SubtitlesFormat.SBV, "YouTube's SubViewer", _CAPTIONS),
    _subtitles(SubtitlesFormat.ELAN, "ELAN's annotations", _CAPTIONS, _TIERS_LOSE),
    _subtitles(SubtitlesFormat.TEXTGRID, "Praat's TextGrid, long and short", _CAPTIONS, _TIERS_LOSE),
    _subtitles(SubtitlesFormat.TEXT, "plain text", _TALK, "times are a hint alone", _SCRIPT),
    Taken("docx", (".docx",), "a Word document", _SCRIPT, _TALK, "italics and colours; times are a hint alone"),
    Taken(
        "whisper", (".whisper.json", ".whisperx.json", ".json"), "what Whisper, WhisperX, faster-whisper or whisper.cpp heard",
        "what was heard (--heard)", frozenset((Aspect.TEXT, Aspect.WORD_TIMES, Aspect.CONFIDENCE)),
        "speakers, who are told from their voices; captions are divided anew",
    ),
    Taken(
        "rttm", (".rttm",), "another diarization's turns", "who speaks when (--turns)", frozenset((Aspect.SPEAKERS,)),
        "words, noises and confidence",
    ),
    Taken(
        "refi-qda", (".qdpx", ".qde"), "codings in a REFI-QDA project (NVivo, ATLAS.ti, MAXQDA and QualCoder export it)",
        "decisions (edits adopt)", frozenset((Aspect.CONCEPTS,)), "codes that are no concepts, notes, links, graphs",
    ),
)  # fmt: skip
"""How to add a format: `readers.READERS` says how subtitles are read; here is a row on what comes of it."""
