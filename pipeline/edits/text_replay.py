"""Text replay: apply decisions to the words one by one, and track where every decision's words go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.edits import anchors, live_text
from pipeline.edits.already_so import WordsAlreadySo
from pipeline.edits.anchors import Located, Missing, keys_of, share_time
from pipeline.edits.authorship import Authorship
from pipeline.edits.ledger import Ledger, Shapes, State, is_unseen, say_the_same
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Add, Anchor, CueOf, Decision, Split, VignetteAt, Waive, Words, WordTime
from pipeline.edits.placement import Placement, Settled, line_starts
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from pipeline.timing import Span

TAKEN_OUT = "its words were taken out later"
"""Why a decision is superseded whose words are gone; shown to people."""


class TextReplay:
    """Applies decisions, one by one, to the words in `live`, and notes their status in `ledger`.

    `already_so` has taken back those that the words showed already.
    """

    def __init__(self, live: LiveText, ledger: Ledger, already_so: WordsAlreadySo) -> None:
        self.live, self.ledger, self._already_so = live, ledger, already_so
        self.reviewer = ""
        # Of reviews that say only which words were seen: the words that stood there then.
        self.read_then: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, Placement] = {}
        self._authors = Authorship()
        self._rewritten: dict[tuple[str, Anchor], tuple[Decision, Placement]] = {}
        self._textual: list[Decision] = []
        self._timed: dict[int, Decision] = {}

    def take(self, decision: Decision) -> None:
        match decision.value:
            case Words(text=text):
                self._reword(decision, text)
            case WordTime() as value:
                self._retime(decision, value)
            case Add() as value:
                self._add(decision, value)
            case Reviewed() as value:
                self._review(decision, value)
            case CueOf() as value:
                self._locate(decision, value)
            case Split(after=after):
                self._locate(decision, CueOf(breaks=(after,)))
            case Waive() if decision.anchor is None or not decision.anchor.text.split():
                self.ledger.stands(decision, State.KEPT)
            case _ if decision.anchor is not None:
                self._locate(decision, None)
            case Waive():
                self.ledger.stands(decision, State.KEPT)
            case _:
                pass

    # --- kinds that change words ---------------------------------------------------------------------------------

    def _reword(self, decision: Decision, text: str) -> None:
        anchor = decision.anchor
        assert anchor is not None
        so = self._already_so.put_back(decision)
        if so is not None:
            self._wrote(decision, anchor, so, State.ALREADY)
            return
        new, place = live_text.written(text), anchors.find(self.live.nodes, anchor)
        there = self._already_so.reads(anchor, text, place, self._disagreeing(decision) is not None)
        if there is not None:
            if self.live.text(there.first, there.last) == " ".join(w for w, _ in new):
                self._authors.note(decision, self.live.nodes[there.first : there.last])
                self.ledger.stands(decision, State.ALREADY)
                return
            place = there  # but for capitals or punctuation, which a person decided too
        free = self._free_place(decision, anchor, place)
        if free is None:
            return
        place = free
        self.live.rewrite(place.first, place.last, new)
        self._wrote(decision, anchor, Located(place.first, place.first + len(new)), State.KEPT)

    def _free_place(self, decision: Decision, anchor: Anchor, place: Located | Missing) -> Located | None:
        """Where the words may be rewritten: none where they are missing, or read what somebody else decided, unseen."""
        unseen = self._not_shown(anchor, place)
        held = self._rewritten.get((decision.who, anchor)) if unseen or isinstance(place, Missing) else None
        if held is not None:
            # Of the same person about the very same words; these are what that put there.
            again = held[1].settled(self.live.order())
            held, place = (None, place) if again is None else (held, Located(again.first, again.last))
            unseen = self._not_shown(anchor, place)
        if isinstance(place, Missing):
            self._missing(decision, place)
            return None
        other = next((o for o in unseen if is_unseen(decision, o)), None)
        if other is not None:
            self.ledger.disagrees(decision, other, self.live.text(place.first, place.last))
            return None
        if held is not None:
            self.ledger.stands(held[0], State.SUPERSEDED, by=decision.id)
        return place

    def _not_shown(self, anchor: Anchor, place: Located | Missing) -> list[Decision]:
        return [] if isinstance(place, Missing) else self._authors.not_shown(anchor, self.live.nodes, place)

    def _wrote(self, decision: Decision, anchor: Anchor, place: Located, state: State) -> None:
        """A decision has put these words there, or found them put there already."""
        self._authors.note(decision, self.live.nodes[place.first : place.last])
        if place.first < place.last:
            held = self._placement(place)
            self._rewritten[decision.who, anchor] = decision, held
            if state is State.ALREADY:
                self.places[decision.id] = held
        self._textual.append(decision)
        self.ledger.stands(decision, state)

    def _retime(self, decision: Decision, value: WordTime) -> None:
        assert decision.anchor is not None
        place = anchors.find(self.live.nodes, decision.anchor)
        if isinstance(place, Missing):
            self._missing(decision, place)
            return
        duration = self.live.duration_ms
        if duration is not None and value.end_ms > duration:
            found = self.live.text(place.first, place.last)
            self.ledger.stands(decision, State.CONFLICT, "lies behind the end of the recording", found)
            return
        chosen = self.live.nodes[place.first : place.last]
        for node in chosen:
            other = self._timed.get(id(node))
            if other is not None and is_unseen(decision, other):
                self.ledger.disagrees(decision, other, self.live.text(place.first, place.last))
                return
        self.live.retime(place.first, place.last, Span(value.start_ms, value.end_ms))
        self._timed.update({id(n): decision for n in chosen})
        self._textual.append(decision)
        self.ledger.stands(decision, State.KEPT)

    def _add(self, decision: Decision, value: Add) -> None:
        anchor = decision.anchor
        assert anchor is not None
        new = live_text.written(value.text)
        found, duration = self._already_so.put_back(decision), self.live.duration_ms
        if duration is not None and value.end_ms > duration:
            self.ledger.stands(decision, State.CONFLICT, "lies behind the end of the recording")
            return
        found = found or self._already_so.is_added(anchor, value)
        span, state = Span(value.start_ms, value.end_ms), State.ALREADY
        if found is not None:
            self._make_present(found, span)
        else:
            place = anchors.find(self.live.nodes, anchor)
            if isinstance(place, Missing):
                self._missing(decision, place)
                return
            self.live.insert(place.first, new, span)
            found, state = Located(place.first, place.first + len(new)), State.KEPT
        self._textual.append(decision)
        self.ledger.stands(decision, state)
        held = self._placement(found)
        if found.last - found.first == len(new):
            held.breaks = tuple(line_starts(value.text))
        if value.label:
            held.labels = ((0, value.label),)
        self.places[decision.id] = held

    # --- kinds that are about words --------------------------------------------------------------------------------

    def _review(self, decision: Decision, value: Reviewed) -> None:
        if value.of == "video":
            if value.seen is not None:
                self.reviewer = decision.who
                self.ledger.stands(decision, State.KEPT)
            elif value.sha256 == live_text.text_digest(self.live.tokens()):
                self.reviewer = decision.who
                self.read_then[decision.id] = tuple(w for t in self.live.tokens() for w in t.text.split())
                self.ledger.stands(decision, State.KEPT)
            else:
                self.ledger.stands(
                    decision, State.CONFLICT, "the words have changed since they were reviewed"
                )
        elif decision.anchor is None:
            self.ledger.stands(decision, State.CONFLICT, "does not say which caption was reviewed")
        else:
            place = anchors.find(self.live.nodes, decision.anchor)
            if isinstance(place, Missing):
                self._missing(decision, place)
            else:
                self._hold(decision, place)
                self.ledger.stands(decision, State.KEPT)

    def _locate(self, decision: Decision, cue: CueOf | None) -> None:
        assert decision.anchor is not None
        place = anchors.find_passage(self.live.nodes, decision.anchor)
        empty = isinstance(place, Located) and place.first == place.last
        if isinstance(place, Missing):
            self._missing(decision, place)
        elif empty and place.first >= len(self.live.nodes):
            self._missing(decision, Missing("the passage is gone"))
        else:
            place = Located(place.first, place.first + 1) if empty else place
            self._hold(decision, place, cue)
            if cue is not None and cue.start_ms is not None and cue.end_ms is not None:
                self._make_present(place, Span(cue.start_ms, cue.end_ms))
            if isinstance(decision.value, (Waive, Quote)):
                self.ledger.stands(decision, State.KEPT)

    def _make_present(self, place: Located, span: Span) -> None:
        """Who gives text a caption that nobody was thought to say has heard it."""
        if self.live.is_absent(place.first, place.last):
            self.live.present(place.first, place.last, span)

    def _hold(self, decision: Decision, place: Located, cue: CueOf | None = None) -> None:
        held = self._placement(place)
        if cue is not None:
            at = self._word_at_offset(decision, held.nodes)
            held.breaks = None if cue.breaks is None else tuple(sorted({at(k) for k in cue.breaks}))
            held.labels = (
                None if cue.labels is None else tuple({at(k): (at(k), n) for k, n in cue.labels}.values())
            )
            held.dashes = None if cue.dashes is None else tuple(sorted({at(k) for k in cue.dashes}))
        self.places[decision.id] = held

    def _placement(self, place: Located) -> Placement:
        return Placement(tuple(self.live.nodes[place.first : place.last]), self.live.moment)

    def _word_at_offset(self, decision: Decision, nodes: Sequence[Node]) -> Callable[[int], int]:
        """From a count of words in the passage, as the decision's author saw it, to the number of the word that stands there."""
        assert decision.anchor is not None
        here = [(at, key) for at, node in enumerate(nodes) for key in keys_of(node.token.text)]
        each = anchors.align_words(keys_of(decision.anchor.text), [key for _, key in here])
        chosen = [here[k][0] for k in each]
        return lambda count: chosen[min(count, len(chosen) - 1)]

    def _missing(self, decision: Decision, place: Missing) -> None:
        found = self.live.text(place.first, place.last)
        other = self._disagreeing(decision)
        if other is not None and say_the_same(other, decision):
            self.ledger.stands(decision, State.ALREADY)
        elif other is not None and other.who != decision.who:
            self.ledger.disagrees(decision, other, found)
        else:
            self.ledger.stands(decision, State.CONFLICT, place.why, found, other.id if other else "")

    def _disagreeing(self, decision: Decision) -> Decision | None:
        """The last decision that changed words where this one wants to."""
        anchor = decision.anchor
        assert anchor is not None
        others = (d for d in reversed(self._textual) if d.anchor and share_time(d.anchor, anchor))
        return next(others, None)

    # --- at the end ----------------------------------------------------------------------------------------------

    def shapes(self) -> Shapes:
        """Which decision timed which word last."""
        shapes, order = Shapes(), self.live.order()
        for node, decision in self._timed.items():
            if node in order:
                shapes.note("time", [order[node]], decision)
        return shapes

    def settled(self) -> dict[str, Settled]:
        """Where every decision's words stand now; those whose words a later decision took out are superseded."""
        order, result = self.live.order(), {}
        for name, held in self.places.items():
            found = held.settled(order)
            decision = self.ledger[name].decision
            if found is None and isinstance(decision.value, VignetteAt):
                found = held.following(order)
            if found is None:
                self.ledger.stands(decision, State.SUPERSEDED, TAKEN_OUT)
            else:
                result[name] = found
        return result
