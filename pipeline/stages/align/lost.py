"""Lost ways: where the search found none of a long passage's words, or nothing of the text, a recognizer is asked for anchors.

The passage is aligned again between the anchors, so that the search cannot stray farther than from one to the next. What the
recognizer heard never changes a word, and where it heard nothing of the passage all stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.speech.asr.packing import Chunk
from pipeline.stages.align.anchors import Anchor, Said, anchors, said_in_sound, said_in_text
from pipeline.stages.align.relocate import WEAK_FIT
from pipeline.timing import Span, covered_ms, gaps, hull, union
from pipeline.transcript import Token
from pipeline.transcript.subtitles import Subtitles

# A passage is lost when so many words in a row were not found, and so much speech is left that no word explains. A choice.
_MIN_LOST_WORDS = 8
_MIN_UNEXPLAINED_MS = 2000
# Where so many words are lost, and so large a share of all, the rest is not trusted either. A choice.
_MANY_LOST_WORDS = 200
_MOST_LOST_SHARE = 0.4
# Text belongs to the sound when so many words of it were heard in runs, and they are such a share of all that was heard. Measured
# on either half of a film with the text of the other: 3 % of what eight windows held was shared (5 % at most), 6 % of one window;
# with their own text 87 % and more, in clear sound. A choice, low for the sake of noise.
_MIN_PROVEN_WORDS = 5
_MIN_PROVEN_SHARE = 0.12
# Recognizers tell the time of a word this exactly; so much sound on either side of an anchor is aligned with it.
_SLACK_MS = 400
# The fit, in nats per frame, of a word that was heard and that the aligner does not find near: set by hand, for a low confidence.
_HEARD_FIT = -2.5

AlignWords = Callable[[Sequence[int], Span], Alignment]
"""Aligns some of the words, in their order, within a span."""


class Ear(Protocol):
    """A recognizer that does not know the text, for windows of the recording; it may decline to hear any of them."""

    @property
    def windows(self) -> Sequence[Chunk]: ...
    @property
    def budget(self) -> int:
        """How many windows it hears at most."""
        ...

    def hear(self, windows: Sequence[Chunk], /) -> Mapping[Chunk, Sequence[Token]]: ...


@dataclass(frozen=True, slots=True)
class _Passage:
    """Words that were not found, and the stretches of the sound where they may be said, the likeliest first."""

    words: range
    places: tuple[Span, ...]


def found_again(
    listened: Alignment, given: Subtitles, wanted: Sequence[Part], ear: Ear | None, align_words: AlignWords, whole: Span | None,
    regions: Sequence[Span],
) -> Alignment:  # fmt: skip
    """`listened` with lost passages where a recognizer heard some of their words; `whole` is all the sound where nothing of the
    text is proven to be in it, `regions` are those of speech. Gives the same object where nothing is lost, or nothing helps."""
    passages = list(_lost(listened, regions)) if whole is None else [_Passage(range(len(wanted)), (whole,))]
    if not passages or ear is None or not wanted:
        return listened
    many = max(_MANY_LOST_WORDS, _MOST_LOST_SHARE * len(wanted))
    if whole is None and sum(len(p.words) for p in passages) >= many:
        # So much is lost only where what was found is mostly wrong: all is anchored anew, if more is found then.
        everything = Span(0, max((w.pieces[-1].end_ms for w in ear.windows), default=0))
        anew = found_again(listened, given, wanted, ear, align_words, everything, regions)
        return anew if _well_found(anew) > _well_found(listened) else listened
    heard = ear.hear(_to_hear(ear, passages))
    said = said_in_sound([token for tokens in heard.values() for token in tokens])
    for passage in passages:
        listened = _anchored(listened, given, wanted, passage, said, align_words, whole is not None)
    return listened


def _well_found(listened: Alignment) -> int:
    return sum(f is not None and not f.stand_in and (f.heard or f.fit > WEAK_FIT) for f in listened.found)


def _lost(listened: Alignment, regions: Sequence[Span]) -> Iterator[_Passage]:
    """The long passages that were not found, with the room between their neighbours where somebody speaks in it, and other
    speech that no word explains. (In noise the search takes speech for silence, so that it is not all unexplained.)"""
    found = listened.found
    unexplained = [s for s in union(listened.unwritten, _SLACK_MS) if s.duration_ms >= _MIN_UNEXPLAINED_MS]
    for words in _missing(found):
        before = next((f for n in range(words.start - 1, -1, -1) if (f := found[n])), None)
        behind = next((f for n in range(words.stop, len(found)) if (f := found[n])), None)
        start = before.span.end_ms if before else 0
        end = behind.span.start_ms if behind else max((s.end_ms for s in (*unexplained, *regions)), default=0)
        room = Span(start, max(start, end))
        inside = [s for u in (*unexplained, *regions) if (s := u.intersection(room))]
        likely = (room,) if covered_ms(inside) >= _MIN_UNEXPLAINED_MS else ()
        elsewhere = sorted(
            (s for s in unexplained if not s.overlap_ms(room)), key=lambda s: (s.gap_ms(room), s)
        )
        if likely or elsewhere:
            yield _Passage(words, (*likely, *elsewhere))


def _missing(found: Sequence[WordSpan | None]) -> Iterator[range]:
    """The long runs of words that were not found; what fits badly between two of them was put there for want of a place."""
    lost: list[range] = []
    for first, last in _runs(found):
        if lost and _is_weak(found, range(lost[-1].stop, first)):
            lost[-1] = range(lost[-1].start, last)
        else:
            lost.append(range(first, last))
    for words in lost:
        gone = sum(found[n] is None for n in words)
        if gone >= _MIN_LOST_WORDS and 2 * gone >= len(words):
            yield words


def _runs(found: Sequence[WordSpan | None]) -> Iterator[tuple[int, int]]:
    edges = [-1, *(n for n, here in enumerate(found) if here is not None), len(found)]
    return ((a + 1, b) for a, b in pairwise(edges) if b - a > 1)


def _is_weak(found: Sequence[WordSpan | None], words: range) -> bool:
    """Whether most of the words fit the sound no better than others would."""
    good = sum((f := found[n]) is not None and not f.stand_in and f.fit >= WEAK_FIT for n in words)
    return 2 * good <= len(words)


def _to_hear(ear: Ear, passages: Sequence[_Passage]) -> list[Chunk]:
    """The windows where the passages may be said, as many as the ear has in its budget: those of long passages and of their
    likeliest places first, and evenly over a place of which not all can be heard."""
    chosen: dict[Chunk, None] = {}
    for passage in sorted(passages, key=lambda p: -len(p.words)):
        for place in passage.places:
            here = (w for w in ear.windows if any(place.overlap_ms(piece) for piece in w.pieces))
            new = [w for w in here if w not in chosen]
            left = min(len(new), ear.budget - len(chosen))
            chosen |= dict.fromkeys(new[n * len(new) // left] for n in range(left))
    return sorted(chosen, key=lambda w: w.pieces[0])


def _anchored(
    listened: Alignment, given: Subtitles, wanted: Sequence[Part], passage: _Passage, said: Sequence[Said],
    align_words: AlignWords, proof: bool,
) -> Alignment:  # fmt: skip
    """`listened` with a passage aligned between its anchors, at the place where most of it was heard; unchanged where none of it
    was, or, where it needs `proof` of belonging to the sound, too little."""
    first, last = wanted[passage.words.start].token, wanted[passage.words[-1]].token + 1
    text = said_in_text(given.words, first, last)
    tries = [(span, [w for w in said if w.span.middle_ms in span]) for span in passage.places]
    found = [(span, heard, anchors(text, heard)) for span, heard in tries]
    span, heard, best = max(found, key=lambda f: sum(a.length for a in f[2]), default=(Span(0, 0), [], []))
    shared = sum(a.length for a in best)
    if not shared or (proof and not _proves(best, len(heard))):
        return listened
    times = _times(best, text, heard)
    return _between_anchors(listened, wanted, passage.words, span, times, align_words)


def _proves(found: Sequence[Anchor], heard: int) -> bool:
    shared = sum(a.length for a in found)
    return shared >= _MIN_PROVEN_WORDS and shared >= _MIN_PROVEN_SHARE * heard


def _times(found: Sequence[Anchor], text: Sequence[Said], heard: Sequence[Said]) -> dict[int, Span]:
    """When each written word of the anchors was heard, by the word's index."""
    times: dict[int, Span] = {}
    for anchor in found:
        for n in range(anchor.length):
            token, span = text[anchor.first + n].token, heard[anchor.heard + n].span
            times[token] = times[token].hull(span) if token in times else span
    return times


