"""`vignette align`: put a recording's times into the subtitles that came with it, and leave everything else alone.

The editor's cues, lines, styling and labels stay as they are, byte for byte. A script has no cues: it is divided into captions
by the rules of the profile. A file that is in sync already is given back as it came.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SubtitlesError, UsageError
from pipeline.formats.document.writer import alignment_as_json
from pipeline.formats.readers import read, source_text
from pipeline.formats.retime import retime
from pipeline.formats.writers import srt, vtt
from pipeline.media import facts
from pipeline.media.facts import Audio
from pipeline.progress import Progress, part, silent
from pipeline.run.report import at_times
from pipeline.settings import Settings
from pipeline.speech import vad
from pipeline.stages import align, captions
from pipeline.stages.align.sync import Relation
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    EditorCue,
    Grade,
    Heard,
    Kind,
    Media,
    TimeSource,
    Token,
    Transcript,
    Verdict,
    Voices,
    utterances,
)
from pipeline.transcript.subtitles import Subtitles

# A cue of a file whose editor was careful is moved on its own only if its words, and enough of them, are surely this far away:
# "Yeah." is heard in many places.
_SURELY_WRONG_MS = 1000
_SURE = 0.9
_ENOUGH_WORDS = 4
# One of so many words may have been heard in part in its own place, if it begins so far from it: editors divide long speech by
# eye.
_MANY_WORDS, _FAR_MS = 6, 1500
# The share of cues that agree on the shift of their stretch, from which on the file is called tidy.
_TIDY = 0.9
# A cue that had no length, and nothing to be said that gives it one, is shown so long.
_SHOWN_MS = 1000
# Below this confidence a word's place says less than the cue's own time, moved with all the others.
_USABLE = 0.5


@dataclass(frozen=True, slots=True)
class Realigned:
    """The subtitles with their new times, as the bytes to write, and what was found out; `notes` say what was repaired while
    they were read, and how many cues went elsewhere than the rest."""

    data: bytes
    aligned: Aligned
    notes: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """`words` in spoken order, each with times, confidence and the source of its time, and the `alignment`."""
        words = [word for token in in_spoken_order(self.aligned.tokens) for word in _words(token)]
        return {"words": words, "alignment": alignment_as_json(self.aligned)}

    def report_text(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.report(), ensure_ascii=False, indent=1) + "\n"


def realign(
    recording: Path, subtitles: Path, out: Path, settings: Settings, progress: Progress = silent
) -> Realigned:
    """Time `subtitles` (or a script) from the sound of `recording`, in the format that the name `out` asks for.

    Raises MediaError and SubtitlesError for what cannot be read or belongs to another recording, UsageError when `out` asks
    for another format than the subtitles have.
    """
    given = read(subtitles, settings.language, settings.names)
    if not given.words:
        raise SubtitlesError(subtitles, "holds no text", "give subtitles or a script with words in it")
    _check_format(given, out)
    listen = part(progress, 0, 0.1)
    audio = facts.decode_audio(recording, listen, settings.audio_track, settings.language)
    heard = Heard("", "", False, (), vad.speech_regions(audio, progress=part(progress, 0.1, 0.3)))
    aligned = align.run(audio, heard, given, settings.align, part(progress, 0.3, 1))
    if aligned.report.verdict is Verdict.UNRELATED:
        problem = f"does not fit {recording.name}: its words are not in the sound"
        raise SubtitlesError(subtitles, problem, "name the right file")
    if not given.timed:
        return Realigned(_divided(aligned, audio, given, settings, out).encode("utf-8"), aligned, given.notes)
    spans = new_times(given, aligned)
    text = retime(source_text(subtitles, settings.language), given.format, spans)
    return Realigned(
        _encoded(text, given, subtitles), aligned, (*given.notes, *_strays(given, aligned, spans))
    )


def _strays(given: Subtitles, aligned: Aligned, spans: Sequence[Span]) -> tuple[str, ...]:
    """That cues of a careful file went elsewhere than the rest of it, and where the first of them are now."""
    relation = Relation(aligned.report.verdict, aligned.report.shifts)
    if relation.verdict not in (Verdict.IN_SYNC, Verdict.OFFSET, Verdict.DRIFT):
        return ()
    gone = [
        now
        for cue, now in zip(given.cues, spans, strict=True)
        if cue.span and abs(now.start_ms - relation.at(cue.span.start_ms)) > _SURELY_WRONG_MS
    ]
    if not gone:
        return ()
    one = "1 cue stood" if len(gone) == 1 else f"{len(gone)} cues stood"
    return (f"{one} elsewhere, and went where the words are said: {at_times(gone)}",)


def _check_format(given: Subtitles, out: Path) -> None:
    wanted = out.suffix.lower().lstrip(".")
    own = str(given.format)
    if given.timed and wanted != own and (wanted, own) != ("ssa", "ass"):
        raise UsageError(
            f"{given.name} is {own.upper()}, and only its times are changed", f"name the output .{own}"
        )
    if not given.timed and wanted not in ("srt", "vtt"):
        raise UsageError(f"captions cannot be written as '{out.name}'", "name the output .srt or .vtt")


def _encoded(text: str, given: Subtitles, source: Path) -> bytes:
    """`text` in the encoding of its source, with the same byte order mark, if it had one."""
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    mark = marks.get(given.encoding, b"")
    had_mark = bool(mark) and source.read_bytes().startswith(mark)
    return (mark if had_mark else b"") + text.encode(given.encoding)


def _divided(aligned: Aligned, audio: Audio, given: Subtitles, settings: Settings, out: Path) -> str:
    """A script as captions."""
    voices: Voices = utterances.build(aligned)
    made = captions.run(aligned, voices, settings.captions, duration_ms=audio.duration_ms)
    whole = Transcript(
        Media(out.stem, "", audio.duration_ms), Heard("", "", False, (), ()), aligned, voices, made, Grade.SUBTITLES,
        lang=given.lang,
    )  # fmt: skip
    return vtt.dumps(whole) if out.suffix.lower() == ".vtt" else srt.dumps(whole)


def new_times(given: Subtitles, aligned: Aligned) -> list[Span]:
    """A span for every cue of `given`, in its order: where its words are said, or where its own time went with the rest.

    No cue is left out, and those that did not overlap in the file do not overlap afterwards.
    """
    relation = Relation(aligned.report.verdict, aligned.report.shifts)
    by_first = {cue.first: cue for cue in aligned.editor_cues}
    spans: list[Span] = []
    at = 0
    for cue in given.cues:
        assert cue.span is not None, "scripts are divided, not retimed"
        editor = by_first.get(at) if cue.words else None
        spans.append(_new_time(cue.span, editor, aligned.tokens, relation))
        at += len(cue.words)
    return _apart([c.span for c in given.cues if c.span is not None], spans)


def _new_time(own: Span, cue: EditorCue | None, tokens: Sequence[Token], relation: Relation) -> Span:
    spoken = [t for t in tokens[cue.first : cue.last] if t.kind is Kind.WORD] if cue else []
    moved = relation.at(own.start_ms) if relation.pieces else own.start_ms
    sure = bool(spoken) and spoken[0].time_source is TimeSource.ALIGNED and spoken[0].confidence >= _USABLE
    if relation.verdict is Verdict.IN_SYNC or _is_tidy(relation):
        near = sure and abs(spoken[0].span.start_ms - moved) <= _SURELY_WRONG_MS
        elsewhere = sure and not near and _is_proven(spoken, own.shifted(moved - own.start_ms))
        if relation.verdict is Verdict.IN_SYNC and not elsewhere:
            return own
        sure = near or elsewhere
    start = spoken[0].span.start_ms if sure else max(0, moved)
    length = max(0, (relation.at(own.end_ms) if relation.pieces else own.end_ms) - moved)
    said = spoken[-1].span.end_ms if sure and spoken[-1].time_source is TimeSource.ALIGNED else start
    return Span(start, max(start + length, said) if length or said > start else start + _SHOWN_MS)


def _is_tidy(relation: Relation) -> bool:
    """Whether the editor's cues stand where they belong but for a common shift."""
    return bool(relation.pieces) and min(p.confidence for p in relation.pieces) >= _TIDY


