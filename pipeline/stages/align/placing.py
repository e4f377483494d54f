"""Token times: a time span and a confidence for every token, aligned where it was found, given or interpolated elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.stages.align import interpolate
from pipeline.stages.align.confidence import confidence_of, confidence_of_guess
from pipeline.stages.align.interpolate import Run, split_by_letters
from pipeline.stages.align.sync import Relation
from pipeline.timing import Span, gaps, union
from pipeline.transcript import TextSource, TimeSource, Token
from pipeline.transcript.subtitles import Subtitles

# All of these were set by hand.
# How far from its editor's time a cue that was not found may be placed: so many scatters (the median deviation of the given
# times), but no less than this.
_MIN_REACH_MS = 300
_REACH_SCATTERS = 3
# A word is squeezed when it is this short and fits this badly, in nats per frame.
_MAX_SQUEEZED_MS = 130
_MAX_SQUEEZED_FIT = -3.5
# Free speech is offered to a lost cue up to so many scatters from its given time, up to this absolute logarithm of the ratio
# of its duration to what the words take, and from this length on.
_MAX_SCATTERS = 2
_MAX_LOG_STRETCH = log(1.6)
_MIN_FREE_SPEECH_MS = 200
# A cue is lost when no more than this share of its words was found.
_MAX_FOUND_SHARE = 0.25
# The shortest gap between speech regions that counts as a pause within a stutter.
_MIN_PAUSE_MS = 300
# No word lasts longer than both of these, however slowly it is said.
_MAX_WORD_MS = 1200
_MAX_MS_PER_LETTER = 250
# Words trailing an overlong one are taken for misplaced when they are at most so many, and at least so many words behind them
# were not found and have less time than this each.
_MAX_TRAILING_WORDS = 2
_MIN_UNHEARD_WORDS = 3
_MIN_MS_PER_UNHEARD_WORD = 60
# A whole cue keeps its given time when the gap leaves it less than this share of the time that it takes.
_MIN_ROOM_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Placed:
    """A token's time span, the confidence in [0, 1] that its start is right, and where the time comes from."""

    span: Span
    confidence: float
    source: TimeSource


def places(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], relation: Relation, duration_ms: int,
    regions: Sequence[Span] = (),
) -> list[Placed]:  # fmt: skip
    """A time span for every word of the text, in reading order, all inside the recording; `regions` are those of speech."""
    heard = _aligned_tokens(given, parts, found, regions)
    given_spans = _given_times(given, relation)
    cue_of = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    reach_ms = max(_MIN_REACH_MS, _REACH_SCATTERS * relation.scatter_ms)
    _place_lost_cues(heard, given, given_spans, relation, regions)
    result: list[Placed | None] = list(heard)
    for first, last in _missing_runs(heard):
        before, after = heard[first - 1] if first else None, heard[last] if last < len(heard) else None
        run = Run(
            given.words[first:last], cue_of[first:last], given_spans[first:last],
            cue_of[first - 1] if before else None, cue_of[last] if after else None,
        )  # fmt: skip
        room = _gap_between(run, before, after, duration_ms)
        result[first:last] = _interpolated(run, room, regions, reach_ms)
    whole = Span(0, duration_ms)
    return [Placed(p.span.clipped(whole), p.confidence, p.source) for p in result if p is not None]


def tokens(given: Subtitles, placed: Sequence[Placed], source: TextSource) -> tuple[Token, ...]:
    """The given words as tokens with the spans of `placed`, one for each word."""
    return tuple(
        Token(
            word.text,
            place.span,
            round(place.confidence, 3),
            word.kind,
            source,
            place.source,
            word.spoken,
            word.style,
        )
        for word, place in zip(given.words, placed, strict=True)
    )


def _aligned_tokens(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], regions: Sequence[Span]
) -> list[Placed | None]:
    """The span of each token of which any part was found, from its first part to its last; squeezed parts do not count."""
    result: list[Placed | None] = [None] * len(given.words)
    stutters = _StutterOverPause(regions)
    cue_of = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    found = _without_trailing_words(parts, found, given)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is None or (squeezed(here) and not _opens_cue_after_pause(found, cue_of, parts, index)):
            continue
        here = _truncated(here, given.words[part.token].text)
        before = result[part.token]
        confidence = confidence_of(found, index)
        if before is not None and (start_ms := stutters.begins_ms(parts[index - 1], found[index - 1], here)):
            result[part.token] = Placed(Span(start_ms, here.span.end_ms), confidence, TimeSource.ALIGNED)
        elif before is None:
            result[part.token] = Placed(here.span, confidence, TimeSource.ALIGNED)
        else:
            result[part.token] = Placed(
                before.span.hull(here.span), min(before.confidence, confidence), TimeSource.ALIGNED
            )
    return result


