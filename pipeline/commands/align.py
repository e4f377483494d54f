"""Retiming of subtitles: `vignette align` sets each cue's times from the recording's sound, and leaves everything else alone.

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

from pipeline.errors import SubtitlesError, UsageError, counted
from pipeline.formats.document.writer import alignment_as_json, script_as_json
from pipeline.formats.readers import counts_frames, read, source_text
from pipeline.formats.retime import RETIMED, converted, retime
from pipeline.formats.writers import srt, vtt
from pipeline.media import facts
from pipeline.media.facts import Audio
from pipeline.progress import Progress, part, silent
from pipeline.run import hearing
from pipeline.run.alignment import Anchoring
from pipeline.run.report import at_times
from pipeline.settings import Settings
from pipeline.speech import vad
from pipeline.stages import align, captions
from pipeline.stages.align.sync import Relation
from pipeline.timing import Span, shares
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
from pipeline.transcript.script import ScriptAccount, account
from pipeline.transcript.subtitles import Subtitles

# A cue of a consistently timed file is moved on its own only when its words are heard more than this far from where the file's
# common shift puts it. Set by hand.
_MAX_DEVIATION_MS = 1000
# And only when all of its words, at least so many, have this confidence: "Yeah." is heard in many places. Set by hand.
_MIN_PROOF_CONFIDENCE = 0.9
_MIN_PROOF_WORDS = 4
# A cue of at least so many words, heard at least so far away, may overlap its old place: editors divide long speech by eye. Set
# by hand.
_MIN_OVERLAPPING_WORDS = 6
_MIN_OVERLAPPING_SHIFT_MS = 1500
# From this share of cues that agree on the shift of their stretch (0 to 1) on, a file counts as consistently timed. Set by hand.
_MIN_AGREEMENT = 0.9
# How long a cue is shown that had no duration in the file and gets none from its words. Set by hand.
_DEFAULT_DURATION_MS = 1000
# Below this confidence (0 to 1) a word's time is more likely wrong than right, and the cue's own time, shifted, is taken.
_MIN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Realigned:
    """Subtitles with new times, as the bytes to write, and the alignment they come from.

    `notes` say what was repaired while the file was read, and how many cues were moved apart from the rest.
    """

    data: bytes
    aligned: Aligned
    notes: tuple[str, ...] = ()
    script: ScriptAccount | None = None

    def report(self) -> dict[str, Any]:
        """The word-level report: `words` in spoken order, each with times in milliseconds, confidence and time source, and the
        `alignment`; of a script also what of it is no speech."""
        words = [word for token in by_start_time(self.aligned.tokens) for word in _report_entries(token)]
        script = {"script": script_as_json(self.script)} if self.script else {}
        return {"words": words, "alignment": alignment_as_json(self.aligned), **script}

    def report_text(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.report(), ensure_ascii=False, indent=1) + "\n"


def realign(
    recording: Path, subtitles: Path, out: Path, settings: Settings, progress: Progress = silent
) -> Realigned:
    """Retime `subtitles`, or time a script, from the sound of `recording`, in the format that the suffix of `out` names.

    Raises MediaError and SubtitlesError for what cannot be read or belongs to another recording, UsageError when `out` asks
    for another format than the subtitles have.
    """
    rate = None
    if counts_frames(subtitles, settings.language):
        rate = facts.facts(recording, settings.audio_track, settings.language).frame_rate
    as_read = read(subtitles, settings.language, settings.names, rate)
    given = as_read.without_directions()
    if not given.words:
        raise SubtitlesError(subtitles, "holds no text", "give subtitles or a script with words in it")
    _check_format(given, out)
    listen = part(progress, 0, 0.1)
    audio = facts.decode_audio(recording, listen, settings.audio_track, settings.language)
    heard = Heard("", "", False, (), vad.speech_regions(audio, progress=part(progress, 0.1, 0.3)))
    in_order, order = given.in_order_of_time(), given.order_of_time()
    regions = heard.regions or (Span(0, audio.duration_ms),)
    ear = Anchoring(hearing.witness(lambda: audio, regions, settings), settings.verify)
    aligned = align.run(audio, heard, in_order, settings.align, part(progress, 0.3, 1), ear)
    if align.is_refuted(aligned, in_order):
        problem = f"does not fit {recording.name}: its words are not in the sound"
        raise SubtitlesError(subtitles, problem, "name the right file")
    if not given.timed:
        script = account(as_read)
        told = (script.sentence("all in the report"),) if script else ()
        made = _captioned_script(aligned, audio, given, settings, out).encode("utf-8")
        return Realigned(made, aligned, (*_noted(given), *told), script)
    moved = dict(zip(order, new_times(in_order, aligned), strict=True))
    spans = [moved[n] for n in range(len(given.cues))]
    if given.format not in RETIMED:
        cues = converted(subtitles, spans, settings.language, rate)
        is_vtt, placed = out.suffix.lower() == ".vtt", settings.captions.srt_positions
        composed = vtt.compose(cues) if is_vtt else srt.compose(cues, placed)
        return Realigned(
            composed.encode("utf-8"), aligned, (*_noted(in_order), *_displaced(given, aligned, spans))
        )
    text = retime(source_text(subtitles, settings.language), given.format, spans)
    return Realigned(
        _encoded(text, given, subtitles), aligned, (*_noted(in_order), *_displaced(given, aligned, spans))
    )


def _noted(given: Subtitles) -> tuple[str, ...]:
    """What was repaired while the file was read, each with its name."""
    return tuple(f"{given.name}: {note}" for note in given.notes)


def _displaced(given: Subtitles, aligned: Aligned, spans: Sequence[Span]) -> tuple[str, ...]:
    """A note on displaced cues, which a consistently timed file had elsewhere than the sound: how many, and where they are."""
    relation = Relation(aligned.report.verdict, aligned.report.shifts)
    if relation.verdict not in (Verdict.IN_SYNC, Verdict.OFFSET, Verdict.DRIFT):
        return ()
    displaced = [
        now
        for cue, now in zip(given.cues, spans, strict=True)
        if cue.span and abs(now.start_ms - relation.at(cue.span.start_ms)) > _MAX_DEVIATION_MS
    ]
    if not displaced:
        return ()
    stood = f"{counted(len(displaced), 'cue')} stood"
    return (f"{stood} elsewhere, and went where the words are said: {at_times(displaced)}",)


def _check_format(given: Subtitles, out: Path) -> None:
    """Raise UsageError for an output of another format than the subtitles, or none that a script can become."""
    wanted = out.suffix.lower().lstrip(".")
    own = str(given.format)
    written_anew = given.timed and given.format not in RETIMED
    if written_anew and wanted not in ("srt", "vtt"):
        raise UsageError(
            f"{given.name} is {own.upper()}, which is read and not written", "name the output .srt or .vtt"
        )
    if given.timed and not written_anew and wanted != own and (wanted, own) != ("ssa", "ass"):
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


def _captioned_script(aligned: Aligned, audio: Audio, given: Subtitles, settings: Settings, out: Path) -> str:
    """A script divided into captions by the profile's rules, as SubRip or WebVTT text."""
    voices: Voices = utterances.build(aligned)
    made = captions.run(aligned, voices, settings.captions, duration_ms=audio.duration_ms)
    whole = Transcript(
        Media(out.stem, "", audio.duration_ms), Heard("", "", False, (), ()), aligned, voices, made, Grade.SUBTITLES,
        lang=given.lang, srt_positions=settings.captions.srt_positions,
    )  # fmt: skip
    return vtt.dumps(whole) if out.suffix.lower() == ".vtt" else srt.dumps(whole)


