"""Word lookup during replay: where a decision's words stand now, by its anchor, or by what was found of them in the machine's."""

from __future__ import annotations

from pipeline.edits import anchors, live_text
from pipeline.edits.already_applied import AlreadyApplied, Trace
from pipeline.edits.anchors import Located, Missing
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Decision, VignetteAt

TAKEN_OUT = "its words were taken out later"
"""Why a decision is superseded whose words are gone; shown to people."""


class Finder:
    """Finds words in `live`; `applied` says where those stand whose decisions the machine's words show already."""

    def __init__(self, live: LiveText, applied: AlreadyApplied) -> None:
        self.live, self.applied = live, applied

    def find(self, decision: Decision) -> Located | Missing:
        """Where exactly a decision's words stand."""
        assert decision.anchor is not None
        trace = self.applied.places.get(decision.id)
        return anchors.find(self.live.nodes, decision.anchor) if trace is None else self.current(trace)

    def find_passage(self, decision: Decision) -> Located | Missing:
        """Where a decision's words stand, some of which may have changed; for a part whose words are gone, the next one."""
        assert decision.anchor is not None
        trace = self.applied.places.get(decision.id)
        if trace is None:
            return anchors.find_passage(self.live.nodes, decision.anchor)
        place = self.current(trace)
        is_part = isinstance(decision.value, VignetteAt)
        return self._next_word(trace) if is_part and isinstance(place, Missing) else place

    def current(self, trace: Trace) -> Located | Missing:
        """Where what is left of a decision's words stands now."""
        if trace.first >= trace.last:
            return Missing(TAKEN_OUT)
        ends = self.live.original[trace.first], self.live.original[trace.last - 1]
        return self.between(*ends, self.live.moment) or Missing(TAKEN_OUT)

    def between(self, begin: Node, end: Node, since: int) -> Located | None:
        """The words now of a passage from `begin` to `end` at the moment `since`; None when none is left."""
        first, last, order = (
            live_text.forward(begin, since),
            live_text.backward(end, since),
            self.live.order(),
        )
        if first is None or last is None or order[id(first)] > order[id(last)]:
            return None
        return Located(order[id(first)], order[id(last)] + 1)

    def _next_word(self, trace: Trace) -> Located | Missing:
        """The word now that follows where a decision's words stood; at the end of the text the last one."""
        node = self.live.original[min(trace.first, len(self.live.original) - 1)]
        left = live_text.forward(node) or live_text.backward(node)
        if left is None:
            return Missing(TAKEN_OUT)
        at = self.live.nodes.index(left)
        return Located(at, at + 1)
