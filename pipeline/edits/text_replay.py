"""Text replay: apply decisions to the words one by one, and track where every decision's words go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.edits import anchors, live_text
from pipeline.edits.already_applied import AlreadyApplied, Trace
from pipeline.edits.anchors import CONTEXT_WORDS, FULL_AGREEMENT, Located, Missing, keys_of, share_time
from pipeline.edits.authorship import Authorship
from pipeline.edits.finder import TAKEN_OUT, Finder
from pipeline.edits.ledger import Ledger, Shapes, State, is_unseen, say_the_same
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import (
    Add,
    Anchor,
    CueOf,
    Decision,
    Reviewed,
    Split,
    VignetteAt,
    Waive,
    Words,
    WordTime,
)
from pipeline.edits.placement import Placement, Settled, following, line_starts, settled
from pipeline.timing import Span
from pipeline.transcript import TextSource


class TextReplay:
    """Applies decisions, one by one, to the words in `live`, and notes their status in `ledger`."""

    def __init__(self, live: LiveText, ledger: Ledger, applied: AlreadyApplied) -> None:
        self.live, self.ledger, self.finder = live, ledger, Finder(live, applied)
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
            case CueOf() | Split() as value:
                self._locate(decision, value)
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
        so = self.finder.applied.so.get(decision.id)
        if so is not None:
            self._note_applied(decision, anchor, text, so)
            return
        new, place = live_text.written(text), self.finder.find(decision)
        there = self._already_reads(decision, anchor, text, place)
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
        first, last = self.live.handle(place.first, place.last)
        before = self.live.moment
        self.live.rewrite(place.first, place.last, new)
        self._authors.note(decision, self.live.nodes[place.first : place.first + len(new)])
        if new:
            begin, end = live_text.forward(first, before), live_text.backward(last, before)
            if begin is not None and end is not None:
                self._rewritten[decision.who, anchor] = decision, Placement(begin, end, self.live.moment)
        self._textual.append(decision)
        self.ledger.stands(decision, State.KEPT)

    def _free_place(self, decision: Decision, anchor: Anchor, place: Located | Missing) -> Located | None:
        """Where the words may be rewritten: none where they are missing, or read what somebody else decided, unseen."""
        unseen = self._not_shown(anchor, place)
        held = self._rewritten.get((decision.who, anchor)) if unseen or isinstance(place, Missing) else None
        if held is not None:
            # Of the same person about the very same words; these are what that put there.
            put = held[1]
            again = self.finder.between(put.first, put.last, put.since)
            held, place = (None, place) if again is None else (held, again)
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

    def _note_applied(self, decision: Decision, anchor: Anchor, text: str, so: Trace) -> None:
        """The words read already as they should, or a later decision has changed them since."""
        place = self.finder.current(so)
        if place.first < place.last:
            held = Placement(*self.live.handle(place.first, place.last), self.live.moment)
            self._rewritten[decision.who, anchor] = decision, held
            self._authors.note(decision, self.live.nodes[place.first : place.last])
        self._textual.append(decision)
        if place.first < place.last or not text.split():
            self.ledger.stands(decision, State.ALREADY)
        else:
            self.ledger.stands(decision, State.SUPERSEDED, TAKEN_OUT)

    def _already_reads(
        self, decision: Decision, anchor: Anchor, text: str, place: Located | Missing
    ) -> Located | None:
        """Where the words read already as they should: the new text fits between its neighbours better than the old."""
        new = anchors.find(self.live.nodes, replace(anchor, text=text))
        if isinstance(new, Missing):
            return None
        if isinstance(place, Located):
            near = place.first - CONTEXT_WORDS <= new.first <= place.last + CONTEXT_WORDS
            if not text.split() and near and new.agreement < FULL_AGREEMENT:
                return None  # what is to go stands right there: some neighbour reads like what is beyond it
            return new if new.agreement > place.agreement else None
        if text.split():
            return new
        is_gone = place.why == "the words are gone" and self._disagreeing(decision) is None
        return new if is_gone else None

    def _retime(self, decision: Decision, value: WordTime) -> None:
        place = self.finder.find(decision)
        if isinstance(place, Missing):
            self._missing(decision, place)
            return
        reads = self.live.text(place.first, place.last)
        if decision.anchor is not None and keys_of(reads) != keys_of(decision.anchor.text):
            self.ledger.stands(decision, State.SUPERSEDED, "its words were changed later")
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
        duration = self.live.duration_ms
        if duration is not None and value.end_ms > duration:
            self.ledger.stands(decision, State.CONFLICT, "lies behind the end of the recording")
            return
        there = replace(
            anchor, text=" ".join(w for w, _ in new), start_ms=value.start_ms, end_ms=value.end_ms
        )
        so = self.finder.applied.so.get(decision.id)
        found = anchors.find(self.live.nodes, there) if so is None else self.finder.current(so)
        if so is not None and isinstance(found, Missing):
            self._textual.append(decision)
            self.ledger.stands(decision, State.SUPERSEDED, TAKEN_OUT)
            return
        place = anchors.find(self.live.nodes, anchor)
        gap = place.agreement if isinstance(place, Located) and so is None else -1.0
        state = State.ALREADY
        is_there = isinstance(found, Located) and (
            self.live.is_absent(found.first, found.last) or self._stands_at(found, place, value.start_ms)
        )
        if isinstance(found, Missing) or (found.agreement <= gap and not is_there):
            if isinstance(place, Missing):
                self._missing(decision, place)
                return
            self.live.insert(place.first, new, Span(value.start_ms, value.end_ms))
            found, state = Located(place.first, place.first + len(new)), State.KEPT
        else:
            self._make_present(found, Span(value.start_ms, value.end_ms))
        self._textual.append(decision)
        self.ledger.stands(decision, state)
        held = Placement(*self.live.handle(found.first, found.last), self.live.moment)
        if found.last - found.first == len(new):
            held.breaks = [self.live.nodes[found.first + k] for k in line_starts(value.text)]
        if value.label:
            held.labels = [(self.live.nodes[found.first], value.label)]
        self.places[decision.id] = held

    def _stands_at(self, found: Located, place: Located | Missing, start_ms: int) -> bool:
        """Whether words that were found are said at a time, with nothing but what people wrote between them and a place."""
        if isinstance(place, Missing) or place.agreement >= FULL_AGREEMENT:
            return False  # or the very neighbours between which they were wanted still stand side by side
        nodes = self.live.nodes
        between = nodes[place.first : found.first] or nodes[found.last : place.first]
        is_then = abs(nodes[found.first].token.span.start_ms - start_ms) <= anchors.SAME_PLACE_MS
        return is_then and all(n.token.text_source is TextSource.HUMAN for n in between)

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
            place = self.finder.find(decision)
            if isinstance(place, Missing):
                self._missing(decision, place)
            else:
                self._hold(decision, place, None)
                self.ledger.stands(decision, State.KEPT)

    def _locate(self, decision: Decision, cue: CueOf | Split | None) -> None:
        assert decision.anchor is not None
        trace, place = self.finder.applied.places.get(decision.id), self.finder.find_passage(decision)
        empty = isinstance(place, Located) and place.first == place.last
        if isinstance(place, Missing):
            self._missing(decision, place)
        elif empty and place.first >= len(self.live.nodes):
            self._missing(decision, Missing("the passage is gone"))
        else:
            place = Located(place.first, place.first + 1) if empty else place
            self._hold(decision, place, cue, trace)
            if isinstance(cue, CueOf) and cue.start_ms is not None and cue.end_ms is not None:
                self._make_present(place, Span(cue.start_ms, cue.end_ms))
            if isinstance(decision.value, Waive):
                self.ledger.stands(decision, State.KEPT)

    def _make_present(self, place: Located, span: Span) -> None:
        """Who gives text a caption that nobody was thought to say has heard it."""
        if self.live.is_absent(place.first, place.last):
            self.live.present(place.first, place.last, span)

    def _hold(
        self, decision: Decision, place: Located, cue: CueOf | Split | None, trace: Trace | None = None
    ) -> None:
        held = Placement(*self.live.handle(place.first, place.last), self.live.moment)
        if isinstance(cue, Split):
            # Where all that stood behind the break was taken out, nothing is left to divide.
            nothing_behind = (
                trace is not None and trace.words[min(cue.after, len(trace.words) - 1)] >= trace.last
            )
            held.breaks = [] if nothing_behind else [self._word_at_offset(decision, place, trace)(cue.after)]
        elif cue is not None:
            at = self._word_at_offset(decision, place, trace)
            held.breaks = None if cue.breaks is None else [at(k) for k in cue.breaks]
            held.labels = None if cue.labels is None else [(at(k), name) for k, name in cue.labels]
            held.dashes = None if cue.dashes is None else [at(k) for k in cue.dashes]
        self.places[decision.id] = held

    def _word_at_offset(
        self, decision: Decision, place: Located, trace: Trace | None
    ) -> Callable[[int], Node]:
        """From a count of words in the passage, as the decision's author saw it, to the word that stands there."""
        if trace is None:
            assert decision.anchor is not None
            here = [(n, k) for n in self.live.nodes[place.first : place.last] for k in keys_of(n.token.text)]
            each = anchors.align_words(keys_of(decision.anchor.text), [k for _, k in here])
            chosen = [here[k][0] for k in each]
        else:
            chosen = [self.live.original[min(k, trace.last - 1)] for k in trace.words]
        return lambda count: chosen[min(count, len(chosen) - 1)]

    def _missing(self, decision: Decision, place: Missing) -> None:
        found = self.live.text(place.first, place.last)
        other = self._disagreeing(decision)
        if place.why == TAKEN_OUT and not isinstance(decision.value, (Words, Add)):
            self.ledger.stands(decision, State.SUPERSEDED, TAKEN_OUT)
        elif other is not None and say_the_same(other, decision):
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
            found = settled(held, order)
            decision = self.ledger[name].decision
            if found is None and isinstance(decision.value, VignetteAt):
                found = following(held, order)
            if found is None:
                self.ledger.stands(decision, State.SUPERSEDED, TAKEN_OUT)
            else:
                result[name] = found
        return result
