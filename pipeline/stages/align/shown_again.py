"""Text shown again: a caption that begins with what ended the one before is heard twice, or it was only shown twice.

In a file that rolls the reader has taken the repeats out. A single one may be a sentence that is said again, or a caption that
was divided in two (at the border of a segment) with its text in both halves. The sound between the words around them decides:
where the text fits it better once than twice it is aligned once (`settled`), and the words of the other caption get the kind
`absent`, so that no caption shows them (`marked`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.timing import Span
from pipeline.transcript import Aligned, Kind, TimeSource
from pipeline.transcript.subtitles import Subtitles

Compare = Callable[[Sequence[Sequence[int]], Span], Sequence[Alignment]]
"""Aligns each of several orders of words with one part of the sound."""

# Longer stretches between the words around a repeat hold more than it, and are not listened to again.
_MAX_ROOM_MS = 30_000


def settled(
    listened: Alignment, given: Subtitles, parts: Sequence[Part], compare: Compare, duration_ms: int
) -> Alignment:
    """`listened`, with the words of every text that is shown twice and said once found once, in the first of both captions."""
    repeats = list(_repeats(given))
    if not repeats:
        return listened
    parts_of: dict[int, list[int]] = {}
    for n, part in enumerate(parts):
        parts_of.setdefault(part.token, []).append(n)
    found = list(listened.found)
    for pair in repeats:
        once, again = ([n for token in tokens for n in parts_of.get(token, [])] for tokens in pair)
        if once and again:
            here = _said_once(found, once, again, compare, duration_ms)
            for n, span in zip([*once, *again], here or (), strict=False):
                found[n] = span
    return replace(listened, found=tuple(found))


def _said_once(
    found: Sequence[WordSpan | None],
    once: Sequence[int],
    again: Sequence[int],
    compare: Compare,
    duration_ms: int,
) -> list[WordSpan | None] | None:
    """Where the words of a text that is said once are, and None for each that shows it again; None where it is said twice."""
    before = next((f.span.end_ms for f in reversed(found[: once[0]]) if f), 0)
    after = next((f.span.start_ms for f in found[again[-1] + 1 :] if f), duration_ms)
    room = Span(before, max(before, after))
    if not room or room.duration_ms > _MAX_ROOM_MS:
        return None
    single, double = compare([once, [*once, *again]], room)
    if double.score >= single.score:
        return None
    return [*single.found, *([None] * len(again))]


def marked(aligned: Aligned, given: Subtitles | None) -> Aligned:
    """The alignment with the kind `absent` for words that a caption shows again, none of which was found in the sound."""
    tokens = list(aligned.tokens)
    for once, again in _repeats(given) if given else ():
        if any(tokens[n].time_source is TimeSource.ALIGNED for n in once) and not any(
            tokens[n].time_source is TimeSource.ALIGNED for n in again
        ):
            for n in again:
                tokens[n] = replace(tokens[n], kind=Kind.ABSENT)
    return replace(aligned, tokens=tuple(tokens))


def _repeats(given: Subtitles) -> Iterator[tuple[list[int], list[int]]]:
    """The tokens of each text that comes twice: the words at the end of a cue, and the same at the beginning of the next."""
    at, before = 0, 0
    words = given.words
    for cue in given.cues:
        own = range(at, at + len(cue.words))
        again = [n for n in own if words[n].line < cue.again and words[n].kind is Kind.WORD]
        above = [n for n in range(before, at) if words[n].kind is Kind.WORD]
        once = above[len(above) - len(again) :]
        if again and [words[n].text for n in once] == [words[n].text for n in again]:
            yield once, again
        before, at = at, at + len(cue.words)
