"""Retiming: a subtitle file with other times, in which every byte of text, markup, style and note stays as it was.

What no player would read as the reader did is written as it was read: timing lines of other tools, empty lines that would end a
WebVTT cue, text that rolling captions show again. Times within a cue's text (`<00:00:01.500>`) go along with the cue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from pipeline.formats.readers import READERS, opened, parsed, timing_lines
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.writers.render import Piece, RenderedCue
from pipeline.timing import Span, format_timecode, parse_timecode
from pipeline.transcript.subtitles import SubtitlesFormat

_STAMP = re.compile(r"<((?:\d{1,6}:)?\d\d:\d\d\.\d{3})>", re.ASCII)
_TEXT_FORMATS = (SubtitlesFormat.SRT, SubtitlesFormat.VTT)
RETIMED = frozenset((*_TEXT_FORMATS, SubtitlesFormat.ASS, SubtitlesFormat.SBV))
"""The formats whose times can be replaced in the file; the others keep them in XML or in tiers, and become another format."""


def retime(
    source: str,
    format_: SubtitlesFormat,
    spans: Sequence[Span],
    payloads: Mapping[int, str] | None = None,
    strict: bool = False,
) -> str:
    """`source`, read as `format_`, with the times of its cues replaced where the reader found them.

    `spans` holds one span per cue, in the order in which they are read; a time before 0 becomes 0. `payloads` are new payloads
    by the cue's index. A line whose cue keeps its span stays as it is written, if players can read it, or with `strict` if the
    format wants it so; so does everything but the times in the others. ASS counts in hundredths of a second, to which its
    times are rounded. Raises ValueError when the numbers of cues and spans differ, or a cue has no line to hold times (a script).
    """
    found, _ = parsed(format_, source, Path(f"source.{format_}"))
    written = _Written(source, format_, strict)
    for n, (cue, span) in enumerate(zip(found.cues, spans, strict=True)):
        if not cue.line:
            raise ValueError("a script has no times to replace")
        written.put_payload(cue, payloads[n] if payloads and n in payloads else cue.raw, span)
        written.put_times(cue, span)
        if found.shown_again:
            written.put_number(cue)
        written.drop(cue.dropped)
    return written.text()


class _Written:
    """The lines of a file, numbered from 1, as they are replaced one after the other."""

    def __init__(self, source: str, format_: SubtitlesFormat, strict: bool) -> None:
        self._parts = re.split(r"(\r\n|\n|\r)", source)  # the lines are the even ones
        self._format, self._strict = format_, strict
        self._ends = self._parts[1] if len(self._parts) > 1 else "\n"
        self._dropped: set[int] = set()
        self._events = {}
        if format_ is SubtitlesFormat.ASS:
            self._events = {c.line: c.raw for c in READERS[format_].parse(source, Path("source.ass"))[0]}

    def __getitem__(self, number: int) -> str:
        return self._parts[2 * (number - 1)]

    def __setitem__(self, number: int, line: str) -> None:
        self._parts[2 * (number - 1)] = line

    def put_payload(self, cue: RawCue, raw: str, span: Span) -> None:
        """Write the payload on its lines, the times within it moved as the cue is; what needs fewer lines leaves the rest out."""
        if cue.line in self._events:
            event = self._events[cue.line]
            if raw != event:
                at = self[cue.line].rindex(event)
                self[cue.line] = self[cue.line][:at] + raw
            return
        if cue.span is not None and span != cue.span:
            own = cue.span
            raw = _STAMP.sub(lambda m: f"<{_moved_stamp(m[1], own, span)}>", raw)
        rows = raw.split("\n") if cue.payload else []
        for number, row in zip(cue.payload, rows, strict=False):
            if row != self[number].replace("\0", "\ufffd"):  # which the reader replaced, as players do
                self[number] = row
        if len(rows) > len(cue.payload) > 0:
            self[cue.payload[-1]] = self._ends.join(rows[len(cue.payload) - 1 :])
        self._dropped |= {*cue.payload[len(rows) :]}

    def put_times(self, cue: RawCue, span: Span) -> None:
        line = self[cue.line]
        if self._is_foreign(line):
            self[cue.line] = self._proper_line(cue, span)
        elif span != cue.span:
            self[cue.line] = _with_times(line, cue, span, self._format)

    def _is_foreign(self, line: str) -> bool:
        """Whether players, or with `strict` the format, do not read this timing line as the reader did."""
        check = timing_lines.is_strict if self._strict else timing_lines.is_readable
        return self._format in _TEXT_FORMATS and not check(line, str(self._format))

    def _proper_line(self, cue: RawCue, span: Span) -> str:
        """The timing line as the format wants it, a cue of its own even where none was divided from the text above."""
        old = self[cue.line]
        read = timing_lines.read(old)
        mark = "\ufeff" if old.startswith("\ufeff") else ""
        times = " --> ".join(_written(max(0, time), self._format) for time in (span.start_ms, span.end_ms))
        head = cue.line - 1 if cue.id and cue.line > 1 else cue.line
        if (
            head > 1
            and self[head - 1].strip()
            and head - 1 not in self._dropped
            and self._format is SubtitlesFormat.VTT
        ):
            self[head] = self._ends + self[head]
        line = " ".join(part for part in (mark + times, read.settings if read else "") if part)
        return self._ends + line if head == cue.line and self[head].startswith(self._ends) else line

    def put_number(self, cue: RawCue) -> None:
        """Write the cue's number above its times, where it was numbered anew."""
        if cue.id.isdecimal() and cue.line > 1 and self[cue.line - 1].strip().isdecimal():
            self[cue.line - 1] = cue.id

    def drop(self, numbers: Sequence[int]) -> None:
        self._dropped |= {*numbers}

    def text(self) -> str:
        """The lines that are left; of empty lines around what was left out one run stays."""
        kept: list[str] = []
        after_gap, blank_above = False, True
        for at in range(0, len(self._parts), 2):
            line, end = self._parts[at], "".join(self._parts[at + 1 : at + 2])
            if at // 2 + 1 in self._dropped or (after_gap and blank_above and not line.strip() and end):
                after_gap = True
                continue
            kept += [line, end]
            after_gap, blank_above = False, not line.strip()
        return "".join(kept)