def _opens_cue_after_pause(
    found: Sequence[WordSpan | None], cue_of: Sequence[int], parts: Sequence[Part], index: int
) -> bool:
    """Whether a squeezed word opens its cue's speech after a pause: its start is then right, even if its end is not."""
    here, after = found[index], found[index + 1] if index + 1 < len(found) else None
    if here is None or after is None or not here.after_pause:
        return False
    return (
        cue_of[parts[index].token] == cue_of[parts[index + 1].token]
        and after.span.start_ms == here.span.end_ms
    )


def _without_trailing_words(
    parts: Sequence[Part], found: Sequence[WordSpan | None], given: Subtitles
) -> list[WordSpan | None]:
    """`found` without the few words behind an overlong one that leave no time for the missing words that follow them: all of
    these were said within the overlong word's span."""
    kept = list(found)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is None or here.span.duration_ms <= _max_word_ms(given.words[part.token].text):
            continue
        first = next((n for n in range(index + 1, len(found)) if found[n] is None), len(found))
        last = next((n for n in range(first, len(found)) if found[n] is not None), len(found))
        after = found[last] if last < len(found) else None
        trailing = found[first - 1] if index + 1 <= first - 1 <= index + _MAX_TRAILING_WORDS else None
        if after is None or trailing is None or last - first < _MIN_UNHEARD_WORDS:
            continue
        if 0 <= after.span.start_ms - trailing.span.end_ms < _MIN_MS_PER_UNHEARD_WORD * (last - first):
            kept[index + 1 : first] = [None] * (first - index - 1)
    return kept


