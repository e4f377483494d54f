"""Segmentation at possible speaker changes: labels, dashes, pauses and ends of sentences, never within a word.

Speech without text (a murmur that no subtitle holds) makes pieces too, without tokens. A piece that is a sound or a credit,
or whose words are not said, is mute: no voice is taken from it.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.english.breaks import Junction, junction
from pipeline.timing import Span, covered_ms, gaps, hull, shares, union
from pipeline.transcript import Aligned, EditorCue, Kind, Token

# All of these were set by hand.
# From this pause on somebody else may begin within the other's sentence.
MIN_PAUSE_MS = 240
# A longer piece is divided at its longest pause, so that an interruption is found.
MAX_PIECE_MS = 4000
# Shorter speech without text is a breath; longer speech than the second is divided into equal pieces.
_MIN_UNTRANSCRIBED_MS = 400
_MAX_UNTRANSCRIBED_MS = 2400
# Such a piece has halves from this length on: one of less than 0.8 s shows no voice.
_MIN_HALVED_MS = 1600
# Speech this near to a word belongs to it.
_WORD_MARGIN_MS = 120
# A piece is mute when a smaller share of its words' time lies in speech.
_MIN_SPOKEN_SHARE = 0.4

# Costs of a change of speaker, in nats: after a sentence, after a clause, and elsewhere.
_CHANGE_AFTER_SENTENCE = 1.5
_CHANGE_AFTER_CLAUSE = 2.5
_CHANGE_WITHIN_CLAUSE = 4.5
_CHANGE_COSTS = {Junction.SENTENCE: _CHANGE_AFTER_SENTENCE, Junction.CLAUSE: _CHANGE_AFTER_CLAUSE}
# A pause makes a change cheaper by one nat a second, up to the first; it never costs less than the second.
_MAX_PAUSE_DISCOUNT = 1.0
_MIN_CHANGE_COST = 0.3
# Costs of the same speaker going on, in nats, where the editor wrote a dialogue dash or a label; elsewhere it costs nothing.
_STAY_AT_DASH = 3.0
_STAY_AT_LABEL = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `[first, last)` (none for speech without text) and their time.

    `change` and `stay` are the costs, in nats, of another speaker and of the same one as in the piece before. A `mute` piece
    shows no voice. `absent` says that the tokens are in the text and nowhere in the sound, `faint` that only a second ear heard
    speech here.
    """

    span: Span
    first: int
    last: int
    change: float
    stay: float = 0.0
    mute: bool = False
    absent: bool = False
    faint: bool = False

    @property
    def has_text(self) -> bool:
        return self.last > self.first


def cut(
    aligned: Aligned,
    regions: Sequence[Span],
    faint: Sequence[Span] = (),
    wordless: Sequence[Span] | None = None,
) -> list[Piece]:
    """The pieces of a recording in order of their start; `regions` are those of speech, `faint` is speech beyond them, and
    `wordless`, where it is given, those of the regions in which there may be speech without words."""
    wordless = union([*(regions if wordless is None else wordless), *faint])
    clear, regions = union(regions), union([*regions, *faint])
    labels, dashes = announced(aligned.editor_cues)
    absent = {i for p in aligned.report.text_without_speech for i in range(p.first, p.last)}
    edges = {i for p in aligned.report.text_without_speech for i in (p.first, p.last)}
    spoken = []
    for first, last in _runs(aligned.tokens, labels | dashes | edges):
        change, stay = _costs(aligned.tokens, first, first in labels, first in dashes)
        span, mute = _spoken_span(aligned.tokens[first:last], regions)
        spoken.append(Piece(span, first, last, change, stay, mute or first in absent, first in absent))
    bare = (
        replace(p, faint=next(regions_near(clear, p.span), None) is None)
        for p in _untranscribed(aligned.tokens, wordless)
    )
    return sorted([*spoken, *bare], key=lambda p: (p.span.start_ms, p.first))


def halves_of(piece: Piece) -> list[Piece]:
    """The halves of a piece without words in which the speaker may change; none of one that is too short for that."""
    if piece.mute or piece.has_text or piece.span.duration_ms < _MIN_HALVED_MS:
        return []
    first, second = shares(piece.span, [1, 1])
    return [replace(piece, span=first), Piece(second, 0, 0, _CHANGE_AFTER_CLAUSE)]


