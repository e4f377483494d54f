"""What a format's parser hands on: a cue's plain text, free of markup, and the voice and style that markup gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.timing import Span
from pipeline.transcript.subtitles import Written
from pipeline.words import without_invisible


@dataclass(frozen=True, slots=True)
class Piece:
    """Some plain text of one line; `voice` is the speaker that markup names (`<v Tom>`, an ASS actor),
    None otherwise; `style` is what is in force, as `transcript.styling` says."""

    text: str
    voice: str | None = None
    style: str = ""


# The note about a cue whose start is written with a minus, as whole files shifted too far have it.
BEGINS_BEFORE = "the cue begins before the recording; it was taken to begin with it"
Line = tuple[Piece, ...]
Extent = tuple[int, int]
_SPACE = re.compile(r"[^\S\n\t ]")


@dataclass(frozen=True, slots=True)
class RawCue:
    """One cue as a parser found it: `raw` is its payload as written, `lines` the same without markup.

    `span` is None in a script; `line` is the line of the file (from 1) that holds the times, `times` where in
    that line start and end are written. `unspoken` says that markup declares all of it to be no speech (a
    heading, a credit). `written` is of a script alone.

    `payload` are the lines of the file that hold `raw`, one for each of its lines, and `dropped` others that must go
    when the file is written as it was read (`formats.retime`): text shown again, blank lines that would end the cue.
    Of the cue's lines the first `again` stand at the end of the cue before too, and may be shown again or said again.
    """

    span: Span | None
    lines: tuple[Line, ...]
    raw: str = ""
    id: str = ""
    settings: str = ""
    unspoken: bool = False
    line: int = 0
    times: tuple[Extent, Extent] = ((0, 0), (0, 0))
    written: Written | None = None
    payload: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    again: int = 0


def text_lines(cue: RawCue) -> list[str]:
    """The cue's lines of plain text."""
    return ["".join(p.text for p in line) for line in cue.lines]


def without_invisible_characters(cue: RawCue) -> RawCue:
    """The cue to make words of: without characters that part words unseen, and with plain spaces. `raw` stays as written."""
    if all(piece.text.isascii() for line in cue.lines for piece in line):
        return cue
    lines = (
        tuple(replace(p, text=_SPACE.sub(" ", without_invisible(p.text))) for p in line) for line in cue.lines
    )
    return replace(cue, lines=tuple(line for line in lines if any(p.text.strip() for p in line)))


def split_lines(pieces: list[Piece]) -> tuple[Line, ...]:
    """Pieces whose text may hold line breaks, divided into lines; lines without visible text are left out."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = piece.text.split("\n")
        lines[-1].append(replace(piece, text=first))
        lines += [[replace(piece, text=text)] for text in rest]
    kept = (tuple(p for p in line if p.text) for line in lines)
    return tuple(line for line in kept if any(p.text.strip() for p in line))
