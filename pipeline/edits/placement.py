"""Position tracking: the words of a decision while text is corrected, and their indices when all of it is."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.edits import live_text
from pipeline.edits.live_text import Node


@dataclass(slots=True)
class Placement:
    """A live position: the words of a decision since the moment `since`, and those that its breaks, labels, dashes precede."""

    first: Node
    last: Node
    since: int
    breaks: list[Node] | None = None
    labels: list[tuple[Node, str]] | None = None
    dashes: list[Node] | None = None


@dataclass(slots=True)
class Settled:
    """A final position: the tokens `[first, last)`, at least one, that a decision is about, and its breaks, labels and dashes."""

    first: int
    last: int
    breaks: tuple[int, ...] | None = None
    labels: tuple[tuple[int, str], ...] | None = None
    dashes: tuple[int, ...] | None = None

    @property
    def tokens(self) -> range:
        return range(self.first, self.last)


def settled(held: Placement, order: dict[int, int]) -> Settled | None:
    """Resolve a live position to token indices; None when none of its words is left."""

    def index(node: Node) -> int:
        moved = live_text.forward(node, held.since)
        return len(order) if moved is None else order[id(moved)]

    def inside(nodes: list[Node] | None, low: int) -> tuple[int, ...] | None:
        return None if nodes is None else tuple(sorted({k for k in map(index, nodes) if low <= k < end}))

    last = live_text.backward(held.last, held.since)
    first, end = index(held.first), 0 if last is None else order[id(last)] + 1
    if end <= first:
        return None
    labels = None
    if held.labels is not None:
        shown = {index(node): label for node, label in held.labels}
        labels = tuple(sorted((at, label) for at, label in shown.items() if first <= at < end))
    return Settled(first, end, inside(held.breaks, first + 1), labels, inside(held.dashes, first))


def following(held: Placement, order: dict[int, int]) -> Settled | None:
    """The next word that is left where words were taken out, at the end of the text the last one; None when no word is."""
    node = live_text.forward(held.first, held.since) or live_text.backward(held.first, held.since)
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
