"""Idempotent replay: what the machine shows already of people's decisions is taken back, from the last to the first, and at its
turn in the replay it is put back just as the machine had it.

A decision is anchored to what its author saw. Where the machine has come to say what people decided in the end (their captions
were given to it as subtitles, say), much of that is there no more: a later decision changed it, or what stood beside it. With
all that is so already taken back, every decision meets what its author met, and none of them needs to know of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.edits import anchors, live_text
from pipeline.edits.anchors import Located
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Add, Anchor, Decision, Words
from pipeline.timing import Span
from pipeline.transcript import Token


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The words that a decision had come to, as the machine has them, and those that were put in their place at a moment."""

    machines: tuple[tuple[Node, Token], ...]
    before: tuple[tuple[Node, Token], ...]
    moment: int


class WordsAlreadySo:
    """Takes back in `live` all decisions about text that the words show already; `decisions` stand in the order of replay.

    What was `withdrawn` stands nowhere any more, but the author of another decision may have seen it beside their words.
    """

    def __init__(self, live: LiveText, decisions: Sequence[Decision], withdrawn: Sequence[Decision] = ()) -> None:
        self.live = live
        # What a withdrawn decision had words read, and what they read now that it is withdrawn.
        self._withdrawn = [
            (d.value.text, d.anchor.text)
            for d in withdrawn
            if isinstance(d.value, Words) and d.anchor is not None and d.value.text and d.anchor.text
        ]
        self._held: dict[str, TakenBack] = {}
        for decision in reversed(decisions):
            if isinstance(decision.value, (Words, Add)) and decision.anchor is not None:
                self._take_back(decision, decision.value, decision.anchor)

    def put_back(self, decision: Decision) -> Located | None:
        """Let words that were taken back stand as the machine has them, and where; None when that is not what is due here."""
        held = self._held.get(decision.id)
        place = None if held is None else self._place_now(held)
        if held is None or place is None:
            return None
        self.live.put_back(place.first, place.last, held.machines, held.moment)
        return Located(place.first, place.first + len(held.machines))

    def _take_back(self, decision: Decision, value: Words | Add, anchor: Anchor) -> None:
        """Let the words read as the author of a decision saw them, if they read now as decided, among what stood there then."""
        nodes, there = self.live.nodes, anchor
        if isinstance(value, Add):
            there = replace(anchor, start_ms=value.start_ms, end_ms=value.end_ms)
        new = " ".join(word for word, _ in live_text.written(value.text))
        found = self._find_in_full(replace(there, text=new))
        if found is None or not self.live.text(found.first, found.last) == new != anchor.text:
            return
        old = anchors.find_proven(nodes, there)
        if old is not None and old != found and old.agreement >= found.agreement:
            return
        machines = [(n, n.token) for n in nodes[found.first : found.last]]
        words = live_text.written(anchor.text)
        if machines:
            self.live.rewrite(found.first, found.last, words)
        else:
            self.live.insert(found.first, words, Span(anchor.start_ms, anchor.end_ms))
        before = self.live.nodes[found.first : found.first + len(words)]
        self._held[decision.id] = TakenBack(
            tuple(machines), tuple((n, n.token) for n in before), self.live.moment
        )

    def _find_in_full(self, anchor: Anchor) -> Located | None:
        """The words of an anchor where the neighbours are what its author saw, or what these became by a withdrawal."""
        for seen in dict.fromkeys((anchor, self._without_withdrawn(anchor))):
            found = anchors.find_proven(self.live.nodes, seen)
            if found is not None and found.agreement >= anchors.FULL_AGREEMENT:
                return found
        return None

    def _without_withdrawn(self, anchor: Anchor) -> Anchor:
        """The anchor with its neighbours as they read after all withdrawals."""
        before, after = f" {anchor.before} ", f" {anchor.after} "
        for new, old in self._withdrawn:
            before, after = (text.replace(f" {new} ", f" {old} ") for text in (before, after))
        return replace(anchor, before=before.strip(), after=after.strip())

    def _place_now(self, held: TakenBack) -> Located | None:
        """Where the words stand that were put in place of the machine's; None when anybody has changed them since."""
        order = self.live.order()
        if not held.before:
            behind = live_text.forward(held.machines[0][0], held.moment)
            at = len(order) if behind is None else order[id(behind)]
            return Located(at, at)
        at = order.get(id(held.before[0][0]), 0)
        here = self.live.nodes[at : at + len(held.before)]
        stands = [(n, n.token.text, n.token.span) for n in here] == [
            (n, t.text, t.span) for n, t in held.before
        ]
        return Located(at, at + len(here)) if stands else None
