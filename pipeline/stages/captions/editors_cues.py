"""The editor's cues that are kept: those within the profile's limits, with their lines broken anew where they read badly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from pipeline.english.breaks import Junction
from pipeline.profiles import Limits
from pipeline.stages.captions.features import Script
from pipeline.stages.captions.segmentation import DASH_CHARS, Piece, layout_cost, layouts
from pipeline.transcript import EditorCue

# A word alone on its line is an orphan when another line has more than so many times its characters. Set by hand.
ORPHAN_WIDTH_RATIO = 4
# Points (of `segmentation.layout_cost`) that other line breaks must save to replace the editor's. Set by hand, so that breaks
# move to the end of a sentence or a comma that was missed.
MIN_REBREAK_GAIN = 2.0


def kept(script: Script, limits: Limits, cues: tuple[EditorCue, ...]) -> list[Piece]:
    """The editor's cues that keep the limits, in reading order, as pieces that name them; lines that tear a phrase are broken
    elsewhere.

    The paragraphs of a script have no times and were never meant as captions: none is kept. Where the sound
    leaves a cue no time to be seen, it and the next are free to be joined.
    """
    pieces: list[Piece] = []
    at = 0
    for number, cue in enumerate(cues):
        piece = Piece(cue.first, cue.last, tuple(sorted(set(cue.breaks))), number)
        inside = cue.span is not None and at <= cue.first < cue.last <= len(script)
        if inside and keeps_limits(script, limits, piece):
            pieces.append(piece)
            at = cue.last
    flashing = _flashing(script, limits, pieces)
    whole = (_in_good_lines(script, limits, piece) for piece in pieces if piece not in flashing)
    return [piece for piece in whole if piece is not None]


def _in_good_lines(script: Script, limits: Limits, piece: Piece) -> Piece | None:
    """The editor's caption with its lines broken elsewhere where a line tears a phrase, leaves a word alone, or reads much worse
    than another; None where every way to break it tears a phrase."""
    if script.runs[piece.first] != script.runs[piece.last - 1]:
        return piece
    ways = [
        (cost, breaks)
        for j, breaks, cost in layouts(script, limits, piece.first, piece.last)
        if j == piece.last
    ]
    if not ways:
        return piece
    cost, breaks = min(ways)
    better = replace(piece, breaks=breaks)
    if _is_broken_badly(script, better):
        return None if _is_torn(script, better) else piece
    worse = _is_broken_badly(script, piece) or layout_cost(script, limits, piece) > cost + MIN_REBREAK_GAIN
    return better if worse else piece


def _is_torn(script: Script, piece: Piece) -> bool:
    return any(script.joints[place] is Junction.TORN for place in piece.breaks)


def _is_broken_badly(script: Script, piece: Piece) -> bool:
    edges = [piece.first, *piece.breaks, piece.last]
    widths = [script.width(a, b) for a, b in pairwise(edges)]
    alone = any(
        b - a == 1 and max(widths) > ORPHAN_WIDTH_RATIO * script.width(a, b) for a, b in pairwise(edges)
    )
    return alone or _is_torn(script, piece)


def _flashing(script: Script, limits: Limits, pieces: list[Piece]) -> set[Piece]:
    """Cues that would be shown for less than the least duration, with the neighbours that they may be joined to."""
    found: set[Piece] = set()
    before: Piece | None = None
    for k, piece in enumerate(pieces):
        following = pieces[k + 1] if k + 1 < len(pieces) else None
        if piece.last < len(script) and not script.hard[piece.last]:
            window = script.starts[piece.last] - limits.min_gap_ms - script.starts[piece.first]
            if window < limits.least_duration_ms:
                near = (before, following) if not script.hard[piece.first] else (following,)
                found |= {piece, *(n for n in near if n and (n.last == piece.first or n.first == piece.last))}
        before = piece
    return found


def keeps_limits(script: Script, limits: Limits, piece: Piece) -> bool:
    """Whether a cue and its lines keep the limits, cross no hard break, and have one speaker a line.

    Reading speed and the shortest duration are not looked at: times, not breaks, mend them.
    """
    edges = [piece.first, *piece.breaks, piece.last]
    if len(edges) - 1 > limits.lines or any(b <= a for a, b in pairwise(edges)):
        return False
    if any(script.hard[place] for place in range(piece.first + 1, piece.last)):
        return False
    changes = {k for k in range(piece.first + 1, piece.last) if script.runs[k] != script.runs[k - 1]}
    if not changes <= set(piece.breaks):
        return False
    room = limits.line_chars - (DASH_CHARS if changes else 0)
    if piece.last - piece.first > 1 and any(script.width(a, b) > room for a, b in pairwise(edges)):
        return False
    return (
        script.ends[piece.last - 1] - script.starts[piece.first] <= limits.max_duration_ms
        or piece.last - piece.first == 1
    )
