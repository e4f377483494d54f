"""WebVTT recovery: what stands outside a file's cues, where players drop it, is read as what it was meant for.

The standard ends a cue at an empty line and drops a cue whose timing line is not written to the letter. A person who brings
such a file wants the words: text behind an empty line belongs to the cue above it, and times are read however they are written
(`timing_lines`). NOTE, STYLE and REGION blocks, headers, and identifiers are no text. Each repair is told in a note, and
what belongs to no cue is told as left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pipeline.errors import counted
from pipeline.formats.readers import timing_lines
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.readers.timing_lines import TimingLine
from pipeline.timing import Span

# Blocks that are no text wherever they stand: comments, style sheets, regions, the header of a file that was appended.
_NO_TEXT = re.compile(r"NOTE(?:[ \t]|$)|(?:STYLE|REGION)[ \t]*$|WEBVTT(?:[ \t]|$)|X-TIMESTAMP-MAP=")
_IDENTIFIER = re.compile(r"[\w.:#/-]*\d[\w:#/-]*")
_LINES_NAMED = 6  # so many lines a note names; chosen

Lines = Callable[[str], tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Outside:
    """A block that the standard's parser found no cue in: the line (from 1) at which it begins, and its lines."""

    line: int
    lines: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What is gathered from top to bottom: cues (with the timings of those that players skip), and what to tell."""

    cues: list[RawCue] = field(default_factory=list)
    timings: dict[int, TimingLine] = field(default_factory=dict)
    joined: list[Outside] = field(default_factory=list)
    left_out: list[Outside] = field(default_factory=list)
    names: list[Outside] = field(default_factory=list)


def recovered(
    source: Sequence[str],
    cues: Sequence[RawCue],
    outside: Sequence[Outside],
    lines: Lines,
    frame_rate: Fraction | None = None,
) -> tuple[list[RawCue], list[str]]:
    """The file's cues with what stands outside of them, in file order, and notes.

    `source` are all lines of the file, `lines` what a viewer sees of a payload; `frame_rate` is the recording's.
    """
    found = _Found()
    items: list[RawCue | Outside] = [*cues, *outside]
    for item in sorted(items, key=lambda one: one.line):
        if isinstance(item, RawCue):
            _take_cue(item, found)
        elif not _NO_TEXT.match(item.lines[0]):
            _take_block(item, source, found)
    return _timed(found, lines, frame_rate)


def _take_cue(cue: RawCue, found: _Found) -> None:
    """A cue of the standard's; another timing line in its payload, which players would show, begins a cue of its own."""
    payload = cue.raw.split("\n") if cue.payload else []
    for n, line in enumerate(payload):
        below_number = n > 0 and payload[n - 1].strip().isdigit()
        if "&gt;" in line:  # an arrow that is text
            continue
        if timing := timing_lines.read(line) or timing_lines.is_broken(line, below_number):
            upto = n - 1 if below_number else n
            found.cues.append(_with_payload(cue, payload[:upto], cue.payload[:upto]))
            rest = Outside(cue.payload[n], tuple(payload[n:]))
            _take_timed(rest, 0, timing, payload[n - 1].strip() if below_number else "", found)
            return
    found.cues.append(cue)


def _take_block(block: Outside, source: Sequence[str], found: _Found) -> None:
    for at, line in enumerate(block.lines[:2]):
        if timing := timing_lines.read(line) or timing_lines.is_broken(line, at == 1):
            _take_timed(block, at, timing, block.lines[0].strip() if at else "", found)
            return
    if not any(map(str.isalnum, "".join(block.lines))):
        return
    if _is_identifier(block, source):
        found.names += [block] * (not block.lines[0].strip().isdecimal())
        return
    last = found.cues[-1] if found.cues else None
    between = [] if last is None else [line.strip() for line in source[_last_line(last) : block.line - 1]]
    if last is None or any(line and not line.isdecimal() for line in between):
        found.left_out.append(block)
        return
    numbers = tuple(range(block.line, block.line + len(block.lines)))
    gap = tuple(range(_last_line(last) + 1, block.line))
    raw = "\n".join([*([last.raw] if last.payload else []), *block.lines])
    payload, dropped = (*last.payload, *numbers), (*last.dropped, *gap)
    found.cues[-1] = replace(last, raw=raw, lines=(), payload=payload, dropped=dropped)
    found.joined.append(block)