def new_times(given: Subtitles, aligned: Aligned) -> list[Span]:
    """The new time of every cue of `given`, in its order: where its words are said, else its own, shifted with the rest.

    No cue is left out, and those that did not overlap in the file do not overlap afterwards.
    """
    relation = Relation(aligned.report.verdict, aligned.report.shifts)
    with_words = iter(aligned.editor_cues)  # in the order of the file, of those that have words
    spans: list[Span] = []
    for cue in given.cues:
        assert cue.span is not None, "scripts are divided, not retimed"
        editor = next(with_words) if cue.words else None
        spans.append(_new_time(cue.span, editor, aligned.tokens, relation))
    return _without_new_overlaps([c.span for c in given.cues if c.span is not None], spans)


def _new_time(own: Span, cue: EditorCue | None, tokens: Sequence[Token], relation: Relation) -> Span:
    """The new time of a cue whose time in the file is `own`; `cue` is None where it has no words."""
    spoken = [t for t in tokens[cue.first : cue.last] if t.kind is Kind.WORD] if cue else []
    moved = relation.at(own.start_ms) if relation.pieces else own.start_ms
    sure = (
        bool(spoken)
        and spoken[0].time_source is TimeSource.ALIGNED
        and spoken[0].confidence >= _MIN_CONFIDENCE
    )
    if relation.verdict is Verdict.IN_SYNC or _is_consistent(relation):
        near = sure and abs(spoken[0].span.start_ms - moved) <= _MAX_DEVIATION_MS
        elsewhere = sure and not near and _outweighs_file(spoken, own.shifted(moved - own.start_ms))
        if relation.verdict is Verdict.IN_SYNC and not elsewhere:
            return own
        sure = near or elsewhere
    start = spoken[0].span.start_ms if sure else max(0, moved)
    length = max(0, (relation.at(own.end_ms) if relation.pieces else own.end_ms) - moved)
    said = spoken[-1].span.end_ms if sure and spoken[-1].time_source is TimeSource.ALIGNED else start
    return Span(start, max(start + length, said) if length or said > start else start + _DEFAULT_DURATION_MS)