def announced(cues: Iterable[EditorCue]) -> tuple[frozenset[int], frozenset[int]]:
    """The tokens before which the editor wrote a label, and those with a dash."""
    cues = tuple(cues)
    return (
        frozenset(at for cue in cues for at, _ in cue.label_at),
        frozenset(at for cue in cues for at in cue.dash_at),
    )


def _runs(tokens: Sequence[Token], announced_at: Set[int]) -> Iterator[tuple[int, int]]:
    """Ranges of tokens between places where the speaker may change."""
    starts = [i for i in range(1, len(tokens)) if i in announced_at or _may_change(tokens, i)]
    for first, last in itertools.pairwise([0, *starts, len(tokens)] if tokens else []):
        yield from _split_at_pauses(tokens, first, last)


def _may_change(tokens: Sequence[Token], i: int) -> bool:
    before, here = tokens[i - 1], tokens[i]
    if before.kind is not Kind.WORD or here.kind is not Kind.WORD:
        return True
    pause_ms = here.span.start_ms - before.span.end_ms
    return (
        pause_ms >= MIN_PAUSE_MS
        or here.span.start_ms < before.span.start_ms
        or junction(before.text, here.text) is Junction.SENTENCE
    )


def _split_at_pauses(tokens: Sequence[Token], first: int, last: int) -> Iterator[tuple[int, int]]:
    if last - first < 2 or hull(t.span for t in tokens[first:last]).duration_ms <= MAX_PIECE_MS:
        yield first, last
        return
    middle = hull(t.span for t in tokens[first:last]).middle_ms
    # The longest pause; among equals the one nearest the middle.
    at = max(
        range(first + 1, last),
        key=lambda i: (
            tokens[i].span.start_ms - tokens[i - 1].span.end_ms,
            -abs(tokens[i].span.start_ms - middle),
        ),
    )
    yield from _split_at_pauses(tokens, first, at)
    yield from _split_at_pauses(tokens, at, last)


def _spoken_span(tokens: Sequence[Token], regions: Sequence[Span]) -> tuple[Span, bool]:
    """The time of these tokens, and whether they are mute."""
    span = hull(t.span for t in tokens)
    words = [t.span for t in tokens if t.kind is Kind.WORD]
    heard = covered_ms(c for w in words for r in regions_near(regions, w) if (c := w.intersection(r)))
    return span, not words or heard < _MIN_SPOKEN_SHARE * covered_ms(words) or not span


def regions_near(regions: Sequence[Span], span: Span) -> Iterator[Span]:
    """The regions that may meet the span; regions are disjoint and in order."""
    at = bisect_right(regions, span.start_ms, key=lambda r: r.end_ms)
    while at < len(regions) and regions[at].start_ms < span.end_ms:
        yield regions[at]
        at += 1


def _costs(tokens: Sequence[Token], first: int, labelled: bool, dashed: bool) -> tuple[float, float]:
    """The costs, in nats, of another speaker and of the same one from token `first` on."""
    if labelled:
        return 0.0, _STAY_AT_LABEL
    if dashed:
        return 0.0, _STAY_AT_DASH
    if first == 0:
        return _CHANGE_AFTER_SENTENCE, 0.0
    before, here = tokens[first - 1], tokens[first]
    pause_ms = max(0, here.span.start_ms - before.span.end_ms)
    cost = _CHANGE_COSTS.get(junction(before.text, here.text), _CHANGE_WITHIN_CLAUSE)
    return max(_MIN_CHANGE_COST, cost - min(_MAX_PAUSE_DISCOUNT, pause_ms / 1000)), 0.0


def _untranscribed(tokens: Sequence[Token], regions: Sequence[Span]) -> Iterator[Piece]:
    words = union(
        Span(max(0, t.span.start_ms - _WORD_MARGIN_MS), t.span.end_ms + _WORD_MARGIN_MS)
        for t in tokens
        if t.kind is Kind.WORD
    )
    for region in regions:
        inside = list(regions_near(words, region))
        for rest in gaps(inside, region):
            if rest.duration_ms >= _MIN_UNTRANSCRIBED_MS:
                yield from _split_evenly(rest)


def _split_evenly(rest: Span) -> Iterator[Piece]:
    parts = -(-rest.duration_ms // _MAX_UNTRANSCRIBED_MS)
    for number, share in enumerate(shares(rest, [1] * parts)):
        yield Piece(share, 0, 0, _CHANGE_AFTER_SENTENCE if number == 0 else _CHANGE_AFTER_CLAUSE)
