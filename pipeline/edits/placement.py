"""Position tracking: the words of a decision while text is corrected, and their indices when all of it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.edits import live_text
from pipeline.edits.index_map import token_map
from pipeline.edits.live_text import Node
from pipeline.timing import Span
from pipeline.transcript import Cue


@dataclass(frozen=True, slots=True)
class Settled:
    """The tokens `[first, last)`, at least one, that a decision is about, and those behind its breaks, labels and dashes."""

    first: int
    last: int
    breaks: tuple[int, ...] | None = None
    labels: tuple[tuple[int, str], ...] | None = None
    dashes: tuple[int, ...] | None = None

    @property
    def tokens(self) -> range:
        return range(self.first, self.last)


@dataclass(slots=True)
class Placement:
    """A live position: the words of a decision at the moment `since`; its breaks, labels and dashes count from the first."""

    nodes: tuple[Node, ...]
    since: int
    breaks: tuple[int, ...] | None = None
    labels: tuple[tuple[int, str], ...] | None = None
    dashes: tuple[int, ...] | None = None

    def settled(self, order: Mapping[int, int]) -> Settled | None:
        """Where that is now, when `order` says where each word stands; None when none of its words is left."""
        moved = token_map(self.nodes, self.since, order)
        marks = self.breaks or (), None, self.labels or (), self.dashes or ()
        cue = moved.cue(Cue(Span(0, 0), 0, len(self.nodes), *marks))
        if cue.last <= cue.first:
            return None
        return Settled(
            cue.first,
            cue.last,
            None if self.breaks is None else cue.breaks,
            None if self.labels is None else cue.labels,
            None if self.dashes is None else cue.dashes,
        )

    def following(self, order: Mapping[int, int]) -> Settled | None:
        """The next word that is left where words were taken out, at the end of the text the last one; None when no word is."""
        node = live_text.forward(self.nodes[0], self.since) or live_text.backward(self.nodes[0], self.since)
        return None if node is None else Settled(order[id(node)], order[id(node)] + 1)


def line_starts(text: str) -> list[int]:
    """The indices of the words that begin a line after the first."""
    starts, count = [], 0
    for line in text.split("\n"):
        size = len(live_text.written(line))
        if count and size:
            starts.append(count)
        count += size
    return starts
