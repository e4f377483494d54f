"""WebVTT as the standard defines it (https://www.w3.org/TR/webvtt1/#syntax):
escaped, with voices and a note of its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.formats import position
from pipeline.formats.markup import ORIGIN, escape, styled
from pipeline.formats.writers import render
from pipeline.formats.writers.render import Piece, RenderedCue, clean, clean_piece
from pipeline.timing import Span, format_timecode
from pipeline.transcript import Grade, Transcript, grade_line


def dumps(transcript: Transcript) -> str:
    """The transcript's captions as a WebVTT file whose NOTE says how far they may be trusted and what made them."""
    return compose(render.cues(transcript), notes=_notes(transcript))


def compose(cues: Iterable[RenderedCue], notes: Iterable[str] = ()) -> str:
    """Rendered cues as a WebVTT file, in the order given; a cue without text
    or duration is left out, as it would not show."""
    blocks = ["WEBVTT\n", *(f"NOTE {_note_text(n)}\n" for n in notes if clean(n))]
    for cue in cues:
        text = [line for line in (_line(pieces) for pieces in cue.pieces) if line]
        if text and cue.span:
            blocks.append("\n".join((_timing(cue.span, cue.settings), *text, "")))
    return "\n".join(blocks)


def _timing(span: Span, settings: str) -> str:
    times = f"{format_timecode(span.start_ms)} --> {format_timecode(span.end_ms)}"
    return f"{times} {position.to_webvtt(settings)}".rstrip()


def _line(pieces: tuple[Piece, ...]) -> str:
    text = ""
    for piece in pieces:
        said = clean_piece(piece.text)
        name = escape(clean(piece.speaker))
        shown = styled(escape(said.strip()), piece.style)
        if not said.strip():
            text += said
        else:  # spaces stay outside the tags
            before, after = " " * said.startswith(" "), " " * said.endswith(" ")
            text += before + (f"<v {name}>{shown}</v>" if name else shown) + after
    return " ".join(text.split()) if any(clean(p.text) for p in pieces) else ""


def _notes(transcript: Transcript) -> list[str]:
    notes = [f"{ORIGIN}: {grade_line(transcript)}"]
    shown = {
        k: v for k, v in transcript.provenance.items() if v and k != "lexicon"
    }  # captions do not depend on that
    notes += ["; ".join(f"{k}: {v}" for k, v in sorted(shown.items()))]
    if transcript.grade is Grade.DRAFT:
        notes.insert(0, render.DRAFT_NOTICE)
    return notes


def _note_text(note: str) -> str:
    """A NOTE is one line here; an arrow in it would turn it into a broken cue."""
    return re.sub("--+>", "->", clean(note))
