"""The tiers that ELAN and Praat show: for each speaker what they say, its words and its concepts; and the parts.

A tier holds no two intervals at once. What overlaps in one tier goes to another of the same name with a number; words give way
to the word before, within their utterance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.formats.document.captions import Captioned, WrittenWord
from pipeline.formats.writers.exported import (
    Timed,
    at_least_a_millisecond,
    names_apart,
    one_after_the_other,
    rows_without_overlap,
)
from pipeline.formats.writers.render import clean
from pipeline.formats.writers.told import NOBODY, Told, tag_text, utterances
from pipeline.timing import Span, hull


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of intervals with texts, in order and without overlaps; `below` are tiers whose intervals lie within its own."""

    name: str
    person: str
    intervals: tuple[Timed[str], ...]
    kind: str
    below: tuple[Tier, ...] = ()


def tiers(read: Captioned) -> list[Tier]:
    """The tiers of a recording, those of its people first, in order of who speaks first."""
    by_speaker: dict[str, list[Timed[Told]]] = {}
    for told in utterances(read):
        by_speaker.setdefault(told.speaker, []).append((_roomy(told), told))
    rows = [(name, row) for name, said in by_speaker.items() for row in rows_without_overlap(said)]
    parts = [
        (at_least_a_millisecond(Span(s.start_ms, s.end_ms)), clean(s.title) or s.id)
        for s in read.document.scenes
    ]
    layers = rows_without_overlap(parts)
    names = names_apart([*(name or NOBODY for name, _ in rows), *("parts" for _ in layers)])
    found = [_of_speaker(name, speaker, row) for name, (speaker, row) in zip(names, rows, strict=False)]
    found += [
        Tier(name, "", tuple(layer), "part") for name, layer in zip(names[len(rows) :], layers, strict=True)
    ]
    return found


def _roomy(told: Told) -> Span:
    """The time of an utterance, long enough for a millisecond a word."""
    span = hull((told.span, *(word.span for word in told.words)))
    return Span(span.start_ms, max(span.end_ms, span.start_ms + max(1, len(told.words))))


def _of_speaker(name: str, speaker: str, row: list[Timed[Told]]) -> Tier:
    words = tuple(interval for span, told in row for interval in _words(told.words, span))
    tags = [(at_least_a_millisecond(span), text) for span, text in _tags(row)]
    layers = rows_without_overlap(tags)
    labels = [f"{name} - concepts" + (f" ({n})" if n > 1 else "") for n in range(1, len(layers) + 1)]
    below = [Tier(f"{name} - words", speaker, words, "word")] if words else []
    below += [
        Tier(label, speaker, tuple(layer), "concept") for label, layer in zip(labels, layers, strict=True)
    ]
    return Tier(name, speaker, tuple((span, told.text) for span, told in row), "utterance", tuple(below))


def _words(words: tuple[WrittenWord, ...], within: Span) -> Iterator[Timed[str]]:
    spans = one_after_the_other([word.span for word in words], within)
    return ((span, clean(word.text)) for span, word in zip(spans, words, strict=True))


def _tags(row: list[Timed[Told]]) -> Iterator[Timed[str]]:
    """The concepts; several of the very same words are one interval, and none leaves its utterance."""
    for within, told in row:
        held: dict[Span, list[str]] = {}
        for tag in told.tags:
            span = Span(tag.start_ms, max(tag.start_ms, tag.end_ms)).clipped(within)
            if not span:  # one word without a length, at an end
                start = min(span.start_ms, within.end_ms - 1)
                span = Span(start, start + 1)
            held.setdefault(span, []).append(tag_text(tag))
        yield from ((span, "; ".join(texts)) for span, texts in held.items())


def moved_words(read: Captioned) -> int:
    """How many words overlap the one before in their utterance, or have no length: their times are others in tiers."""
    count = 0
    for told in utterances(read):
        spans = [word.span for word in told.words]
        kept = one_after_the_other(spans, _roomy(told)) if spans else []
        count += sum(a != b for a, b in zip(spans, kept, strict=True))
    return count
