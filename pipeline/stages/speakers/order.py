"""Turns in the order of their start, looked up by time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.timing import Span
from pipeline.transcript import Turn


@dataclass(frozen=True, slots=True)
class TurnOrder:
    """Turns by their start, and how long the longest lasts."""

    turns: tuple[Turn, ...]
    longest_ms: int

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> TurnOrder:
        ordered = tuple(sorted(turns, key=lambda t: t.span))
        return cls(ordered, max((t.span.duration_ms for t in ordered), default=0))

    def near(self, span: Span, within_ms: int = 0) -> Sequence[Turn]:
        """The turns no farther from a span than this, among others perhaps."""
        first = bisect_right(self.turns, span.start_ms - within_ms - self.longest_ms - 1, key=_start)
        return self.turns[first : bisect_right(self.turns, span.end_ms + within_ms, key=_start)]


def _start(turn: Turn) -> int:
    return turn.span.start_ms