def _truncated(here: WordSpan, text: str) -> WordSpan:
    """A word that lasts longer than any can, as a misspelt one may, cut to half of the longest duration."""
    max_ms = _max_word_ms(text)
    if here.span.duration_ms <= max_ms:
        return here
    return replace(here, span=Span(here.span.start_ms, here.span.start_ms + max_ms // 2))


def _max_word_ms(text: str) -> int:
    return max(_MAX_WORD_MS, _MAX_MS_PER_LETTER * len(text))


class _StutterOverPause:
    """Finds stutters whose first piece was aligned to the end of the speech before a pause: "... I can. | I-I will"."""

    def __init__(self, regions: Sequence[Span]) -> None:
        self._quiet = [
            Span(a.end_ms, b.start_ms) for a, b in pairwise(regions) if a.gap_ms(b) >= _MIN_PAUSE_MS
        ]

    def begins_ms(self, first: Part, found: WordSpan | None, second: WordSpan) -> int | None:
        """Where the word begins, in ms, if a pause that should lie in front of both its pieces lies between them; else None."""
        if found is None or found.after_pause or not first.spoken.pause:
            return None
        both = Span(found.span.start_ms, second.span.end_ms)
        inside = next((q for q in self._quiet if q.intersection(both) == q), None)
        return max(inside.end_ms, second.span.start_ms) if inside else None


def squeezed(here: WordSpan) -> bool:
    """Whether a word was aligned to a few frames that sound nothing like it, since these cost less than skipping the word."""
    return here.span.duration_ms <= _MAX_SQUEEZED_MS and (here.stand_in or here.fit < _MAX_SQUEEZED_FIT)


def _given_times(given: Subtitles, relation: Relation) -> list[Span | None]:
    """The given time of each word on the clock of the sound, split by letters within its cue; None where there is none."""
    result: list[Span | None] = []
    for cue in given.cues:
        if cue.span is None or not relation.pieces:
            result += [None] * len(cue.words)
            continue
        start = relation.at(cue.span.start_ms)
        end = max(start, relation.at(cue.span.end_ms))
        result += split_by_letters(cue.words, Span(max(0, start), max(0, end)))
    return result


def _place_lost_cues(
    heard: list[Placed | None], given: Subtitles, given_spans: Sequence[Span | None], relation: Relation, regions: Sequence[Span]
) -> None:  # fmt: skip
    """Place whole cues that were not found in free speech near their given times, out of the text's order if need be.

    Only where the given times scatter so much that cues may have changed places; in other files the order of the text says
    more. Changes `heard`.
    """
    if relation.scatter_ms <= _MIN_REACH_MS or not regions:
        return
    taken = union(place.span for place in heard if place)
    free = [
        piece
        for region in regions
        for piece in gaps(taken, region)
        if piece.duration_ms >= _MIN_FREE_SPEECH_MS
    ]
    for first, last in _lost_cues(heard, given):
        own = given_spans[first]
        words = given.words[first:last]
        if own is None:
            continue
        fitting = [
            piece
            for piece in free
            if abs(piece.start_ms - own.start_ms) <= _MAX_SCATTERS * relation.scatter_ms
            and interpolate.log_stretch(words, piece) <= _MAX_LOG_STRETCH
        ]
        if fitting:
            nearest = min(fitting, key=lambda piece: abs(piece.start_ms - own.start_ms))
            free.remove(nearest)
            spans = split_by_letters(words, nearest)
            heard[first:last] = [
                Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in spans
            ]


def _lost_cues(heard: Sequence[Placed | None], given: Subtitles) -> Iterator[tuple[int, int]]:
    """The tokens `[first, last)` of each cue of which no more than `_MAX_FOUND_SHARE` of the words was found."""
    first = 0
    for cue in given.cues:
        last = first + len(cue.words)
        if cue.words and sum(map(bool, heard[first:last])) <= len(cue.words) * _MAX_FOUND_SHARE:
            yield first, last
        first = last


def _gap_between(run: Run, before: Placed | None, after: Placed | None, duration_ms: int) -> Span:
    """The time between the words found around a run. Where the text jumps back in time there is none: then it is as long as
    the run takes, beside the word whose cue it shares, or else empty."""
    start = before.span.end_ms if before else 0
    end = after.span.start_ms if after else duration_ms
    if start <= end or before is None or after is None:
        return Span(start, max(start, end))
    if run.cues[0] == run.after:
        return Span(max(0, end - interpolate.needed_ms(run.words)), end)
    if run.cues[-1] == run.before:
        return Span(start, min(duration_ms, start + interpolate.needed_ms(run.words)))
    return Span(start, start)


def _interpolated(run: Run, room: Span, regions: Sequence[Span], reach_ms: int) -> list[Placed]:
    """Spans within `room` for words that were not found: in free speech where it fits, else at their given times as far as
    these fit, else at a natural speaking rate."""
    in_free_speech = interpolate.in_free_speech(run, room, interpolate.free_speech(room, regions), reach_ms)
    result: list[Placed] = []
    for first, last in _alternating_runs(in_free_speech):
        piece = [s for s in in_free_speech[first:last] if s is not None]
        if piece:
            result += [Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in piece]
            continue
        start = result[-1].span.end_ms if result else room.start_ms
        end = next((s.start_ms for s in in_free_speech[last:] if s is not None), room.end_ms)
        result += _placed_without_speech(run.part(first, last), Span(start, max(start, end)))
    return result


def _placed_without_speech(run: Run, room: Span) -> list[Placed]:
    own = [g for g in run.given_spans if g is not None]
    if len(own) == len(run.words):
        if all(g.overlap_ms(room) or g.clipped(room) == g for g in own):
            return [Placed(g.clipped(room), confidence_of_guess(True), TimeSource.GIVEN) for g in own]
        whole = run.cues[0] != run.before and run.cues[-1] != run.after
        if whole and room.duration_ms < _MIN_ROOM_SHARE * interpolate.needed_ms(run.words):
            return [Placed(g, confidence_of_guess(False), TimeSource.GIVEN) for g in own]
    spans = interpolate.at_a_natural_pace(run, room)
    return [Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in spans]


def _alternating_runs(spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """The list divided, as `[first, last)`, into runs that are all spans or all None."""
    edges = [
        0,
        *(n for n in range(1, len(spans)) if (spans[n] is None) != (spans[n - 1] is None)),
        len(spans),
    ]
    return list(pairwise(edges))


def _missing_runs(places: Sequence[Placed | None]) -> list[tuple[int, int]]:
    runs, first = [], None
    for index in range(len(places) + 1):
        missing = index < len(places) and places[index] is None
        if missing and first is None:
            first = index
        elif not missing and first is not None:
            runs.append((first, index))
            first = None
    return runs
