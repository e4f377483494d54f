"""SubRip, written through pysrt: numbered from 1, UTF-8 without a byte order mark, line ends LF.

SubRip has no escapes, so text that a player would take for markup is disarmed with an invisible WORD JOINER (U+2060):
`<i>` in a person's words, a `{\\an8}`, an entity such as `&lt;`, and the arrow `-->`. Our reader takes it out again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import groupby

from pipeline.formats import position
from pipeline.formats.markup import guard, styled
from pipeline.formats.writers import render
from pipeline.formats.writers.render import Piece, RenderedCue, clean, clean_piece
from pipeline.transcript import Transcript


def dumps(transcript: Transcript) -> str:
    """The transcript's captions as a SubRip file."""
    return compose(render.cues(transcript), transcript.srt_positions)


def compose(cues: Iterable[RenderedCue], positions: bool = True) -> str:
    """Rendered cues as a SubRip file, in the order given; a cue without text is left out.

    Without `positions` no cue has a `{\\anN}` code, which is no part of SubRip and which some players show.
    """
    import pysrt

    items = pysrt.SubRipFile(eol="\n")
    for cue in cues:
        text = "\n".join(_line(pieces) for pieces in cue.pieces if any(clean(p.text) for p in pieces))
        if text:
            times = (pysrt.SubRipTime.from_ordinal(t) for t in (cue.span.start_ms, cue.span.end_ms))
            place = position.to_ssa(cue.settings) if positions else ""
            items.append(pysrt.SubRipItem(len(items) + 1, *times, place + text))
    written = io.StringIO()
    items.write_into(written, eol="\n")
    return written.getvalue()


def _line(pieces: tuple[Piece, ...]) -> str:
    """The line with its styles as tags; pieces of one style are guarded together, as an arrow may cross them."""
    alike = groupby(pieces, key=lambda piece: piece.style)
    marked = (styled(guard(clean_piece("".join(p.text for p in run))), style) for style, run in alike)
    return " ".join("".join(marked).split())