def _is_proven(spoken: Sequence[Token], there: Span) -> bool:
    """Whether a cue is long enough, and all of it heard beyond doubt, to believe the sound more than a good editor: a short one
    only if nothing of it was heard in its own place `there`."""
    if min(t.confidence for t in spoken) < _SURE or len(spoken) < _ENOUGH_WORDS:
        return False
    far = abs(spoken[0].span.start_ms - there.start_ms) >= _FAR_MS
    return (far and len(spoken) >= _MANY_WORDS) or not any(t.span.middle_ms in there for t in spoken)


def _apart(own: Sequence[Span], moved: Sequence[Span]) -> list[Span]:
    """End each cue before the next begins, where it did so in the file."""
    result = list(moved)
    for n in range(len(result) - 1):
        here, following = result[n], result[n + 1]
        if own[n].end_ms <= own[n + 1].start_ms and here.start_ms < following.start_ms < here.end_ms:
            result[n] = Span(here.start_ms, following.start_ms)
    return result


def in_spoken_order(tokens: Sequence[Token]) -> list[Token]:
    """The tokens by the time they are said; those said at one time stay in the order of the text."""
    return sorted((t for t in tokens if t.kind is Kind.WORD), key=lambda t: t.span.start_ms)


def _words(token: Token) -> list[dict[str, Any]]:
    """A token as the report tells it: stutters and compounds word by word ("I-I"), their time shared out by letters."""
    pieces = _pieces(token.text)
    total = sum(map(len, pieces))
    told, at = [], 0
    for piece in pieces:
        start = token.span.start_ms + token.span.duration_ms * at // total
        at += len(piece)
        told.append(
            {
                "text": piece,
                "start_ms": start,
                "end_ms": token.span.start_ms + token.span.duration_ms * at // total,
                "confidence": token.confidence,
                "time_source": str(token.time_source),
            }
        )
    return told


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in text.replace("-", "-\0").split("\0"):
        if pieces and not any(c.isalnum() for c in piece):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return pieces
