"""Put the decisions of a journal over what the stages found, stage by stage: `Replay(contents).correct` is the run's hook.

Decisions are replayed in the order of their times, each over the result of those before it, as the person saw it. Words come
first, because everything else refers to words: while they are corrected one by one, every other decision finds its own words
at its turn, and is carried along by later corrections. What a stage found is never changed in place; without a decision that
concerns it, it is handed on as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.edits import anchors, tags, voices, words
from pipeline.edits.anchors import Found, Missing, keys_of
from pipeline.edits.conflicts import Report, Standing, State
from pipeline.edits.cues import CueSheet, Draft, Wanted
from pipeline.edits.journal import EMPTY, Contents
from pipeline.edits.model import (
    Add,
    Anchor,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    Reviewed,
    SpeakerOf,
    Split,
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.words import LiveText, Node
from pipeline.timing import Span
from pipeline.transcript import Aligned, Captions, Concepts, Grade, Token, Transcript, Voices

NOT_REACHED = "its stage has not been reached"
NO_STAGE = "no stage of this version uses it yet"
# Kinds that change the words, or put words in.
_TEXTUAL = (Words, WordTime, Delete, Add)


@dataclass(slots=True)
class _Place:
    """The words of a decision, as they moved, and the words that its breaks, labels and dashes stand before."""

    first: Node
    last: Node
    breaks: list[Node] | None = None
    labels: list[tuple[Node, str]] | None = None
    dashes: list[Node] | None = None


@dataclass(slots=True)
class _Settled:
    """Where a decision's words stand when all words are corrected."""

    first: int
    last: int
    breaks: tuple[int, ...] | None = None
    labels: tuple[tuple[int, str], ...] | None = None
    dashes: tuple[int, ...] | None = None


