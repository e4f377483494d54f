"""Places for words that were not heard: in speech that no other word explains, at their editor's times, or at a natural pace.

A run of such words lies between two words that were heard. What belongs to the cue of the word before or behind it stays with
that word; whole cues go where somebody speaks, if speech of a fitting length is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log

from pipeline.timing import Span
from pipeline.transcript.subtitles import SubtitlesWord

# What a letter takes in fluent speech, and how much slower or faster a word may be said.
MS_PER_LETTER = 65
_MOST_STRETCH = 3.0
_SHORTEST_FREE_MS = 120
_TOUCHING_MS = 150
# More cues or pieces of free speech than this are not tried against each other.
_MOST_PIECES = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Words that were not heard: each with the number of its cue and, if its editor timed it, where that time lies in the
    sound; `before` and `after` are the cues of the words heard around them (None at the ends of the text)."""

    words: Sequence[SubtitlesWord]
    cues: Sequence[int]
    guessed: Sequence[Span | None]
    before: int | None
    after: int | None

    def part(self, first: int, last: int) -> Run:
        """The words `[first, last)` of the run, between the same neighbours or, inside, between none."""
        return Run(
            self.words[first:last],
            self.cues[first:last],
            self.guessed[first:last],
            self.before if first == 0 else None,
            self.after if last == len(self.words) else None,
        )


def free_speech(room: Span, regions: Sequence[Span]) -> list[Span]:
    """The stretches of speech within a room that holds no other words."""
    inside = (r.intersection(room) for r in regions)
    return [s for s in inside if s and s.duration_ms >= _SHORTEST_FREE_MS]


def in_speech(run: Run, room: Span, free: Sequence[Span], reach_ms: int) -> list[Span | None]:
    """For each word of the run its share of free speech, None where no piece of it fits.

    A piece must not lie further than `reach_ms` from the editor's time, where there is one.
    """
    placed: list[Span | None] = [None] * len(run.words)
    left = list(free)
    cues = list(_cues(run))
    if (through := _through(run, room, free)) is not None:
        return list(shared_out(run.words, through))
    for end, cue, heard in ((-1, cues[-1], run.after), (0, cues[0], run.before)):
        piece = _beside(left, room, end) if run.cues[cue[0]] == heard and placed[cue[0]] is None else None
        if piece is not None and _fits(run, cue, piece, reach_ms):
            placed[slice(*cue)] = shared_out(run.words[slice(*cue)], piece)
            left.remove(piece)
    whole = [cue for cue in cues if run.cues[cue[0]] not in (run.before, run.after)]
    for cue, piece in _matched(run, whole, left, reach_ms):
        placed[slice(*cue)] = shared_out(run.words[slice(*cue)], piece)
    return placed


def _through(run: Run, room: Span, free: Sequence[Span]) -> Span | None:
    """The one stretch of speech from the word in front of the room to the word behind it, if the end of one cue and the beginning
    of another are all that is said there."""
    if len(free) != 1 or run.cues[0] != run.before or run.cues[-1] != run.after or run.before == run.after:
        return None
    piece = free[0]
    is_through = _beside(free, room, 0) and _beside(free, room, -1)
    return piece if is_through and stretch(run.words, piece) <= log(_MOST_STRETCH) else None


def shared_out(words: Sequence[SubtitlesWord], span: Span) -> list[Span]:
    """`span` divided among the words by their letters."""
    total = sum(len(w.text) + 1 for w in words) or 1
    edges, at = [span.start_ms], 0
    for word in words:
        at += len(word.text) + 1
        edges.append(span.start_ms + span.duration_ms * at // total)
    return [Span(a, b) for a, b in pairwise(edges)]


def needed_ms(words: Sequence[SubtitlesWord]) -> int:
    """How long it takes to say the words at a natural pace."""
    return sum(len(w.text) + 1 for w in words) * MS_PER_LETTER


def _cues(run: Run) -> Iterator[tuple[int, int]]:
    """The words of one cue each, `[first, last)`."""
    yield from pairwise(
        [0, *(n for n in range(1, len(run.cues)) if run.cues[n] != run.cues[n - 1]), len(run.cues)]
    )


def _beside(free: Sequence[Span], room: Span, end: int) -> Span | None:
    """The free speech that runs on into the word in front of the room (`end` 0) or behind it (-1)."""
    if not free:
        return None
    piece = free[end]
    apart = room.end_ms - piece.end_ms if end else piece.start_ms - room.start_ms
    return piece if apart <= _TOUCHING_MS else None


def stretch(words: Sequence[SubtitlesWord], piece: Span) -> float:
    """How much longer or shorter a piece of speech is than the words take at a natural pace: the logarithm of the ratio."""
    return abs(log(piece.duration_ms / needed_ms(words)))


def _stretch(run: Run, cue: tuple[int, int], piece: Span) -> float:
    return stretch(run.words[slice(*cue)], piece)


def _fits(run: Run, cue: tuple[int, int], piece: Span, reach_ms: int) -> bool:
    own = run.guessed[cue[0]]
    near = own is None or abs(own.start_ms - piece.start_ms) <= reach_ms
    return near and _stretch(run, cue, piece) <= log(_MOST_STRETCH)


def _matched(
    run: Run, cues: Sequence[tuple[int, int]], free: Sequence[Span], reach_ms: int
) -> Sequence[tuple[tuple[int, int], Span]]:
    """The cues with the pieces of speech that fit their lengths best, in order; none if there are too few or too many."""
    if not cues or not len(cues) <= len(free) <= _MOST_PIECES:
        return []
    ways = (list(zip(cues, pieces, strict=True)) for pieces in combinations(free, len(cues)))
    fitting = [way for way in ways if all(_fits(run, cue, piece, reach_ms) for cue, piece in way)]
    return min(fitting, key=lambda way: sum(_stretch(run, cue, piece) for cue, piece in way), default=[])


def at_a_natural_pace(run: Run, room: Span) -> list[Span]:
    """The words one after the other: before the word behind them if they belong to its cue, else from the start of the room
    or, as near as that allows, from their editor's time."""
    needed = min(room.duration_ms, needed_ms(run.words))
    start = room.start_ms
    own = run.guessed[0]
    if own is not None:
        start = min(max(own.start_ms, room.start_ms), room.end_ms - needed)
    elif run.after is not None and run.cues[0] == run.after and run.after != run.before:
        start = room.end_ms - needed
    return shared_out(run.words, Span(start, start + needed))
