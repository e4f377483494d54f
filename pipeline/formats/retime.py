"""Retiming: a subtitle file with other times, in which every byte of text, markup, style and note stays as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.formats.readers import raw_cues
from pipeline.formats.readers.raw_cue import Line
from pipeline.formats.writers.render import Piece, RenderedCue
from pipeline.timing import Span, format_timecode
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat

_TIME = r"-?(?:\d+\s*:\s*)?\d{1,2}\s*:\s*\d{1,2}(?:\s*[.,:]\s*\d{1,3})?"
_TIMING = re.compile(rf"{_TIME}\s*(?:-->|->|[–—]>|→)\s*{_TIME}", re.ASCII)
_ASS_TIME = re.compile(r"\d+:\d{1,2}:\d{1,2}[.:,]\d{1,3}", re.ASCII)


def retime(source: str, given: Subtitles, spans: Sequence[Span]) -> str:
    """`source`, from which `given` was read, with the times of its cues replaced.

    `spans` holds one span per cue, in the order of `given.cues`; a time before 0 becomes 0. ASS counts
    in hundredths of a second, to which its times are rounded. Raises ValueError when the numbers of cues
    and spans differ, or a cue has no line to hold times (a script).
    """
    parts = re.split(r"(\r\n|\n|\r)", source)  # the lines are the even ones
    for cue, span in zip(given.cues, spans, strict=True):
        if not cue.line:
            raise ValueError("a script has no times to replace")
        at = 2 * (cue.line - 1)
        parts[at] = _with_times(parts[at], span, given.format)
    return "".join(parts)


def converted(path: Path, spans: Sequence[Span], lang: str = "en") -> list[RenderedCue]:
    """The cues of a subtitle file with other times, ready to be composed in another format.

    Text, lines, position, voices, bold, italic and underline come along; colours, fonts, notes and style
    sheets do not. `spans` holds one span per cue, in the order of `read(path).cues`. Raises SubtitlesError
    as `read` does, ValueError when the numbers differ.
    """
    cues = zip(raw_cues(path, lang), spans, strict=True)
    return [RenderedCue(span, tuple(map(_pieces, cue.lines)), cue.settings) for cue, span in cues]


def _pieces(line: Line) -> tuple[Piece, ...]:
    return tuple(Piece(p.text, p.voice or "", p.style) for p in line)


def _with_times(line: str, span: Span, format_: SubtitlesFormat) -> str:
    times = [max(0, span.start_ms), max(0, span.end_ms)]
    if format_ is SubtitlesFormat.ASS:
        written = iter([_ass_time(t) for t in times])
        return _ASS_TIME.sub(lambda _: next(written), line, count=2)
    mark = "," if format_ is SubtitlesFormat.SRT else "."
    return _TIMING.sub(" --> ".join(format_timecode(t, mark) for t in times), line, count=1)


def _ass_time(time_ms: int) -> str:
    """`h:mm:ss.cc`, to the nearest hundredth."""
    return format_timecode((time_ms + 5) // 10 * 10)[:-1].removeprefix("0")