def _between_anchors(
    listened: Alignment, wanted: Sequence[Part], words: range, place: Span, times: Mapping[int, Span],
    align_words: AlignWords,
) -> Alignment:  # fmt: skip
    """Align the words again, from each run of anchored ones to the next."""
    here: dict[int, WordSpan | None] = {}
    unwritten: list[Span] = []
    edges = [words.start, *_middles(wanted, words, times), words.stop]
    for a, b in pairwise(edges):
        own = [n for n in range(a, b) if wanted[n].token in times]
        start = times[wanted[own[0]].token].start_ms - _SLACK_MS if own and own[0] == a else place.start_ms
        end = times[wanted[own[-1]].token].end_ms + _SLACK_MS if own and own[-1] == b - 1 else place.end_ms
        span = Span(max(place.start_ms, start), max(place.start_ms, start, min(place.end_ms, end)))
        piece = align_words(range(a, b), span)
        here |= dict(zip(range(a, b), piece.found, strict=True))
        unwritten += piece.unwritten
    sure = {n: _heard_at(here[n], times[wanted[n].token]) for n in words if wanted[n].token in times}
    kept = _without_strays({**here, **sure}, words)
    found = [kept.get(n) if n in words else f for n, f in enumerate(listened.found)]
    return Alignment(tuple(found), _left_over(listened, place, unwritten, kept), listened.score)


