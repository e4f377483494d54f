"""Authorship of words: which decision wrote each word last, and which decisions the author of a later one had not seen.

A decision about text shows in its anchor what its author saw. Words are found again whatever their capitals and punctuation,
and one word of several that were written can be found where all of them were changed: so what was found is not yet what was
seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.edits.anchors import CONTEXT_WORDS, Located
from pipeline.edits.live_text import Node
from pipeline.edits.model import Anchor, Decision


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one decision wrote: these words, in a row."""

    decision: Decision
    nodes: tuple[Node, ...]  # kept, so that no other word is ever given the identity of one of them


class Authorship:
    """The last writing of every word that people wrote."""

    def __init__(self) -> None:
        self._last: dict[int, _Writing] = {}

    def note(self, decision: Decision, nodes: Sequence[Node]) -> None:
        """A decision wrote these words, those that it left as they were among them."""
        writing = _Writing(decision, tuple(nodes))
        self._last.update({id(node): writing for node in nodes})

    def not_shown(self, anchor: Anchor, nodes: Sequence[Node], place: Located) -> list[Decision]:
        """The decisions that wrote words in `place` otherwise than the anchor shows them, or others beside these."""
        here = {id(w): w for n in nodes[place.first : place.last] if (w := self._last.get(id(n))) is not None}
        if not here:
            return []
        shown = [*anchor.before.split(), *anchor.text.split(), *anchor.after.split()]
        low = max(0, place.first - CONTEXT_WORDS)
        words_before = sum(len(n.token.text.split()) for n in nodes[low : place.first])
        at = len(anchor.before.split()) - words_before
        found: dict[str, Decision] = {}
        for node in nodes[low : place.last + CONTEXT_WORDS]:
            words, writing = node.token.text.split(), self._last.get(id(node))
            if writing is not None and id(writing) in here and _differs(words, at, shown):
                found[writing.decision.id] = writing.decision
            at += len(words)
        return list(found.values())


def _differs(words: Sequence[str], at: int, shown: Sequence[str]) -> bool:
    """Whether words read otherwise than what is shown from `at` on; of what is not shown nothing is known."""
    return any(0 <= k < len(shown) and shown[k] != word for k, word in enumerate(words, at))
