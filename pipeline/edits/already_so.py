"""Idempotent replay: what the machine shows already of people's decisions is taken back, from the last to the first, and at its
turn in the replay it is put back just as the machine had it.

A decision is anchored to what its author saw. Where the machine has come to say what people decided in the end (their captions
were given to it as subtitles, say), much of that is there no more: a later decision changed it, or what stood beside it. With
all that is so already taken back, every decision meets what its author met, and none of them needs to know of this.

What "already so" means: of words, that they read as decided among what stood beside them then; of a person, that they have the
name and the role; of who speaks, that all the words are theirs, or somebody else's by a later decision; of a part, that it
begins there and has the title and the kind, or that none begins there. Captions and tags are compared where they are replayed
(`cues`, `tags`): their decisions say all that is to be, whatever was there before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.edits import anchors, live_text, speakers
from pipeline.edits.anchors import CONTEXT_WORDS, FULL_AGREEMENT, Located, Missing
from pipeline.edits.ledger import is_unseen
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Add, Anchor, Decision, PersonIs, SpeakerOf, VignetteAt, Words
from pipeline.edits.parts import SEEN_PART, PartSheet
from pipeline.edits.placement import Settled
from pipeline.timing import Span
from pipeline.transcript import Part, Speaker, TextSource, Token, Voices
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS


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

    def __init__(
        self, live: LiveText, decisions: Sequence[Decision], withdrawn: Sequence[Decision] = ()
    ) -> None:
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

    def reads(self, anchor: Anchor, text: str, place: Located | Missing, is_changed: bool) -> Located | None:
        """Where the words read as they should: the new text fits between its neighbours better than the old at `place`, though
        not in full; `is_changed` when people have changed words there before."""
        new = anchors.find(self.live.nodes, replace(anchor, text=text))
        if isinstance(new, Missing):
            return None
        if isinstance(place, Located):
            near = place.first - CONTEXT_WORDS <= new.first <= place.last + CONTEXT_WORDS
            if not text.split() and near and new.agreement < FULL_AGREEMENT:
                return None  # what is to go stands right there: some neighbour reads like what is beyond it
            return new if new.agreement > place.agreement else None
        is_gone = place.why == "the words are gone" and not is_changed
        return new if text.split() or is_gone else None

    def is_added(self, anchor: Anchor, value: Add) -> Located | None:
        """Where the words of a caption stand already: they fit between their neighbours better than their absence does."""
        new = " ".join(word for word, _ in live_text.written(value.text))
        there = replace(anchor, text=new, start_ms=value.start_ms, end_ms=value.end_ms)
        found, place = anchors.find(self.live.nodes, there), anchors.find(self.live.nodes, anchor)
        if isinstance(found, Missing):
            return None
        if isinstance(place, Missing) or self.live.is_absent(found.first, found.last):
            return found
        fits = found.agreement > place.agreement or self._stands_at(found, place, value.start_ms)
        return found if fits else None

    def _stands_at(self, found: Located, place: Located, start_ms: int) -> bool:
        """Whether words that were found are said at a time, with nothing but what people wrote between them and a place."""
        if place.agreement >= FULL_AGREEMENT:
            return False  # the very neighbours between which they were wanted still stand side by side
        nodes = self.live.nodes
        between = nodes[place.first : found.first] or nodes[found.last : place.first]
        is_then = abs(nodes[found.first].token.span.start_ms - start_ms) <= anchors.SAME_PLACE_MS
        return is_then and all(n.token.text_source is TextSource.HUMAN for n in between)

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
            if found is not None and found.agreement >= FULL_AGREEMENT:
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


class VoicesAlreadySo:
    """Takes back the names that people have already, in `voices`, and knows which words are said already by whom they shall be.

    `decisions` stand in the order of replay, `at` says where the words of each are; one whose words are gone is none of them.
    """

    def __init__(self, machine: Voices, decisions: Sequence[Decision], at: Mapping[str, Settled]) -> None:
        self.machine = self.voices = machine
        self._held: dict[str, tuple[Speaker, Speaker]] = {}
        self._said: dict[str, set[str | None]] = {}
        self._said_later: dict[int, Decision] = {}
        for decision in reversed(decisions):
            value, place = decision.value, at.get(decision.id)
            if isinstance(value, PersonIs) and (place is not None or decision.anchor is None):
                self._take_name_back(decision, value)
            elif isinstance(value, SpeakerOf) and place is not None:
                self._take_note(decision, value, place)

    def named(self, decision: Decision, speaker: Speaker) -> Speaker | None:
        """The person as the machine has them with the name that is due here; None when that was not so, or is not any more."""
        machines, before = self._held.get(decision.id, (None, None))
        return machines if before == speaker else None

    def is_said(self, voices: Voices, decision: Decision, at: Settled, speaker: str | None) -> bool:
        """Whether a decision's words are said by this speaker, or are somebody else's since, and were given to nobody by now."""
        now, was = (speakers.said_by(v, at.tokens) for v in (voices, self.machine))
        return decision.id in self._said and self._said[decision.id] <= {speaker} and now == was

    def _take_name_back(self, decision: Decision, value: PersonIs) -> None:
        """Let a person be called as the author of a decision saw them, if they are called now as decided."""
        name, role = (decision.seen.get(of) for of in ("name", "role"))
        now = next((s for s in self.voices.speakers if s.id == value.id), None)
        if now is None or not isinstance(name, str) or not isinstance(role, str):
            return
        before = replace(now, name=name, role=role)
        new = speakers.renamed(before, value.name, value.role)
        if (new.name, new.role) == (now.name, now.role) != (name, role):
            self._held[decision.id] = now, before
            self.voices = speakers.with_person(self.voices, before)

    def _take_note(self, decision: Decision, value: SpeakerOf, at: Settled) -> None:
        """Note who says the words, but for those that are somebody else's since, who saw this; others take them away again."""
        who = speakers.speaker_called(self.voices, value.speaker) if value.speaker else None
        later = [self._said_later.get(token) for token in at.tokens]
        said = {
            speaker
            for speaker, since in zip(speakers.said_by(self.machine, at.tokens), later, strict=True)
            if speaker == who or since is None or is_unseen(since, decision)
        }
        if said <= {who}:
            self._said[decision.id] = said
            self._said_later |= dict.fromkeys(at.tokens, decision)