def _is_consistent(relation: Relation) -> bool:
    """Whether the file is consistently timed: its cues stand where they belong but for a shift common to each stretch."""
    return bool(relation.pieces) and min(p.confidence for p in relation.pieces) >= _MIN_AGREEMENT


def _outweighs_file(spoken: Sequence[Token], there: Span) -> bool:
    """Whether the sound outweighs a consistently timed file: the cue is long enough and confidently heard throughout.

    Unless it is long and far away, none of its words may be heard in its own place `there`.
    """
    if min(t.confidence for t in spoken) < _MIN_PROOF_CONFIDENCE or len(spoken) < _MIN_PROOF_WORDS:
        return False
    far = abs(spoken[0].span.start_ms - there.start_ms) >= _MIN_OVERLAPPING_SHIFT_MS
    return (far and len(spoken) >= _MIN_OVERLAPPING_WORDS) or not any(
        t.span.middle_ms in there for t in spoken
    )


def _without_new_overlaps(own: Sequence[Span], moved: Sequence[Span]) -> list[Span]:
    """Cut new overlaps: each cue ends when the next begins, where it did so in the file."""
    result = list(moved)
    for n in range(len(result) - 1):
        here, following = result[n], result[n + 1]
        if own[n].end_ms <= own[n + 1].start_ms and here.start_ms < following.start_ms < here.end_ms:
            result[n] = Span(here.start_ms, following.start_ms)
    return result


def by_start_time(tokens: Sequence[Token]) -> list[Token]:
    """The words sorted by start time; those that start at one time stay in the order of the text."""
    return sorted((t for t in tokens if t.kind is Kind.WORD), key=lambda t: t.span.start_ms)


def _report_entries(token: Token) -> list[dict[str, Any]]:
    """The report's entries for a token: one for each part of a hyphenated word ("I-I"), its time divided by characters."""
    pieces = _hyphenated_parts(token.text)
    return [
        {
            "text": piece,
            "start_ms": span.start_ms,
            "end_ms": span.end_ms,
            "confidence": token.confidence,
            "time_source": str(token.time_source),
        }
        for piece, span in zip(pieces, shares(token.span, map(len, pieces)), strict=True)
    ]


def _hyphenated_parts(text: str) -> list[str]:
    """A word split after its hyphens; parts without letters or digits stay with the one before."""
    pieces: list[str] = []
    for piece in text.replace("-", "-\0").split("\0"):
        if pieces and not any(c.isalnum() for c in piece):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return pieces
