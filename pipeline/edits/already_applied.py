"""Idempotent replay: find the decisions that the words show already, by undoing them from the last to the first.

A decision is anchored to the words as its author saw them. Where the machine has come to say what people decided in the end
(their captions were given to it as subtitles, say), many of those words are there no more: a later decision changed them, or
their neighbours. So what is so already is taken back, in a copy of the text, before the decision ahead of it is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.edits import anchors, live_text
from pipeline.edits.anchors import Located
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Add, Anchor, Decision, Words
from pipeline.timing import Span
from pipeline.transcript import Token


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a decision's words among the machine's, `[first, last)`, empty when nothing is.

    `words` says for each word, as its author saw them, which of the machine's it is, or stood before.
    """

    first: int
    last: int
    words: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyApplied:
    """The decisions that need not be applied, by id.

    `so` holds the decisions about text that the words show already, `places` the others that were made before one of these;
    `tokens` are the words with all in `so` undone.
    """

    so: dict[str, Trace] = field(default_factory=dict)
    places: dict[str, Trace] = field(default_factory=dict)
    tokens: tuple[Token, ...] = ()


def find_already_applied(
    tokens: Sequence[Token], decisions: Sequence[Decision], withdrawn: Sequence[Decision] = ()
) -> AlreadyApplied:
    """Find the decisions that `tokens` show already; `decisions` stand in the order of replay.

    What was `withdrawn` stands nowhere any more, but the author of another decision may have seen it beside their words.
    """
    rewind = _Rewind(tokens, withdrawn)
    for decision in reversed(decisions):
        rewind.take(decision)
    return AlreadyApplied(rewind.so, rewind.places, rewind.text.tokens())


class _Rewind:
    """Undoes decisions one by one, from the last to the first, in a copy of the words."""

    def __init__(self, tokens: Sequence[Token], withdrawn: Sequence[Decision] = ()) -> None:
        self.text = LiveText(tokens)
        # What a withdrawn decision had words read, and what they read now that it is withdrawn.
        self.withdrawn = [
            (d.value.text, d.anchor.text)
            for d in withdrawn
            if isinstance(d.value, Words) and d.anchor is not None and d.value.text and d.anchor.text
        ]
        # Which of the machine's words a word stands for; none, at its place, for one that was taken out.
        self.stands_for: dict[int, tuple[int, int]] = {
            id(n): (k, k + 1) for k, n in enumerate(self.text.nodes)
        }
        self.so: dict[str, Trace] = {}
        self.places: dict[str, Trace] = {}

    def take(self, decision: Decision) -> None:
        anchor, value = decision.anchor, decision.value
        if isinstance(value, Words) and anchor is not None:
            self._take_back(decision, anchor, value.text)
        elif isinstance(value, Add) and anchor is not None:
            there = replace(anchor, start_ms=value.start_ms, end_ms=value.end_ms)
            self._take_back(decision, there, value.text)
        elif self.so and anchor is not None and anchor.text.split():
            found = anchors.find_proven(self.text.nodes, anchor)
            if found is not None:
                self.places[decision.id] = self._trace(found.first, found.last)

    def _take_back(self, decision: Decision, anchor: Anchor, text: str) -> None:
        """Undo a decision that the words show; of any other, note where its words stand."""
        new = " ".join(word for word, _ in live_text.written(text))
        there = self._find_in_full(replace(anchor, text=new))
        here = anchors.find_proven(self.text.nodes, anchor)
        reads_as_decided = there is not None and self.text.text(there.first, there.last) == new != anchor.text
        if (
            there is not None
            and reads_as_decided
            and (here is None or there.agreement > here.agreement or here == there)
        ):
            self.so[decision.id] = self._trace(there.first, there.last)
            self._rewrite(there.first, there.last, anchor)
        elif here is not None and self.so:
            self.places[decision.id] = self._trace(here.first, here.last)

    def _find_in_full(self, anchor: Anchor) -> Located | None:
        """The words of an anchor where the neighbours are what its author saw, or what these became by a withdrawal."""
        for seen in dict.fromkeys((anchor, self._without_withdrawn(anchor))):
            found = anchors.find_proven(self.text.nodes, seen)
            if found is not None and found.agreement >= anchors.FULL_AGREEMENT:
                return found
        return None

    def _without_withdrawn(self, anchor: Anchor) -> Anchor:
        """The anchor with its neighbours as they read after all withdrawals."""
        before, after = f" {anchor.before} ", f" {anchor.after} "
        for new, old in self.withdrawn:
            before, after = (text.replace(f" {new} ", f" {old} ") for text in (before, after))
        return replace(anchor, before=before.strip(), after=after.strip())

    def _trace(self, first: int, last: int) -> Trace:
        """The machine's words that the words `[first, last)` stand for; an empty place where there are none."""
        nodes = self.text.nodes
        held = [(n, self.stands_for[id(n)]) for n in nodes[first:last]]
        if not held:
            at = self.stands_for[id(nodes[first])][0] if first < len(nodes) else len(self.text.original)
            return Trace(at, at)
        each = tuple(begin for node, (begin, _) in held for _ in node.token.text.split())
        return Trace(min(begin for _, (begin, _) in held), max(end for _, (_, end) in held), each)

    def _rewrite(self, first: int, last: int, anchor: Anchor) -> None:
        """Let the words `[first, last)` read as they did, and stand for all that they read now."""
        before = self._trace(first, last)
        old = live_text.written(anchor.text)
        if first == last:
            self.text.insert(first, old, Span(anchor.start_ms, anchor.end_ms))
        else:
            self.text.rewrite(first, last, old)
        now = self.text.nodes[first : first + len(old)]
        at = before.first
        for node in now:
            self.stands_for.setdefault(id(node), (at, at))
            at = self.stands_for[id(node)][1]
        if now:
            self._extend(now[0], before.first)
            self._extend(now[-1], before.last)

    def _extend(self, node: Node, to: int) -> None:
        first, last = self.stands_for[id(node)]
        self.stands_for[id(node)] = min(first, to), max(last, to)
