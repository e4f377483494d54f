"""Every token a place in time: those that were found, those between them, those that nobody says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.given import Given, GivenWord
from pipeline.stages.align.confidence import confidence_of, confidence_of_guess
from pipeline.stages.align.listening import Found
from pipeline.stages.align.relation import Relation
from pipeline.stages.align.words import Part
from pipeline.timing import Span
from pipeline.transcript import TextSource, TimeSource, Token

# What a letter takes in fluent speech, for words that nobody heard.
_MS_PER_LETTER = 65


@dataclass(frozen=True, slots=True)
class Place:
    """When a token is said, how sure that is, and how it is known."""

    span: Span
    confidence: float
    source: TimeSource


def places(
    given: Given, parts: Sequence[Part], found: Sequence[Found | None], relation: Relation, duration_ms: int
) -> list[Place]:
    """A place for every word of the text, in reading order, all inside the recording."""
    heard = _heard(given, parts, found)
    guessed = _given_times(given, relation)
    result: list[Place | None] = list(heard)
    for first, last in _runs_of_none(heard):
        after = heard[last].span.start_ms if last < len(heard) else duration_ms  # type: ignore[union-attr]
        before = heard[first - 1].span.end_ms if first else 0  # type: ignore[union-attr]
        result[first:last] = _between(
            given.words[first:last], guessed[first:last], Span(before, max(before, after))
        )
    whole = Span(0, duration_ms)
    return [Place(p.span.clipped(whole), p.confidence, p.source) for p in result if p is not None]


def tokens(given: Given, placed: Sequence[Place], source: TextSource) -> tuple[Token, ...]:
    """The given words as tokens at their places."""
    return tuple(
        Token(word.text, place.span, round(place.confidence, 3), word.kind, source, place.source, word.spoken)
        for word, place in zip(given.words, placed, strict=True)
    )


def _heard(given: Given, parts: Sequence[Part], found: Sequence[Found | None]) -> list[Place | None]:
    """The place of each token of which any part was found: from its first part to its last."""
    result: list[Place | None] = [None] * len(given.words)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is None:
            continue
        before = result[part.token]
        sure = confidence_of(found, index)
        if before is None:
            result[part.token] = Place(here.span, sure, TimeSource.ALIGNED)
        else:
            result[part.token] = Place(
                before.span.hull(here.span), min(before.confidence, sure), TimeSource.ALIGNED
            )
    return result


def _given_times(given: Given, relation: Relation) -> list[Span | None]:
    """Where the editor's own times put each word, shared out by letters within its cue; None where there are none."""
    result: list[Span | None] = []
    for cue in given.cues:
        if cue.span is None or not relation.pieces:
            result += [None] * len(cue.words)
            continue
        start = relation.at(cue.span.start_ms)
        end = max(start, relation.at(cue.span.end_ms))
        result += shared_out(cue.words, Span(max(0, start), max(0, end)))
    return result


def shared_out(words: Sequence[GivenWord], span: Span) -> list[Span]:
    """`span` divided among the words by their letters."""
    total = sum(len(w.text) + 1 for w in words) or 1
    edges, at = [span.start_ms], 0
    for word in words:
        at += len(word.text) + 1
        edges.append(span.start_ms + span.duration_ms * at // total)
    return [Span(a, b) for a, b in pairwise(edges)]


def _between(words: Sequence[GivenWord], guessed: Sequence[Span | None], room: Span) -> list[Place]:
    """Places for words that were not found, between the words that were: at their own times, moved with the rest of the
    text, as far as these fit; else at a natural pace from the start of the room."""
    own = [g for g in guessed if g is not None]
    if len(own) == len(words) and all(g.overlap_ms(room) or g.clipped(room) == g for g in own):
        return [Place(g.clipped(room), confidence_of_guess(True), TimeSource.GIVEN) for g in own]
    letters = sum(len(w.text) + 1 for w in words)
    needed = min(room.duration_ms, letters * _MS_PER_LETTER)
    start = room.start_ms
    if len(own) == len(words):  # as near to the editor's time as the room allows
        start = min(max(own[0].start_ms, room.start_ms), room.end_ms - needed)
    spans = shared_out(words, Span(start, start + needed))
    return [Place(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in spans]


def _runs_of_none(places: Sequence[Place | None]) -> list[tuple[int, int]]:
    runs, first = [], None
    for index in range(len(places) + 1):
        missing = index < len(places) and places[index] is None
        if missing and first is None:
            first = index
        elif not missing and first is not None:
            runs.append((first, index))
            first = None
    return runs
