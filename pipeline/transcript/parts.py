"""The algebra of parts, the chapters of a video: what is said in them, their cast, where they may begin, their ids and titles."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.part_kinds import VIGNETTE
from pipeline.timing import Span, hull
from pipeline.transcript.results import Part, Voices
from pipeline.transcript.tokens import Kind, Token
from pipeline.words import slug

# A time that a person gives means the boundary found within so much of it, else a new one; chosen.
BOUNDARY_TOLERANCE_MS = 10_000
# People give whole seconds: a boundary by so much before the end of what is said means behind it; half of that.
END_SLACK_MS = 500
# The evidence of a boundary that a person gave.
SAYS_SO = "a person says so"
# The title of the only part of a recording that was not divided.
WHOLE_TITLE = "The whole recording"


@dataclass(frozen=True)
class Said:
    """A spoken utterance: when, by whom (None when nobody knows), and its text without sounds."""

    span: Span
    speaker: str | None
    text: str
    id: str = ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the text in lower case, `a-z` and apostrophes alone."""
        return tuple(re.findall(r"[a-z']+", self.text.lower()))


def utterances(tokens: Sequence[Token], voices: Voices) -> list[Said]:
    """The spoken utterances in order of time, without sounds and text that nobody says."""
    found = []
    for u in voices.utterances:
        spoken = [t for t in tokens[u.first : u.last] if t.kind is Kind.WORD]
        if spoken:
            span = hull(t.span for t in spoken)
            found.append(Said(span, u.speaker, " ".join(t.text for t in spoken), u.id))
    return sorted(found, key=lambda s: (s.span.start_ms, s.span.end_ms))


def cast_of(said: Sequence[Said]) -> tuple[str, ...]:
    """The cast: the ids of the speakers, the most talkative first."""
    return tuple(who for who, _ in words_by_speaker(said).most_common())


def words_by_speaker(said: Sequence[Said]) -> Counter[str]:
    """How many words each known speaker says."""
    counts: Counter[str] = Counter()
    for one in said:
        if one.speaker is not None:
            counts[one.speaker] += len(one.words)
    return counts


def between_utterances(at_ms: int, said: Sequence[Said]) -> int:
    """Snap a time out of utterances: the time itself, or the start of the utterance that it lies inside; the end of one that
    it lies at the very end of."""
    span = next((s.span for s in said if s.span.start_ms < at_ms < s.span.end_ms), None)
    if span is None:
        return at_ms
    left_ms = span.end_ms - at_ms
    return span.end_ms if left_ms <= END_SLACK_MS and left_ms < at_ms - span.start_ms else span.start_ms


def closed(parts: Sequence[Part], said: Sequence[Said], end_ms: int) -> list[Part]:
    """Partition the recording: each part ends where the next begins, the last at `end_ms`, and has those who speak in it as cast.

    Parts that would be empty are dropped.
    """
    starts = [p.span.start_ms for p in parts]
    said = sorted(said, key=_start_ms)
    found = []
    for part, start_ms, stop_ms in zip(parts, starts, [*starts[1:], end_ms], strict=True):
        if stop_ms > start_ms:
            first, last = (bisect_left(said, at_ms, key=_start_ms) for at_ms in (start_ms, stop_ms))
            found.append(replace(part, span=Span(start_ms, stop_ms), cast=cast_of(said[first:last])))
    return found


def _start_ms(one: Said) -> int:
    return one.span.start_ms


def named(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with ids and titles: their kind, numbered where there are several; both stay when boundaries move.

    No two parts bear one title, unless a person gave it to both.
    """
    total = Counter(p.kind for p in parts)
    taken = Counter(p.title.casefold() for p in parts if p.title)
    at: Counter[str] = Counter()
    used: set[str] = set()
    titles: set[str] = set()
    found: list[Part] = []
    for part in parts:
        at[part.kind] += 1
        single = total[part.kind] == 1 and part.kind != VIGNETTE
        number = "" if single else f" {at[part.kind]}"
        id_ = _unique(f"{slug(part.kind, 'part')}{number.replace(' ', '-')}", used)
        used.add(id_)
        title = part.title or f"{part.kind.capitalize()}{number}"
        again = title.casefold() in titles
        if (again and SAYS_SO not in part.evidence) or (not part.title and taken[title.casefold()]):
            title = _unused(title, titles | set(taken))
        titles.add(title.casefold())
        found.append(replace(part, id=id_, title=title))
    return tuple(found)


def _unused(title: str, used: set[str]) -> str:
    """The title with the first number behind it that makes it a new one."""
    return next(t for n in range(2, len(used) + 3) if (t := f"{title} ({n})").casefold() not in used)


def _unique(id_: str, used: set[str]) -> str:
    """The id, with "-b" added as often as another part has it."""
    while id_ in used:
        id_ += "-b"
    return id_
