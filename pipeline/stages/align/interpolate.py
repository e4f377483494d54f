"""Interpolation: time spans for words that were not found, from free speech, their editor's times or a natural speaking rate.

A run of such words lies between two words that were found. What belongs to the cue of the word before or behind it stays with
that word; whole cues go where somebody speaks, if speech of a fitting length is free, that is holds no other words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log

from pipeline.timing import Span, shares_by_letters
from pipeline.transcript import Token
from pipeline.transcript.subtitles import SubtitlesWord

# Time that a letter (or the space behind a word) takes in fluent speech, some 15 characters a second.
MS_PER_LETTER = 65
# Speech may be this many times longer or shorter than its words take at that rate. Set by hand.
_MAX_STRETCH_RATIO = 3.0
# Shorter pieces of free speech hold no word.
_MIN_FREE_SPEECH_MS = 120
# Free speech is adjacent to a word when no more than this lies between them.
_MAX_ADJACENT_GAP_MS = 150
# With more pieces of free speech no assignment is searched: the combinations grow too many.
_MAX_PIECES = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Successive words that were not found: each with the number of its cue and, if its editor timed it, that time on the clock
    of the sound; `before` and `after` are the cues of the found words around them (None at the ends of the text)."""

    words: Sequence[SubtitlesWord]
    cues: Sequence[int]
    given_spans: Sequence[Span | None]
    before: int | None
    after: int | None

    def part(self, first: int, last: int) -> Run:
        """The words `[first, last)` of the run, between the same neighbours or, inside, between none."""
        return Run(
            self.words[first:last],
            self.cues[first:last],
            self.given_spans[first:last],
            self.before if first == 0 else None,
            self.after if last == len(self.words) else None,
        )


def free_speech(room: Span, regions: Sequence[Span]) -> list[Span]:
    """The stretches of speech within `room`, a gap that holds no other words; those too short for a word are left out."""
    inside = (r.intersection(room) for r in regions)
    return [s for s in inside if s and s.duration_ms >= _MIN_FREE_SPEECH_MS]


def in_free_speech(run: Run, room: Span, free: Sequence[Span], reach_ms: int) -> list[Span | None]:
    """For each word of the run its share of the pieces of free speech, None where no piece fits its cue.

    A piece must not lie further than `reach_ms` from the editor's time, where there is one.
    """
    placed: list[Span | None] = [None] * len(run.words)
    left = list(free)
    cues = list(_cues(run))
    if (spanning := _spanning_speech(run, room, free)) is not None:
        return list(split_by_letters(run.words, spanning))
    for end, cue, heard in ((-1, cues[-1], run.after), (0, cues[0], run.before)):
        piece = (
            _adjacent_speech(left, room, end)
            if run.cues[cue[0]] == heard and placed[cue[0]] is None
            else None
        )
        if piece is not None and _fits(run, cue, piece, reach_ms):
            placed[slice(*cue)] = split_by_letters(run.words[slice(*cue)], piece)
            left.remove(piece)
    whole = [cue for cue in cues if run.cues[cue[0]] not in (run.before, run.after)]
    for cue, piece in _best_assignment(run, whole, left, reach_ms):
        placed[slice(*cue)] = split_by_letters(run.words[slice(*cue)], piece)
    return placed


def _spanning_speech(run: Run, room: Span, free: Sequence[Span]) -> Span | None:
    """The piece of speech that fills the whole room, if the run is just the end of one cue and the beginning of the next."""
    if len(free) != 1 or run.cues[0] != run.before or run.cues[-1] != run.after or run.before == run.after:
        return None
    piece = free[0]
    is_spanning = _adjacent_speech(free, room, 0) and _adjacent_speech(free, room, -1)
    return piece if is_spanning and log_stretch(run.words, piece) <= log(_MAX_STRETCH_RATIO) else None


def split_by_letters(words: Sequence[SubtitlesWord], span: Span) -> list[Span]:
    """`span` divided among the words, each for its share by letters."""
    return shares_by_letters(span, [w.text for w in words])


def needed_ms(words: Sequence[SubtitlesWord | Token]) -> int:
    """The time that the words take at a natural speaking rate, in ms."""
    return sum(len(w.text) + 1 for w in words) * MS_PER_LETTER


def _cues(run: Run) -> Iterator[tuple[int, int]]:
    """The words `[first, last)` of each cue in the run."""
    yield from pairwise(
        [0, *(n for n in range(1, len(run.cues)) if run.cues[n] != run.cues[n - 1]), len(run.cues)]
    )


def _adjacent_speech(free: Sequence[Span], room: Span, end: int) -> Span | None:
    """The free speech that runs on into the word in front of the room (`end` 0) or behind it (-1)."""
    if not free:
        return None
    piece = free[end]
    apart = room.end_ms - piece.end_ms if end else piece.start_ms - room.start_ms
    return piece if apart <= _MAX_ADJACENT_GAP_MS else None


def log_stretch(words: Sequence[SubtitlesWord], piece: Span) -> float:
    """The absolute logarithm of a piece's duration over the time that the words take at a natural speaking rate."""
    return abs(log(piece.duration_ms / needed_ms(words)))


def _cue_log_stretch(run: Run, cue: tuple[int, int], piece: Span) -> float:
    return log_stretch(run.words[slice(*cue)], piece)


def _fits(run: Run, cue: tuple[int, int], piece: Span, reach_ms: int) -> bool:
    own = run.given_spans[cue[0]]
    near = own is None or abs(own.start_ms - piece.start_ms) <= reach_ms
    return near and _cue_log_stretch(run, cue, piece) <= log(_MAX_STRETCH_RATIO)


def _best_assignment(
    run: Run, cues: Sequence[tuple[int, int]], free: Sequence[Span], reach_ms: int
) -> Sequence[tuple[tuple[int, int], Span]]:
    """The assignment of pieces to cues, both in order, with the least sum of log stretches; none if pieces are too few or too
    many, or no assignment keeps the limits."""
    if not cues or not len(cues) <= len(free) <= _MAX_PIECES:
        return []
    ways = (list(zip(cues, pieces, strict=True)) for pieces in combinations(free, len(cues)))
    fitting = [way for way in ways if all(_fits(run, cue, piece, reach_ms) for cue, piece in way)]
    return min(
        fitting, key=lambda way: sum(_cue_log_stretch(run, cue, piece) for cue, piece in way), default=[]
    )


def at_a_natural_pace(run: Run, room: Span) -> list[Span]:
    """Spans of the words at a natural speaking rate, faster where the room is too short: up to the word behind them if they
    belong to its cue, else from their editor's time as near as the room allows, else from the start of the room."""
    needed = min(room.duration_ms, needed_ms(run.words))
    start = room.start_ms
    own = run.given_spans[0]
    if own is not None:
        start = min(max(own.start_ms, room.start_ms), room.end_ms - needed)
    elif run.after is not None and run.cues[0] == run.after and run.after != run.before:
        start = room.end_ms - needed
    return split_by_letters(run.words, Span(start, start + needed))