@dataclass(slots=True)
class Replay:
    """One run's replay of a journal. `correct` is called after each stage; then `report` says what became of every decision."""

    contents: Contents = EMPTY
    duration_ms: int | None = None
    reviewer: str = ""
    _standings: dict[str, Standing] = field(default_factory=dict)
    _settled: dict[str, _Settled] = field(default_factory=dict)
    _tokens: tuple[Token, ...] = ()
    _voices: Voices = field(default_factory=Voices)

    def __post_init__(self) -> None:
        withdrawn = _withdrawn(self.contents.decisions)
        known = {d.id for d in self.contents.decisions}
        for decision in self.contents.decisions:
            if decision.id in withdrawn:
                self._stands(decision, State.WITHDRAWN, by=withdrawn[decision.id])
            elif isinstance(decision.value, Withdraw):
                here = decision.value.id in known
                self._stands(decision, State.KEPT if here else State.WAITING,
                             "" if here else "the decision that it withdraws is not in this journal")  # fmt: skip
            else:
                self._stands(decision, State.WAITING, NOT_REACHED)

    @property
    def report(self) -> Report:
        """What became of every decision so far."""
        return Report(tuple(self._standings[d.id] for d in self.contents.decisions), self.contents.strange)

    def correct(self, stage: str, result: Any) -> Any:
        """A stage's result with the decisions about it put over; the very same value when there are none."""
        if isinstance(result, Aligned):
            return self._correct_words(result)
        if isinstance(result, Voices):
            self._voices = self._correct_voices(result)
            return self._voices
        if isinstance(result, Concepts):
            return self._correct_concepts(result)
        if isinstance(result, Captions):
            return self._correct_captions(result)
        if stage == "sound":
            self.duration_ms = result.duration_ms
        return result

    def graded(self, transcript: Transcript) -> Transcript:
        """The transcript as reviewed by whoever reviewed all of it as it stands."""
        if not self.reviewer:
            return transcript
        return replace(transcript, grade=Grade.REVIEWED, reviewer=self.reviewer)

    def place_of(self, decision: Decision) -> tuple[int, int] | None:
        """The tokens `[first, last)` that a decision is about, None when it is about none, or they are gone."""
        settled = self._settled.get(decision.id)
        return None if settled is None or settled.first >= settled.last else (settled.first, settled.last)

    # --- standings ----------------------------------------------------------------------------------------------

    def _stands(self, decision: Decision, state: State, why: str = "", found: str = "", by: str = "") -> None:
        self._standings[decision.id] = Standing(decision, state, why, found, by)

    def _standing(self, *kinds: type[Any]) -> list[Decision]:
        """The decisions of these kinds that were not withdrawn."""
        return [
            d
            for d in self.contents.decisions
            if isinstance(d.value, kinds) and self._standings[d.id].state is not State.WITHDRAWN
        ]

    def _disagrees(self, decision: Decision, other: Decision, found: str) -> None:
        why = f"disagrees with what {other.who} decided ({other.id}), which {decision.who} had not seen"
        self._stands(decision, State.CONFLICT, why, found, other.id)

    # --- words --------------------------------------------------------------------------------------------------

    def _correct_words(self, aligned: Aligned) -> Aligned:
        scribe = _Scribe(LiveText(aligned.tokens), self)
        for decision in self.contents.decisions:
            if self._standings[decision.id].state is State.WITHDRAWN or isinstance(decision.value, Withdraw):
                continue
            scribe.take(decision)
        result = words.corrected(aligned, scribe.live)
        self._tokens = result.tokens
        self._settled = scribe.settled()
        return result

    # --- voices -------------------------------------------------------------------------------------------------

    def _correct_voices(self, result: Voices) -> Voices:
        decided: dict[int, Decision] = {}
        named: dict[str, Decision] = {}
        for decision in self._standing(SpeakerOf, PersonIs):
            value, settled = decision.value, self._settled.get(decision.id)
            if isinstance(value, SpeakerOf) and settled is not None and settled.first < settled.last:
                result = self._give(result, decision, value, settled, decided)
            elif isinstance(value, PersonIs) and (settled is not None or decision.anchor is None):
                result = self._name(result, decision, value, settled, named)
        return result

    def _give(
        self, result: Voices, decision: Decision, value: SpeakerOf, at: _Settled, decided: dict[int, Decision]
    ) -> Voices:
        now = _speakers_at(result, at.first, at.last)
        found = ", ".join(_called(result, s) for s in now)
        target = voices.speaker_called(result, value.speaker) if value.speaker else None
        known = bool(target) or not value.speaker
        for index in range(at.first, at.last):
            other = decided.get(index)
            if (
                other is not None
                and _unseen(decision, other, "speaker", found)
                and not (known and now == [target])
            ):
                self._disagrees(decision, other, found)
                return result
        if known and now == [target]:
            self._stands(decision, State.ALREADY)
        else:
            if not known:
                result, target = voices.with_speaker(result, value.speaker)
            result = voices.given_to(result, self._tokens, at.first, at.last, target)
            self._stands(decision, State.KEPT)
        decided.update(dict.fromkeys(range(at.first, at.last), decision))
        return result

    def _name(
        self,
        result: Voices,
        decision: Decision,
        value: PersonIs,
        at: _Settled | None,
        named: dict[str, Decision],
    ) -> Voices:
        speaker = _person(result, decision, value, at)
        if speaker is None:
            self._stands(decision, State.CONFLICT, "there is no such person", _all_names(result))
            return result
        now = next(s for s in result.speakers if s.id == speaker)
        wanted = (
            now.name if value.name is None else value.name,
            now.role if value.role is None else value.role,
        )
        other = named.get(speaker)
        if wanted == (now.name, now.role):
            self._stands(decision, State.ALREADY)
        elif other is not None and _unseen(decision, other, "name", now.name):
            self._disagrees(decision, other, f"{now.name} {now.role}".strip())
            return result
        else:
            result = voices.renamed(result, speaker, value.name, value.role)
            self._stands(decision, State.KEPT)
        named[speaker] = decision
        return result

    # --- concepts -----------------------------------------------------------------------------------------------

    def _correct_concepts(self, result: Concepts) -> Concepts:
        decided: list[tuple[_Settled, Decision, ConceptAt]] = []
        for decision in self._standing(ConceptAt):
            at, value = self._settled.get(decision.id), decision.value
            if at is None or at.first >= at.last or not isinstance(value, ConceptAt):
                continue
            other = next(
                (d for s, d, v in reversed(decided)
                 if v.concept == value.concept and s.first < at.last and at.first < s.last), None,
            )  # fmt: skip
            is_tagged = tags.tagged(result, value.concept, at.first, at.last)
            wants_tag = value.verdict != "rejected"
            if wants_tag == bool(is_tagged):
                self._stands(decision, State.ALREADY if value.verdict != "confirmed" else State.KEPT)
            elif other is not None and _unseen(decision, other, "decided", _verdict(other)):
                self._disagrees(decision, other, _verdict(other))
                continue
            else:
                result = (
                    tags.with_tag(result, value.concept, at.first, at.last, self._tokens, self._voices)
                    if wants_tag
                    else tags.without(result, is_tagged)
                )
                self._stands(decision, State.KEPT)
            decided.append((at, decision, value))
        return result

    # --- captions -----------------------------------------------------------------------------------------------

    def _correct_captions(self, result: Captions) -> Captions:
        sheet = CueSheet(result, self._tokens)
        for decision in self._standing(CueOf, Split, Merge, Add):
            at = self._settled.get(decision.id)
            if at is None or at.first >= at.last:
                continue
            if isinstance(decision.value, Split):
                self._split(sheet, decision, decision.value, at)
            elif isinstance(decision.value, Merge):
                self._merge(sheet, decision, at)
            else:
                self._cue(sheet, decision, at)
        return sheet.captions() if sheet.changed else result

    def _cue(self, sheet: CueSheet, decision: Decision, at: _Settled) -> None:
        value = decision.value
        touched = sheet.touching(at.first, at.last)
        assert isinstance(value, (CueOf, Add))
        late = (
            self.duration_ms is not None and value.start_ms is not None and value.start_ms >= self.duration_ms
        )
        if late:
            self._stands(
                decision, State.CONFLICT, "lies behind the end of the recording", _shown(sheet, touched)
            )
            return
        if self._meets(sheet, decision, touched):
            return
        settings = value.settings if isinstance(value, CueOf) else None
        wanted = Wanted(
            at.first, at.last, value.start_ms, value.end_ms, at.breaks, at.labels, at.dashes, settings
        )  # fmt: skip
        sheet.make(wanted, decision)
        if self._standings[decision.id].state is not State.ALREADY:
            self._stands(decision, State.KEPT)

    def _split(self, sheet: CueSheet, decision: Decision, value: Split, at: _Settled) -> None:
        if sheet.begins(at.first):
            self._stands(decision, State.ALREADY)
            return
        touched = sheet.touching(at.first, at.first + 1)
        if self._meets(sheet, decision, touched):
            return
        if sheet.split(at.first, value.start_ms, decision):
            self._stands(decision, State.KEPT)
        else:
            self._stands(
                decision, State.CONFLICT, "the caption is too short to be divided", _shown(sheet, touched)
            )

    def _merge(self, sheet: CueSheet, decision: Decision, at: _Settled) -> None:
        after = next((d for d in sheet.drafts if d.cue.first == at.first), None)
        before = next((d for d in sheet.drafts if d.cue.last == at.first), None)
        if after is None:
            self._stands(decision, State.ALREADY)
        elif before is None:
            self._stands(decision, State.CONFLICT, "there is no caption before it", _shown(sheet, [after]))
        elif not self._meets(sheet, decision, [before, after]):
            sheet.merge(before, after, decision)
            self._stands(decision, State.KEPT)

    def _meets(self, sheet: CueSheet, decision: Decision, touched: Sequence[Draft]) -> bool:
        """Whether the decision disagrees with one about the same cues that its author had not seen; it is a conflict then."""
        cues = decision.seen.get("cues")
        seen = [c for c in cues if isinstance(c, dict)] if isinstance(cues, list) else []
        for draft in touched:
            if draft.by is None or draft.by.who == decision.who:
                continue
            span = draft.cue.span
            if not any((c.get("start_ms"), c.get("end_ms")) == (span.start_ms, span.end_ms) for c in seen):
                self._disagrees(decision, draft.by, _shown(sheet, touched))
                return True
        return False