class PartsAlreadySo:
    """Takes back in `sheet` what its parts show already; `decisions`, with the time of their words, stand in the order of
    replay."""

    def __init__(self, sheet: PartSheet, decisions: Sequence[tuple[Decision, int]]) -> None:
        self.sheet = sheet
        self._held: dict[str, tuple[Part | None, Part | None]] = {}
        for decision, words_ms in reversed(decisions):
            if isinstance(decision.value, VignetteAt):
                self._take_back(decision, decision.value, words_ms)

    def put_back(self, decision: Decision) -> bool:
        """Let a part be as the machine has it; False when that is not what is due here."""
        if decision.id not in self._held:
            return False
        machines, before = self._held[decision.id]
        stands = before is None or any(_is_same_part(before, row) for row in self.sheet.rows)
        begins = {row.span.start_ms for row in self.sheet.rows} - (
            {before.span.start_ms} if before else set()
        )
        if not stands or (machines is not None and machines.span.start_ms in begins):
            return False
        self.sheet.exchange(before, machines)
        return True

    def _take_back(self, decision: Decision, value: VignetteAt, words_ms: int) -> None:
        """Let a part be, or not be, as the author of a decision saw it, if it is as decided, and none begins where it did."""
        seen = decision.seen.get(SEEN_PART)
        seen = seen if isinstance(seen, dict) else {}
        had = seen.get("start_ms")
        had = had if isinstance(had, int) else None
        if not self.sheet.rows or (had is not None and had not in self.sheet.span):
            return
        begins = {row.span.start_ms: k for k, row in enumerate(self.sheet.rows)}
        begins_with = {self.sheet.words_ms(k): k for k in range(1, len(self.sheet.rows))}
        if not value.exists:
            near = any(abs(at_ms - words_ms) <= BOUNDARY_TOLERANCE_MS for at_ms in begins_with)
            if had is not None and had not in begins and not near:
                self._exchange(decision, None, _seen_part(seen, had))
            return
        start_ms = had if value.start_ms is None else self.sheet.snapped(value.start_ms)
        start_ms = self.sheet.snapped(words_ms) if start_ms is None else start_ms
        at = begins.get(start_ms, begins_with.get(words_ms) if value.start_ms is None else None)
        if at is None or (had is None and at == 0) or not self.sheet.is_called(at, value):
            return
        row = self.sheet.rows[at]
        if had is None:
            self._exchange(decision, row, None)
        elif value.start_ms is None or had == start_ms or self._is_free(had):
            before = _seen_part(seen, row.span.start_ms if value.start_ms is None else had)
            title = row.title if value.title is None else before.title
            kind = row.kind if value.kind is None else before.kind
            before = replace(row, span=before.span, title=title, kind=kind)
            if not _is_same_part(before, row):
                self._exchange(decision, row, before)

    def _is_free(self, start_ms: int) -> bool:
        """Whether no part begins there, or only one that was put back there because a later decision joins it: that had
        nothing to join, for the part had moved away."""
        if all(row.span.start_ms != start_ms for row in self.sheet.rows):
            return True
        joins = (k for k, (m, b) in self._held.items() if m is None and b and b.span.start_ms == start_ms)
        join = next(joins, None)
        if join is not None:
            self.sheet.exchange(self._held.pop(join)[1], None)
        return join is not None

    def _exchange(self, decision: Decision, machines: Part | None, before: Part | None) -> None:
        self._held[decision.id] = machines, before
        self.sheet.exchange(machines, before)


def _seen_part(seen: Mapping[str, Any], start_ms: int) -> Part:
    """A part as a decision describes it; where it ends is another's to say."""
    kind, title = (seen.get(of) for of in ("kind", "title"))
    return Part(
        "",
        kind if isinstance(kind, str) else "",
        title if isinstance(title, str) else "",
        Span(start_ms, start_ms),
    )


def _is_same_part(one: Part, other: Part) -> bool:
    """Whether two parts begin together and are the same in all that can be decided."""
    return (one.span.start_ms, one.kind, one.title) == (other.span.start_ms, other.kind, other.title)
