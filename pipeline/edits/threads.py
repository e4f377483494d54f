"""Decisions about one and the same part, which each of their authors saw as the decision before had left it.

A part that was made, moved and joined again is nothing at all in the end. Where the machine has come to find the parts as
people left them, the steps in between are not gone through once more: they would lead elsewhere from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.edits.conflicts import is_unseen
from pipeline.edits.model import Decision, VignetteAt
from pipeline.stages.vignettes.given import SAME_MS
from pipeline.transcript import Part

SEEN_PART = "part"
"""Under this name `Decision.seen` describes the part that the person saw; without it they said that a new one begins."""


@dataclass(slots=True)
class Thread:
    """What decisions in a row made of a part: where it has begun, the last of them where it begins (None when it is gone)."""

    begun: list[int]
    now: int | None
    title: str | None = None
    kind: str | None = None
    decisions: list[Decision] = field(default_factory=list)
    in_a_row: bool = True

    def take(self, decision: Decision, value: VignetteAt, start_ms: int | None) -> None:
        self.decisions.append(decision)
        if not value.exists:
            self.now = None
            return
        if start_ms is not None:
            self.begun.append(start_ms)
            self.now = start_ms
        self.title = self.title if value.title is None else " ".join(value.title.split())
        self.kind = self.kind if value.kind is None else " ".join(value.kind.split())

    @property
    def is_of_one_mind(self) -> bool:
        """Whether each of them was made about what the one before had left, and had been seen by its author."""
        unseen = any(is_unseen(later, before) for before, later in pairwise(self.decisions))
        return self.in_a_row and bool(self.begun) and not unseen

    def is_so(self, parts: Sequence[Part], own_titles: Sequence[str], others: set[int]) -> bool:
        """Whether the part is as it was left; where it has begun before, none begins now but those of `others`."""
        if any(p.span.start_ms in self.begun and p.span.start_ms not in {self.now, *others} for p in parts):
            return False
        if self.now is None:
            return True
        at = next((k for k, p in enumerate(parts) if p.span.start_ms == self.now), None)
        return (
            at is not None
            and (self.title is None or self.title in (own_titles[at], parts[at].title))
            and self.kind in (None, parts[at].kind)
        )


def settled(
    decisions: Iterable[Decision],
    snapped: Callable[[int], int],
    parts: Sequence[Part],
    own_titles: Sequence[str],
) -> set[str]:
    """The ids of the decisions, given in the order of replay, whose parts stand as they left them.

    `own_titles` are the parts' titles, "" where one merely counts; `snapped` is where a part can begin, for a time.
    """
    threads: list[Thread] = []
    for decision in decisions:
        value = decision.value
        if isinstance(value, VignetteAt):
            start_ms = None if value.start_ms is None else snapped(value.start_ms)
            _thread(threads, decision, start_ms).take(decision, value, start_ms)
    so = [t for t in threads if t.is_of_one_mind]
    while True:
        ends = {t.now for t in so if t.now is not None}
        still = [t for t in so if t.is_so(parts, own_titles, ends - {t.now})]
        if len(still) == len(so):
            return {d.id for t in so for d in t.decisions}
        so = still  # what stood where one of the others ends is not explained by it any more


def _thread(threads: list[Thread], decision: Decision, start_ms: int | None) -> Thread:
    """The decisions that a decision goes on from; a new thread where there are none."""
    part = decision.seen.get(SEEN_PART)
    had = part.get("start_ms") if isinstance(part, dict) else None
    begun: list[int] = []
    if not isinstance(had, int):
        near = [t for t in threads if t.now is not None and start_ms is not None and abs(t.now - start_ms) <= SAME_MS]
        if near:  # what begins so near is the same
            return near[-1]
    else:
        known = next((t for t in reversed(threads) if t.now == had), None)
        if known is not None:
            return known
        older = next((t for t in reversed(threads) if had in t.begun), None)
        if older is not None:  # it was made of what the others had changed already
            older.in_a_row = False
            return older
        begun = [had]
    threads.append(Thread(begun, begun[-1] if begun else start_ms))
    return threads[-1]
