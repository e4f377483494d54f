"""Every token a place in time: those that were found, those between them, those that nobody says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

from pipeline.speech.aligner.listen import WordSpan
from pipeline.stages.align import interpolate
from pipeline.stages.align.confidence import confidence_of, confidence_of_guess
from pipeline.stages.align.interpolate import Run, shared_out
from pipeline.stages.align.pronounced import Part
from pipeline.stages.align.sync import Relation
from pipeline.timing import Span, gaps, union
from pipeline.transcript import TextSource, TimeSource, Token
from pipeline.transcript.subtitles import Subtitles

# How far from its editor's time a cue that was not heard may be looked for: editors whose times scatter more, are given more.
_REACH_MS, _REACH_SCATTERS = 300, 3
_SQUEEZED_MS, _SQUEEZED_FIT = 130, -3.5
# Free speech further from a lost cue's time than so many scatters, or of another length, is somebody else's.
_MOST_SCATTERS, _MOST_STRETCH, _LEAST_FREE_MS = 2, log(1.6), 200
_HARDLY = 0.25  # of a cue's words
_PAUSE_MS = 300
# No word lasts longer, however slowly it is said.
_LONGEST_WORD_MS, _LONGEST_LETTER_MS = 1200, 250
# So many words at most cling to the end of what another swallowed, in front of so many that have less time than this each.
_MOST_CLINGING, _FEWEST_LOST, _CRAMPED_MS = 2, 3, 60
# A room that leaves words less than this share of the time they need is no place for them.
_LEAST_ROOM = 0.4


@dataclass(frozen=True, slots=True)
class Placed:
    """When a token is said, how sure that is, and how it is known."""

    span: Span
    confidence: float
    source: TimeSource


def places(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], relation: Relation, duration_ms: int,
    regions: Sequence[Span] = (),
) -> list[Placed]:  # fmt: skip
    """A place for every word of the text, in reading order, all inside the recording; `regions` say where somebody speaks."""
    heard = _heard(given, parts, found, regions)
    guessed = _given_times(given, relation)
    cue_of = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    reach_ms = max(_REACH_MS, _REACH_SCATTERS * relation.scatter_ms)
    _place_elsewhere(heard, given, guessed, relation, regions)
    result: list[Placed | None] = list(heard)
    for first, last in _runs_of_none(heard):
        before, after = heard[first - 1] if first else None, heard[last] if last < len(heard) else None
        run = Run(
            given.words[first:last], cue_of[first:last], guessed[first:last],
            cue_of[first - 1] if before else None, cue_of[last] if after else None,
        )  # fmt: skip
        room = _room(run, before, after, duration_ms)
        result[first:last] = _filled(run, room, regions, reach_ms)
    whole = Span(0, duration_ms)
    return [Placed(p.span.clipped(whole), p.confidence, p.source) for p in result if p is not None]


def tokens(given: Subtitles, placed: Sequence[Placed], source: TextSource) -> tuple[Token, ...]:
    """The given words as tokens at their places."""
    return tuple(
        Token(word.text, place.span, round(place.confidence, 3), word.kind, source, place.source, word.spoken)
        for word, place in zip(given.words, placed, strict=True)
    )


def _heard(
    given: Subtitles, parts: Sequence[Part], found: Sequence[WordSpan | None], regions: Sequence[Span]
) -> list[Placed | None]:
    """The place of each token of which any part was found: from its first part to its last."""
    result: list[Placed | None] = [None] * len(given.words)
    torn = _Torn(regions)
    cue_of = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    found = _let_go(parts, found, given)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is None or (squeezed(here) and not _leads(found, cue_of, parts, index)):
            continue
        here = _shortened(here, given.words[part.token].text)
        before = result[part.token]
        sure = confidence_of(found, index)
        if before is not None and (start_ms := torn.begins_ms(parts[index - 1], found[index - 1], here)):
            result[part.token] = Placed(Span(start_ms, here.span.end_ms), sure, TimeSource.ALIGNED)
        elif before is None:
            result[part.token] = Placed(here.span, sure, TimeSource.ALIGNED)
        else:
            result[part.token] = Placed(
                before.span.hull(here.span), min(before.confidence, sure), TimeSource.ALIGNED
            )
    return result


def _leads(
    found: Sequence[WordSpan | None], cue_of: Sequence[int], parts: Sequence[Part], index: int
) -> bool:
    """Whether a squeezed word opens what its cue goes on to say after a pause: then that is where the cue begins, whatever of
    it is whose."""
    here, after = found[index], found[index + 1] if index + 1 < len(found) else None
    if here is None or after is None or not here.after_pause:
        return False
    return (
        cue_of[parts[index].token] == cue_of[parts[index + 1].token]
        and after.span.start_ms == here.span.end_ms
    )


def _let_go(
    parts: Sequence[Part], found: Sequence[WordSpan | None], given: Subtitles
) -> list[WordSpan | None]:
    """`found` less the few words that cling to the end of what a word swallowed, with no room for those that follow them
    unheard: all of these were said in what it swallowed."""
    kept = list(found)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is None or here.span.duration_ms <= _most_ms(given.words[part.token].text):
            continue
        first = next((n for n in range(index + 1, len(found)) if found[n] is None), len(found))
        last = next((n for n in range(first, len(found)) if found[n] is not None), len(found))
        after = found[last] if last < len(found) else None
        clinging = found[first - 1] if index + 1 <= first - 1 <= index + _MOST_CLINGING else None
        if after is None or clinging is None or last - first < _FEWEST_LOST:
            continue
        if 0 <= after.span.start_ms - clinging.span.end_ms < _CRAMPED_MS * (last - first):
            kept[index + 1 : first] = [None] * (first - index - 1)
    return kept


def _shortened(here: WordSpan, text: str) -> WordSpan:
    """A word that swallowed what is said behind it (a misspelt one may stand for anything) ends where it can end."""
    most_ms = _most_ms(text)
    if here.span.duration_ms <= most_ms:
        return here
    return replace(here, span=Span(here.span.start_ms, here.span.start_ms + most_ms // 2))


def _most_ms(text: str) -> int:
    return max(_LONGEST_WORD_MS, _LONGEST_LETTER_MS * len(text))


class _Torn:
    """Tells a stutter whose first piece hid at the end of what was said before the pause: "... I can. | I-I will"."""

    def __init__(self, regions: Sequence[Span]) -> None:
        self._quiet = [Span(a.end_ms, b.start_ms) for a, b in pairwise(regions) if a.gap_ms(b) >= _PAUSE_MS]

    def begins_ms(self, first: Part, found: WordSpan | None, second: WordSpan) -> int | None:
        """Where the second piece begins, if a pause that should lie in front of both lies between them; else None."""
        if found is None or found.after_pause or not first.spoken.pause:
            return None
        both = Span(found.span.start_ms, second.span.end_ms)
        inside = next((q for q in self._quiet if q.intersection(both) == q), None)
        return max(inside.end_ms, second.span.start_ms) if inside else None


def squeezed(here: WordSpan) -> bool:
    """Whether a word only hid in a moment that sounds nothing like it, since a few bad frames cost less than skipping it."""
    return here.span.duration_ms <= _SQUEEZED_MS and (here.stand_in or here.fit < _SQUEEZED_FIT)


def _given_times(given: Subtitles, relation: Relation) -> list[Span | None]:
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


def _place_elsewhere(
    heard: list[Placed | None], given: Subtitles, guessed: Sequence[Span | None], relation: Relation, regions: Sequence[Span]
) -> None:  # fmt: skip
    """Put whole cues of which nothing was heard into speech that no word explains, in whatever order the text has them.

    Only where editors' times scatter so much that cues may have changed places; in other files the order of the text says more.
    """
    if relation.scatter_ms <= _REACH_MS or not regions:
        return
    taken = union(place.span for place in heard if place)
    free = [
        piece for region in regions for piece in gaps(taken, region) if piece.duration_ms >= _LEAST_FREE_MS
    ]
    for first, last in _lost_cues(heard, given):
        own = guessed[first]
        words = given.words[first:last]
        if own is None:
            continue
        fitting = [
            piece
            for piece in free
            if abs(piece.start_ms - own.start_ms) <= _MOST_SCATTERS * relation.scatter_ms
            and interpolate.stretch(words, piece) <= _MOST_STRETCH
        ]
        if fitting:
            nearest = min(fitting, key=lambda piece: abs(piece.start_ms - own.start_ms))
            free.remove(nearest)
            spans = shared_out(words, nearest)
            heard[first:last] = [
                Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in spans
            ]


def _lost_cues(heard: Sequence[Placed | None], given: Subtitles) -> Iterator[tuple[int, int]]:
    """The tokens `[first, last)` of each cue of which hardly anything was heard."""
    first = 0
    for cue in given.cues:
        last = first + len(cue.words)
        if cue.words and sum(map(bool, heard[first:last])) <= len(cue.words) * _HARDLY:
            yield first, last
        first = last


def _room(run: Run, before: Placed | None, after: Placed | None, duration_ms: int) -> Span:
    """The time between the words heard around a run. Where the text jumps back in time there is none: then the words stay
    beside the one whose cue they belong to."""
    start = before.span.end_ms if before else 0
    end = after.span.start_ms if after else duration_ms
    if start <= end or before is None or after is None:
        return Span(start, max(start, end))
    if run.cues[0] == run.after:
        return Span(max(0, end - interpolate.needed_ms(run.words)), end)
    if run.cues[-1] == run.before:
        return Span(start, min(duration_ms, start + interpolate.needed_ms(run.words)))
    return Span(start, start)


def _filled(run: Run, room: Span, regions: Sequence[Span], reach_ms: int) -> list[Placed]:
    """Places for words that were not found, between words that were: in free speech where it fits, else at their own times,
    moved with the rest of the text, as far as these fit, else at a natural pace."""
    in_speech = interpolate.in_speech(run, room, interpolate.free_speech(room, regions), reach_ms)
    result: list[Placed] = []
    for first, last in _runs_of(in_speech):
        piece = [s for s in in_speech[first:last] if s is not None]
        if piece:
            result += [Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in piece]
            continue
        start = result[-1].span.end_ms if result else room.start_ms
        end = next((s.start_ms for s in in_speech[last:] if s is not None), room.end_ms)
        result += _unheard(run.part(first, last), Span(start, max(start, end)))
    return result


def _unheard(run: Run, room: Span) -> list[Placed]:
    own = [g for g in run.guessed if g is not None]
    if len(own) == len(run.words):
        if all(g.overlap_ms(room) or g.clipped(room) == g for g in own):
            return [Placed(g.clipped(room), confidence_of_guess(True), TimeSource.GIVEN) for g in own]
        whole = run.cues[0] != run.before and run.cues[-1] != run.after
        if whole and room.duration_ms < _LEAST_ROOM * interpolate.needed_ms(run.words):
            return [Placed(g, confidence_of_guess(False), TimeSource.GIVEN) for g in own]
    spans = interpolate.at_a_natural_pace(run, room)
    return [Placed(s, confidence_of_guess(False), TimeSource.INTERPOLATED) for s in spans]


def _runs_of(spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """Where the list changes between places and None, as `[first, last)`."""
    edges = [
        0,
        *(n for n in range(1, len(spans)) if (spans[n] is None) != (spans[n - 1] is None)),
        len(spans),
    ]
    return list(pairwise(edges))


def _runs_of_none(places: Sequence[Placed | None]) -> list[tuple[int, int]]:
    runs, first = [], None
    for index in range(len(places) + 1):
        missing = index < len(places) and places[index] is None
        if missing and first is None:
            first = index
        elif not missing and first is not None:
            runs.append((first, index))
            first = None
    return runs