class _Scribe:
    """Takes decisions one by one while the words are corrected."""

    def __init__(self, live: LiveText, replay: Replay) -> None:
        self.live, self.replay = live, replay
        self.places: dict[str, _Place] = {}
        self._rewritten: dict[tuple[str, Anchor], tuple[Decision, Node, Node]] = {}
        self._textual: list[Decision] = []
        self._timed: dict[int, Decision] = {}

    def take(self, decision: Decision) -> None:
        match decision.value:
            case Words(text=text):
                self._reword(decision, text)
            case Delete():
                self._reword(decision, "")
            case WordTime() as value:
                self._retime(decision, value)
            case Add() as value:
                self._add(decision, value)
            case Reviewed() as value:
                self._review(decision, value)
            case CueOf() as value:
                self._locate(decision, value)
            case _ if decision.anchor is not None:
                self._locate(decision, None)
            case Waive():
                self.replay._stands(decision, State.KEPT)
            case _:
                pass

    # --- kinds that change words ---------------------------------------------------------------------------------

    def _reword(self, decision: Decision, text: str) -> None:
        anchor = decision.anchor
        assert anchor is not None
        place = anchors.find(self.live.nodes, anchor)
        if isinstance(place, Missing):
            if self._is_so(decision, anchor, text, place):
                self.replay._stands(decision, State.ALREADY)
                return
            earlier = self._own_earlier(decision, anchor)
            if earlier is None:
                self._missing(decision, place)
                return
            place = earlier
        first, last = self.live.handle(place.first, place.last)
        new = words.written(text)
        self.live.rewrite(place.first, place.last, new)
        if new:
            begin, end = words.forward(first), words.backward(last)
            if begin is not None and end is not None:
                self._rewritten[decision.who, anchor] = decision, begin, end
        self._textual.append(decision)
        self.replay._stands(decision, State.KEPT)

    def _is_so(self, decision: Decision, anchor: Anchor, text: str, place: Missing) -> bool:
        """Whether the words read already as they should."""
        if text.split():
            return isinstance(anchors.find(self.live.nodes, replace(anchor, text=text)), Found)
        gone = place.why != "the passage is gone" and place.first == place.last
        return gone and self._disagreeing(decision) is None

    def _own_earlier(self, decision: Decision, anchor: Anchor) -> Found | None:
        """The words that an earlier decision of the same person about the very same words put there: it is superseded."""
        held = self._rewritten.get((decision.who, anchor))
        if held is None:
            return None
        order = self.live.order()
        first, last = words.forward(held[1]), words.backward(held[2])
        if first is None or last is None or order[id(first)] > order[id(last)]:
            return None
        self.replay._stands(held[0], State.SUPERSEDED, by=decision.id)
        return Found(order[id(first)], order[id(last)] + 1)

    def _retime(self, decision: Decision, value: WordTime) -> None:
        assert decision.anchor is not None
        place = anchors.find(self.live.nodes, decision.anchor)
        if isinstance(place, Missing):
            self._missing(decision, place)
            return
        duration = self.replay.duration_ms
        if duration is not None and value.end_ms > duration:
            found = self.live.text(place.first, place.last)
            self.replay._stands(decision, State.CONFLICT, "lies behind the end of the recording", found)
            return
        chosen = self.live.nodes[place.first : place.last]
        now = {"start_ms": chosen[0].token.span.start_ms, "end_ms": chosen[-1].token.span.end_ms}
        for node in chosen:
            other = self._timed.get(id(node))
            if other is not None and other.who != decision.who and decision.seen != now:
                self.replay._disagrees(decision, other, self.live.text(place.first, place.last))
                return
        self.live.retime(place.first, place.last, Span(value.start_ms, value.end_ms))
        self._timed.update({id(n): decision for n in chosen})
        self._textual.append(decision)
        self.replay._stands(decision, State.KEPT)

    def _add(self, decision: Decision, value: Add) -> None:
        anchor = decision.anchor
        assert anchor is not None
        new = words.written(value.text)
        duration = self.replay.duration_ms
        if duration is not None and value.end_ms > duration:
            self.replay._stands(decision, State.CONFLICT, "lies behind the end of the recording")
            return
        there = replace(
            anchor, text=" ".join(w for w, _ in new), start_ms=value.start_ms, end_ms=value.end_ms
        )
        found = anchors.find(self.live.nodes, there)
        state = State.ALREADY
        if isinstance(found, Missing):
            place = anchors.find(self.live.nodes, anchor)
            if isinstance(place, Missing):
                self._missing(decision, place)
                return
            self.live.insert(place.first, new, Span(value.start_ms, value.end_ms))
            found, state = Found(place.first, place.first + len(new)), State.KEPT
        self._textual.append(decision)
        self.replay._stands(decision, state)
        held = _Place(*self.live.handle(found.first, found.last))
        if found.last - found.first == len(new):
            held.breaks = [self.live.nodes[found.first + k] for k in _line_starts(value.text)]
        if value.label:
            held.labels = [(self.live.nodes[found.first], value.label)]
        self.places[decision.id] = held

    # --- kinds that are about words --------------------------------------------------------------------------------

    def _review(self, decision: Decision, value: Reviewed) -> None:
        if value.of == "video":
            if value.sha256 == text_digest([n.token for n in self.live.nodes]):
                self.replay.reviewer = decision.who
                self.replay._stands(decision, State.KEPT)
            else:
                self.replay._stands(
                    decision, State.CONFLICT, "the words have changed since they were reviewed"
                )
        elif decision.anchor is None:
            self.replay._stands(decision, State.CONFLICT, "does not say which caption was reviewed")
        else:
            place = anchors.find(self.live.nodes, decision.anchor)
            if isinstance(place, Missing):
                self._missing(decision, place)
            else:
                self._hold(decision, place, None)
                self.replay._stands(decision, State.KEPT)

    def _locate(self, decision: Decision, cue: CueOf | None) -> None:
        assert decision.anchor is not None
        place = anchors.find_passage(self.live.nodes, decision.anchor)
        empty = isinstance(place, Found) and place.first == place.last
        if isinstance(place, Missing):
            self._missing(decision, place)
        elif empty and place.first >= len(self.live.nodes):
            self._missing(decision, Missing("the passage is gone"))
        else:
            self._hold(decision, Found(place.first, place.first + 1) if empty else place, cue)
            if isinstance(decision.value, Waive):
                self.replay._stands(decision, State.KEPT)
            elif isinstance(decision.value, VignetteAt):
                self.replay._stands(decision, State.WAITING, NO_STAGE)

    def _hold(self, decision: Decision, place: Found, cue: CueOf | None) -> None:
        held = _Place(*self.live.handle(place.first, place.last))
        if cue is not None:
            at = self._counter(place)
            held.breaks = None if cue.breaks is None else [at(k) for k in cue.breaks]
            held.labels = None if cue.labels is None else [(at(k), name) for k, name in cue.labels]
            held.dashes = None if cue.dashes is None else [at(k) for k in cue.dashes]
        self.places[decision.id] = held

    def _counter(self, place: Found) -> Callable[[int], Node]:
        """From a count of words in the passage to the word that stands there."""
        chosen = [n for n in self.live.nodes[place.first : place.last] for _ in keys_of(n.token.text)]
        return lambda count: chosen[min(count, len(chosen) - 1)]

    def _missing(self, decision: Decision, place: Missing) -> None:
        found = self.live.text(place.first, place.last)
        other = self._disagreeing(decision)
        if other is not None and other.who != decision.who:
            self.replay._disagrees(decision, other, found)
        else:
            self.replay._stands(decision, State.CONFLICT, place.why, found, other.id if other else "")

    def _disagreeing(self, decision: Decision) -> Decision | None:
        """The last decision that changed words where this one wants to."""
        anchor = decision.anchor
        assert anchor is not None
        return next(
            (
                d
                for d in reversed(self._textual)
                if d.anchor is not None
                and d.anchor.start_ms < max(anchor.end_ms, anchor.start_ms + 1)
                and anchor.start_ms < max(d.anchor.end_ms, d.anchor.start_ms + 1)
            ),
            None,
        )

    # --- at the end ----------------------------------------------------------------------------------------------

    def settled(self) -> dict[str, _Settled]:
        """Where every decision's words stand now; those whose words a later decision took out are superseded."""
        order = self.live.order()

        def index(node: Node) -> int:
            moved = words.forward(node)
            return len(order) if moved is None else order[id(moved)]

        result = {}
        for name, held in self.places.items():
            last = words.backward(held.last)
            first, end = index(held.first), 0 if last is None else order[id(last)] + 1
            if end <= first:
                decision = self.replay._standings[name].decision
                self.replay._stands(decision, State.SUPERSEDED, "its words were taken out later")
                continue

            def inside(nodes: list[Node], low: int, end: int = end) -> tuple[int, ...]:
                return tuple(sorted({k for k in map(index, nodes) if low <= k < end}))

            labels = None
            if held.labels is not None:
                labels = tuple(
                    sorted({index(n): label for n, label in held.labels if first <= index(n) < end}.items())
                )
            result[name] = _Settled(
                first,
                end,
                None if held.breaks is None else inside(held.breaks, first + 1),
                labels,
                None if held.dashes is None else inside(held.dashes, first),
            )
        return result