def _middles(wanted: Sequence[Part], words: range, times: Mapping[int, Span]) -> Iterator[int]:
    """Where the words are divided: in the middle of each run of anchored ones, which both sides then begin or end with."""
    run: list[int] = []
    for n in (*words, words.stop):
        if n in words and wanted[n].token in times:
            run.append(n)
            continue
        if len(run) > 1:
            yield run[len(run) // 2]
        run = []


def _heard_at(here: WordSpan | None, heard: Span) -> WordSpan:
    """Where an anchored word is: where the aligner finds it near, else where it was heard."""
    if here is None or here.stand_in or here.span.gap_ms(heard) > _SLACK_MS:
        return WordSpan(heard, _HEARD_FIT, heard=True)
    return replace(here, heard=True)


def _without_strays(here: Mapping[int, WordSpan | None], words: range) -> dict[int, WordSpan | None]:
    """The words without those in front of the first anchor, or behind the last, that fit no better than any other would."""
    sure = [n for n in words if (f := here[n]) is not None and (f.heard or f.fit > WEAK_FIT)]
    low, high = (sure[0], sure[-1]) if sure else (words.stop, words.start)
    return {n: f if low <= n <= high else None for n, f in here.items()}


def _left_over(
    listened: Alignment, place: Span, unwritten: Sequence[Span], kept: Mapping[int, WordSpan | None]
) -> tuple[Span, ...]:
    """The speech that no word explains: as before outside of the place, and inside what the new search left."""
    outside = [s for u in listened.unwritten for s in gaps([place], u)]
    taken = [f.span for f in kept.values() if f is not None]
    said = hull(taken) if taken else Span(place.start_ms, place.start_ms)
    before = [s for u in listened.unwritten if (i := u.intersection(place)) for s in gaps([said], i)]
    inside = [i for u in unwritten if (i := u.intersection(said))]
    return union([*outside, *before, *inside])
