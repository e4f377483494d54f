"""WebVTT as the standard defines it (https://www.w3.org/TR/webvtt1/#syntax):
escaped, with voices and a note of its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from pipeline.formats import position
from pipeline.formats.colours import style_rule
from pipeline.formats.markup import ORIGIN, escape, styled_webvtt
from pipeline.formats.writers import render
from pipeline.formats.writers.render import Piece, RenderedCue, clean, clean_piece
from pipeline.timing import Span, format_timecode
from pipeline.transcript import Transcript, grade_line, styling


def dumps(transcript: Transcript) -> str:
    """The transcript's captions as a WebVTT file whose NOTE says how far they may be trusted and what made them."""
    return compose(render.cues(transcript), notes=_notes(transcript))


def compose(cues: Iterable[RenderedCue], notes: Iterable[str] = ()) -> str:
    """Rendered cues as a WebVTT file, in the order given; a cue without text
    or duration is left out, as it would not show."""
    cues = list(cues)
    blocks = ["WEBVTT\n", *(f"NOTE {_note_text(n)}\n" for n in notes if clean(n)), *_style_sheet(cues)]
    for cue in cues:
        text = [line for line in (_line(pieces) for pieces in cue.pieces) if line]
        if text and cue.span:
            blocks.append("\n".join((_timing(cue.span, cue.settings), *text, "")))
    return "\n".join(blocks)


def _style_sheet(cues: Iterable[RenderedCue]) -> list[str]:
    """The block that defines the colours which players do not know by themselves; none where none is used."""
    styles = {p.style for cue in cues for line in cue.pieces for p in line if p.style}
    colours = sorted({look.colour for look in map(styling.parsed, styles) if look.colour})
    rules = [rule for colour in colours if (rule := style_rule(colour))]
    return ["\n".join(("STYLE", *rules, ""))] if rules else []


def _timing(span: Span, settings: str) -> str:
    times = f"{format_timecode(span.start_ms)} --> {format_timecode(span.end_ms)}"
    return f"{times} {position.to_webvtt(settings)}".rstrip()


def _line(pieces: tuple[Piece, ...]) -> str:
    text = ""
    for speaker, run in groupby(pieces, key=lambda piece: piece.speaker):
        name = escape(clean(speaker))
        shown = "".join(styled_webvtt(escape(clean_piece(p.text)), p.style) for p in run)
        said = shown.strip()
        if not said:
            text += shown
        else:  # spaces stay outside the tags
            before, after = " " * shown.startswith(" "), " " * shown.endswith(" ")
            text += before + (f"<v {name}>{said}</v>" if name else said) + after
    return " ".join(text.split()) if any(clean(p.text) for p in pieces) else ""


def _notes(transcript: Transcript) -> list[str]:
    notes = [f"{ORIGIN}: {grade_line(transcript)}"]
    shown = {
        k: v for k, v in transcript.provenance.items() if v and k != "lexicon"
    }  # captions do not depend on that
    notes += ["; ".join(f"{k}: {v}" for k, v in sorted(shown.items()))]
    if transcript.is_draft:
        notes.insert(0, render.DRAFT_NOTICE)
    return notes


def _note_text(note: str) -> str:
    """A NOTE is one line here; an arrow in it would turn it into a broken cue."""
    return re.sub("--+>", "->", clean(note))