def text_digest(tokens: Sequence[Token]) -> str:
    """What names the words that a reviewer saw."""
    return hashlib.sha256("\n".join(t.text for t in tokens).encode("utf-8", "surrogatepass")).hexdigest()


def _line_starts(text: str) -> list[int]:
    """Which words begin a line after the first."""
    starts, count = [], 0
    for line in text.split("\n"):
        size = len(words.written(line))
        if count and size:
            starts.append(count)
        count += size
    return starts


def _withdrawn(decisions: Sequence[Decision]) -> dict[str, str]:
    """The ids of decisions that no longer hold -> that of the withdrawal; a withdrawal may itself be withdrawn later."""
    gone: dict[str, str] = {}
    for decision in reversed(decisions):
        if isinstance(decision.value, Withdraw) and decision.id not in gone:
            gone.setdefault(decision.value.id, decision.id)
    return gone


def _unseen(decision: Decision, other: Decision, what: str, now: str) -> bool:
    """Whether another person's earlier decision was not known to the author of this one."""
    return other.who != decision.who and decision.seen.get(what) != now


def _speakers_at(result: Voices, first: int, last: int) -> list[str | None]:
    """Who says the tokens `[first, last)`, each once, in order."""
    found = [u.speaker for u in result.utterances if u.first < last and first < u.last]
    return list(dict.fromkeys(found))


def _called(result: Voices, speaker: str | None) -> str:
    return next((s.name or s.id for s in result.speakers if s.id == speaker), speaker or "")


def _all_names(result: Voices) -> str:
    return ", ".join(f"{s.id} ({s.name})" for s in result.speakers)


def _person(result: Voices, decision: Decision, value: PersonIs, at: _Settled | None) -> str | None:
    """Whom a decision about a person means: who says its words, else who had the name or has the id."""
    if at is not None:
        known = [s for s in _speakers_at(result, at.first, at.last) if s is not None]
        if known:
            return known[0]
    ids = {s.id for s in result.speakers}
    seen = str(decision.seen.get("name") or "")
    named = voices.speaker_called(result, seen) if seen else None
    return named or (value.id if value.id in ids else None)


def _verdict(decision: Decision) -> str:
    return decision.value.verdict if isinstance(decision.value, ConceptAt) else ""


def _shown(sheet: CueSheet, drafts: Sequence[Draft]) -> str:
    """The words of cues, with a bar between two of them."""
    return " | ".join(" ".join(t.text for t in sheet.tokens[d.cue.first : d.cue.last]) for d in drafts)