def _moved_stamp(stamp: str, own: Span, span: Span) -> str:
    """A time within a cue, as far along in `span` as it was in the cue's own; one from outside is moved as the start is."""
    time_ms = parse_timecode(stamp)
    past_ms = time_ms - own.start_ms
    if own and time_ms in own:
        past_ms = past_ms * span.duration_ms // own.duration_ms
    return format_timecode(max(0, span.start_ms + past_ms))


def converted(
    path: Path, spans: Sequence[Span], lang: str = "en", frame_rate: Fraction | None = None
) -> list[RenderedCue]:
    """The cues of a subtitle file with other times, ready to be composed in another format.

    Text, lines, position, voices, bold, italic, underline, colours and classes come along; fonts, notes and style
    sheets do not. `spans` holds one span per cue, in the order of `read(path).cues`. Raises SubtitlesError
    as `read` does, ValueError when the numbers differ.
    """
    cues = zip(opened(path, lang, frame_rate).cues, spans, strict=True)
    return [RenderedCue(span, tuple(map(_pieces, cue.lines)), cue.settings) for cue, span in cues]


def _pieces(line: Line) -> tuple[Piece, ...]:
    return tuple(Piece(p.text, p.voice or "", p.style) for p in line)


def _with_times(line: str, cue: RawCue, span: Span, format_: SubtitlesFormat) -> str:
    written = [_written(max(0, time), format_) for time in (span.start_ms, span.end_ms)]
    for (start, end), time in sorted(zip(cue.times, written, strict=True), reverse=True):
        line = line[:start] + time + line[end:]
    return line


def _written(time_ms: int, format_: SubtitlesFormat) -> str:
    """The time as the format wants it; ASS has `h:mm:ss.cc`, to the nearest hundredth, SBV `h:mm:ss.fff`."""
    if format_ is SubtitlesFormat.ASS:
        return format_timecode((time_ms + 5) // 10 * 10)[:-1].removeprefix("0")
    if format_ is SubtitlesFormat.SBV:
        return format_timecode(time_ms).removeprefix("0")
    return format_timecode(time_ms, "," if format_ is SubtitlesFormat.SRT else ".")
