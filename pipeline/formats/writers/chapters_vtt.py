"""WebVTT chapters: the parts of a recording, for `<track kind="chapters">` in a browser and chapter menus in players."""

from __future__ import annotations

from html import escape

from pipeline.timing import format_timecode
from pipeline.transcript import Transcript


def dumps(transcript: Transcript) -> str:
    """The chapters track: one cue per part, its id the part's id, its text the title on one line."""
    blocks = ["WEBVTT\n"]
    for part in transcript.parts.parts:
        timing = f"{format_timecode(part.span.start_ms)} --> {format_timecode(part.span.end_ms)}"
        title = escape(" ".join(part.title.split()) or part.id, quote=False)
        blocks.append(f"{part.id}\n{timing}\n{title}\n")
    return "\n".join(blocks)
