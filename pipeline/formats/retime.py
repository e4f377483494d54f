"""Retiming: a subtitle file with other times, in which every byte of text, markup, style and note stays as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.formats.readers import READERS, raw_cues, vtt
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.writers.render import Piece, RenderedCue
from pipeline.timing import Span, format_timecode
from pipeline.transcript.subtitles import SubtitlesFormat


def retime(source: str, format_: SubtitlesFormat, spans: Sequence[Span]) -> str:
    """`source`, read as `format_`, with the times of its cues replaced where the reader found them.

    `spans` holds one span per cue, in the order in which they are read; a time before 0 becomes 0. A line
    whose cue keeps its span stays as it is written; so does everything but the times in the others. ASS
    counts in hundredths of a second, to which its times are rounded. Raises ValueError when the numbers of
    cues and spans differ, or a cue has no line to hold times (a script).
    """
    cues, _ = READERS[format_].parse(source, Path(f"source.{format_}"))
    parts = re.split(r"(\r\n|\n|\r)", source)  # the lines are the even ones
    for cue, span in zip(cues, spans, strict=True):
        if not cue.line:
            raise ValueError("a script has no times to replace")
        at = 2 * (cue.line - 1)
        if span != cue.span or _is_foreign(parts[at], format_):
            parts[at] = _with_times(parts[at], cue, span, format_)
    return "".join(parts)


def _is_foreign(line: str, format_: SubtitlesFormat) -> bool:
    """Whether a WebVTT file writes these times as SubRip does: beside one good time, players and we would skip them."""
    return format_ is SubtitlesFormat.VTT and vtt.timing(line) is None


def converted(path: Path, spans: Sequence[Span], lang: str = "en") -> list[RenderedCue]:
    """The cues of a subtitle file with other times, ready to be composed in another format.

    Text, lines, position, voices, bold, italic, underline, colours and classes come along; fonts, notes and style
    sheets do not. `spans` holds one span per cue, in the order of `read(path).cues`. Raises SubtitlesError
    as `read` does, ValueError when the numbers differ.
    """
    cues = zip(raw_cues(path, lang), spans, strict=True)
    return [RenderedCue(span, tuple(map(_pieces, cue.lines)), cue.settings) for cue, span in cues]


def _pieces(line: Line) -> tuple[Piece, ...]:
    return tuple(Piece(p.text, p.voice or "", p.style) for p in line)


def _with_times(line: str, cue: RawCue, span: Span, format_: SubtitlesFormat) -> str:
    written = [_written(max(0, time), format_) for time in (span.start_ms, span.end_ms)]
    for (start, end), time in sorted(zip(cue.times, written, strict=True), reverse=True):
        line = line[:start] + time + line[end:]
    return line


def _written(time_ms: int, format_: SubtitlesFormat) -> str:
    """The time as the format wants it; ASS has `h:mm:ss.cc`, to the nearest hundredth."""
    if format_ is SubtitlesFormat.ASS:
        return format_timecode((time_ms + 5) // 10 * 10)[:-1].removeprefix("0")
    return format_timecode(time_ms, "," if format_ is SubtitlesFormat.SRT else ".")
