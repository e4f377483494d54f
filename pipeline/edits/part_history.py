"""Edit history of a part: chains of decisions, each made about the part as the one before had left it.

A part that was made, moved and joined again is nothing at all in the end. Where the machine has come to find the parts as
people left them, the steps in between are not gone through once more: they would lead elsewhere from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.edits.ledger import is_unseen
from pipeline.edits.model import Decision, VignetteAt
from pipeline.transcript import Part
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS

SEEN_PART = "part"
"""Under this name `Decision.seen` describes the part that the person saw; without it they said that a new one begins."""


@dataclass(slots=True)
class Thread:
    """A chain of decisions about one part, times in milliseconds.

    `begun` is where it has begun so far, `now` where it begins (None when it is gone).
    """

    begun: list[int]
    now: int | None
    begun_with: list[int] = field(default_factory=list)  # when the words are said now that it began with
    words_ms: int | None = (
        None  # when the words are said that it begins with, unless it was moved away from them
    )
    title: str | None = None
    kind: str | None = None
    decisions: list[Decision] = field(default_factory=list)

    def take(self, decision: Decision, value: VignetteAt, start_ms: int | None) -> None:
        self.decisions.append(decision)
        if not value.exists:
            self.now = self.words_ms = None
            return
        if start_ms is not None:
            self.begun.append(start_ms)
            self.now, self.words_ms = start_ms, None
        self.title = self.title if value.title is None else " ".join(value.title.split())
        self.kind = self.kind if value.kind is None else " ".join(value.kind.split())

    @property
    def is_of_one_mind(self) -> bool:
        """Whether each of them was made about what the one before had left, and had been seen by its author."""
        return bool(self.begun) and not any(is_unseen(b, a) for a, b in pairwise(self.decisions))

    def is_near(self, start_ms: int | None) -> bool:
        return (
            None not in (self.now, start_ms)
            and abs((self.now or 0) - (start_ms or 0)) <= BOUNDARY_TOLERANCE_MS
        )

    def is_so(
        self, parts: Sequence[Part], own_titles: Sequence[str], first_words: Sequence[int], others: set[int]
    ) -> bool:
        """Whether the part is as it was left; where or with which words it has begun before, none begins now but those of
        `others`, and near the words of one that is gone none either."""
        reach_ms = BOUNDARY_TOLERANCE_MS if self.now is None else 0
        for k, (part, words_ms) in enumerate(zip(parts, first_words, strict=True)):
            near = k > 0 and any(abs(words_ms - w) <= reach_ms for w in self.begun_with)
            if (near or part.span.start_ms in self.begun) and part.span.start_ms not in {self.now, *others}:
                return False
        if self.now is None:
            return True
        at = next((k for k, p in enumerate(parts) if p.span.start_ms == self.now), None)
        return (
            at is not None
            and (self.title is None or self.title in (own_titles[at], parts[at].title))
            and self.kind in (None, parts[at].kind)
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """The ids of decisions whose parts stand as they left them, and where these parts begin."""

    ids: frozenset[str]
    begins: frozenset[int]


def settled(
    decisions: Iterable[tuple[Decision, int]],
    snapped: Callable[[int], int],
    parts: Sequence[Part],
    own_titles: Sequence[str],
    first_words: Sequence[int],
) -> Settled:
    """Which of the decisions, given in the order of replay with the time of their words, need not be gone through again.

    `own_titles` are the parts' titles, "" where one merely counts, `first_words` when the words are said that each begins with,
    in milliseconds; `snapped` is where a part can begin, for a time.
    """
    threads: list[Thread] = []
    for decision, words_ms in decisions:
        value = decision.value
        if isinstance(value, VignetteAt):
            start_ms = None if value.start_ms is None else snapped(value.start_ms)
            thread = _thread(threads, decision, words_ms, start_ms)
            if SEEN_PART in decision.seen:
                thread.begun_with.append(words_ms)
            thread.take(decision, value, start_ms)
    so = [t for t in threads if t.is_of_one_mind]
    while True:
        ends = {t.now for t in so if t.now is not None}
        still = [t for t in so if t.is_so(parts, own_titles, first_words, ends - {t.now})]
        if len(still) == len(so):
            return Settled(frozenset(d.id for t in so for d in t.decisions), frozenset(ends))
        so = still  # what stood where one of the others ends is not explained by it any more


def _thread(threads: list[Thread], decision: Decision, words_ms: int, start_ms: int | None) -> Thread:
    """The decisions that a decision goes on from; a new thread where there are none."""
    part = decision.seen.get(SEEN_PART)
    had = part.get("start_ms") if isinstance(part, dict) else None
    latest = threads[::-1]
    if not isinstance(had, int):
        # Two parts that people give are two, however near; one without a time begins with its words, wherever that is.
        known = next((t for t in latest if start_ms is not None and t.now == start_ms), None)
        new = Thread([], start_ms)
    else:
        known = next((t for t in latest if t.now == had), None)
        known = known or next((t for t in latest if t.words_ms == words_ms), None)
        known = known or next((t for t in latest if had in t.begun and t.is_near(had)), None)
        # One that saw an older state than the others left is no part of their thread, and none of its own.
        new = Thread([] if any(had in t.begun for t in threads) else [had], had, words_ms=words_ms)
    if known is None:
        threads.append(new)
        return new
    if isinstance(had, int) and had not in known.begun:
        known.begun.append(had)  # the machine has it begin elsewhere since its words were corrected
        known.now = had
    return known