def _take_timed(block: Outside, at: int, timing: TimingLine, id_: str, found: _Found) -> None:
    """A cue that players skip for how its timing, line `at` of the block, is written; its span is found when all are known."""
    line = block.line + at
    cue = RawCue(Span(0, 0), (), id=id_, settings=timing.settings, line=line, times=timing.times)
    payload = list(block.lines[at + 1 :])
    found.timings[line] = timing
    _take_cue(_with_payload(cue, payload, tuple(range(line + 1, line + 1 + len(payload)))), found)


def _with_payload(cue: RawCue, payload: Sequence[str], numbers: tuple[int, ...]) -> RawCue:
    return replace(cue, raw="\n".join(payload), payload=numbers, lines=())


def _last_line(cue: RawCue) -> int:
    return cue.payload[-1] if cue.payload else cue.line


def _is_identifier(block: Outside, source: Sequence[str]) -> bool:
    """Whether a block of one line names the cue below it, from which an empty line divides it: a number, or what holds a digit,
    no blank and no punctuation, above a timing line."""
    name = block.lines[0].strip()
    if len(block.lines) > 1 or not _IDENTIFIER.fullmatch(name):
        return False
    below = next((line for line in source[block.line :] if line.strip()), "")
    return name.isdecimal() or "-->" in below


def _timed(found: _Found, lines: Lines, frame_rate: Fraction | None) -> tuple[list[RawCue], list[str]]:
    """The cues with the spans of those that players skip, and the notes."""
    written = [time for t in found.timings.values() for time in (t.start, t.end) if time]
    rate, note = timing_lines.frame_rate(written, frame_rate)
    cues: list[RawCue] = []
    unread: list[int] = []
    for at, cue in enumerate(found.cues):
        timing = found.timings.get(cue.line)
        span = cue.span
        if timing is not None:
            following = next((c.span for c in found.cues[at + 1 :] if c.line not in found.timings), None)
            latest_ms = cues[-1].span.end_ms if cues and cues[-1].span is not None else 0
            begin_ms = timing.start.at(rate) if timing.start else latest_ms
            end_ms = (
                timing.end.at(rate) if timing.end else begin_ms if following is None else following.start_ms
            )
            span = Span(begin_ms, max(begin_ms, end_ms))
            if timing.start is None or timing.end is None:
                unread.append(cue.line)
        cues.append(replace(cue, span=span, lines=cue.lines or lines(cue.raw)))
    return cues, [note for note in (note, *_notes(found, unread, lines)) if note]


def _notes(found: _Found, unread: Sequence[int], lines: Lines) -> list[str]:
    foreign = [line for line in found.timings if line not in unread]
    notes = []
    if foreign:
        notes.append(f"{_at(foreign)}: players skip what is timed so; the times were read as they are meant")
    notes += [f"line {n}: the timing cannot be read; its text was put between its neighbours" for n in unread]
    for blocks, one, many in (
        (
            found.joined,
            "stands behind an empty line, where players drop it; it was read with the cue above",
            "stand behind an empty line, where players drop them; they were read with the cue above",
        ),
        (
            found.left_out,
            "stands outside the file's cues and is not captioned",
            "stand outside the file's cues and are not captioned",
        ),
        (
            found.names,
            "stands alone above a timing line and is taken for the cue's name",
            "stand alone above timing lines and are taken for the cues' names",
        ),
    ):
        if blocks:
            shown = ["".join(p.text for p in line) for b in blocks for line in lines("\n".join(b.lines))]
            words = sum(len(line.split()) for line in shown)
            first = next(iter(shown), "").strip()[:40]
            where = _at([block.line for block in blocks])
            notes.append(f"{where}: {counted(words, 'word')} ('{first}') {one if words == 1 else many}")
    return notes


def _at(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:_LINES_NAMED]))
    more = f" and {len(numbers) - _LINES_NAMED} more" if len(numbers) > _LINES_NAMED else ""
    return f"line{'s' if len(numbers) > 1 else ''} {named}{more}"
