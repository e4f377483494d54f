"""Overlaps: captions that begin with what ends the one before, and whether that is the way of a file.

Lines are compared, or words where a tool has put the lines of a caption on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.formats.readers.raw_cue import Line, RawCue, text_lines

# Rolling text stays on the screen without a pause; between roll-up captions some tools leave a few frames. Chosen.
_MAX_GAP_MS = 500
# From so many captions on that roll or grow, and from this share of all pairs that roll, grow or hold, it is the file's way.
_MIN_ROLLS = 2
_MIN_SHARE = 0.5
# So many in a row are rolling text within a file that otherwise is not (broadcasts change from one to the other); a caption
# that comes again in other colours counts as two of them.
_MIN_ROLLS_IN_A_ROW = 4
# Words, where the lines were joined to one: fewer that come again prove nothing.
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a cue begins with the end of the one before: so many of its units, the last of which may have grown."""

    units: int
    grown: bool = False


def rolling_pairs(cues: Sequence[RawCue], by_words: bool) -> list[Overlap | None]:
    """For every cue but the first how it begins with the one before, where that is the file's way; None elsewhere."""
    shown = [_words(cue) if by_words else units_of(cue) for cue in cues]
    pairs = [
        overlap_of(a, b, by_words) if _follows(first, second) else None
        for (first, second), (a, b) in zip(pairwise(cues), pairwise(shown), strict=True)
    ]
    if not by_words:
        pairs = _without_whole_screens(pairs, shown)
    rolls = [
        0 if pair is None else 2 if _is_repainted(*neighbours) else int(pair.grown or pair.units < len(now))
        for pair, now, neighbours in zip(pairs, shown[1:], pairwise(cues), strict=True)
    ]
    found = sum(pair is not None for pair in pairs)
    if sum(map(bool, rolls)) >= _MIN_ROLLS and found >= _MIN_SHARE * len(pairs):
        return pairs
    return [
        pair if pair and long else None for pair, long in zip(pairs, _in_long_runs(pairs, rolls), strict=True)
    ]


def _in_long_runs(pairs: Sequence[Overlap | None], rolls: Sequence[int]) -> list[bool]:
    """Whether each pair stands in a run of overlaps that roll often enough."""
    result: list[bool] = []
    at = 0
    while at < len(pairs):
        end = at + 1
        while end < len(pairs) and (pairs[end] is None) == (pairs[at] is None):
            end += 1
        long = pairs[at] is not None and sum(rolls[at:end]) >= _MIN_ROLLS_IN_A_ROW
        result += [long] * (end - at)
        at = end
    return result


def _without_whole_screens(
    pairs: Sequence[Overlap | None], shown: Sequence[tuple[str, ...]]
) -> list[Overlap | None]:
    """The overlaps, less a line where a full screen comes again in a file that otherwise rolls by one line each time:
    there the same line was said again and pushed the others up."""
    full = max(map(len, shown), default=0)
    screens = [n for n, pair in enumerate(pairs) if pair and len(shown[n]) == len(shown[n + 1]) == full > 1]
    whole = [n for n in screens if (pair := pairs[n]) and pair.units == full and not pair.grown]
    if not whole or len(whole) * 4 > len(screens):
        return list(pairs)
    return [
        Overlap(full - 1) if n in whole and shown[n][1:] == shown[n + 1][:-1] else pair
        for n, pair in enumerate(pairs)
    ]


def _is_repainted(first: RawCue, second: RawCue) -> bool:
    """Whether the second cue is the first with other markup: a colour that runs through a line as it is sung or said."""
    return first.lines != () and first.raw != second.raw and text_lines(first) == text_lines(second)


def _follows(first: RawCue, second: RawCue) -> bool:
    """Whether the second cue comes while the first is shown or takes its place without a pause."""
    assert first.span is not None and second.span is not None
    return first.span.start_ms <= second.span.start_ms <= first.span.end_ms + _MAX_GAP_MS


def overlap_of(before: tuple[str, ...], now: tuple[str, ...], by_words: bool) -> Overlap | None:
    """The longest beginning of `now` that ends `before`, its last line perhaps grown; None where there is none."""
    for size in range(min(len(before), len(now)), 0, -1):
        tail, head = before[-size:], now[:size]
        if tail == head and (not by_words or size >= _MIN_WORDS):
            return Overlap(size)
        if not by_words and tail[:-1] == head[:-1] and head[-1].startswith(tail[-1]):
            return Overlap(size, grown=True)
    return None


def units_of(cue: RawCue) -> tuple[str, ...]:
    """The lines of a cue as they are compared: who speaks by markup, and the text without needless blanks."""
    return tuple(_shown(line) for line in cue.lines)


def _shown(line: Line) -> str:
    voice = next((piece.voice for piece in line if piece.voice), None)
    text = " ".join("".join(piece.text for piece in line).split())
    return f"{voice}: {text}" if voice else text


def _words(cue: RawCue) -> tuple[str, ...]:
    return tuple(word for line in units_of(cue) for word in line.split())
