"""What a format's parser hands on: a cue's plain text, free of markup, and the voice and style that markup gives it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.timing import Span
from pipeline.transcript.subtitles import Written


@dataclass(frozen=True, slots=True)
class Piece:
    """Some plain text of one line; `voice` is the speaker that markup names (`<v Tom>`, an ASS actor),
    None otherwise; `style` holds the letters of b, i and u that are in force."""

    text: str
    voice: str | None = None
    style: str = ""


Line = tuple[Piece, ...]
Extent = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RawCue:
    """One cue as a parser found it: `raw` is its payload as written, `lines` the same without markup.

    `span` is None in a script; `line` is the line of the file (from 1) that holds the times, `times` where in
    that line start and end are written. `unspoken` says that markup declares all of it to be no speech (a
    heading, a credit). `written` is of a script alone.
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


def text_lines(cue: RawCue) -> list[str]:
    """The cue's lines of plain text."""
    return ["".join(p.text for p in line) for line in cue.lines]


def split_lines(pieces: list[Piece]) -> tuple[Line, ...]:
    """Pieces whose text may hold line breaks, divided into lines; lines without visible text are left out."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = piece.text.split("\n")
        lines[-1].append(replace(piece, text=first))
        lines += [[replace(piece, text=text)] for text in rest]
    kept = (tuple(p for p in line if p.text) for line in lines)
    return tuple(line for line in kept if any(p.text.strip() for p in line))
