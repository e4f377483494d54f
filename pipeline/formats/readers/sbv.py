"""SubViewer as YouTube writes it (.sbv): blocks of a line of two times, divided by a comma, and lines of text.

    0:00:01.000,0:00:03.500
    Good morning, everybody.

The format: https://support.google.com/youtube/answer/2734698. It has no markup; `[br]` stands for a line break in the format's
older relative, SubViewer 2.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import SubtitlesError
from pipeline.formats.readers.raw_cue import BEGINS_BEFORE, Line, Piece, RawCue, split_lines
from pipeline.timing import Span, clock, parse_timecode

_STAMP = r"-?\d{1,4}:\d{1,2}:\d{1,2}(?:\.\d{1,3})?"
_TIMES = re.compile(rf"[ \t\ufeff]{{0,20}}({_STAMP})[ \t]{{0,20}},[ \t]{{0,20}}({_STAMP})[ \t]*", re.ASCII)


def sniff(text: str) -> bool:
    """Whether the first line that is not empty holds two times with a comma between them, as no other format does."""
    return bool(_TIMES.fullmatch(next((line for line in text[:4000].splitlines() if line.strip()), "")))


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """The cues in file order, and notes. Raises SubtitlesError where no line holds times."""
    lines = re.split(r"\r\n|\n|\r", text)
    heads = [(n, match) for n, line in enumerate(lines) if (match := _TIMES.fullmatch(line))]
    if not heads:
        raise SubtitlesError(path, "holds no line of two times like 0:00:01.000,0:00:03.000", "is it .sbv?")
    notes: list[str] = []
    if stray := " ".join(" ".join(lines[: heads[0][0]]).split()):
        notes.append(f"the text above the first times was left out: '{stray[:40]}'")
    ends = [n for n, _ in heads[1:]] + [len(lines)]
    cues = [_cue(lines, n, match, end, notes) for (n, match), end in zip(heads, ends, strict=True)]
    return [cue for cue in cues if cue], notes


def _cue(lines: list[str], at: int, times: re.Match[str], end: int, notes: list[str]) -> RawCue | None:
    try:
        start_ms, end_ms = (0 if times[n].startswith("-") else parse_timecode(times[n]) for n in (1, 2))
    except ValueError as error:
        notes.append(f"line {at + 1}: {error}; this caption was left out")
        return None
    if times[1].startswith("-"):
        notes.append(f"line {at + 1}: {BEGINS_BEFORE}")
    if end_ms < start_ms:
        notes.append(f"the cue at {clock(start_ms)} ends before it starts; its end was ignored")
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    raw = "\n".join(lines[at + 1 : end])
    payload = tuple(range(at + 2, end + 1))
    span = Span(start_ms, max(start_ms, end_ms))
    return RawCue(
        span, plain_lines(raw), raw, line=at + 1, times=(times.span(1), times.span(2)), payload=payload
    )


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a payload as a viewer sees them."""
    return split_lines([Piece(re.sub(r"\[br\]", "\n", raw, flags=re.IGNORECASE))])
